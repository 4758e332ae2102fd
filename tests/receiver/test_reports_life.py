"""A report's life: it opens with its feedback and follows its text and its answers; every change is an entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import pages, refused
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Person, issue_comment, minute, review_comment
from tests.support.reports import OPERATOR, REPO, REPORT_FIELDS, STATUS_TYPES, SYSTEM, Desk, open_desk, run_of, step

COMMENT = 700
FIRST = "be brief"
EDITOR = Person(id=511, login="editor", association="MEMBER")
USER = {"kind": "user", "user": MAINTAINER.login}


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind, where two people may give feedback."""
    people = frozenset({MAINTAINER.login, EDITOR.login})
    with open_desk(tmp_path, database_url=migrated_url, feedback_authors=people) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """The report of the comment that the tests of this module edit."""
    return desk.open_report(FIRST, id=COMMENT)


def of(desk: Desk, report: str, kind: str) -> list[dict[str, Any]]:
    """Return the entries of a type, newest first."""
    return desk.entries(report, type=kind)


def test_a_report_opens_with_its_feedback(desk: Desk) -> None:
    """Authorised feedback names its report at once: open, with the instruction and its first line."""
    given = desk.give("be brief\nand say why")
    report = given["report_id"]
    assert isinstance(report, str)
    assert report.isdigit()
    shown = desk.shown(report)
    assert set(shown) == REPORT_FIELDS
    assert shown == {
        "id": report,
        "title": "be brief",
        "summary": given["instruction"],
        "status": "open",
        "snoozed_until": None,
        "state": dict.fromkeys(STATUS_TYPES),
        "feedback_id": given["id"],
        "feedback": {name: given[name] for name in ("id", "url", "author", "source", "status", "created_at")},
        "repository": REPO.name,
        "number": given["number"],
        "resolution": given["resolution"],
        "runs": [],
        "implementation": None,
        "pull_request_url": None,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert given["instruction"] == "be brief\nand say why"
    assert pages(desk.api, "/reports") == [shown]


def test_the_first_answer_is_an_entry(desk: Desk, report: str) -> None:
    """The answer that the feedback was given is an entry by the service, whatever it says."""
    answer = desk.feedback(COMMENT)["resolution"]
    (entry,) = of(desk, report, "resolution")
    names = ("confidence", "mode", "span_id", "diagnostic", "cause")
    assert entry["content"] == {name: answer[name] for name in names}
    assert entry["producer"] == SYSTEM


def test_a_long_first_line_is_cut(desk: Desk) -> None:
    """A title is the beginning of a long first line; the summary is the whole instruction."""
    line = "word " * 600
    shown = desk.shown(desk.open_report(f"{line}\nmore"))
    assert len(shown["title"]) < len(line) / 2
    assert shown["title"][:40] == line[:40]
    assert shown["summary"].startswith(line.strip())
    assert shown["summary"].endswith("more")


def test_a_strangers_feedback_opens_none(desk: Desk) -> None:
    """Feedback that is not authorised names no report, and there is none."""
    assert desk.give(author=OUTSIDER)["report_id"] is None
    assert pages(desk.api, "/reports") == []


def test_each_feedback_opens_one(desk: Desk, report: str) -> None:
    """A delivery that comes again changes nothing; other feedback opens another report."""
    before = desk.shown(report), desk.entries(report)
    told = issue_comment(REPO, id=COMMENT, body=f"/agents improve {FIRST}", at=minute(10))
    desk.deliver(told.again(), told.again("another-guid"))
    assert (desk.shown(report), desk.entries(report)) == before
    other = desk.open_report("be kind")
    assert [one["id"] for one in pages(desk.api, "/reports")] == [other, report]


def test_a_new_text_sets_title_and_summary(desk: Desk, report: str) -> None:
    """Who edits the instruction changes title and summary: entries by the editor, from what was to what is."""
    desk.rewrite(COMMENT, "/agents improve be kind\nplease", at=20, sender=EDITOR)
    shown = desk.shown(report)
    assert (shown["title"], shown["summary"], shown["status"]) == ("be kind", "be kind\nplease", "open")
    (title,), (summary,) = (of(desk, report, kind) for kind in ("title_change", "summary_change"))
    assert (step(title), step(summary)) == ((FIRST, "be kind"), (FIRST, "be kind\nplease"))
    assert title["producer"] == summary["producer"] == {"kind": "user", "user": EDITOR.login}
    assert desk.feedback(COMMENT)["report_id"] == report


def test_a_new_text_replaces_what_was_set_by_hand(desk: Desk, report: str) -> None:
    """A title and a summary that were set by hand hold until the instruction changes."""
    desk.changed(report, title="mine", summary="my summary")
    desk.rewrite(COMMENT, "/agents improve be kind", at=20)
    shown = desk.shown(report)
    assert (shown["title"], shown["summary"]) == ("be kind", "be kind")
    assert [step(one) for one in of(desk, report, "title_change")] == [("mine", "be kind"), (FIRST, "mine")]
    assert [one["producer"] for one in of(desk, report, "summary_change")] == [USER, OPERATOR]


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_a_report_follows_the_withdrawal(desk: Desk, report: str, action: str) -> None:
    """Feedback that is taken back, by an edit or with its comment, withdraws its report, as an entry says."""
    body = "never mind" if action == "edited" else f"/agents improve {FIRST}"
    desk.rewrite(COMMENT, body, at=20, action=action)
    assert desk.feedback(COMMENT)["status"] == "withdrawn"
    assert desk.shown(report)["status"] == "withdrawn"
    (entry,) = of(desk, report, "status_change")
    assert step(entry) == ("open", "withdrawn")
    assert entry["producer"] in (USER, SYSTEM)


def test_restored_feedback_opens_its_report_again(desk: Desk, report: str) -> None:
    """The command comes back, and with it the same report, its log complete."""
    note = desk.appended(report, "note", {"note": "looked"})
    desk.rewrite(COMMENT, "never mind", at=20)
    assert desk.written(report) == [note]
    desk.rewrite(COMMENT, f"/agents improve {FIRST}", at=30)
    assert desk.feedback(COMMENT)["report_id"] == report
    assert desk.shown(report)["status"] == "open"
    assert [step(one) for one in of(desk, report, "status_change")] == [("withdrawn", "open"), ("open", "withdrawn")]
    assert note in desk.entries(report)


def test_feedback_that_loses_its_authority_withdraws_its_report(desk: Desk, report: str) -> None:
    """An edit by somebody who may not give feedback takes the authority away, and the report with it."""
    desk.rewrite(COMMENT, "/agents improve something else", at=20, sender=OUTSIDER)
    assert desk.feedback(COMMENT)["authorized"] is False
    assert (desk.shown(report)["status"], desk.feedback(COMMENT)["report_id"]) in (
        ("withdrawn", report),
        ("withdrawn", None),
    )
    desk.rewrite(COMMENT, "/agents improve be kind", at=30)
    assert (desk.shown(report)["status"], desk.feedback(COMMENT)["report_id"]) == ("open", report)


def test_a_new_text_opens_a_resolved_report(desk: Desk, report: str) -> None:
    """An instruction that changes is work again, whatever was said of the one before."""
    desk.changed(report, status="resolved")
    desk.rewrite(COMMENT, "/agents improve be kind", at=20)
    assert desk.shown(report)["status"] == "open"
    assert step(of(desk, report, "status_change")[0]) == ("resolved", "open")


def test_a_withdrawn_report_takes_no_status(desk: Desk, report: str) -> None:
    """The feedback alone brings a withdrawn report back: any status by hand is 409, and nothing changes."""
    desk.rewrite(COMMENT, "never mind", at=20)
    before = desk.shown(report), desk.entries(report)
    for fields in ({"status": "open"}, {"status": "resolved"}, {"status": "snoozed"}):
        refused(desk.change(report, fields), 409)
    assert (desk.shown(report), desk.entries(report)) == before


def test_late_evidence_is_an_entry(desk: Desk) -> None:
    """Where evidence that comes late changes the answer, an entry by the service says so; the former one stays."""
    told: dict[str, Any] = {"review_id": None}
    desk.deliver(review_comment(REPO, id=32, in_reply_to_id=31, body="/agents improve it", at=minute(10), **told))
    feedback = desk.feedback(32)
    report = feedback["report_id"]
    assert feedback["resolution"]["confidence"] != "exact"
    desk.deliver(review_comment(REPO, id=31, author=AGENT, body=desk.mark("span-1"), at=minute(5), **told))
    answer = desk.feedback(32)["resolution"]
    assert (answer["confidence"], answer["span_id"]) == ("exact", "span-1")
    entries = of(desk, report, "resolution")
    assert [one["content"]["confidence"] for one in entries] == ["exact", feedback["resolution"]["confidence"]]
    assert (entries[0]["content"]["span_id"], entries[0]["content"]["cause"]) == ("span-1", answer["cause"])
    assert [one["producer"] for one in entries] == [SYSTEM, SYSTEM]
    assert desk.shown(report)["resolution"] == answer


def test_a_correction_is_an_entry_by_who_corrected(desk: Desk, report: str) -> None:
    """A correction is an entry by the token or the run that made it, never by a person who is only named."""
    body = {"span_id": "span-1", "reason": "it was this one"}
    path = f"/feedback/{desk.feedback(COMMENT)['id']}/resolution"
    bound = desk.token("feedback:write", run="span-2")
    for more, by, producer in (
        ({}, None, OPERATOR),
        ({"by": "mona"}, None, OPERATOR),
        ({"reason": "no, that"}, bound, run_of("span-2")),
    ):
        answer = desk.call("POST", path, body | more, by=by)
        assert answer.status_code == 201, answer.text
        newest = of(desk, report, "resolution")[0]
        assert newest["producer"] == producer
        content = newest["content"]
        assert (content["confidence"], content["mode"], content["span_id"]) == ("exact", "manual", "span-1")
        assert (content["diagnostic"], content["cause"]) == ((body | more)["reason"], (answer.json or {})["cause"])
    assert len(of(desk, report, "resolution")) == 4
    assert desk.call("POST", path, body | {"reason": "no, that"}, by=bound).status_code == 200
    assert len(of(desk, report, "resolution")) == 4
