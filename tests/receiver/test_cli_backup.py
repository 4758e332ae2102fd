"""``whichrun backup``, over both databases: whole and verified, or not there at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from receiver.backup import back_up
from receiver.settings import Settings
from receiver.wiring import wire
from store import Store, open_store
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.databases import fresh_sqlite
from tests.support.examined_store import live
from tests.support.world import World

Call = Callable[..., Result]


@pytest.fixture
def call(store: Store, migrated_url: str) -> Call:
    """Return a function that runs a command on a store that holds something of everything."""
    live(World(store))
    settings = {"database_url": migrated_url, "signing_secrets": "open-signing-secret"}
    return lambda *arguments: whichrun(*arguments, settings=settings)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Name a file in a folder of its own."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "copy"


def test_the_copy_is_there_for_its_owner_alone(call: Call, target: Path) -> None:
    """It says where the copy is and how large; nobody else may read it, and nothing else is left beside it."""
    made = answer_of(call("backup", str(target), "--json"))
    assert made == {"path": str(target), "kind": made["kind"], "bytes": target.stat().st_size}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["copy"]


def test_a_file_that_is_there_is_not_replaced(call: Call, target: Path) -> None:
    """Without --force a file that is there stays as it is; with it the copy takes its place."""
    target.write_text("precious")
    error = error_of(call("backup", str(target), "--json"))
    assert (error["code"], "--force" in error["message"], target.read_text()) == ("conflict", True, "precious")
    assert call("backup", str(target), "--force").exit_code == 0
    assert target.read_bytes() != b"precious"


def test_it_is_made_while_somebody_writes(store: Store, target: Path, migrated_url: str) -> None:
    """A transaction that is open meanwhile does not hold it up, and is no part of it."""
    services = wire(Settings(_env_file=None, database_url=migrated_url))
    services.store.ping()
    with store.transaction() as ledger:
        ledger.save_progress("half", {}, World(store).now)
        made = back_up(services, target, force=False)
    services.store.close()
    assert made.size == target.stat().st_size
    if made.kind == "sqlite":
        copy = open_store(f"sqlite:///{target}")
        assert copy.progress("half") is None
        copy.close()


@pytest.mark.parametrize("place", ["none/copy", "."])
def test_a_place_that_is_none(call: Call, target: Path, place: str) -> None:
    """A folder that is not there, or a folder in the place of a file, is refused in words."""
    shown = call("backup", str(target.parent / place))
    assert shown.exit_code == 1
    assert "folder" in shown.stderr
    assert list(target.parent.iterdir()) == []


def test_the_database_is_not_its_own_backup(call: Call, tmp_path: Path, migrated_url: str) -> None:
    """The database's own files are refused, even with --force."""
    for end in ("", "-wal", "-lock"):
        shown = call("backup", str(tmp_path / f"store.db{end}"), "--force")
        assert shown.exit_code == (1 if migrated_url.startswith("sqlite") else 0)


def test_a_damaged_database_gives_no_backup(target: Path, tmp_path: Path) -> None:
    """A copy of SQLite that does not stand the look at it is taken away again, and what was there before stays."""
    target.write_text("the last good one")
    path = tmp_path / "damaged.db"
    url = fresh_sqlite(path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 :] = b"\xff" * (len(whole) - len(whole) // 2)
    path.write_bytes(whole)
    shown = whichrun("backup", str(target), "--force", settings={"database_url": url})
    assert shown.exit_code == 1
    assert target.read_text() == "the last good one"
    assert [one.name for one in target.parent.iterdir()] == ["copy"]


def test_the_missing_program_is_named(
    call: Call, target: Path, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pg_dump is not installed it is said what to install; SQLite needs no program."""
    monkeypatch.setenv("PATH", "")
    shown = call("backup", str(target))
    if migrated_url.startswith("sqlite"):
        assert shown.exit_code == 0
    else:
        assert (shown.exit_code, "pg_dump is missing" in shown.stderr, target.exists()) == (1, True, False)


def test_a_password_is_on_no_command_line(
    store: Store, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pg_dump gets the password in its environment, where only its owner reads it, and none in its arguments."""
    if migrated_url.startswith("sqlite"):
        assert store.pending_migrations() == ()
        return
    programs = tmp_path / "bin"
    programs.mkdir()
    told = tmp_path / "told.json"
    lines = (f'echo "$@" > {told}.arguments', f'printf %s "$PGPASSWORD" > {told}.password', "exit 3")
    script = "\n".join(("#!/bin/sh", *lines, ""))
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(script)
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    url = migrated_url.replace("postgres@", "postgres:a-secret@", 1)
    shown = whichrun("backup", str(tmp_path / "copy"), "--json", settings={"database_url": url})
    assert shown.exit_code == 1
    assert "a-secret" not in shown.stderr + json.dumps(shown.stdout)
    assert "a-secret" not in Path(f"{told}.arguments").read_text()
    assert Path(f"{told}.password").read_text() == "a-secret"
