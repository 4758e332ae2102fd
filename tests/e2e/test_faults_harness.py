"""The harness itself: a service that breaks its promises is found out."""

from __future__ import annotations

from pathlib import Path

from tests.support.service import until
from tests.torture.ground import Ground, ground
from tests.torture.injections import injecting
from tests.torture.state import differences, state_of
from tests.torture.undisturbed import undisturbed
from tests.torture.verdict import Verdict


def tortured(here: Ground, *, after: Path | None = None, **broken: object) -> Verdict:
    """Kill everything once, under load, while a service is broken in some way; then let it go on, and judge.

    The kill comes once some are acknowledged and, where a file is named, that file is there.
    """
    here.begin(**injecting(**broken))
    load = here.load(60)
    with load.running():
        load.wait_acknowledged(20)
        until(lambda: after is None or after.exists())
        here.running.kill()
        here.start()
        load.wait_all()
    load.finish()
    until(lambda: here.waiting() == 0, patience=120)
    return here.judge("broken", load)


def test_an_acknowledgement_before_the_commit_is_found_out(tmp_path: Path) -> None:
    """A web that answers 202 and stores half a second later loses deliveries when it is killed: each one is named."""
    with ground("sqlite", tmp_path) as here:
        verdict = tortured(here, acknowledges_early=0.5)
        assert set(verdict.lost) == {here.load().teller(number).guid for number in range(60)} - here.statuses().keys()
    assert verdict.lost
    assert not verdict.is_clean
    assert "lost: " in str(verdict)


def test_a_delivery_that_is_done_before_its_work_is_found_out(tmp_path: Path) -> None:
    """A worker that notes a delivery as done before it takes it in leaves a hole when it is killed."""
    noted = tmp_path / "noted"
    with ground("sqlite", tmp_path) as here:
        verdict = tortured(here, after=noted, forgets_before_it_works=str(noted))
    assert not verdict.lost  # the inbox says that all is done
    assert verdict.missing
    assert not verdict.is_clean


def test_a_row_too_few_or_too_many_is_told(tmp_path: Path) -> None:
    """States are compared row by row: what is missing and what is there twice are told apart."""
    state = undisturbed(range(6), history=True)
    assert undisturbed(range(6), history=True) == state
    row = next(iter(state))
    assert differences(state - type(state)([row]), state) == [f"- {row}"]
    assert differences(state + type(state)([row]), state) == [f"+ {row}"]
    assert {line.split()[0] for line in state} >= {"delivery", "object", "revision", "sighting", "feedback", "report"}


def test_nothing_tried_is_nothing_proved(tmp_path: Path) -> None:
    """A run in which nothing was acknowledged is not clean, and an empty store has no state."""
    assert not Verdict("none", "sqlite").is_clean
    with ground("sqlite", tmp_path) as here:
        assert here.whichrun("migrate").returncode == 0
        with here.looking() as store:
            assert not state_of(store)
