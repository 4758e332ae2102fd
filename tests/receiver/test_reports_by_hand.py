"""Reports that are changed by hand: title, summary, status and snoozing; every change is an entry by its author."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from receiver.housekeeping import tidy_once
from tests.support.api import refused, refused_fields
from tests.support.reports import OPERATOR, SYSTEM, Desk, open_desk, step

COMMENT = 700
FIRST = "be brief"


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """The report of a comment that the tests may take back."""
    return desk.open_report(FIRST, id=COMMENT)


def of(desk: Desk, report: str, kind: str) -> list[dict[str, Any]]:
    """Return the entries of a type, newest first."""
    return desk.entries(report, type=kind)


def test_a_report_is_resolved_and_reopened_by_hand(desk: Desk, report: str) -> None:
    """A status that is set by hand is the report's; an entry says from what to what, and why."""
    desk.changed(report, status="resolved", reason="done")
    assert desk.shown(report)["status"] == "resolved"
    desk.api.wait(hours=1)
    desk.changed(report, status="open")
    back, done = of(desk, report, "status_change")
    assert (step(done), done["content"]["reason"]) == (("open", "resolved"), "done")
    assert (step(back), back["content"].get("reason")) == (("resolved", "open"), None)
    assert back["producer"] == done["producer"] == OPERATOR
    assert (done["created_at"], back["created_at"]) == ("2026-10-01T12:00:00Z", "2026-10-01T13:00:00Z")


def test_title_and_summary_are_set_by_hand(desk: Desk, report: str) -> None:
    """A title or a summary that is set by hand is an entry; the other one stays; the feedback's text is not touched."""
    feedback = desk.feedback(COMMENT)
    assert desk.changed(report, title="a better title")["summary"] == FIRST
    shown = desk.changed(report, summary="a better\nsummary")
    assert (shown["title"], shown["summary"]) == ("a better title", "a better\nsummary")
    assert [step(one) for one in of(desk, report, "title_change")] == [(FIRST, "a better title")]
    assert [step(one) for one in of(desk, report, "summary_change")] == [(FIRST, "a better\nsummary")]
    assert desk.feedback(COMMENT) == feedback


def test_several_changes_at_once_are_an_entry_each(desk: Desk, report: str) -> None:
    """One request may change title, summary and status: each is an entry."""
    before = len(desk.entries(report))
    shown = desk.changed(report, title="a", summary="b", status="resolved", reason="c")
    assert (shown["title"], shown["summary"], shown["status"]) == ("a", "b", "resolved")
    kinds = {one["type"] for one in desk.entries(report)[:3]}
    assert kinds == {"title_change", "summary_change", "status_change"}
    assert len(desk.entries(report)) == before + 3


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "resolved"},
        {"title": "mine"},
        {"summary": "mine"},
        {"status": "snoozed"},
        {"status": "snoozed", "snoozed_until": "2026-10-02T12:00:00Z"},
    ],
)
def test_the_same_again_changes_nothing(desk: Desk, report: str, fields: dict[str, str]) -> None:
    """What a report is already is 200, and no entry; so is an open report that is to be open."""
    desk.changed(report, status="open", title=FIRST, summary=FIRST)
    assert of(desk, report, "status_change") == of(desk, report, "title_change") == []
    desk.changed(report, **fields)
    before = desk.shown(report), desk.entries(report)
    desk.api.wait(hours=1)
    desk.changed(report, **fields)
    assert (desk.shown(report), desk.entries(report)) == before


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"status": "withdrawn"}, "status"),
        ({"status": "Open"}, "status"),
        ({"status": ""}, "status"),
        ({"status": 1}, "status"),
        ({"status": "snoozed", "snoozed_until": "2026-10-01T11:59:59Z"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2026-10-01T13:59:59+02:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "tomorrow"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2026-10-02T12:00:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": 1_800_000_000}, "snoozed_until"),
        ({"status": "open", "snoozed_until": "2026-10-02T12:00:00Z"}, "snoozed_until"),
        ({"status": "resolved", "snoozed_until": "2026-10-02T12:00:00Z"}, "snoozed_until"),
        ({"snoozed_until": "2026-10-02T12:00:00Z"}, "snoozed_until"),
        ({"title": ""}, "title"),
        ({"title": " \t"}, "title"),
        ({"title": 5}, "title"),
        ({"summary": " \n "}, "summary"),
        ({"summary": ["x"]}, "summary"),
        ({"status": "resolved", "reason": " "}, "reason"),
        ({"status": "resolved", "reason": 5}, "reason"),
        ({"status": "resolved", "implementation": "span-1"}, "implementation"),
        ({"state": {}}, "state"),
        ({"feedback_id": 2}, "feedback_id"),
    ],
)
def test_a_change_that_does_not_fit_is_named(desk: Desk, report: str, fields: dict[str, Any], wrong: str) -> None:
    """What breaks a rule is 422 by its field; nothing of the request is done."""
    before = desk.shown(report), desk.entries(report)
    assert set(refused_fields(desk.change(report, fields))) == {wrong}
    also = {"title": "another", "summary": "another"} | fields
    assert set(refused_fields(desk.change(report, also))) == {wrong}
    assert (desk.shown(report), desk.entries(report)) == before


