"""A key that is added has what was refused for want of it read again (SPEC §5.3), in portions that survive a kill."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from receiver import rereading
from receiver.wiring import Services
from resolver.errors import StoreError
from resolver.model.answers import Confidence
from resolver.model.keys import RegisteredKey
from resolver.observe import Observation
from store import Store
from tests.support.builders import AGENT, commit, issue_comment, minute, push, sha
from tests.support.databases import look_into
from tests.support.rotation import Rotating
from tests.support.signing import KEY, key_file
from tests.support.world import REPO

IMPROVE = "/agents improve shorter, please"


def refused_story(store: Store, marks_from: dict[str, object], **settings: object) -> Rotating:
    """Tell of an edited comment, a commit and feedback, whose claims no key of the service verifies."""
    signer = Rotating(store, settings=marks_from)
    marks = signer.run()
    look_into(store).change("DELETE FROM signing_key")  # as if signed by a service of its own
    world = Rotating(store, settings=dict(settings))
    body = f"Done.\n\n{marks.hidden_comment}"
    world.deliver(
        issue_comment(REPO, id=11, author=AGENT, body=body, at=minute(1)),
        issue_comment(REPO, "edited", id=11, author=AGENT, body=f"{body} Now.", at=minute(2), created_at=minute(1)),
        push(REPO, commits=[commit(sha("a"), f"Do it\n\n{marks.commit_trailers}", at=minute(1))], at=minute(1)),
        issue_comment(REPO, id=12, body=f"{IMPROVE}\n\n{marks.hidden_comment}", at=minute(5)),
    )
    assert world.artifacts("span-coder") == ()
    assert world.answer().confidence is not Confidence.EXACT
    return world


@pytest.mark.parametrize("kind", ["secret", "pair"])
def test_what_was_refused_is_read_again(store: Store, tmp_path: Path, kind: str) -> None:
    """Texts in all versions, commits and feedback: the answer is given again, and says that the key was the cause."""
    added: dict[str, object] = (
        {"signing_secrets": "k2:new secret,k1:old"}
        if kind == "secret"
        else {"signing_secrets": "k1:old", "signing_key_file": key_file(tmp_path, KEY)}
    )
    key_id = "k2" if kind == "secret" else KEY.id
    world = refused_story(store, added, signing_secrets="k1:old")
    world.read_again()
    assert world.artifacts("span-coder") == ()
    world = world.restarted(**added)
    world.read_again()
    assert {one.carrier.key for one in world.artifacts("span-coder")} == {"11", "12", sha("a")}
    assert {one.verified_with for one in world.artifacts("span-coder")} == {key_id}
    resolution = world.feedback().resolution
    assert resolution is not None
    assert (resolution.answer.confidence, resolution.answer.mode) == (Confidence.EXACT, "direct")
    assert resolution.cause == f"key {key_id} added"
    assert world.commit_reading(sha("a")).refusals == ()
    rows = look_into(store).rows("SELECT COUNT(*) FROM sighting s WHERE s.object_id IS NOT NULL")
    assert rows == [(3,)], "both versions of the comment, and the feedback"


def test_no_secret_is_lost_where_one_takes_the_place_of_another(store: Store) -> None:
    """The old secret goes and the new one comes in one restart: what either verified is linked in the end."""
    world = Rotating(store, settings={"signing_secrets": "k1:old"})
    kept = world.run("coder")
    world.deliver(issue_comment(REPO, id=21, author=AGENT, body=f"Done.\n\n{kept.hidden_comment}", at=minute(1)))
    other = Rotating(store, settings={"signing_secrets": "k2:new"}).run("tester")
    look_into(store).change("DELETE FROM signing_key WHERE id = 'k2'")
    both = f"{kept.hidden_comment}\n\n{other.hidden_comment}"
    world.deliver(issue_comment(REPO, id=22, author=AGENT, body=both, at=minute(2)))
    before = {one.carrier.key for one in world.artifacts("span-coder")}
    assert before == {"21", "22"}
    world = world.restarted(signing_secrets="k2:new")
    world.read_again()
    assert {one.carrier.key for one in world.artifacts("span-coder")} == before
    assert {one.carrier.key for one in world.artifacts("span-tester")} == {"22"}


def test_a_kill_repeats_nothing_and_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the pass is broken off, another worker goes on where it stood, once the turn of the first is over."""
    signer = Rotating(store, settings={"signing_secrets": "k2:new"})
    marks = [signer.run(f"agent-{number}") for number in range(5)]
    look_into(store).change("DELETE FROM signing_key")
    world = Rotating(store, settings={"signing_secrets": "k1:old"})
    for number, one in enumerate(marks):
        world.deliver(issue_comment(REPO, id=30 + number, author=AGENT, body=f"x\n\n{one.hidden_comment}"))
    world = world.restarted(signing_secrets="k2:new,k1:old")
    reads: list[str] = []
    plain = rereading._again  # noqa: SLF001 - each text that is read for the new key is counted

    def counted(services: Services, key: RegisteredKey, seen: Observation, state: dict[str, Any]) -> None:
        plain(services, key, seen, state)
        if key.id == "k2":
            reads.append(seen.objects[0].object.url)

    def broken(services: Services, key: RegisteredKey, seen: Observation, state: dict[str, Any]) -> None:
        if len(reads) == 3:
            raise KeyboardInterrupt  # as sudden as a kill, for the loop
        counted(services, key, seen, state)

    def linked() -> int:
        return sum(len(world.artifacts(f"span-agent-{number}")) for number in range(5))

    with monkeypatch.context() as patched:
        patched.setattr(rereading, "_again", broken)
        patched.setattr(store, "end_turn", lambda *_, **__: None)  # a kill ends no turn
        with pytest.raises(KeyboardInterrupt):
            world.read_again()
    assert linked() == 3
    world.read_again()
    assert linked() == 3, "the turn is held"
    world.now += rereading.HOLD + timedelta(seconds=1)
    with monkeypatch.context() as patched:
        patched.setattr(rereading, "_again", counted)
        world.read_again()
    assert linked() == len(reads) == len(set(reads)) == 5


