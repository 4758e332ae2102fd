"""A store that is looked over, and one that is damaged."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from resolver.model.asking import Need, Want
from resolver.model.github import Blame, BlameRange, Origin, PullCommits, User
from resolver.model.integrity import Examined
from resolver.model.reports import Producer
from resolver.observe import Observation
from resolver.recheck import recheck
from resolver.reports import log, registry
from store import Store
from store.database import Values
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review,
    review_comment,
    sha,
)
from tests.support.databases import look_into
from tests.support.facts import ignored
from tests.support.world import REPO, World

IMPROVE: Final = "/agents improve"
PERSON: Final = replace(MAINTAINER, login="mona-of-the-tests")
"""Who gives the feedback."""
SAID: Final = "please handle the empty case, said mona"
"""What the maintainer says in the first piece of feedback."""


def look_over(world: World) -> Examined:
    """Return what ``whichrun check`` finds."""
    found = Examined()
    with world.store.examining() as examiner:
        examiner.examine(found, world.now)
        recheck(examiner, world.policy, world.clock, found)
    return found


def assert_clean(world: World) -> None:
    """Fail, with what is wrong, unless nothing is."""
    found = look_over(world)
    assert found.faults == []
    assert found.count == 0


def damage(store: Store, sql: str, values: Values = ()) -> None:
    """Change a store behind its back, whatever refers to what."""
    database = look_into(store)
    database.row("SELECT 1") if not database.handle.is_closed() else store.ping()
    if not database.is_postgres:
        database.rows("PRAGMA foreign_keys = 0")
    with database.writing():
        if database.is_postgres:
            database.change("SET LOCAL session_replication_role = replica")
        assert database.change(sql, values) > 0, "nothing was damaged"


def live(world: World) -> None:
    """Let a pull request live: two runs, commits, an edited comment, feedback answered twice, and a report's log."""
    coder = world.run("coder", sessions=("session_01R5HnfdYMwXXrJGAkYVE48c",))
    reviewer = world.run("reviewer")
    line = partial(review_comment, REPO, commit=sha("a"), created_at=None)
    signed = commit(sha("a"), f"Add it\n\n{coder.commit_trailers}")
    world.deliver(
        push(REPO, commits=[signed], at=minute(0)),
        push(REPO, commits=[commit(sha("head"), "By hand", author=PERSON)], before=sha("a"), at=minute(1)),
        pull_request(REPO, head=sha("head"), at=minute(2)),
        line(id=2, author=PERSON, in_reply_to_id=1, review_id=101, body=f"{IMPROVE} {SAID}", at=minute(6)),
        line(id=1, review_id=100, author=AGENT, body=f"leaks {coder.hidden_comment}", at=minute(3)),
        review(REPO, id=100, author=AGENT, body=f"Verdict {reviewer.hidden_comment}", at=minute(3), commit=sha("head")),
        issue_comment(REPO, id=4, author=PERSON, body=f"{IMPROVE} at once", at=minute(6)),
        issue_comment(REPO, id=5, author=PERSON, body="I see", at=minute(7)),
        issue_comment(
            REPO,
            "edited",
            id=5,
            author=PERSON,
            body="I see now",
            was="I see",
            at=minute(8),
            created_at=minute(7),
            sender=PERSON,
        ),
    )
    for body in (b"{}", b'{"other": 1}'):
        world.store.record(replace(ignored("conflict"), body=body))
    _ask_github(world)
    _work_on_a_report(world)


def _ask_github(world: World) -> None:
    ranges = (BlameRange(1, 4, sha("a")), BlameRange(5, 9, sha("head")))
    world.keep(
        Observation(
            blames=(Blame(REPO.id, sha("a"), "other.py", "RIGHT", ranges),),
            origins=(Origin(REPO.id, sha("a"), "other.py", sha("s"), ranges),),
            pull_commits=(PullCommits(REPO.id, 42, sha("head"), (sha("a"), sha("head"))),),
        )
    )
    world.store.answers.put(REPO.id, "GET /commits", b"[]", None)
    want = Want(Need.PERMISSION, REPO.id, id=PERSON.id, login=PERSON.login)
    with world.store.transaction() as ledger:
        ledger.put_wants((want,), world.now, due=world.now)
    claimed = world.store.claim_want(world.now)
    assert claimed is not None


def _work_on_a_report(world: World) -> None:
    user = Producer.user(User(PERSON.id, PERSON.login))
    with world.store.transaction() as ledger:
        report = ledger.report(1)
        assert report is not None
        for content, by in (({"note": "mine"}, Producer.agent("a token")), ({"note": "seen"}, user)):
            written = log.append(ledger, report, registry.BY_TYPE["note"], content, producer=by, at=world.now)
            report = written.report
            log.edit(ledger, report, written.entry, {"note": f"{content['note']} twice"}, editor=by, at=world.now)
        for priority in ("P1", "P2"):
            said = {"priority": priority, "explanation": "because"}
            report = log.append(
                ledger, report, registry.PRIORITY, said, producer=Producer.of_run("span-coder"), at=world.now
            ).report
        log.append(ledger, report, registry.TASK_RUN, {}, producer=Producer.of_run("span-coder"), at=world.now)
