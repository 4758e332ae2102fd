"""What entries may hold: each type's fields, and that what does not fit is refused by the very field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.support.api import refused_fields
from tests.support.reports import GOOD, NOTHING, OPERATOR, SHA, Desk, good, open_desk, says, with_field

BLANK: Final = ["", " ", " \t\n\u2003"]
NO_TEXT: Final[list[object]] = [5, True, ["x"], {"a": "b"}]
NO_NUMBER: Final[list[object]] = [NOTHING, None, "5", 5.5, True, [5]]
NO_TRUTH: Final[list[object]] = [NOTHING, None, "true", "yes", 1, 0, [True]]

REQUIRED_TEXTS: Final = {
    "safety_judgment": ("explanation",),
    "actionability_judgment": ("explanation",),
    "priority_judgment": ("explanation",),
    "repo_selection": ("repository", "reason"),
    "suggested_reviewers": (
        "0.login", "0.relevant_commits.0.sha", "0.relevant_commits.0.url", "0.relevant_commits.0.reason",
    ),
    "finding": ("signal_id", "data_queried"),
    "code_reference": ("file_path", "contents", "relevance_note"),
    "line_reference": ("file_path", "note"),
    "commit": ("repository", "branch", "commit_sha", "message"),
    "note": ("note",),
}  # fmt: skip
OPTIONAL_TEXTS: Final = {
    "suggested_reviewers": ("0.name", "0.reason"),
    "commit": ("note",),
    "dismissal": ("reason", "note"),
}
BAD: Final[list[tuple[str, str, list[object]]]] = [
    *((kind, one, [NOTHING, None, *BLANK, *NO_TEXT]) for kind, names in REQUIRED_TEXTS.items() for one in names),
    *((kind, one, [*BLANK, *NO_TEXT]) for kind, names in OPTIONAL_TEXTS.items() for one in names),
    ("safety_judgment", "choice", [NOTHING, None, *BLANK, 0, 1, 1.5, [True], {"a": "b"}]),
    ("actionability_judgment", "already_addressed", NO_TRUTH),
    ("actionability_judgment", "actionability", [NOTHING, None, *BLANK, *NO_TEXT, "actionable", "NOT_ACTIONABLE"]),
    ("priority_judgment", "priority", [NOTHING, None, *BLANK, *NO_TEXT, "P5", "p0", "P", "P00", "high", 0]),
    ("repo_selection", "repository", ["widgets", "acme/", "../widgets", "acme/..", "acme/widgets/x", "acme/a b"]),
    ("suggested_reviewers", "0.relevant_commits.0.sha", ["012345", "g" * 40, "0" * 65]),
    ("suggested_reviewers", "0.relevant_commits.0.url", ["acme/widgets", "ftp://a.example/b", "javascript:alert(1)"]),
    ("finding", "verified", NO_TRUTH),
    ("code_reference", "start_line", NO_NUMBER),
    ("code_reference", "end_line", NO_NUMBER),
    ("line_reference", "line", NO_NUMBER),
    ("commit", "repository", ["widgets", "../app", "acme/..", "acme/widgets/x", "https://github.com/acme/widgets"]),
    ("commit", "commit_sha", ["0123456", SHA[:-1], f"{SHA}0", "g" * 40, "../" + SHA, f"{SHA}/x"]),
]
BAD_INSIDE: Final[list[tuple[str, str, list[object]]]] = [
    ("finding", "relevant_code_paths", ["a.py", {"a.py": "x"}, 5, [5], [""], [" "], ["a.py", "\n"], [None], [["a"]]]),
    (
        "finding",
        "relevant_commit_hashes",
        [SHA, [SHA], 5, {SHA: ""}, {SHA: " "}, {SHA: 5}, {SHA: None}, {SHA: ["x"]}, {"": "x"}, {" ": "x"}],
    ),
    ("suggested_reviewers", "0.relevant_commits", ["x", {"sha": SHA}, 5, [5], ["x"], [None], [[]]]),
    ("suggested_reviewers", "0", ["mona", 5, None, ["mona"], True]),
]
"""Collections: the name of the field begins the name of what is wrong in it."""
UNKNOWN: Final = [(kind, "more") for kind in GOOD if kind != "suggested_reviewers"] + [
    ("suggested_reviewers", "0.more"),
    ("suggested_reviewers", "0.relevant_commits.0.more"),
    ("note", "Note"),
    ("note", "__proto__"),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that the tests of this module share: each opens a report of its own where it writes."""
    with open_desk(tmp_path_factory.mktemp("contents")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(desk: Desk) -> str:
    """A report to which nothing is ever written."""
    return desk.open_report()


@pytest.mark.parametrize("kind", GOOD)
def test_an_entry_comes_back_as_it_was_written(desk: Desk, kind: str) -> None:
    """A good content of every type is 201: the entry as it was written, and so it is read."""
    report = desk.open_report()
    entry = desk.appended(report, kind, good(kind))
    assert entry == {
        "id": entry["id"],
        "type": kind,
        "content": GOOD[kind],
        "producer": OPERATOR,
        "created_at": "2026-10-01T12:00:00Z",
        "updated_at": "2026-10-01T12:00:00Z",
        "revision": 1,
        "edited_by": None,
        "valid": True,
    }
    assert isinstance(entry["id"], int)
    assert desk.entry(report, entry["id"]) == entry
    assert desk.written(report) == [entry]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [(kind, one, value) for kind, names in OPTIONAL_TEXTS.items() for one in names for value in (NOTHING, None)]
    + [
        ("suggested_reviewers", "0.relevant_commits", NOTHING),
        ("finding", "relevant_code_paths", NOTHING),
        ("finding", "relevant_commit_hashes", NOTHING),
    ],
)
def test_what_is_optional_may_be_left_out(desk: Desk, kind: str, path: str, value: object) -> None:
    """An optional text may be null or left out, and a collection left out: it is null or empty then."""
    content = with_field(kind, path, value)
    entry = desk.appended(desk.open_report(), kind, content)
    assert says(entry["content"], content), entry


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        *(("safety_judgment", "choice", value) for value in (True, False, "with care")),
        *(
            ("actionability_judgment", "actionability", value)
            for value in ("immediately_actionable", "requires_human_input", "not_actionable")
        ),
        ("actionability_judgment", "already_addressed", True),
        *(("priority_judgment", "priority", f"P{level}") for level in range(5)),
        ("finding", "verified", False),
        ("suggested_reviewers", "0.relevant_commits.0.sha", SHA),
        ("suggested_reviewers", "0.relevant_commits.0.sha", "a" * 64),
        ("suggested_reviewers", "0.relevant_commits.0.url", "http://forge.example/acme/widgets"),
        ("commit", "commit_sha", "a" * 64),
        ("note", "note", "of any script: ж é 😀"),
        ("note", "note", "n" * 65_000),
    ],
)
def test_every_value_that_a_field_may_have(desk: Desk, kind: str, path: str, value: object) -> None:
    """Each value of a choice, and the longest and shortest that may be, are kept as they were given."""
    content = with_field(kind, path, value)
    report = desk.open_report()
    entry = desk.appended(report, kind, content)
    assert entry["content"] == content
    assert entry["content"] == desk.entry(report, entry["id"])["content"]
    if isinstance(value, bool):
        assert desk.entry(report, entry["id"])["content"][path] is value