def test_the_pass_goes_on_for_a_day(store: Store) -> None:
    """Other hosts may refuse for a while what the new key signed: that is read again too, and then no more."""
    signer = Rotating(store, settings={"signing_secrets": "k2:new"})
    early, late = signer.run("early"), signer.run("late")
    look_into(store).change("DELETE FROM signing_key")
    old_host = Rotating(store, settings={"signing_secrets": "k1:old"})
    old_host.deliver(issue_comment(REPO, id=41, author=AGENT, body=early.hidden_comment))
    world = old_host.restarted(signing_secrets="k2:new,k1:old")
    world.read_again()
    assert len(world.artifacts("span-early")) == 1
    old_host.deliver(issue_comment(REPO, id=42, author=AGENT, body=late.hidden_comment))
    world.now += timedelta(hours=1)
    world.read_again()
    assert len(world.artifacts("span-late")) == 1
    world.now += rereading.LASTS
    world.read_again()
    assert [key.id for key in store.keys.all() if key.read_again_at is None] == []


def test_one_that_cannot_be_read_stops_none_of_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault at one text is told in the log; but where the store is out of reach, the pass waits for it."""
    world = refused_story(store, {"signing_secrets": "k2:new"}, signing_secrets="k1:old")
    world = world.restarted(signing_secrets="k2:new,k1:old")
    intake = type(world.services.intake)
    plain = intake.apply
    faults = iter([RuntimeError("a fault"), StoreError("gone")])

    def faulty(*given: object, **more: object) -> None:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        plain(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "apply", faulty)
    with pytest.raises(StoreError):
        world.read_again()
    assert "could not be read again for the key k2" in caplog.text
    world.read_again()
    assert {one.carrier.key for one in world.artifacts("span-coder")} >= {"11", sha("a")}
