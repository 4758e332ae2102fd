"""A whichrun that answers on GitHub, in one process: deliveries in, and what it writes to the stand-in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from receiver.answering.saying import Sayings
from receiver.answering.writing import TURN, Writer, markers_of
from resolver.answering.noting import SETTLES
from store import Store
from tests.support.asked_world import INSTALLATION, AskedWorld, asked_world
from tests.support.builders import Delivery, delivery, issue_comment, pull_request, review_comment
from tests.support.databases import look_into
from tests.support.github import StandIn
from tests.support.github.texts import CheckRun, IssueComment, ReviewComment
from tests.support.github.writing_routes import bot
from tests.support.world import REPO

PAGE = "https://whichrun.example.com"
WRITES = {"issues": "write", "pull_requests": "write", "checks": "write"}
IMPROVE = "/agents improve do less"
LONG = timedelta(minutes=1)
MOST_TURNS = 50


@dataclass
class Written:
    """A world that is asked, and written to when a test says so."""

    asked: AskedWorld
    stop: threading.Event = field(default_factory=threading.Event)

    def writer(self) -> Writer:
        """Return a worker's part in writing, which does not wait between two writes."""
        services = self.asked.services
        sayings = Sayings(services, markers_of(services))
        return Writer(services, self.asked.github.writing, sayings, self.stop, timedelta(0))

    def write(self, *, after: timedelta = LONG) -> None:
        """Let time pass, and write all that is due."""
        self.asked.world.now += after
        for _ in range(MOST_TURNS):
            if not self.writer().work_once():
                return
        raise AssertionError("there is no end to what is to be written")

    def settle(self) -> None:
        """Ask GitHub for all that is wanted, then write."""
        self.asked.world.now += SETTLES
        self.asked.ask()
        self.write()

    def at(self, minutes: float = 0) -> str:
        """Return the present time of the world, or so many minutes before it, as GitHub writes it."""
        return written(self.asked.world.now - timedelta(minutes=minutes))

    def opens(self, *, head: str = "a" * 40, at: str | None = None, **more: Any) -> None:  # noqa: ANN401 -- of the delivery
        """Have the agent open a pull request, at GitHub unless it stands there, and by a delivery."""
        if 42 not in self.asked.repo.pulls:
            self.asked.repo.add_pull(42, head_sha=head, base_sha="b" * 40)
        self.asked.world.deliver(pull_request(REPO, at=at or self.at(), head=head, base="b" * 40, **more))

    def remark(
        self, number: int, body: str = IMPROVE, *, on: int = 42, on_pull: bool = True, action: str = "created"
    ) -> Delivery:
        """Have the maintainer comment on a pull request (or an issue), at GitHub and by a delivery."""
        if number not in self.asked.repo.issue_comments:
            if on_pull and on not in self.asked.repo.pulls:
                self.asked.repo.add_pull(on, head_sha="a" * 40, base_sha="b" * 40)
            if not on_pull:
                self.asked.repo.add_issue(on)
            self.asked.repo.add_issue_comment(on, number, body=body, created_at=self.at())
        there = self.asked.repo.issue_comments[number]
        there.body = body
        made = issue_comment(
            REPO, action, id=number, number=on, body=body, at=self.at(), created_at=there.created_at, on_pull=on_pull
        )
        self.asked.world.deliver(made)
        return made

    def line_remark(self, number: int, body: str = IMPROVE, *, reply_to: int | None = None) -> Delivery:
        """Have the maintainer comment on a line, or reply to a review comment."""
        if 42 not in self.asked.repo.pulls:
            self.asked.repo.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
        self.asked.repo.add_review_comment(
            42, number, path="src/app.py", commit_id="a" * 40, line=10, body=body, in_reply_to_id=reply_to,
            created_at=self.at(),
        )  # fmt: skip
        made = review_comment(REPO, id=number, body=body, at=self.at(), in_reply_to_id=reply_to)
        self.asked.world.deliver(made)
        return made

    def comes_back(self, comment: IssueComment) -> None:
        """Deliver what this service wrote, as GitHub does."""
        author = bot(self.asked.standing_in)
        made = issue_comment(
            REPO, id=comment.id, number=comment.number, author=author, body=comment.body, at=comment.created_at
        )
        self.asked.world.deliver(delivery(made.event, made.payload))

    @property
    def comments(self) -> list[IssueComment]:
        """What this App wrote in conversations."""
        found = self.asked.repo.issue_comments.values()
        return [one for one in found if one.user == bot(self.asked.standing_in)]

    @property
    def replies(self) -> list[ReviewComment]:
        """What this App wrote in threads."""
        found = self.asked.repo.review_comments.values()
        return [one for one in found if one.user == bot(self.asked.standing_in)]

    @property
    def reactions(self) -> list[tuple[str, str]]:
        """What this App reacted to, and with what."""
        mine = bot(self.asked.standing_in)
        return [(one.to, one.content) for one in self.asked.repo.reactions if one.user == mine]

    @property
    def checks(self) -> list[CheckRun]:
        """The check runs."""
        return list(self.asked.repo.check_runs.values())

    def rows(self) -> list[tuple[str, str, str | None]]:
        """Return of each posting its means, how it stands with it, and why it was refused."""
        sql = "SELECT means, status, refusal FROM posting ORDER BY id"
        return [(row[0], row[1], row[2]) for row in look_into(self.asked.world.store).rows(sql)]

    def forget_turn(self) -> None:
        """Let a minute pass for a worker that died with the turn."""
        database = look_into(self.asked.world.store)
        with database.writing():
            database.change("UPDATE progress SET held_until = 0 WHERE name = ?", (TURN,))


Answering: TypeAlias = Callable[..., Written]
"""Makes a world that answers by the means that are named; settings besides are arguments."""


def written(moment: datetime) -> str:
    """Write a moment as GitHub does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def written_world(store: Store, standing_in: StandIn, folder: Path, answers: str, **settings: object) -> Written:
    """Put a world together that answers by some means; the App may write all that it takes."""
    world = asked_world(store, standing_in, folder, answers=answers, public_url=PAGE, **settings)
    standing_in.installations[INSTALLATION].permissions |= WRITES
    return Written(world)
