"""Pages while rows arrive, and answers that are asked for again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.model.deliveries import DeliveryStatus
from resolver.model.feedback import Status
from tests.support.api import Api, open_api
from tests.support.contract import operations

ARRIVE: dict[str, tuple[str, Callable[[Api, int], object]]] = {
    "/runs": ("span_id", lambda api, number: api.register(f"s{number}", agent_name="coder")),
    "/feedback": ("github_id", lambda api, number: api.give(id=number)),
    "/deliveries": ("guid", lambda api, number: api.record(f"g{number}", DeliveryStatus.DONE)),
    "/reports": ("feedback_id", lambda api, number: api.give(id=number)),
    "/tokens": ("name", lambda api, number: api.post("/tokens", {"name": f"t{number}", "scopes": ["runs:read"]})),
}
"""Of each list that grows: what names an item, and how one arrives."""
STEPS = st.lists(st.integers(0, 3) | st.tuples(st.just("page"), st.integers(1, 4)), min_size=4, max_size=14)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


@settings(max_examples=12)
@given(st.sampled_from(sorted(ARRIVE)), st.integers(1, 8), STEPS)
def test_pages_neither_skip_nor_repeat(path: str, first: int, steps: list[Any]) -> None:
    """Whatever arrives between pages of whatever size, a walk gives what was there when it began, each once."""
    name, arrive = ARRIVE[path]
    with tempfile.TemporaryDirectory() as folder, open_api(Path(folder)) as api:
        count = 0

        def more(many: int) -> None:
            nonlocal count
            for _ in range(many):
                count += 1
                arrive(api, count)

        more(first)
        there = [one[name] for one in (api.get(path, limit=500).json or {})["items"]]
        walked: list[Any] = []
        query: dict[str, Any] = {}
        for step in (*steps, *[("page", 3)] * 20):
            if isinstance(step, int):
                more(step if query else 0)
                continue
            page = api.get(path, **(query | {"limit": step[1]})).json or {}
            walked += [one[name] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            query = {"cursor": page["next_cursor"]}
        assert walked == there


def test_a_filter_holds_over_pages(api: Api) -> None:
    """With a filter, a walk gives what the filter lets through, however much else lies between."""
    wanted = []
    for number in range(1, 13):
        given_id = api.give(id=number)
        if number % 3 == 0:
            api.patch(f"/feedback/{given_id}", {"status": Status.ANALYZED})
            wanted.append(number)
    query: dict[str, Any] = {"status": "analyzed", "limit": 1}
    walked = []
    for _ in wanted:
        page = api.get("/feedback", **query).json or {}
        walked += [one["github_id"] for one in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert (walked, query["cursor"]) == (wanted[::-1], None)


TAGGED = [one for one in operations() if "304" in one.said["responses"]]


def change(api: Api, name: str) -> None:
    """Change what a route shows."""
    if name == "runs_one":
        api.patch("/runs/s", {"ended_at": "2026-10-01T12:30:00Z"})
    elif name == "feedback_one":
        api.patch("/feedback/1", {"status": "analyzed"})
    elif name == "reports_one":
        api.patch("/reports/1", {"status": "resolved"})
    elif name == "reports_entry":
        api.patch("/reports/1/entries/3", {"content": {"note": "another"}})
    else:
        assert name == "deliveries_one"
        api.wait(minutes=1)
        assert api.post("/deliveries/g/replay").status_code == 202


@pytest.mark.parametrize("one", TAGGED, ids=lambda one: one.name)
def test_what_has_not_changed_is_304(api: Api, one: Any) -> None:  # noqa: ANN401
    """An answer whose ETag is sent comes without a body until it changes; each thing has an ETag of its own."""
    for span in ("s", "s2"):
        api.register(span)
    api.give(id=900)
    api.give(id=901)
    for guid in ("g", "g2"):
        api.record(guid, DeliveryStatus.DEAD, "it failed")
    for note in ("a", "b"):
        api.post("/reports/1/entries", {"type": "note", "content": {"note": note}})
    path = one.at({"span_id": "s", "feedback_id": 1, "guid": "g", "report_id": 1, "entry_id": 3})
    other = one.at({
        "span_id": "s2", "feedback_id": 2, "guid": "g2", "report_id": 1 if "entry" in one.name else 2, "entry_id": 4,
    })  # fmt: skip

    def tag_of(address: str) -> str:
        return api.client.get(address, headers=api.headers).headers["ETag"]

    def asked(*tags: str) -> int:
        answer = api.client.get(path, headers=api.headers | {"If-None-Match": ", ".join(tags)})
        assert (answer.status_code == 304) == (answer.data == b"")
        assert answer.headers["ETag"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        return answer.status_code

    tag = tag_of(path)
    assert tag == tag_of(path) != tag_of(other)
    assert [asked(tag), asked(f"W/{tag}"), asked('"x"', tag), asked("*")] == [304] * 4
    assert [asked('"x"'), asked(tag_of(other))] == [200] * 2
    change(api, one.name)
    assert asked(tag) == 200
    assert asked(tag_of(path)) == 304


@pytest.mark.parametrize("one", TAGGED, ids=lambda one: one.name)
def test_a_tag_opens_nothing(api: Api, one: Any) -> None:  # noqa: ANN401
    """An ETag, or any of them, is no way around the token, nor makes what is not there be there."""
    path = one.at({"span_id": "none", "feedback_id": 1, "guid": "none", "report_id": 1, "entry_id": 1})
    assert api.client.get(path, headers={"If-None-Match": "*"}).status_code == 401
    assert api.client.get(path, headers=api.headers | {"If-None-Match": "*"}).status_code == 404
