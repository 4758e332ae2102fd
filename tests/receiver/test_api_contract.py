"""The service against its own document: requests of every operation, good and bad, and all that an answer promises."""

from __future__ import annotations

import pytest

from tests.support.contract import operations
from tests.support.fuzzing import Found, fuzz, narrowed
from tests.support.workspaces import open_town

CHECKED_BY_THEMSELVES = {"POST /webhooks/github"}
"""Nobody but GitHub can sign for it: no generated request gets beyond its signature."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Ask a service in process that has data in it, as its operator: that token is not revoked by any request.

    ``GET /v1/feedback/stream`` is left out, whose answer lasts: ``test_api_stream`` reads it.
    """
    with open_town(tmp_path_factory.mktemp("contract"), rate_limit=0, workspace="north") as town:
        town.settle(town.north)
        document = narrowed(town.api.client.get("/openapi.json").get_json(), town.north.ids)
        return fuzz(document, town.api.headers, app=town.api.app, examples=4, phases=("coverage", "fuzzing"))


def test_no_answer_breaks_the_document(found: Found) -> None:
    """No request, however bad, is answered with 5xx, with what the document does not say, or is wrongly taken."""
    assert found.errors == []
    assert found.faults == []


def test_every_operation_was_asked(found: Found) -> None:
    """The requests reach what they are for: every operation succeeds now and then, and refuses now and then."""
    described = {f"{one.method} {one.path}" for one in operations() if not one.is_stream}
    assert described <= {label for label, _ in found.asked}
    for label in described - CHECKED_BY_THEMSELVES:
        statuses = found.statuses(label)
        assert statuses & {200, 201, 202, 204}, label
        assert statuses & {401, 404, 422}, label
    wrong = {label.partition(" ")[2] for label, status in found.asked if status == 405}
    assert {one.path for one in operations() if not one.is_stream} <= wrong
