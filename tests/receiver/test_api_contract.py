"""The service against its own document: requests of every operation, good and bad, and all that an answer promises."""

from __future__ import annotations

from pathlib import Path

from tests.support.contract import operations
from tests.support.fuzzing import Found, fuzz, narrowed
from tests.support.workspaces import open_town

NOT_BY_CHANCE = {"PATCH /v1/reports/{id}/entries/{entry_id}", "GET /v1/reports/{id}/entries/{entry_id}/diff"}
"""Operations that do not succeed with what is made up: a content has to be of the entry's type; a diff needs GitHub."""


def test_no_answer_breaks_the_document(tmp_path: Path) -> None:
    """No request, however bad, is answered with 5xx, with what the document does not say, or is wrongly taken.

    It is the operator who asks, whose token no request revokes. ``GET /v1/feedback/stream`` is left out, whose answer
    lasts: ``test_api_stream`` reads it.
    """
    with open_town(tmp_path, rate_limit=0, workspace="north") as town:
        town.settle(town.north)
        document = narrowed(town.api.client.get("/openapi.json").get_json(), town.north.ids)
        found = fuzz(document, town.api.headers, app=town.api.app, examples=4, phases=("coverage", "fuzzing"))
    assert found.errors == []
    assert found.faults == []
    assert_reached(found)


def assert_reached(found: Found) -> None:
    """Assert that the requests reached what they were for: each operation succeeded, and refused, now and then."""
    described = {f"{one.method} {one.path}" for one in operations() if not one.is_stream}
    for label in described:
        statuses = found.statuses(label)
        assert statuses & {200, 201, 202, 204} or label in NOT_BY_CHANCE, label
        assert statuses & {401, 404, 422}, label
    wrong = {label.partition(" ")[2] for label, status in found.asked if status == 405}
    assert {one.path for one in operations() if not one.is_stream} <= wrong
