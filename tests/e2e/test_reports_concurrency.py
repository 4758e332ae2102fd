"""Several writers of one report at the same moment, over a real service with several processes, on both databases."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import requests

from tests.support.builders import Repo, issue_comment, minute
from tests.support.databases import postgres_url
from tests.support.reports import RUN_HEADER, priority, run_of
from tests.support.service import WEBHOOK_SECRET, Service, running, until

TIMEOUT = 30
WRITERS = 8
APPENDED = 100
ROUNDS = 8
"""How often two meet: a race that is lost once in a few times shows."""
REPO = Repo()


@dataclass(slots=True)
class Office:
    """A service, and who asks it: a connection for each thread, so that its processes share the work."""

    service: Service
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    def call(self, method: str, path: str, body: object = None, *, run: str | None = None) -> requests.Response:
        """Send a request to the API, on a connection of its own."""
        headers = self.service.authorization | {"Connection": "close"} | ({} if run is None else {RUN_HEADER: run})
        return requests.request(method, f"{self.service.url}/v1{path}", json=body, headers=headers, timeout=TIMEOUT)

    def done(self, method: str, path: str, body: object = None, *, run: str | None = None) -> dict[str, Any]:
        """Ask for what must succeed."""
        answer = self.call(method, path, body, run=run)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def everything(self, path: str) -> list[dict[str, Any]]:
        """Read a list to its end."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.done("GET", f"{path}{'&' if '?' in path else '?'}limit=40{cursor}")
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    def open_report(self) -> str:
        """Have a maintainer give feedback; return the id of its report, once the worker has opened it."""
        number = next(self._ids)
        told = issue_comment(REPO, id=number, body="/agents improve it", at=minute(10))
        url = f"{self.service.url}/webhooks/github"
        answer = requests.post(url, data=told.body, headers=told.headers(WEBHOOK_SECRET), timeout=TIMEOUT)
        assert answer.status_code == 202, answer.text
        (given,) = until(lambda: [one for one in self.everything("/feedback") if one["github_id"] == number])
        return str(given["report_id"])

    def register(self, span_id: str, **more: object) -> requests.Response:
        """Ask to register a run."""
        facts = {"span_id": span_id, "repository": REPO.name, "agent_name": "coder", "number": 42}
        return self.call("POST", "/runs", facts | more)

    def append(self, report: str, kind: str, content: object, *, run: str | None = None) -> requests.Response:
        """Append an entry."""
        return self.call("POST", f"/reports/{report}/entries", {"type": kind, "content": content}, run=run)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A service with three web processes, on either database, and the runs ``span-0`` to ``span-7``."""
    folder = tmp_path_factory.mktemp("office")
    if request.param == "sqlite":
        with running(folder, workers="3", rate_limit="0") as service:
            yield _furnished(service)
    else:
        with postgres_url() as url, running(folder, workers="3", rate_limit="0", database_url=url) as service:
            yield _furnished(service)


def _furnished(service: Service) -> Office:
    made = Office(service)
    for number in range(WRITERS):
        assert made.register(f"span-{number}").status_code == 201
    return made


def at_once(*works: Callable[[], requests.Response]) -> list[requests.Response]:
    """Do several things at the same moment; return the answers, in the order of what was asked."""
    start = threading.Barrier(len(works))
    answers: list[requests.Response | BaseException | None] = [None] * len(works)

    def one(index: int) -> None:
        try:
            start.wait(TIMEOUT)
            answers[index] = works[index]()
        except BaseException as error:  # noqa: BLE001 -- raised below, where the test sees it
            answers[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: list[requests.Response] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        assert answer is not None
        assert answer.status_code < 500, answer.text
        found.append(answer)
    return found


def statuses(answers: list[requests.Response]) -> list[int]:
    """Return the statuses of some answers, the lowest first."""
    return sorted(answer.status_code for answer in answers)


def test_a_hundred_appends_at_once(office: Office) -> None:
    """Of a hundred entries that eight writers append at once each is kept once, as it was answered, in one order."""
    report = office.open_report()
    kept: list[dict[str, Any]] = []

    def work(writer: int) -> requests.Response:
        for index in range(writer, APPENDED, WRITERS):
            answer = office.append(report, "note", {"note": f"note {index}"}, run=f"span-{writer}")
            if answer.status_code != 201:
                break
            kept.append(answer.json())
        return answer

    answers = at_once(*(partial(work, writer) for writer in range(WRITERS)))
    assert statuses(answers) == [201] * WRITERS
    listed = office.everything(f"/reports/{report}/entries?type=note")
    assert len(kept) == len(listed) == APPENDED
    assert {one["content"]["note"] for one in listed} == {f"note {index}" for index in range(APPENDED)}
    assert sorted(kept, key=lambda one: -int(one["id"])) == listed
    for one in listed:
        assert one["producer"] == run_of(f"span-{int(one['content']['note'].split()[1]) % WRITERS}")


def test_two_writers_of_one_status(office: Office) -> None:
    """Of two judgments at once both are kept, and exactly one counts: the newest, whole, with its own author."""
    report = office.open_report()
    path = f"/reports/{report}/entries"
    for index in range(ROUNDS):
        said = [priority("P1", f"one {index}"), priority("P2", f"two {index}")]
        first, second = at_once(
            partial(office.append, report, "priority_judgment", said[0], run="span-1"),
            partial(office.append, report, "priority_judgment", said[1], run="span-2"),
        )
        assert (first.status_code, second.status_code) == (201, 201)
        newest = office.everything(f"{path}?type=priority_judgment")
        assert {one["id"] for one in newest[:2]} == {first.json()["id"], second.json()["id"]}
        assert len(newest) == 2 * (index + 1)
        assert office.done("GET", f"/reports/{report}")["state"]["priority_judgment"] == newest[0]
        assert newest[0] in (first.json(), second.json())
        assert office.everything(f"{path}?current=true") == newest[:1]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("priority_judgment", priority("P0")),
        ("finding", {"signal_id": "a", "data_queried": "the log", "verified": True}),
        ("task_run", {"run": "span-3", "product": "agents", "type": "run"}),
    ],
)
def test_the_same_at_once_is_kept_once(office: Office, kind: str, content: object) -> None:
    """Of several who say the same at once one writes it, and all are answered with that entry."""
    for _ in range(ROUNDS // 2):
        report = office.open_report()
        answers = at_once(*[partial(office.append, report, kind, content)] * 4)
        assert statuses(answers) == [200, 200, 200, 201]
        (kept,) = office.everything(f"/reports/{report}/entries?type={kind}")
        assert all(answer.json() == kept for answer in answers)


def test_an_edit_against_a_delete(office: Office) -> None:
    """An edit and a deletion at once: the edit came first, or finds nothing; the entry is gone, and counts no more."""
    report = office.open_report()
    before = office.append(report, "priority_judgment", priority("P4")).json()
    for _ in range(ROUNDS):
        entry = office.append(report, "priority_judgment", priority("P1")).json()
        path = f"/reports/{report}/entries/{entry['id']}"
        edited, deleted = at_once(
            partial(office.call, "PATCH", path, {"content": priority("P2")}),
            partial(office.call, "DELETE", path),
        )
        assert deleted.status_code == 204
        assert edited.status_code in {200, 404}, edited.text
        if edited.status_code == 200:
            assert (edited.json()["content"], edited.json()["revision"]) == (priority("P2"), 2)
        for ending in ("", "/revisions"):
            assert office.call("GET", path + ending).status_code == 404
        assert office.done("GET", f"/reports/{report}")["state"]["priority_judgment"] == before
    assert office.everything(f"/reports/{report}/entries?type=priority_judgment") == [before]


def test_edits_at_once(office: Office) -> None:
    """Of several edits at once none is lost: each is a revision, whole, with its author, and the last one counts."""
    report = office.open_report()
    entry = office.append(report, "note", {"note": "begun"}).json()
    path = f"/reports/{report}/entries/{entry['id']}"
    words = [f"edit {number}" for number in range(WRITERS)]
    answers = at_once(*(partial(office.call, "PATCH", path, {"content": {"note": word}}) for word in words))
    assert statuses(answers) == [200] * WRITERS
    kept = office.everything(f"{path}/revisions")
    assert [one["revision"] for one in kept] == list(range(WRITERS + 1, 0, -1))
    assert sorted(one["content"]["note"] for one in kept) == ["begun", *words]
    told = {answer.json()["revision"]: answer.json()["content"] for answer in answers}
    assert told == {one["revision"]: one["content"] for one in kept[:-1]}
    assert office.done("GET", path)["content"] == kept[0]["content"]


def test_two_deletions_at_once(office: Office) -> None:
    """Of two who delete one entry one does; the other is told that it is gone."""
    report = office.open_report()
    for _ in range(ROUNDS // 2):
        entry = office.append(report, "note", {"note": "short-lived"}).json()
        path = f"/reports/{report}/entries/{entry['id']}"
        answers = at_once(*[partial(office.call, "DELETE", path)] * 2)
        assert statuses(answers) == [204, 404]


def test_two_implementations_at_once(office: Office) -> None:
    """Of several runs that are registered at once as a report's implementation one is; the others are not there."""
    for index in range(ROUNDS):
        report = office.open_report()
        spans = [f"made-{report}-{index}-{number}" for number in range(4)]
        more = {"report_id": report, "purpose": "implementation"}
        answers = at_once(*(partial(office.register, span, **more) for span in spans))
        assert statuses(answers) == [201, 409, 409, 409]
        (winner,) = (span for span, answer in zip(spans, answers, strict=True) if answer.status_code == 201)
        shown = office.done("GET", f"/reports/{report}")
        assert (shown["implementation"], [one["span_id"] for one in shown["runs"]]) == (winner, [winner])
        for span in spans:
            assert office.call("GET", f"/runs/{span}").status_code == (200 if span == winner else 404)
        assert len(office.everything(f"/reports/{report}/entries?type=task_run")) == 1


def test_statuses_by_hand_at_once(office: Office) -> None:
    """Changes of one report at once are entries that follow each other: each begins where the one before ended."""
    report = office.open_report()
    fields = [{"status": status} for status in ("resolved", "snoozed", "open", "resolved")]
    fields += [{"title": f"title {number}"} for number in range(4)]
    answers = at_once(*(partial(office.call, "PATCH", f"/reports/{report}", one) for one in fields))
    assert statuses(answers) == [200] * len(fields)
    shown = office.done("GET", f"/reports/{report}")
    for kind, name in (("status_change", "status"), ("title_change", "title")):
        changes = [one["content"] for one in office.everything(f"/reports/{report}/entries?type={kind}")]
        assert all(later["before"] == earlier["after"] for later, earlier in itertools.pairwise(changes))
        assert changes[0]["after"] == shown[name]
    assert len(office.everything(f"/reports/{report}/entries?type=title_change")) == 4
