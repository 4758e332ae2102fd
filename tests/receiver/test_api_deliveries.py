from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.model.deliveries import DeliveryStatus
from tests.support.api import REPOSITORY_ID, Api, open_api, pages, refused, refused_fields


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over an empty store, of either kind."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


def test_a_delivery_is_shown_without_its_body(api: Api) -> None:
    """The inbox is listed newest first, with what became of each delivery."""
    api.record("guid-1")
    api.record("guid-2", DeliveryStatus.DEAD, "number: is missing")
    second, first = pages(api, "/deliveries")
    assert first == {
        "guid": "guid-1",
        "event": "ping",
        "action": None,
        "repository": None,
        "repository_id": REPOSITORY_ID,
        "status": "pending",
        "error": None,
        "tries": 0,
        "received_at": "2026-10-01T12:00:00Z",
        "processed_at": None,
        "next_try_at": first["next_try_at"],
        "pruned_at": None,
    }
    assert (second["guid"], second["status"], second["error"]) == ("guid-2", "dead", "number: is missing")
    assert api.get("/deliveries/guid-1").json == first


def test_deliveries_are_filtered_by_status(api: Api) -> None:
    """Each status has its own list."""
    for status in DeliveryStatus:
        api.record(f"guid-{status}", status)
    for status in DeliveryStatus:
        assert [one["guid"] for one in pages(api, "/deliveries", status=status)] == [f"guid-{status}"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_of_deliveries_neither_skip_nor_repeat(api: Api, limit: int) -> None:
    """Every delivery is given once, newest first."""
    for index in range(5):
        api.record(f"guid-{index}")
    assert [one["guid"][-1] for one in pages(api, "/deliveries", limit=limit)] == list("43210")


@pytest.mark.parametrize("body", [None, {}])
def test_a_delivery_is_replayed(api: Api, body: object) -> None:
    """A dead delivery waits to be processed again, as if it had just come in."""
    api.record("guid-1", DeliveryStatus.DEAD, "number: is missing")
    answer = api.post("/deliveries/guid-1/replay", body)
    assert answer.status_code == 202
    assert answer.json is not None
    assert set(answer.json) == {"delivery"}
    assert (answer.json["delivery"]["status"], answer.json["delivery"]["tries"]) == ("pending", 0)
    assert api.get("/deliveries/guid-1").json == answer.json["delivery"]
    assert api.services.store.claim(api.now) is not None


def test_replaying_takes_no_instructions(api: Api) -> None:
    """A body with fields is refused, and nothing is replayed."""
    api.record("guid-1", DeliveryStatus.DEAD)
    assert refused_fields(api.post("/deliveries/guid-1/replay", {"force": True})) == ["force"]
    assert api.get("/deliveries/guid-1").json["status"] == "dead"  # type: ignore[index]


def test_a_delivery_that_was_never_received_is_404(api: Api) -> None:
    """There is nothing to replay or to show."""
    refused(api.post("/deliveries/guid-9/replay"), 404)
    refused(api.get("/deliveries/guid-9"), 404)