def test_nothing_to_change_is_422(desk: Desk, report: str) -> None:
    """A change that names nothing is refused."""
    refused(desk.change(report, {}), 422)
    assert [one["type"] for one in desk.entries(report)] == ["resolution"]


def test_a_snooze_ends_by_itself(desk: Desk, report: str) -> None:
    """A snoozed report says until when; once that is over, housekeeping reopens it, and an entry of the service's."""
    shown = desk.changed(report, status="snoozed", snoozed_until="2026-10-01T14:30:00+02:00")
    assert (shown["status"], shown["snoozed_until"]) == ("snoozed", "2026-10-01T12:30:00Z")
    assert of(desk, report, "status_change")[0]["content"]["snoozed_until"] == "2026-10-01T12:30:00Z"
    desk.api.wait(minutes=29)
    tidy_once(desk.api.services)
    assert desk.shown(report) == shown
    desk.api.wait(hours=2)
    tidy_once(desk.api.services)
    over = desk.shown(report)
    assert (over["status"], over["snoozed_until"]) == ("open", None)
    newest = of(desk, report, "status_change")[0]
    assert (step(newest), newest["producer"]) == (("snoozed", "open"), SYSTEM)
    desk.api.wait(hours=2)
    tidy_once(desk.api.services)
    assert len(of(desk, report, "status_change")) == 2


@pytest.mark.parametrize("ends", ["open", "resolved", None])
def test_a_snooze_without_an_end_lasts(desk: Desk, report: str, ends: str | None) -> None:
    """A report that is snoozed without a time stays so until somebody changes it; no old snooze reopens another one."""
    desk.changed(report, status="snoozed", snoozed_until="2026-10-01T13:00:00Z")
    if ends is not None:
        assert desk.changed(report, status=ends)["snoozed_until"] is None
    desk.changed(report, status="open")
    shown = desk.changed(report, status="snoozed")
    assert shown["snoozed_until"] is None
    desk.api.wait(days=20)
    tidy_once(desk.api.services)
    assert desk.shown(report) == shown


@pytest.mark.parametrize("to", ["resolved", "withdrawn"])
def test_the_end_of_a_snooze_opens_nothing_else(desk: Desk, report: str, to: str) -> None:
    """A report that was resolved or withdrawn while it was snoozed is not reopened when the snooze would have ended."""
    desk.changed(report, status="snoozed", snoozed_until="2026-10-01T13:00:00Z")
    if to == "resolved":
        desk.changed(report, status="resolved")
    else:
        desk.rewrite(COMMENT, "never mind", at=20)
    desk.api.wait(hours=2)
    tidy_once(desk.api.services)
    assert (desk.shown(report)["status"], desk.shown(report)["snoozed_until"]) == (to, None)
