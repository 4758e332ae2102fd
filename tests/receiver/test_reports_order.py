"""Any order of writing, editing and deleting by several writers comes to what a few plain rules say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api import refused
from tests.support.reports import OPERATOR, STATUS_TYPES, Desk, finding, open_desk, priority, run_of

EXAMPLES = 60
Producer: TypeAlias = dict[str, str]


@dataclass(slots=True)
class Line:
    """An entry as the rules have it: its revisions, the oldest first, each a content and who wrote it."""

    id: int
    kind: str
    producer: Producer
    revisions: list[tuple[Any, Producer]]

    @property
    def content(self) -> Any:  # noqa: ANN401 - JSON
        """What it says now."""
        return self.revisions[-1][0]

    @property
    def key(self) -> tuple[str, str] | None:
        """Of which entries the newest counts: those with the same key; None: it only accumulates."""
        if self.kind == "finding":
            return (self.kind, str(self.content["signal_id"]))
        return (self.kind, "") if self.kind in STATUS_TYPES else None


@dataclass(slots=True)
class Rules:
    """A log as the contract has it, the oldest entry first."""

    lines: list[Line] = field(default_factory=list)

    def counting(self) -> list[Line]:
        """Return what counts, the newest first: of each key the entry that was appended last."""
        newest = {line.key: line for line in self.lines if line.key is not None}
        return sorted(newest.values(), key=lambda line: -line.id)

    def said_already(self, kind: str, content: Any) -> Line | None:  # noqa: ANN401 - JSON
        """Return the entry that makes another one needless: the newest of its key, when it says the same."""
        asked = Line(0, kind, {}, [(content, {})])
        newest = next((line for line in self.counting() if line.key == asked.key), None)
        return newest if newest is not None and newest.content == content else None


def may_change(line: Line, writer: Producer) -> bool:
    """Whether a writer may edit and delete an entry: a run its own ones, an agent all that are not the service's."""
    return writer["kind"] == "agent" or writer == line.producer


CONTENTS: dict[str, list[Any]] = {
    "priority_judgment": [priority("P1"), priority("P2")],
    "suggested_reviewers": [[{"login": "mona"}], [{"login": "mona"}, {"login": "lisa"}]],
    "safety_judgment": [{"choice": choice, "explanation": "because"} for choice in (True, "true")],
    "finding": [finding("a"), finding("a", "more"), finding("b"), finding("b", "more")],
    "note": [{"note": "one"}, {"note": "two"}],
}
KINDS = st.sampled_from(sorted(CONTENTS))
WRITERS = st.integers(0, 4)
WHICH = st.integers(0, 5)
WORDS = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), WRITERS, KINDS, WORDS),
        st.tuples(st.just("edit"), WRITERS, WHICH, WORDS),
        st.tuples(st.just("delete"), WRITERS, WHICH, WORDS),
    ),
    min_size=3,
    max_size=14,
)


@dataclass(slots=True)
class Room:
    """The desk, and those who write: the operator, a client, two runs by header, one of them by its token too."""

    desk: Desk
    writers: list[tuple[dict[str, str], Producer]]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A desk that all examples share: each opens a report of its own."""
    with open_desk(tmp_path_factory.mktemp("order")) as desk:
        client = desk.token("reports:read", "reports:write", name="a client")
        writers: list[tuple[dict[str, str], Producer]] = [
            (desk.api.headers, OPERATOR),
            (client, {"kind": "agent", "agent": "a client"}),
            (desk.as_run("span-1"), run_of("span-1")),
            (desk.bound("span-1"), run_of("span-1")),
            (desk.as_run("span-2", client), run_of("span-2")),
        ]
        yield Room(desk, writers)


def is_same(content: Any, given: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a content shows what was written; what was left out may be shown as null or empty."""
    if isinstance(given, list):
        return len(content) == len(given) and all(map(is_same, content, given))
    named = {name: content[name] for name in given}
    return named == given and all(type(named[name]) is type(given[name]) for name in given)


def append(room: Room, report: str, rules: Rules, writer: int, kind: str, word: int) -> None:
    """Append an entry, by the service and by the rules."""
    by, producer = room.writers[writer]
    content = CONTENTS[kind][word % len(CONTENTS[kind])]
    known = rules.said_already(kind, content)
    entry = room.desk.appended(report, kind, content, by=by, status=201 if known is None else 200)
    if known is not None:
        assert entry["id"] == known.id
        return
    assert all(line.id < entry["id"] for line in rules.lines)
    rules.lines.append(Line(entry["id"], kind, producer, [(content, producer)]))


def edit(room: Room, report: str, rules: Rules, writer: int, line: Line, word: int) -> None:
    """Edit an entry, by the service and by the rules."""
    by, producer = room.writers[writer]
    content = CONTENTS[line.kind][word % len(CONTENTS[line.kind])]
    answer = room.desk.edit(report, line.id, content, by=by)
    if not may_change(line, producer):
        refused(answer, 403)
        return
    assert answer.status_code == 200, answer.text
    if content != line.content:
        line.revisions.append((content, producer))


def delete(room: Room, report: str, rules: Rules, writer: int, line: Line) -> None:
    """Delete an entry, by the service and by the rules."""
    by, producer = room.writers[writer]
    answer = room.desk.delete(report, line.id, by=by)
    if not may_change(line, producer):
        refused(answer, 403)
        return
    assert answer.status_code == 204, answer.text
    rules.lines.remove(line)


def assert_state(room: Room, report: str, rules: Rules) -> None:
    """Assert that a report shows as its state what counts by the rules, and nothing else."""
    state = room.desk.shown(report)["state"]
    expected = {line.kind: line.id for line in rules.counting() if line.kind in STATUS_TYPES}
    assert {kind: one["id"] for kind, one in state.items() if one is not None} == expected
    assert [one["id"] for one in room.desk.entries(report, current="true")] == [line.id for line in rules.counting()]


def assert_log(room: Room, report: str, rules: Rules) -> None:
    """Assert that the log, each entry and its revisions are those of the rules, newest first."""
    entries = room.desk.written(report, limit=3)
    assert [one["id"] for one in entries] == [line.id for line in reversed(rules.lines)]
    for entry, line in zip(entries, reversed(rules.lines), strict=True):
        assert is_same(entry["content"], line.content)
        assert (entry["type"], entry["producer"], entry["valid"]) == (line.kind, line.producer, True)
        assert entry["revision"] == len(line.revisions)
        assert entry["edited_by"] == (line.revisions[-1][1] if len(line.revisions) > 1 else None)
        assert room.desk.entry(report, line.id) == entry
        kept = room.desk.revisions(report, line.id)
        assert [one["revision"] for one in kept] == list(range(len(line.revisions), 0, -1))
        assert [one["producer"] for one in kept] == [producer for _, producer in reversed(line.revisions)]
        assert all(
            is_same(one["content"], content) for one, (content, _) in zip(kept, line.revisions[::-1], strict=True)
        )


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_order_comes_to_what_the_rules_say(room: Room, steps: list[tuple[Any, ...]]) -> None:
    """After each step the state is that of the rules; in the end so are log, authors and revisions."""
    report = room.desk.open_report()
    rules = Rules()
    for name, writer, what, word in steps:
        if name == "append":
            append(room, report, rules, writer, what, word)
        elif rules.lines:
            line = rules.lines[-1 - what % len(rules.lines)]
            if name == "edit":
                edit(room, report, rules, writer, line, word)
            else:
                delete(room, report, rules, writer, line)
        assert_state(room, report, rules)
    assert_log(room, report, rules)
