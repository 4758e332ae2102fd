"""A report's implementation: one run, by its registration; its merged pull request alone resolves the report."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from resolver.claims.ring import Ring
from resolver.reports.work import MOST_PULLS
from tests.support.api import REPOSITORY, refused
from tests.support.builders import AGENT, OUTSIDER
from tests.support.reports import SHA, SYSTEM, Desk, open_desk, step

URL = "https://github.com/acme/widgets/pull/42"
RUN = "implementer"


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    """A desk over a store of either kind."""
    with open_desk(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def report(desk: Desk) -> str:
    """A report with nothing but what the service wrote."""
    return desk.open_report()


def implement(desk: Desk, report: str, span_id: str = RUN) -> None:
    """Register the implementation of a report."""
    desk.register(span_id, report_id=report, purpose="implementation")


def opened(desk: Desk, body: str | None = None) -> None:
    """Have the agent open its pull request."""
    desk.deliver(desk.pull("opened", desk.mark(RUN) if body is None else body, at=2))


def merged(desk: Desk, body: str | None = None) -> None:
    """Have the agent's pull request be merged."""
    desk.deliver(desk.pull("closed", desk.mark(RUN) if body is None else body, at=30, merged=True))


def is_open(desk: Desk, report: str) -> bool:
    """Whether a report is open, and has been ever since."""
    return desk.shown(report)["status"] == "open" and desk.entries(report, type="status_change") == []


def assert_resolved(desk: Desk, report: str) -> None:
    """Assert that a merged pull request resolved a report, and that this is said once."""
    shown = desk.shown(report)
    assert (shown["status"], shown["pull_request_url"]) == ("resolved", URL)
    (entry,) = desk.entries(report, type="status_change")
    assert step(entry) == ("open", "resolved")
    assert entry["content"]["pull_request_url"] == URL
    assert entry["producer"] == SYSTEM


def test_a_registration_makes_the_implementation(desk: Desk, report: str) -> None:
    """A run that is registered for a report implements it, and is associated with it by the service."""
    run = desk.register(RUN, report_id=report, purpose="implementation")
    shown = desk.shown(report)
    assert (shown["implementation"], shown["runs"], shown["status"]) == (RUN, [run], "open")
    assert (run["report_id"], run["purpose"]) == (report, "implementation")
    (entry,) = desk.entries(report, type="task_run")
    assert (entry["content"]["run"], entry["content"]["type"], entry["producer"]) == (RUN, "implementation", SYSTEM)


def test_a_second_run_is_409_and_not_registered(desk: Desk, report: str) -> None:
    """A report is implemented once: another run is refused, is not there, and changes nothing."""
    implement(desk, report)
    before = desk.shown(report), desk.entries(report)
    refused(desk.post_run("second", report_id=report, purpose="implementation"), 409)
    refused(desk.call("GET", "/runs/second"), 404)
    assert (desk.shown(report), desk.entries(report)) == before
    desk.register("second", number=9)
    assert (desk.shown(report), desk.entries(report)) == before


def test_the_same_registration_again_is_200(desk: Desk, report: str) -> None:
    """The implementation that is registered again is answered as before; nothing is written twice."""
    first = desk.post_run(RUN, report_id=report, purpose="implementation")
    before = desk.shown(report), desk.entries(report)
    second = desk.post_run(RUN, report_id=report, purpose="implementation")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert (desk.shown(report), desk.entries(report)) == before


def test_a_run_that_is_there_becomes_none_by_other_facts(desk: Desk, report: str) -> None:
    """A registered run keeps its facts: it cannot be registered again as an implementation."""
    refused(desk.post_run("span-1", report_id=report, purpose="implementation"), 409)
    assert desk.shown(report)["implementation"] is None


@pytest.mark.parametrize("named", ["0", "nothing", "r1", "1x", "-1", "9" * 30])
def test_another_system_s_name_of_a_report_is_only_kept(desk: Desk, report: str, named: str) -> None:
    """What cannot be the id of a report here is kept with the run, and makes it no implementation."""
    assert desk.register(RUN, report_id=named, purpose="implementation", number=9)["report_id"] == named
    assert desk.shown(report)["implementation"] is None


@pytest.mark.parametrize("named", ["999999", "9" * 18])
def test_an_unknown_report_is_404_and_the_run_not_registered(desk: Desk, report: str, named: str) -> None:
    """A run for a report that there is not is refused, and is not there; it may come again for the right one."""
    refused(desk.post_run(RUN, report_id=named, purpose="implementation"), 404)
    refused(desk.call("GET", f"/runs/{RUN}"), 404)
    implement(desk, report)
    assert desk.shown(report)["implementation"] == RUN


