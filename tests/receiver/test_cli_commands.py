from __future__ import annotations

import subprocess
import sys

import pytest

from receiver.cli import COMMANDS
from receiver.cli.hook import COMMANDS as HOOK_COMMANDS
from receiver.cli.keys import COMMANDS as KEYS_COMMANDS
from receiver.cli.token import COMMANDS as TOKEN_COMMANDS
from tests.support.command_line import error_of, whichrun


def spelled_out() -> dict[str, str]:
    """Return every command that does something, as it is called, with its line in the list."""
    groups = {"hook": HOOK_COMMANDS, "keys": KEYS_COMMANDS, "token": TOKEN_COMMANDS}
    lines = {name: text for name, (_, text) in COMMANDS.items() if name not in groups}
    return lines | {
        f"{group} {name}": text for group, commands in groups.items() for name, (_, text) in commands.items()
    }


SPELLED_OUT = spelled_out()


def test_help_names_every_command() -> None:
    """`whichrun --help` lists each command with what it does."""
    shown = " ".join(whichrun("--help").stdout.split())
    for name, (_, text) in COMMANDS.items():
        assert f"{name} {text}" in shown


def test_help_of_a_group_names_its_commands() -> None:
    """`whichrun hook --help` lists what it can do, and shows an example."""
    shown = " ".join(whichrun("hook", "--help").stdout.split())
    for name, (_, text) in HOOK_COMMANDS.items():
        assert f"{name} {text}" in shown
    assert "whichrun hook install" in shown.partition("Example")[2]


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_command_teaches_itself(name: str) -> None:
    """Each command's help begins with its line in the list, shows an example, and offers --json."""
    result = whichrun(*name.split(), "--help")
    assert result.exit_code == 0
    assert SPELLED_OUT[name] in " ".join(result.stdout.split())
    assert f"whichrun {name}" in result.stdout.partition("Example")[2]
    assert "--json" in result.stdout


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_usage_error_has_exit_code_2(name: str) -> None:
    """An unknown option is a usage error: exit code 2 and nothing on standard output; JSON when asked for."""
    result = whichrun(*name.split(), "--no-such-option")
    assert (result.exit_code, result.stdout) == (2, "")
    result = whichrun(*name.split(), "--no-such-option", "--json")
    assert result.exit_code == 2
    assert error_of(result)["code"] == "usage"


def test_an_unknown_command_is_a_usage_error() -> None:
    """A command that does not exist is a usage error that names it."""
    result = whichrun("token")
    assert result.exit_code == 2
    assert "token" in result.stderr


def test_an_argument_that_is_not_utf8_is_a_usage_error() -> None:
    """Bytes that are no UTF-8 are refused as an argument, before they can end up in a claim or a query."""
    result = whichrun("resolve", "https://github.com/\udcff", "--json")
    assert result.exit_code == 2
    assert "UTF-8" in error_of(result)["message"]


@pytest.mark.parametrize("name", ["sign", "runs", "migrate", "serve", "worker", "replay"])
def test_a_faulty_setting_is_one_line(name: str) -> None:
    """A setting that is unknown is told in one line, without a traceback, by every command that reads settings."""
    more = {"sign": ("--span", "s", "--repository", "o/n"), "replay": ("guid",)}.get(name, ())
    result = whichrun(name, *more, settings={"no_such_setting": "x"})
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("whichrun: WHICHRUN_NO_SUCH_SETTING")
    assert result.stderr.count("\n") == 1
    error = error_of(whichrun(name, *more, "--json", settings={"no_such_setting": "x"}))
    assert error["code"] == "bad_settings"


def test_help_does_not_load_what_it_does_not_need() -> None:
    """Listing the commands imports neither Flask, nor the store, nor pydantic: it answers at once."""
    code = "import sys; from receiver.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    loaded = set(shown.splitlines()[-1].split())
    assert "click" in loaded
    assert not {"flask", "peewee", "pydantic", "rich", "requests", "markdown_it"} & loaded


def test_signing_does_not_load_the_store_or_the_web() -> None:
    """`sign` runs inside other programs' hooks, so it loads neither Flask nor the store."""
    code = "import sys; import receiver.cli.sign; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"flask", "peewee", "rich", "requests"} & set(shown.split())


def test_the_module_runs_as_a_program() -> None:
    """`python -m receiver.cli` is the same program, and calls itself whichrun."""
    command = [sys.executable, "-m", "receiver.cli", "--help"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert shown.startswith("Usage: whichrun ")
