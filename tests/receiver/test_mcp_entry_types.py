from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from receiver.mcp.entry_types import content_of, entry_types
from receiver.mcp.tools import TOOLS
from resolver.reports import contents
from resolver.reports.contents import Content, ShortSha
from resolver.reports.registry import WRITABLE


class Part(Content):
    """Something within a content."""

    sha: ShortSha
    word: str | None = None


class Whole(Content):
    """A content with a field of each kind."""

    text: str
    flag: bool
    number: Annotated[int, Field(ge=1)] = 1
    either: bool | str
    word: Literal["yes", "no"]
    parts: tuple[Part, ...] = ()
    reasons: dict[ShortSha, str]


def test_each_kind_of_field_has_its_words() -> None:
    """Texts go without saying, what may be left out is marked, and what holds others shows them."""
    assert content_of(Whole) == (
        "{text, flag: bool, number?: int, either: bool|text, word: yes|no, parts?: [{sha, word?}], "
        "reasons: {sha: text}}"
    )


def test_a_field_that_nobody_has_words_for_is_an_error() -> None:
    """A new kind of field is not told wrongly: somebody has to say how agents read it."""

    class Odd(Content):
        """A content of another kind."""

        odd: bytes

    with pytest.raises(TypeError, match="no words for"):
        content_of(Odd)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (contents.PriorityJudgment, "{explanation, priority: P0|P1|P2|P3|P4}"),
        (contents.SuggestedReviewers, "[{login, name?, reason?, relevant_commits?: [{sha, url: URL, reason}]}]"),
        (contents.Commit, "{repository: owner/name, branch, commit_sha: whole sha, message, note?}"),
        (contents.TaskRun, "{run?, product?, type?}"),
    ],
)
def test_contents_are_told_as_they_are(model: type[Content], words: str) -> None:
    """As an agent would write them."""
    assert content_of(model) == words


def test_the_tool_tells_each_type_that_may_be_written() -> None:
    """Once, with its content; each type and no other, in the order of the registry."""
    (tool,) = (tool for tool in TOOLS if tool.name == "append_entry")

    assert entry_types() in tool.description
    places = [entry_types().index(f"{kind.name} {content_of(kind.model)}") for kind in WRITABLE]
    assert places == sorted(places)
    assert "status_change" not in tool.description


def test_agents_do_not_pay_for_many_words() -> None:
    """What a conversation carries of all tools together stays short; a new one has to be worth its words."""
    size = {tool.name: len(tool.described().model_dump_json(exclude_none=True)) for tool in TOOLS}

    assert len(entry_types()) < 1_000
    assert sum(size.values()) < 28_000, size
