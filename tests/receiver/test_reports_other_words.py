"""What counts already, said again in other words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api, open_api

REVIEWERS = [{"login": "mona", "reason": "wrote it"}]
IN_OTHER_WORDS: list[dict[str, Any]] = [{"login": "mona", "reason": "wrote it", "name": None, "relevant_commits": []}]


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """An API with one report."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        opened.give()
        yield opened


def append(api: Api, type_: str, content: object) -> tuple[int, int]:
    """Append an entry; return the status and the entry's id."""
    answer = api.post("/reports/1/entries", {"type": type_, "content": content})
    assert answer.json is not None
    return answer.status_code, answer.json["id"]


def test_what_counts_is_not_said_again_in_other_words(api: Api) -> None:
    """A field that is null or empty is one that is left out: 200 with the entry that counts, and no revision."""
    first = append(api, "suggested_reviewers", REVIEWERS)

    assert first[0] == 201
    assert append(api, "suggested_reviewers", IN_OTHER_WORDS) == (200, first[1])
    edited = api.patch(f"/reports/1/entries/{first[1]}", {"content": IN_OTHER_WORDS})
    assert (edited.json or {})["revision"] == 1
