"""Two migrators at once, killed at random points, until all is migrated: ``python -m tests.torture.migrators``.

They begin at a database that the first version made and filled. It forks, and so runs by itself, with one thread.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import peewee

from store.database import Database
from store.migrate import FOLDER, migrate, pending
from store.rows import text_key
from tests.store.test_migrations import OLD_ROWS, OLD_WATCH
from tests.support.processes import forked

FIRST: Final = "0001_initial"
STATEMENTS: Final = 40
"""Among how many of its statements a migrator is killed: fewer than all that the first one sends."""


def fill_first_version(url: str) -> None:
    """Make what the first version made, with rows of each kind that later migrations change."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{FIRST}.py").write_text((FOLDER / f"{FIRST}.py").read_text())
        database = Database(url)
        migrate(database, Path(folder))
        with database.writing():
            for statement in OLD_ROWS.split(";"):
                database.change(statement)
            database.change(OLD_WATCH, (text_key("key"),))
        database.close()


def kill_while_migrating(url: str, random: Random, most: int) -> int:
    """Kill a migrator at a random statement, up to ``most`` times; return how often that came about.

    The first one is alone. Beside later ones another may be at it, which waits, or is faster: then nobody is killed.
    """
    killed = 0
    for number in range(most):
        dying = forked(partial(_migrate, url, die_at=random.randint(1, STATEMENTS)))
        others = [forked(partial(_migrate, url))] if number and random.random() < 0.5 else []
        killed += _ended(dying)
        survivors_died = [_ended(other) for other in others]
        assert not any(survivors_died), "a migrator was killed that nobody killed"
        if not _in_child_pending(url):
            break
    return killed


def _migrate(url: str, *, die_at: int = 0) -> None:
    if die_at:
        _arm(die_at)
    database = Database(url)
    migrate(database)
    database.close()


def _arm(die_at: int) -> None:
    sent = 0
    execute: Callable[..., Any] = peewee.Database.execute_sql

    def counted(self: peewee.Database, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- as the method it replaces
        nonlocal sent
        sent += 1
        if sent == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, *arguments, **named)

    peewee.Database.execute_sql = counted  # type: ignore[method-assign]


def _in_child_pending(url: str) -> bool:
    """Say whether migrations wait; in a process of its own, so that this one never opens a connection."""

    def look() -> None:
        os._exit(7 if pending(Database(url)) else 0)

    _, status = os.waitpid(forked(look), 0)
    return os.waitstatus_to_exitcode(status) == 7


def _ended(child: int) -> bool:
    """Wait for a child; return whether it was killed. Raises AssertionError when it failed."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}, "a migrator failed; it has said why"
    return code != 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, and kill; print how often somebody was killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.migrators", description="Kills migrators.")
    parser.add_argument("url")
    parser.add_argument("seed", type=int)
    parser.add_argument("most", type=int)
    given = parser.parse_args(arguments)
    child = forked(lambda: fill_first_version(given.url))
    assert not _ended(child)
    random = Random(given.seed)  # noqa: S311 -- of no secret
    killed = kill_while_migrating(given.url, random, given.most)
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main()
