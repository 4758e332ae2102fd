"""``task_run``: which runs worked on a report; what anybody may write, and what nothing follows from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import pages, refused, refused_fields
from tests.support.builders import OUTSIDER
from tests.support.reports import OPERATOR, SYSTEM, Desk, association, open_desk, run_of

URL = "https://github.com/acme/widgets/pull"


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


def spans(desk: Desk, report: str) -> list[str]:
    """Return the runs that a report shows, in its order."""
    return [one["span_id"] for one in desk.shown(report)["runs"]]


@pytest.mark.parametrize("way", ["header", "bound"])
def test_a_run_associates_itself_with_nothing(desk: Desk, report: str, way: str) -> None:
    """An empty content is the calling run's: product ``agents``, type ``run``; the report shows the whole run."""
    by = desk.as_run("span-1") if way == "header" else desk.bound("span-1")
    entry = desk.appended(report, "task_run", {}, by=by)
    assert entry["content"] == association("span-1")
    assert entry["producer"] == run_of("span-1")
    assert desk.shown(report)["runs"] == [desk.got("/runs/span-1")]
    assert [one["id"] for one in pages(desk.api, "/reports", run="span-1")] == [report]
    assert pages(desk.api, "/reports", run="span-2") == []


def test_the_same_association_is_kept_once(desk: Desk, report: str) -> None:
    """An association that is there already is 200 and the former entry, whoever writes it, whatever came in between."""
    first = desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))
    desk.appended(report, "note", {"note": "in between"})
    desk.appended(report, "task_run", {}, by=desk.as_run("span-2"))
    for content, by in (
        ({}, desk.as_run("span-1")),
        ({}, desk.bound("span-1")),
        (association("span-1"), desk.as_run("span-1")),
        (association("span-1"), desk.api.headers),
    ):
        assert desk.appended(report, "task_run", content, by=by, status=200) == first
    assert len(desk.entries(report, type="task_run")) == 2


def test_another_product_or_type_is_another_association(desk: Desk, report: str) -> None:
    """One run may be associated in several ways; the report shows it once."""
    said = association("span-1")
    for more in ({}, {"type": "research"}, {"product": "other"}):
        desk.appended(report, "task_run", said | more)
    assert desk.appended(report, "task_run", said | {"type": "research"}, status=200)["content"]["type"] == "research"
    assert len(desk.entries(report, type="task_run")) == 3
    assert spans(desk, report) == ["span-1"]


def test_each_report_has_associations_of_its_own(desk: Desk, report: str) -> None:
    """A run that worked on two reports is kept with each."""
    other = desk.open_report()
    for one in (report, other):
        desk.appended(one, "task_run", {}, by=desk.as_run("span-1"))
    assert [one["id"] for one in pages(desk.api, "/reports", run="span-1")] == [other, report]


def test_an_agent_names_the_run(desk: Desk, report: str) -> None:
    """A client that is no run names one; without any it is told that the run is missing."""
    entry = desk.appended(report, "task_run", association("span-2"))
    assert (entry["content"], entry["producer"]) == (association("span-2"), OPERATOR)
    assert refused_fields(desk.append(report, "task_run", {})) == ["content.run"]
    assert len(desk.entries(report, type="task_run")) == 1


@pytest.mark.parametrize("span_id", ["nobody", "theirs", "", " ", "SPAN-1"])
def test_a_run_that_is_not_there_is_422(desk: Desk, report: str, span_id: str) -> None:
    """A run that is unknown, blank or another workspace's is refused by ``content.run``."""
    assert refused_fields(desk.append(report, "task_run", association(span_id))) == ["content.run"]
    assert desk.entries(report, type="task_run") == []


@pytest.mark.parametrize("field", ["run", "product", "type"])
def test_an_association_is_held_to_its_fields(desk: Desk, report: str, field: str) -> None:
    """What is blank or no text is refused by its field; so is a field that nobody knows."""
    for value in ("", " \t", 5, True, ["span-1"], {"a": "b"}):
        said = association("span-1") | {field: value}
        assert set(refused_fields(desk.append(report, "task_run", said))) == {f"content.{field}"}, value
    assert refused_fields(desk.append(report, "task_run", association("span-1") | {"more": 1})) == ["content.more"]
    assert refused_fields(desk.append(report, "task_run", [])) == ["content"]
    assert desk.entries(report, type="task_run") == []


