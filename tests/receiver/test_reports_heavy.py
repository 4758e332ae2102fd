"""Reports that hold as much as they may: nobody who reads a list makes the service need more than it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.reports.following import MOST_REPORTS
from store import Store
from tests.support.api import pages
from tests.support.attacked import Siege, open_siege
from tests.support.entries import entry, opened
from tests.support.facts import WORKSPACE

TEXT = "x" * 60_000
REPORTS = 45
AT_MOST = 8 * 2**20
"""Bytes of a page: it ends with the twenty reports that make it too large."""


@pytest.fixture
def siege(tmp_path: Path) -> Iterator[Siege]:
    """A service with as many reports as make several pages, each with as much in its state as it can hold."""
    with open_siege(tmp_path) as opened:
        yield opened


def test_a_page_of_large_reports_is_no_larger_than_can_be_sent(siege: Siege) -> None:
    """Reports whose judgments are as long as they may be come on several pages, each of them once, newest first."""
    expected = [siege.open_report(str(number)) for number in range(REPORTS)][::-1]
    for report in expected:
        siege.append(report, "repo_selection", {"repository": "acme/widgets", "reason": TEXT})
        siege.append(report, "priority_judgment", {"priority": "P1", "explanation": TEXT})
        siege.append(report, "safety_judgment", {"choice": True, "explanation": TEXT})
        siege.append(report, "suggested_reviewers", [{"login": "mona", "reason": TEXT}])
    first = siege.call("GET", "/reports?limit=500")
    assert len(first.data) < AT_MOST
    assert (first.json or {})["next_cursor"] is not None
    for limit in (500, 30, 7):
        assert [one["id"] for one in pages(siege.api, "/reports", limit=limit)] == expected


def test_a_page_of_small_reports_is_as_long_as_was_asked_for(siege: Siege) -> None:
    """Where nothing is large a page has as many reports as it may, and the last one leads nowhere."""
    for number in range(REPORTS):
        siege.open_report(str(number))
    page = siege.done("GET", f"/reports?limit={REPORTS}")
    assert (len(page["items"]), page["next_cursor"]) == (REPORTS, None)


def test_runs_count_towards_the_size(siege: Siege) -> None:
    """Runs that say as much as they may fill a page as judgments do."""
    skills = [f"{number:03}{TEXT[:500]}" for number in range(100)]
    for number in range(20):
        siege.register(f"run-{number}", skill_version_ids=skills)
    reports = [siege.open_report(str(number)) for number in range(22)]
    for report in reports:
        for number in range(20):
            siege.append(report, "task_run", {"run": f"run-{number}"})
    first = siege.done("GET", "/reports?limit=500")
    assert len(first["items"]) == 20
    assert [one["id"] for one in pages(siege.api, "/reports", limit=500)] == reports[::-1]


def test_a_run_of_very_many_reports_is_followed_in_the_newest(store: Store) -> None:
    """Whoever associates a run with everything has only the newest reports looked at, and always what it implements."""
    with store.transaction() as ledger:
        reports = [opened(ledger, number) for number in range(1, MOST_REPORTS + 6)]
        for report in reports:
            ledger.add_entry(entry(report, "task_run", {"run": "busy"}, key="busy"))
        ledger.put_report(replace(reports[0], implementation="busy"))
        found = ledger.reports_of_runs([(WORKSPACE, "busy"), (WORKSPACE, "other")], MOST_REPORTS)
    assert found == {report.id for report in (reports[0], *reports[5:])}