def test_a_foreign_report_is_404_and_the_run_not_registered(desk: Desk, report: str) -> None:
    """A run of another workspace implements no report of this one."""
    facts = {
        "span_id": RUN, "repository": REPOSITORY, "agent_name": "coder", "report_id": report,
        "purpose": "implementation",
    }  # fmt: skip
    refused(desk.call("POST", "/runs", facts, by=desk.others), 404)
    refused(desk.call("GET", f"/runs/{RUN}", by=desk.others), 404)
    assert desk.shown(report)["implementation"] is None
    implement(desk, report)


@pytest.mark.parametrize("named", ["own", "999999", "r1"])
@pytest.mark.parametrize("purpose", ["research", None, "Implementation"])
def test_for_another_purpose_the_report_is_only_kept(desk: Desk, report: str, named: str, purpose: str | None) -> None:
    """A run with another purpose keeps the report that it named, whatever that is, and is nothing to it."""
    named = report if named == "own" else named
    run = desk.register(RUN, report_id=named, purpose=purpose)
    assert run["report_id"] == named
    opened(desk)
    merged(desk)
    assert desk.shown(report)["implementation"] is None
    assert is_open(desk, report)


STEPS: dict[str, Callable[[Desk, str], None]] = {
    "registered": implement,
    "opened": lambda desk, _: opened(desk),
    "merged": lambda desk, _: merged(desk),
}


@pytest.mark.parametrize(
    "order",
    [*itertools.permutations(STEPS), ("registered", "merged"), ("merged", "registered")],
    ids="-".join,
)
def test_its_merged_pull_request_resolves_the_report(desk: Desk, report: str, order: Sequence[str]) -> None:
    """A merged pull request with the implementation's claim resolves the report, in whatever order it is learnt of."""
    for index, name in enumerate(order):
        done = {"registered", "merged"} <= set(order[:index])
        assert done or is_open(desk, report)
        STEPS[name](desk, report)
    assert_resolved(desk, report)


def test_a_claim_for_the_issue_counts_on_its_pull_request(desk: Desk, report: str) -> None:
    """A run that was started from an issue opens a pull request under another number: that one resolves the report."""
    desk.register(RUN, report_id=report, purpose="implementation", number=5)
    body = desk.mark(RUN, number=5)
    opened(desk, body)
    merged(desk, body)
    assert_resolved(desk, report)


def test_it_stays_resolved(desk: Desk, report: str) -> None:
    """Deliveries that come again, and the registration again, say nothing twice."""
    implement(desk, report)
    opened(desk)
    merged(desk)
    log = desk.entries(report)
    for told in (desk.pull("opened", desk.mark(RUN), at=2), desk.pull("closed", desk.mark(RUN), at=30, merged=True)):
        desk.deliver(told.again(f"again-{told.payload['action']}"))
    assert desk.post_run(RUN, report_id=report, purpose="implementation").status_code == 200
    assert desk.entries(report) == log
    assert_resolved(desk, report)


def test_a_claim_that_is_edited_in_counts(desk: Desk, report: str) -> None:
    """The body of a merged pull request gets the claim by an edit: the report is resolved then."""
    implement(desk, report)
    opened(desk, "Mends it.")
    merged(desk, "Mends it.")
    assert is_open(desk, report)
    edit = desk.pull("edited", f"Mends it.\n{desk.mark(RUN)}", at=40, merged=True)
    edit.payload["pull_request"]["state"] = "closed"
    desk.deliver(edit)
    assert_resolved(desk, report)


def test_a_reopened_report_stays_open(desk: Desk, report: str) -> None:
    """What was resolved by a pull request and is reopened by hand is not resolved by the same deliveries again."""
    implement(desk, report)
    opened(desk)
    merged(desk)
    desk.changed(report, status="open")
    desk.deliver(desk.pull("closed", desk.mark(RUN), at=30, merged=True).again("once-more"))
    assert desk.shown(report)["status"] == "open"


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0)])
def test_what_is_not_merged_resolves_nothing(desk: Desk, report: str, order: Sequence[int]) -> None:
    """A pull request that was closed unmerged leaves the report open; once it is reopened and merged, it counts."""
    steps: list[Callable[[], None]] = [
        lambda: implement(desk, report),
        lambda: opened(desk),
        lambda: desk.deliver(desk.pull("closed", desk.mark(RUN), at=20)),
    ]
    for index in order:
        steps[index]()
    assert is_open(desk, report)
    assert desk.shown(report)["pull_request_url"] == URL
    desk.deliver(desk.pull("reopened", desk.mark(RUN), at=25))
    assert is_open(desk, report)
    merged(desk)
    assert_resolved(desk, report)