def test_a_run_associates_no_other(desk: Desk, report: str) -> None:
    """Whoever writes as a run and names another one is 403, by header and by binding."""
    for by in (desk.as_run("span-1"), desk.bound("span-1"), desk.as_run("span-1", desk.bound("span-1"))):
        refused(desk.append(report, "task_run", association("span-2"), by=by), 403)
    assert desk.entries(report, type="task_run") == []


def test_a_run_does_not_turn_its_association_into_another_s(desk: Desk, report: str) -> None:
    """An edit is held to the same rule as the first writing: no other run's, and none that is not there."""
    entry = desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))
    refused(desk.edit(report, entry["id"], association("span-2"), by=desk.as_run("span-1")), 403)
    assert refused_fields(desk.edit(report, entry["id"], association("nobody"))) == ["content.run"]
    assert desk.entry(report, entry["id"]) == entry


def test_a_deleted_association_is_gone(desk: Desk, report: str) -> None:
    """A run that was associated once, and is no more, is neither shown nor found; it may be associated again."""
    entry = desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))
    assert desk.delete(report, entry["id"], by=desk.as_run("span-1")).status_code == 204
    assert spans(desk, report) == []
    assert pages(desk.api, "/reports", run="span-1") == []
    assert desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))["id"] != entry["id"]
    assert spans(desk, report) == ["span-1"]


def test_the_newest_twenty_runs_are_shown(desk: Desk, report: str) -> None:
    """A report shows its newest twenty runs, the newest first; the log and the filter have them all."""
    names = [f"run-{index:02}" for index in range(22)]
    for name in names:
        desk.api.wait(minutes=1)
        desk.register(name, started_at=desk.api.now.isoformat())
        desk.appended(report, "task_run", {}, by=desk.as_run(name))
    assert spans(desk, report) == names[:1:-1]
    assert len(desk.entries(report, type="task_run")) == 22
    assert [one["id"] for one in pages(desk.api, "/reports", run=names[0])] == [report]


def test_the_newest_pull_request_of_its_runs_is_shown(desk: Desk, report: str) -> None:
    """A report names the newest pull request whose body carries an associated run's claim; closing it keeps it."""
    desk.deliver(desk.pull("opened", desk.mark("span-2"), at=3))
    assert desk.shown(report)["pull_request_url"] is None
    desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))
    assert desk.shown(report)["pull_request_url"] is None
    desk.appended(report, "task_run", {}, by=desk.as_run("span-2"))
    assert desk.shown(report)["pull_request_url"] == f"{URL}/42"
    desk.deliver(desk.pull("closed", desk.mark("span-2"), at=30))
    assert desk.shown(report)["pull_request_url"] == f"{URL}/42"


def test_a_copied_claim_names_no_pull_request(desk: Desk, report: str) -> None:
    """A pull request into which somebody else pasted a run's claim is none of the run's."""
    desk.appended(report, "task_run", {}, by=desk.as_run("span-1"))
    desk.deliver(desk.comment(desk.mark("span-1"), at=1))
    desk.deliver(desk.pull("opened", desk.mark("span-1"), at=3, author=OUTSIDER))
    assert desk.shown(report)["pull_request_url"] is None


@pytest.mark.parametrize("kind", ["run", "implementation"])
def test_an_association_resolves_nothing(desk: Desk, report: str, kind: str) -> None:
    """What anybody may write is no authority: an associated run's merged pull request leaves the report open."""
    for by, span in ((desk.as_run("span-1"), "span-1"), (desk.bound("span-2"), "span-2"), (None, "span-3")):
        desk.appended(report, "task_run", association(span) | {"type": kind}, by=by)
    bodies = {42: "span-1", 43: "span-2", 44: "span-3"}
    for number, span in bodies.items():
        body = desk.mark(span, number=number)
        desk.deliver(desk.pull("opened", body, at=3, number=number))
        desk.deliver(desk.pull("closed", body, at=30, number=number, merged=True))
    shown = desk.shown(report)
    assert (shown["status"], shown["implementation"]) == ("open", None)
    assert shown["pull_request_url"] is not None
    assert desk.entries(report, type="status_change") == []


def test_an_association_takes_no_implementation_away(desk: Desk, report: str) -> None:
    """The implementation is what the service recorded: neither another's association nor its own changes that."""
    desk.register("made", report_id=report, purpose="implementation")
    desk.appended(report, "task_run", association("span-1") | {"type": "implementation"})
    assert desk.shown(report)["implementation"] == "made"
    own = desk.entries(report, type="task_run")[-1]
    assert (own["producer"], own["content"]["run"], own["content"]["type"]) == (SYSTEM, "made", "implementation")
