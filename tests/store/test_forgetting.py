"""A person is forgotten: texts and name are nowhere any more, and what they proved still stands."""

from __future__ import annotations

import os
import subprocess
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from resolver.model.github import Kind, ObjectRef
from store import Store, forgetting
from store.address import without_password
from tests.support.builders import AGENT, commit, issue_comment, minute, push, review_comment, sha
from tests.support.databases import look_into
from tests.support.examined_store import IMPROVE, PERSON, SAID, assert_clean, live
from tests.support.world import REPO, World

SENTENCE = "A sentence that only this person ever wrote."


@pytest.fixture
def world(store: Store) -> World:
    """A service whose store holds a row of every kind, and a sentence of a person in many places."""
    world = World(store)
    live(world)
    world.deliver(
        issue_comment(REPO, id=50, author=PERSON, body=SENTENCE, at=minute(20)),
        issue_comment(REPO, id=51, author=PERSON, body=f"{IMPROVE} {SENTENCE}", at=minute(21)),
        issue_comment(REPO, id=52, author=AGENT, body="by the agent", at=minute(22)),
        issue_comment(
            REPO, "edited", id=52, author=AGENT, body=f"edited: {SENTENCE}", was="by the agent", at=minute(23),
            created_at=minute(22), sender=PERSON,
        ),
        push(REPO, commits=[commit(sha("p"), SENTENCE, author=PERSON)], branch="other", at=minute(24)),
    )  # fmt: skip
    world.store.answers.put(REPO.id, "GET /comments", f'[{{"user":{{"id":{PERSON.id}}}}}]'.encode(), None)
    return world


def everything(store: Store, url: str) -> bytes:
    """Return all bytes that the store holds: of SQLite the raw files, of PostgreSQL what pg_dump writes."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        files = (path, path.with_name(f"{path.name}-wal"))
        return b"".join(one.read_bytes() for one in files if one.exists())
    connection, _ = without_password(url)
    schema = store.schema()
    dumped = subprocess.run(
        ["pg_dump", f"--schema={schema}", "--inserts", f"--dbname={connection}"],
        env=dict(os.environ), capture_output=True, check=True,
    )  # fmt: skip
    return dumped.stdout


def bodies(store: Store) -> bytes:
    """Return all compressed bodies that are kept, as they were sent."""
    database = look_into(store)
    tables = ("delivery", "delivery_conflict", "github_answer")
    rows = [row[0] for table in tables for row in database.rows(f"SELECT body FROM {table}")]
    return b"".join(zlib.decompress(bytes(body)) for body in rows if body)


def answers(world: World) -> dict[str, object]:
    """Return which run each piece of feedback is about."""
    found = world.all_feedback().items()
    return {
        url: one.resolution and (one.resolution.answer.confidence, one.resolution.answer.span_id) for url, one in found
    }


def test_the_texts_are_nowhere(world: World, migrated_url: str) -> None:
    """No text of the person, and not the login, is in the database's files or among the raw deliveries any more."""
    before = everything(world.store, migrated_url) + bodies(world.store)
    assert SENTENCE.encode() in before
    assert SAID.encode() in before
    done = world.store.forget(PERSON.id, world.now)
    assert done.counts["texts"] >= 4
    assert done.waiting == 0
    world.store.close()
    after = everything(world.store, migrated_url)
    kept = bodies(world.store)
    for word in (SENTENCE, SAID, PERSON.login):
        assert word.lower().encode() not in after.lower(), word
        assert word.lower().encode() not in kept.lower(), word


def test_what_was_proved_stands(world: World) -> None:
    """Answers, hashes and rows stay, claims keep their first poster, and the store is found undamaged."""
    before = answers(world)
    counts = {table: look_into(world.store).rows(f"SELECT COUNT(*) FROM {table}") for table in KEPT}
    hashes = look_into(world.store).rows("SELECT id, body_sha256, sha256 FROM revision ORDER BY id")
    world.store.forget(PERSON.id, world.now)
    assert answers(world) == before
    assert {table: look_into(world.store).rows(f"SELECT COUNT(*) FROM {table}") for table in KEPT} == counts
    assert look_into(world.store).rows("SELECT id, body_sha256, sha256 FROM revision ORDER BY id") == hashes
    assert_clean(world)


KEPT = ("delivery", "object", "revision", "git_commit", "sighting", "feedback", "resolution", "report", "report_entry")


def test_erased_texts_are_marked(world: World) -> None:
    """Feedback and versions say that their text was erased; those of others stay as they are."""
    world.store.forget(PERSON.id, world.now)
    feedback = world.all_feedback()
    assert {
        (one.state.body, one.state.instruction, one.erased, one.object.author.login) for one in feedback.values()
    } == {("", "", True, "ghost")}
    with world.facts() as facts:
        (first, edited) = facts.revisions(ObjectRef(REPO.id, Kind.ISSUE_COMMENT, 52))
        assert (first.body, first.erased) == ("by the agent", False)
        assert (edited.body, edited.erased, edited.editor.login) == ("", True, "ghost")
        kept = facts.object(ObjectRef(REPO.id, Kind.ISSUE_COMMENT, 52))
        assert kept is not None
        assert kept.author.login == AGENT.login