@pytest.mark.parametrize(("kind", "path", "values"), BAD, ids=[f"{kind}-{path}" for kind, path, _ in BAD])
def test_a_field_that_does_not_fit_is_named(
    desk: Desk, report: str, kind: str, path: str, values: list[object]
) -> None:
    """A field that is missing, blank, of another type or none of its choices is 422 by its name, and by no other."""
    for value in values:
        answer = desk.append(report, kind, with_field(kind, path, value))
        assert set(refused_fields(answer)) == {f"content.{path}"}, (value, answer.text)
    assert desk.written(report) == []


@pytest.mark.parametrize(("kind", "path", "values"), BAD_INSIDE, ids=[path for _, path, _ in BAD_INSIDE])
def test_what_stands_in_a_collection_is_held_to_its_rule(
    desk: Desk, report: str, kind: str, path: str, values: list[object]
) -> None:
    """A collection of another kind, and each item that is blank or of another type, is 422 by its place."""
    for value in values:
        fields = refused_fields(desk.append(report, kind, with_field(kind, path, value)))
        assert all(f"{field}.".startswith(f"content.{path}.") for field in fields), (value, fields)
    assert desk.written(report) == []


@pytest.mark.parametrize(("kind", "path"), UNKNOWN)
def test_fields_that_nobody_knows_are_refused(desk: Desk, report: str, kind: str, path: str) -> None:
    """A content holds no other fields than its type's, at any depth."""
    assert refused_fields(desk.append(report, kind, with_field(kind, path, "x"))) == [f"content.{path}"]
    assert desk.written(report) == []


def test_a_login_is_suggested_once(desk: Desk, report: str) -> None:
    """A list of reviewers that names one login twice is refused."""
    twice = [{"login": "mona"}, {"login": "lisa"}, {"login": "mona", "reason": "again"}]
    fields = refused_fields(desk.append(report, "suggested_reviewers", twice))
    assert all(field.partition(".")[0] == "content" for field in fields)
    assert desk.shown(report)["state"]["suggested_reviewers"] is None


@pytest.mark.parametrize("kind", GOOD)
def test_an_edit_is_held_to_the_same_rules(desk: Desk, kind: str) -> None:
    """A content that could not be written cannot be edited in: the same field is named, and the entry stays."""
    report = desk.open_report()
    entry = desk.appended(report, kind, good(kind))
    first = (REQUIRED_TEXTS.get(kind) or OPTIONAL_TEXTS[kind])[0]
    for value in [*BLANK, *NO_TEXT]:
        answer = desk.edit(report, entry["id"], with_field(kind, first, value))
        assert refused_fields(answer) == [f"content.{first}"], value
    more = "0.more" if kind == "suggested_reviewers" else "more"
    assert refused_fields(desk.edit(report, entry["id"], with_field(kind, more, 1))) == [f"content.{more}"]
    assert refused_fields(desk.edit(report, entry["id"], None)) == ["content"]
    path = f"/reports/{report}/entries/{entry['id']}"
    assert refused_fields(desk.call("PATCH", path, {})) == ["content"]
    other = "note" if kind != "note" else "dismissal"
    assert refused_fields(desk.call("PATCH", path, {"content": good(kind), "type": other})) == ["type"]
    assert desk.call("PATCH", path, {"content": good(kind), "type": kind}).json == entry
    assert desk.entry(report, entry["id"]) == entry
