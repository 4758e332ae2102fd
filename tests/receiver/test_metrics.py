from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver import resolved
from receiver.metrics.instruments import REFUSED, instruments
from receiver.webhooks import MAX_BODY
from receiver.worker import Hand
from resolver.correction import MANUAL
from resolver.errors import StoreError
from resolver.intake import Intake
from store import Catalogue, Store
from tests.support.api import Api, open_api
from tests.support.inbox import deliver, sign
from tests.support.metrics import Told, families, value
from tests.support.tree import ROOT

HOOK = "hook"
PING = b'{"zen":"Keep it logically awesome.","hook_id":1}'
COMMENT = (ROOT / "tests" / "payloads" / "octokit" / "issue_comment.created.json").read_bytes()
PAGE = ROOT / "deploy" / "metrics.md"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An application over a store of its own."""
    with open_api(tmp_path) as opened:
        resolved.listen(opened.services.store)
        yield opened


@pytest.fixture
def told(api: Api) -> Told:
    """What it tells from now on."""
    return Told(api.client)


def send(api: Api, guid: str, body: bytes = PING, **headers: str | None) -> int:
    """Post a delivery, signed unless told otherwise; return the status."""
    signed: dict[str, str | None] = {"x_github_delivery": guid, "x_hub_signature_256": sign(body, HOOK)}
    return deliver(api.client, body, **(signed | headers)).status_code


def test_it_is_text_as_prometheus_reads_it(api: Api) -> None:
    """The answer has the content type of the text format, each metric has help, a type, and our prefix."""
    answer = api.client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found = list(families(answer.text))
    assert len(found) > 15
    assert {metric.name for metric in found if not metric.name.startswith("whichrun_")} == set()
    assert {metric.name for metric in found if metric.type == "unknown" or not metric.documentation} == set()


def test_the_page_lists_what_is_told(api: Api) -> None:
    """``deploy/metrics.md`` has each metric with its type and labels, and no other."""
    send(api, "one")
    api.give()
    instruments().github_remaining.labels("core").set(1)
    instruments().github_reset.labels("core").set(1)
    found = {
        (
            f"{metric.name}_total" if metric.type == "counter" else metric.name,
            metric.type,
            frozenset(label for sample in metric.samples for label in sample.labels) - {"le"},
        )
        for metric in families(api.client.get("/metrics").text)
    }
    rows = re.findall(r"^\| `(whichrun_\w+)` \| (\w+) \| ([^|]*)\|", PAGE.read_text(), flags=re.MULTILINE)
    assert {(name, kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows} == found
    assert len(rows) == len(found)


def test_deliveries_are_counted_by_what_became_of_them(api: Api, told: Told) -> None:
    """Accepted, duplicate and ignored ones are counted apart, and each request is timed."""
    for guid, body, event in (
        ("one", COMMENT, "issue_comment"),
        ("one", COMMENT, "issue_comment"),
        ("two", PING, "no_such_event"),
    ):
        assert send(api, guid, body, x_github_event=event) == 202
    for outcome in ("accepted", "duplicate", "ignored"):
        assert told.more("whichrun_webhook_deliveries_total", outcome=outcome) == 1
    assert told.more("whichrun_http_request_duration_seconds_count", route="/webhooks/github", method="POST") == 3
    assert told.more("whichrun_http_requests_total", route="/webhooks/github", method="POST", status="202") == 3


def test_refusals_are_counted_by_their_code(api: Api, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reason for which the webhook refuses has a label of its own, which is known beforehand."""
    send(api, "taken", COMMENT, x_github_event="issue_comment")
    assert send(api, "two words") == 400
    assert send(api, "g", json.dumps({"action": "created"}).encode(), x_github_event="issue_comment") == 422
    assert send(api, "g", x_hub_signature_256="sha256=00") == 401
    assert send(api, "taken") == 409
    assert send(api, "g", b"[]") == 400
    assert send(api, "g", b" " * (MAX_BODY + 1)) == 413
    assert send(api, "g", content_type="text/plain") == 415

    def fail(*_: object) -> None:
        raise StoreError("out of reach")

    monkeypatch.setattr(Store, "record", fail)
    assert send(api, "g") == 503
    monkeypatch.setattr(Store, "record", None)
    assert send(api, "g") == 500
    reasons = set(REFUSED) - {"bad_request", "other"}
    assert {one: told.more("whichrun_webhook_refusals_total", reason=one) for one in reasons} == dict.fromkeys(
        reasons, 1.0
    )


def test_callers_invent_no_labels(api: Api, told: Told) -> None:
    """Addresses and methods that no route has are counted as other, whatever they say; a route by its rule."""
    api.client.get("/no/such/place-of-mallory")
    api.client.open("/healthz", method="MALLORY")
    api.get("/runs/mallory")
    assert told.more("whichrun_http_requests_total", route="other", method="GET", status="404") == 1
    assert told.more("whichrun_http_requests_total", route="other", method="other", status="405") == 1
    assert told.more("whichrun_http_requests_total", route="/v1/runs/<span_id>", method="GET", status="404") == 1
    assert "mallory" not in told.text().lower()


def test_tries_are_counted_by_how_they_ended(api: Api, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done, failed and dead tries are counted apart and timed, and what is done by how long it took since receipt."""
    api.wait(seconds=-2)
    send(api, "well")
    api.wait(seconds=2)
    assert Hand(api.services).work_once()
    send(api, "broken")

    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "apply", stumble)
        for _ in range(10):
            api.wait(minutes=11)
            assert Hand(api.services).work_once()
    for outcome, number in (("done", 1), ("failed", 9), ("dead", 1)):
        assert told.more("whichrun_deliveries_processed_total", outcome=outcome) == number
    assert told.more("whichrun_delivery_processing_duration_seconds_count") == 11
    assert told.more("whichrun_delivery_receipt_to_done_seconds_count") == 1
    assert told.more("whichrun_delivery_receipt_to_done_seconds_sum") == pytest.approx(2)
    assert value(told.text(), "whichrun_deliveries_dead") == 1


def test_resolutions_are_counted_once_they_are_kept(api: Api, told: Told) -> None:
    """A resolution counts by mode and confidence, a person's correction too; what was rolled back does not."""
    feedback = api.give()
    api.register()
    api.post(f"/feedback/{feedback}/resolution", {"span_id": "span-1", "reason": "I know"})
    assert told.more("whichrun_resolutions_total", mode="unresolved", confidence="unresolved") == 1
    assert told.more("whichrun_resolutions_total", mode=MANUAL, confidence="exact") == 1


def test_what_waits_is_asked_of_the_store(api: Api) -> None:
    """The backlog and its age are those of the moment."""
    api.record("one")
    api.wait(seconds=90)
    api.record("two")
    text = api.client.get("/metrics").text
    assert value(text, "whichrun_store_up") == 1
    assert value(text, "whichrun_deliveries_waiting") == 2
    assert value(text, "whichrun_deliveries_oldest_due_seconds") == 90


def test_without_a_store_the_rest_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store is out of reach the scrape says so, and tells what the processes counted."""

    def fail(*_: object) -> None:
        raise StoreError("out of reach")

    monkeypatch.setattr(Catalogue, "figures", fail)
    text = api.client.get("/metrics").text
    found = {metric.name for metric in families(text)}
    assert value(text, "whichrun_store_up") == 0
    assert "whichrun_webhook_deliveries" in found
    assert "whichrun_deliveries_waiting" not in found