def test_what_is_sent_again_does_not_bring_it_back(world: World, migrated_url: str) -> None:
    """A redelivery, and an older version, comment or commit that nobody knew, are taken in without their texts."""
    world.store.forget(PERSON.id, world.now)
    again = [
        issue_comment(REPO, id=50, author=PERSON, body=SENTENCE, at=minute(20)),
        issue_comment(
            REPO,
            "edited",
            id=50,
            author=PERSON,
            body=f"{SENTENCE} Older.",
            was="x",
            at=minute(19),
            created_at=minute(18),
        ),
        issue_comment(REPO, id=77, author=PERSON, body=f"{IMPROVE} {SENTENCE}", at=minute(30)),
        push(REPO, commits=[commit(sha("p"), SENTENCE, author=PERSON)], branch="other", at=minute(24)),
        push(REPO, commits=[commit(sha("q"), SENTENCE, author=PERSON)], before=sha("p"), branch="other", at=minute(25)),
    ]
    before = answers(world)
    world.deliver(*(one.again(f"again-{number}") for number, one in enumerate(again)))
    assert answers(world) == before
    assert_clean(world)
    rows = look_into(world.store).rows("SELECT body FROM revision UNION ALL SELECT message FROM git_commit")
    assert not [row for row in rows if SENTENCE in row[0]]
    names = look_into(world.store).rows("SELECT author_login FROM object UNION SELECT author_login FROM git_commit")
    assert (PERSON.login,) not in names
    world.store.forget(PERSON.id, world.now)  # the raw deliveries that came since
    world.store.close()
    assert SENTENCE.encode() not in everything(world.store, migrated_url)


def test_what_is_written_afterwards_is_kept(world: World) -> None:
    """To be forgotten is about the past: a later comment is kept, and its feedback is resolved."""
    world.store.forget(PERSON.id, world.now)
    later = world.now + timedelta(days=1)
    world.now = later + timedelta(minutes=1)
    world.deliver(
        review_comment(REPO, id=90, author=PERSON, in_reply_to_id=1, body=f"{IMPROVE} again", at=later.isoformat())
    )
    (fresh,) = [one for one in world.all_feedback().values() if not one.erased]
    assert (fresh.state.instruction, fresh.object.author.login) == ("again", PERSON.login)
    assert fresh.resolution is not None
    assert_clean(world)


def test_once_more_changes_nothing(world: World) -> None:
    """Forgetting twice erases nothing more; the second time is from then on what counts as the past."""
    world.store.forget(PERSON.id, world.now)
    again = world.store.forget(PERSON.id, world.now + timedelta(days=1))
    assert not +again.counts
    assert_clean(world)


def test_cut_short_it_is_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between any two transactions, what is left is known, and the next call erases it."""
    for most in range(1, 200):
        steps = iter(range(most))
        commit_one = look_into(world.store).writing

        def writing(*locks: str, steps: object = steps, go_on: object = commit_one) -> object:
            next(steps)  # type: ignore[call-overload]
            return go_on(*locks)  # type: ignore[operator]

        with monkeypatch.context() as patched:
            patched.setattr(look_into(world.store), "writing", writing)
            try:
                world.store.forget(PERSON.id, world.now)
                break
            except (StopIteration, RuntimeError):
                pass
        assert_clean(world)
    assert most > 3
    assert world.store.forgetting() == ()
    rows = look_into(world.store).rows("SELECT body FROM revision UNION ALL SELECT message FROM git_commit")
    assert not [row for row in rows if SENTENCE in row[0]]


def test_a_delivery_that_waits_is_erased_afterwards(world: World) -> None:
    """What is not processed yet is left, told, and erased by the next turn of housekeeping."""
    world.record(issue_comment(REPO, id=60, author=PERSON, body=SENTENCE, at=minute(25)))
    assert world.store.forget(PERSON.id, world.now).waiting == 1
    assert world.store.forgetting() == (PERSON.id,)
    world.process()
    assert world.store.forget(PERSON.id, world.now + timedelta(hours=1)).waiting == 0
    assert world.store.forgetting() == ()
    assert SENTENCE.encode() not in bodies(world.store)


def test_accounts_are_found_by_their_logins(world: World) -> None:
    """A login leads to the accounts that wrote under it, in any case; an unknown one to none."""
    assert world.store.accounts_of(PERSON.login.upper()) == {PERSON.id: PERSON.login}
    other = replace(PERSON, id=PERSON.id + 1)
    world.deliver(issue_comment(REPO, id=61, author=other, body="hello", at=minute(26)))
    assert set(world.store.accounts_of(PERSON.login)) == {PERSON.id, other.id}
    assert world.store.accounts_of("nobody") == {}
    assert forgetting.GHOST == "ghost"