@pytest.mark.parametrize("registered_first", [True, False])
def test_a_copied_claim_resolves_nothing(desk: Desk, report: str, *, registered_first: bool) -> None:
    """A claim that another account pasted into its own pull request is nobody's word: the report stays open."""
    if registered_first:
        implement(desk, report)
    desk.deliver(desk.comment(desk.mark(RUN), at=1))
    for action in ("opened", "closed"):
        desk.deliver(desk.pull(action, desk.mark(RUN), at=30, author=OUTSIDER, merged=action == "closed"))
    if not registered_first:
        implement(desk, report)
    assert is_open(desk, report)
    assert desk.shown(report)["pull_request_url"] is None


@pytest.mark.parametrize("registered_first", [True, False])
def test_a_body_without_its_claim_resolves_nothing(desk: Desk, report: str, *, registered_first: bool) -> None:
    """No claim, another run's, a forged one, one in code or a quote, a claim beside the body: none is the body's."""
    if registered_first:
        implement(desk, report)
    bodies = [
        "Mends it.",
        desk.mark("span-1", number=61),
        desk.mark("span-1", number=62).replace("span-1", RUN),
        f"```\n{desk.mark(RUN, number=63)}\n```",
        f"> {desk.mark(RUN, number=64)}",
    ]
    for number, body in enumerate(bodies, start=60):
        for action in ("opened", "closed"):
            desk.deliver(desk.pull(action, body, at=30, number=number, merged=action == "closed"))
    opened(desk, "Mends it.")
    desk.deliver(desk.comment(desk.mark(RUN), at=3))
    merged(desk, "Mends it.")
    if not registered_first:
        implement(desk, report)
    assert is_open(desk, report)


def test_an_unsigned_claim_resolves_nothing(tmp_path: Path) -> None:
    """Where nothing is signed anybody can write a claim: a merged pull request resolves no report."""
    with open_desk(tmp_path, signing_secrets=Ring()) as desk:
        report = desk.open_report()
        implement(desk, report)
        opened(desk)
        merged(desk)
        assert desk.got(f"/runs/{RUN}/artifacts")["items"][0]["trust"] == "unsigned"
        assert is_open(desk, report)


def test_a_pull_request_that_the_run_only_names_resolves_nothing(desk: Desk, report: str) -> None:
    """A run may say which pull request it made; without its claim in the body that is not proven."""
    implement(desk, report)
    desk.deliver(desk.pull("opened", "Mends it.", at=2))
    answer = desk.call("PATCH", f"/runs/{RUN}", {"artifacts": [URL], "head_sha": SHA})
    assert answer.status_code == 200, answer.text
    merged(desk, "Mends it.")
    assert is_open(desk, report)


def test_one_report_alone_is_resolved(desk: Desk, report: str) -> None:
    """A merged pull request resolves the report that its run implements, and no other one, not even on its number."""
    other = desk.open_report("be kind")
    implement(desk, report)
    implement(desk, other, "other-run")
    desk.appended(other, "task_run", {}, by=desk.as_run(RUN))
    opened(desk)
    merged(desk)
    assert_resolved(desk, report)
    assert is_open(desk, other)


@pytest.mark.parametrize("named", [True, False])
def test_any_number_of_copies_does_not_hide_the_run_s_own(tmp_path: Path, migrated_url: str, *, named: bool) -> None:
    """However many pull requests strangers open with the claim pasted in, before and after: the run's own counts."""
    accounts = {"agent_logins": frozenset({AGENT.login})} if named else {}
    with open_desk(tmp_path, database_url=migrated_url, **accounts) as desk:
        report = desk.open_report()
        implement(desk, report)
        desk.deliver(desk.comment(desk.mark(RUN), at=1))

        def copies(first: int) -> None:
            desk.deliver(
                *(
                    desk.pull("opened", desk.mark(RUN), at=2, number=number, author=OUTSIDER)
                    for number in range(first, first + MOST_PULLS + 1)
                )
            )

        copies(100)
        assert desk.shown(report)["pull_request_url"] is None
        opened(desk)
        copies(200)
        assert desk.shown(report)["pull_request_url"] == URL
        merged(desk)
        assert_resolved(desk, report)
