from __future__ import annotations

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from receiver.settings import load
from tests.support.command_line import answer_of, error_of, whichrun

SECRETS = {
    "WHICHRUN_WEBHOOK_SECRETS",
    "WHICHRUN_SIGNING_SECRETS",
    "WHICHRUN_API_TOKEN",
    "WHICHRUN_NOTIFY_SECRETS",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that the test works in; it is empty."""
    return tmp_path


def test_init_writes_secrets_that_only_the_owner_can_read(folder: Path) -> None:
    """`init` writes four long, different secrets into a .env of mode 0600, and nothing else into the folder."""
    result = whichrun("init")
    assert result.exit_code == 0
    assert [path.name for path in folder.iterdir()] == [".env"]
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    written = dotenv_values(folder / ".env")
    assert set(written) == SECRETS
    assert len(set(written.values())) == 4
    assert all(value is not None and len(value) >= 43 for value in written.values())


def test_init_writes_settings_that_the_service_can_read() -> None:
    """What `init` wrote is a complete set of secrets for `serve`."""
    whichrun("init")
    settings = load()
    assert settings.webhook_secrets
    assert settings.signing_secrets
    assert settings.api_token
    assert [len(one.key) for one in settings.notify_secrets] == [32]


def test_init_never_overwrites(folder: Path) -> None:
    """A .env that is there already stays as it is; `init` says so and exits with 1, leaving nothing behind."""
    (folder / ".env").write_text("MINE=1\n")
    result = whichrun("init")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert result.stdout == ""
    assert (folder / ".env").read_text() == "MINE=1\n"
    assert [path.name for path in folder.iterdir()] == [".env"]


def test_init_does_not_follow_a_dangling_link(folder: Path) -> None:
    """A .env that is a link to nowhere counts as a file that is there."""
    (folder / ".env").symlink_to(folder / "elsewhere")
    assert whichrun("init").exit_code == 1
    assert not (folder / "elsewhere").exists()


def test_init_tells_what_to_do_next_without_telling_a_secret(folder: Path) -> None:
    """The instructions name GitHub's form fields and point to the file; no secret is printed."""
    shown = whichrun("init").output
    for words in (
        "/webhooks/github",
        "application/json",
        "WHICHRUN_WEBHOOK_SECRETS",
        "Issue comments",
        "whichrun serve",
    ):
        assert words in shown
    for secret in dotenv_values(folder / ".env").values():
        assert secret is not None
        assert secret not in shown


def test_init_as_json_gives_the_path(folder: Path) -> None:
    """With --json the answer is the path of the file alone."""
    assert answer_of(whichrun("init", "--json")) == {"path": str(folder / ".env")}


def test_init_error_as_json_stands_on_standard_error(folder: Path) -> None:
    """With --json an error is JSON, too, and on standard error."""
    (folder / ".env").touch()
    error = error_of(whichrun("init", "--json"))
    assert error["code"] == "bad_settings"
    assert str(folder / ".env") in error["message"]


def test_init_in_a_folder_that_is_gone_is_an_error(folder: Path) -> None:
    """A working folder that cannot be written to is an error in words, not a traceback."""
    folder.rmdir()
    result = whichrun("init")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("whichrun: ")
