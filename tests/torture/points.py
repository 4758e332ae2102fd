"""A crash at every point between the first statement about a delivery and its resolution.

The points are the statements that the store sends. Nobody lists them: a process that takes a chapter in dies before
its first statement, the next one after it, the next before the second one, and so on, until one lives through all of
them. Each time another process takes over where the dead one was. All chapters are alike, and so are their statements.

The program that dies is the real worker's hand over the real store; what kills it stands here, and is put around
``Database`` in the dying process alone. It forks, and so runs by itself, with one thread.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient

from receiver.app import create_app
from receiver.wiring import wire
from receiver.worker import Hand
from store import Store
from store.database import Database, Values
from store.waiting import HELD_FOR
from tests.support.processes import forked
from tests.support.service import API_TOKEN, WEBHOOK_SECRET
from tests.torture.told import CHAPTER, runs, told
from tests.torture.undisturbed import settings_for

START: Final = datetime(2026, 10, 2, tzinfo=UTC)
BEFORE, AFTER = "before", "after"
MOST_POINTS = 2000
"""More statements than any chapter has: a loop that gets there does not end."""
HANG_SECONDS = 60
"""A process that takes longer hangs, and is ended."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process is to die: ``when`` (before or after) it sends its ``number``-th statement, counted from 1."""

    number: int
    when: str


@dataclass
class Crashes:
    """Crashes through chapters, of which some ``parts`` are told; ``log`` is a file of the points that were reached.

    After a statement that ends no transaction is, for the database, before the next one: only ``twice`` dies at both.
    """

    url: str
    log: Path
    parts: Sequence[int]
    twice: bool = False
    chapter: int = -1
    numbers: list[int] = field(default_factory=list)
    """Every delivery that was acknowledged."""
    points: int = 0

    def __post_init__(self) -> None:
        """Make the service once; each process that is forked opens connections of its own."""
        self.at = START
        store = Store(Database(self.url))
        services = wire(settings_for(self.url), store=store, clock=lambda: self.at)
        self.hand = Hand(services)
        self.client: FlaskClient = create_app(services).test_client()

    def run(self) -> None:
        """Die at every point of recording, and then at every point of processing."""
        _in_a_child(self._register)
        for crash in (self._record_and_die, self._work_and_die):
            for number in range(1, MOST_POINTS):
                if not self._die_at(Point(number, BEFORE), crash):
                    break
                if self.twice or self._statement() == "COMMIT":
                    self._die_at(Point(number, AFTER), crash)
            else:
                raise AssertionError("the statements do not end")
        _in_a_child(self._recover)

    def _statement(self) -> str:
        """Return the statement that the last process died at."""
        return self.log.read_text().splitlines()[-1].partition(" ")[2]

    def _die_at(self, point: Point, crash: Callable[[Point], None]) -> bool:
        """Mend the chapter before, and tell another with a crash at a point; return whether the process came there."""

        def begin() -> None:
            if self.numbers:
                self._recover()
            self.chapter += 1
            crash(point)

        died = _in_a_child(begin)
        self.chapter += 1
        self.at += 2 * HELD_FOR  # whatever the dead one held is free
        self.points += died
        self.numbers += [self.chapter * CHAPTER + part for part in self.parts]
        return died

    # What the children do

    def _register(self) -> None:
        for run in runs():
            answer = self.client.post("/v1/runs", json=run, headers={"Authorization": f"Bearer {API_TOKEN}"})
            assert answer.status_code == 201, answer.text

    def _record_and_die(self, point: Point) -> None:
        self._record(self.parts[:-1])
        self._work()
        self._arm(point)
        self._record(self.parts[-1:])

    def _work_and_die(self, point: Point) -> None:
        self._record(self.parts)
        self._arm(point)
        self._work()

    def _recover(self) -> None:
        """Do what goes on after a crash: GitHub sends again what was not acknowledged, and a worker is there."""
        self._record(self.parts)
        self._work()

    def _record(self, parts: Sequence[int]) -> None:
        for part in parts:
            said = told(self.chapter * CHAPTER + part)
            answer = self.client.post("/webhooks/github", data=said.body, headers=said.headers(WEBHOOK_SECRET))
            assert answer.status_code == 202, answer.text

    def _work(self) -> None:
        while self.hand.work_once():
            pass

    def _arm(self, point: Point) -> None:
        """Have this process killed at a point, and write down what statement that is about."""
        sent = 0
        execute = Database._execute  # noqa: SLF001 -- every statement of the store goes through it

        def counted(database: Database, sql: str, values: Values) -> Any:  # noqa: ANN401 -- a cursor of either driver
            nonlocal sent
            sent += 1
            if sent != point.number:
                return execute(database, sql, values)
            with self.log.open("a") as file:
                file.write(f"{point.when} {' '.join(sql.split())[:400]}\n")
            if point.when == BEFORE:
                _die()
            execute(database, sql, values)
            return _die()

        Database._execute = counted  # type: ignore[assignment, method-assign] # noqa: SLF001 -- in this process, about to die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _in_a_child(work: Callable[[], None]) -> bool:
    """Do something in a process of its own; return whether that was killed. Raises AssertionError when it failed."""
    _, status = os.waitpid(forked(work, seconds=HANG_SECONDS), 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
        return True
    assert os.WEXITSTATUS(status) == 0, "a child failed; it has said why"
    return False


def main(arguments: Sequence[str] | None = None) -> None:
    """Crash through chapters over a migrated database; print what was told, and at how many points a process died."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.points", description="A crash at every statement.")
    parser.add_argument("url")
    parser.add_argument("log", type=Path)
    parser.add_argument("parts", type=int, nargs="+")
    parser.add_argument("--twice", action="store_true", help="before and after each statement, not between them")
    given = parser.parse_args(arguments)
    crashes = Crashes(given.url, given.log, given.parts, twice=given.twice)
    gc.freeze()  # what is there already is shared with the children, and stays so
    crashes.run()
    sys.stdout.write(json.dumps({"numbers": crashes.numbers, "points": crashes.points}) + "\n")


if __name__ == "__main__":
    main()
