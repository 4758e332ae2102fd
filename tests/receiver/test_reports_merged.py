"""What must not resolve a report, and what must: pull requests that are copied, renamed, reopened, of another place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.attacked import NUMBER, REPO, Siege, open_siege
from tests.support.builders import AGENT, OUTSIDER, Repo, issue_comment, minute, pull_request, repository_renamed, sha
from tests.support.workspaces import MAINTAINER, SHARED, Town, open_town


@pytest.fixture
def siege(tmp_path: Path, migrated_url: str) -> Iterator[Siege]:
    """A service over a store of either kind."""
    with open_siege(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(siege: Siege) -> str:
    """A report that a run is registered to implement."""
    opened = siege.open_report()
    siege.implement(opened, numbers=[43, 44])
    return opened


def reopen(siege: Siege, report: str) -> None:
    """Assert that a report is resolved, and reopen it by hand."""
    assert siege.shown(report)["status"] == "resolved"
    siege.done("PATCH", f"/reports/{report}", {"status": "open"})


def test_a_merge_is_followed_once_whatever_the_repository_is_called(siege: Siege, report: str) -> None:
    """A report that was reopened by hand stays open when its repository, and so the pull request's URL, is renamed."""
    siege.deliver(siege.pull(at=3), siege.pull("closed", at=20, merged=True))
    reopen(siege, report)
    renamed = replace(REPO, name="acme/gadgets")
    siege.deliver(repository_renamed(renamed, was="widgets"))
    siege.deliver(siege.pull("edited", f"{siege.mark()} and more", at=30, merged=True, repo=renamed))
    shown = siege.shown(report)
    assert (shown["status"], shown["pull_request_url"]) == ("open", f"{renamed.url}/pull/{NUMBER}")


def test_each_merge_is_followed(siege: Siege, report: str) -> None:
    """Of several pull requests each merge resolves the report once, in whatever order they were opened."""
    for number in (43, 44):
        siege.deliver(siege.pull(at=number / 10, number=number, created=number / 10))
    siege.deliver(siege.pull("closed", at=20, number=44, created=4.4, merged=True))
    reopen(siege, report)
    siege.deliver(siege.pull("closed", at=30, number=43, created=4.3, merged=True))
    reopen(siege, report)
    siege.deliver(siege.pull("edited", f"{siege.mark()} x", at=40, number=44, created=4.4, merged=True))
    assert siege.shown(report)["status"] == "open"


def test_copies_do_not_hide_the_pull_request(siege: Siege, report: str) -> None:
    """However many pull requests an outsider opens with the copied claim, the run's own is shown, and resolves."""
    siege.deliver(siege.pull(at=3))
    for number in range(100, 121):
        siege.deliver(siege.pull(at=5, created=5, number=number, author=OUTSIDER))
    assert siege.shown(report)["pull_request_url"] == f"{REPO.url}/pull/{NUMBER}"
    siege.deliver(siege.pull("closed", at=20, merged=True))
    assert siege.shown(report)["status"] == "resolved"


def test_a_merged_one_among_many_counts(siege: Siege, report: str) -> None:
    """A run that made more pull requests than are looked at resolves the report by the oldest of them, too."""
    siege.deliver(siege.pull(at=3))
    for number in range(100, 121):
        siege.deliver(siege.pull(at=5, created=5, number=number))
    siege.deliver(siege.pull("closed", at=20, merged=True))
    assert siege.shown(report)["status"] == "resolved"


@pytest.mark.parametrize("seen_before", [True, False])
def test_an_older_pull_request_of_somebody_else_is_a_copy(siege: Siege, report: str, *, seen_before: bool) -> None:
    """A claim from the agent's comment that an outsider edits into a pull request from before is still a copy."""
    if seen_before:
        siege.deliver(siege.pull("opened", "Mine.", at=1, created=1, number=43, author=OUTSIDER))
    siege.deliver(issue_comment(REPO, id=5, number=NUMBER, author=AGENT, body=siege.mark(), at=minute(3)))
    siege.deliver(siege.pull("closed", at=5, created=1, number=43, author=OUTSIDER, merged=True))
    shown = siege.shown(report)
    assert (shown["status"], shown["pull_request_url"]) == ("open", None)


@pytest.mark.parametrize("heir", [True, False])
def test_another_repository_resolves_nothing(siege: Siege, report: str, *, heir: bool) -> None:
    """The agent's own claim counts in the run's repository alone, not in one that took over its name."""
    other = Repo(id=7777, name=REPO.name if heir else "acme/elsewhere", updated_at=minute(25))
    if heir:
        renamed = replace(REPO, name="acme/gadgets", updated_at=minute(20))
        siege.deliver(repository_renamed(renamed, was="widgets"))
    siege.deliver(siege.pull("closed", at=30, created=29, merged=True, repo=other))
    shown = siege.shown(report)
    assert (shown["status"], shown["pull_request_url"]) == ("open", None)


def implemented(town: Town) -> tuple[str, str]:
    """Have the north's report about the shared repository be implemented; return its id and the run's mark."""
    said = issue_comment(SHARED, id=1, author=MAINTAINER, body="/agents improve it", at=minute(10))
    town.deliver(said)
    (report,) = town.done(town.north, "GET", "/reports")["items"]
    facts = {"span_id": "same", "repository": SHARED.name, "agent_name": "coder", "number": 42}
    link = {"report_id": report["id"], "purpose": "implementation", "started_at": minute(0)}
    return report["id"], town.done(town.north, "POST", "/runs", facts | link)["hidden_comment"]


def test_a_repository_that_left_changes_nothing(tmp_path: Path) -> None:
    """What becomes of a pull request after its repository went to another workspace is not told in the former one."""
    with open_town(tmp_path, workspaces={SHARED.name: frozenset({"north"})}) as town:
        report, mark = implemented(town)
        town.deliver(pull_request(SHARED, body=mark, at=minute(20)))
        before, north = town.done(town.north, "GET", f"/reports/{report}"), town.north.headers
    assert before["pull_request_url"] == f"{SHARED.url}/pull/42"
    with open_town(tmp_path, workspaces={SHARED.name: frozenset({"south"})}) as town:
        gone = replace(SHARED, updated_at=minute(25))
        town.deliver(
            pull_request(gone, "closed", body=mark, at=minute(30), merged=True, merge_commit=sha("m")),
            pull_request(gone, number=43, id=4_200_043, body=mark, at=minute(31)),
        )
        town.north.headers = north
        assert town.done(town.north, "GET", f"/reports/{report}") == before


def test_the_same_span_of_another_workspace_is_another_run(tmp_path: Path) -> None:
    """In a repository of two workspaces a merged pull request resolves the report of the one that signed it."""
    with open_town(tmp_path) as town:
        report, mark = implemented(town)
        (theirs,) = town.done(town.south, "GET", "/reports")["items"]
        facts = {"span_id": "same", "repository": SHARED.name, "agent_name": "coder", "number": 42}
        link = {"report_id": theirs["id"], "purpose": "implementation"}
        assert town.call(town.south, "POST", "/v1/runs", facts | link | {"report_id": report}).status_code == 404
        town.done(town.south, "POST", "/runs", facts | link)
        town.deliver(pull_request(SHARED, "closed", body=mark, at=minute(20), merged=True, merge_commit=sha("m")))
        shown = [
            town.done(who, "GET", f"/reports/{one}") for who, one in ((town.north, report), (town.south, theirs["id"]))
        ]
    assert [(one["status"], one["pull_request_url"]) for one in shown] == [
        ("resolved", f"{SHARED.url}/pull/42"),
        ("open", None),
    ]
