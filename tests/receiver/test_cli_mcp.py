from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from tests.support.api import open_api
from tests.support.command_line import error_of, whichrun
from tests.support.service import COMMAND, environment


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--http", "8001"), "host:port"),
        (("--http", "127.0.0.1:99999"), "host:port"),
        (("--url", "whichrun.example.com"), "https://whichrun.example.com"),
        (("--url", "ftp://whichrun.example.com"), "https://whichrun.example.com"),
        (("--allow-host", "whichrun.example.com"), "--allow-host goes with --http"),
        (("--http", "127.0.0.1:0", "--allow-host", "https://whichrun.example.com"), "a host alone"),
        (("--http", "127.0.0.1:0", "--run", "span-1"), "--run goes without --http"),
        (("stdio",), "unexpected extra argument"),
    ],
)
def test_bad_options_are_usage_errors(arguments: tuple[str, ...], said: str) -> None:
    """What an option cannot be is said, with exit code 2."""
    result = whichrun("mcp", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_service_elsewhere_needs_a_token() -> None:
    """Without WHICHRUN_TOKEN nothing is asked; the message names it and not the address's owner."""
    error = error_of(whichrun("mcp", "--url", "http://127.0.0.1:1", "--json"))

    assert error["code"] == "bad_settings"
    assert "WHICHRUN_TOKEN is not set" in error["message"]


def test_the_address_may_come_from_the_environment() -> None:
    """WHICHRUN_URL stands for --url."""
    result = whichrun("mcp", settings={"url": "http://127.0.0.1:1"})

    assert result.exit_code == 1
    assert "http://127.0.0.1:1 is asked" in result.stderr


def test_a_token_that_fits_into_no_header_is_not_shown() -> None:
    """A malformed token is an error that does not repeat it."""
    result = whichrun("mcp", "--url", "http://127.0.0.1:1", settings={"token": "half a secret"})

    assert result.exit_code == 1
    assert "printable ASCII characters without spaces" in result.stderr
    assert "half" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "settings"), [(("--run", "a\nb"), {}), ((), {"run": "a\nb"}), (("--run", ""), {"run": "span-1"})]
)
def test_a_run_that_is_none_is_said_at_the_start(arguments: tuple[str, ...], settings: dict[str, str]) -> None:
    """A name that no request could carry is an error before anything is served."""
    result = whichrun("mcp", "--url", "http://127.0.0.1:1", *arguments, settings={"token": "t", **settings})

    assert result.exit_code == 1
    assert "run: is not the span of a run" in result.stderr
    assert result.stdout == ""


def test_without_a_database_there_is_nothing_to_answer_from() -> None:
    """Straight to the store means to one that is there: none is made."""
    error = error_of(whichrun("mcp", "--json"))

    assert "there is no database at" in error["message"]
    assert not Path("whichrun.db").exists()


def test_an_address_of_elsewhere_is_named_by_its_option(tmp_path: Path) -> None:
    """An address that this machine does not have is the operator's to change; the message names the option."""
    with open_api(tmp_path):
        database = {"database_url": f"sqlite:///{tmp_path / 'api.db'}"}
        error = error_of(whichrun("mcp", "--http", "192.0.2.1:8001", "--json", settings=database))

    assert "set --http to another one" in error["message"]


def test_without_the_extra_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK is an extra; where it is missing the command ends with exit code 1."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "mcp" else find(name))

    result = whichrun("mcp")

    assert result.exit_code == 1
    assert result.stderr == "whichrun: `whichrun mcp` needs the extra mcp: pip install 'whichrun[mcp]'\n"


def test_other_commands_do_not_load_the_sdk() -> None:
    """Help and the other commands stay as light as they were, with the extra installed or not."""
    look = (
        "import sys\nfrom click.testing import CliRunner\nfrom receiver.cli import main\n"
        "for words in (['--help'], ['mcp', '--help'], ['runs']): CliRunner().invoke(main, words)\n"
        "print([name for name in ('mcp', 'starlette', 'uvicorn') if name in sys.modules])"
    )
    seen = subprocess.run([COMMAND[0], "-c", look], env=environment({}), capture_output=True, text=True, check=True)

    assert seen.stdout == "[]\n"
