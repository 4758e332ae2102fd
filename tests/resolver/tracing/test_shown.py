"""A comment's part of a diff is found in a patch as it is, or the patch is another one's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.tracing.patches import read
from resolver.tracing.shown import removed_texts, shows
from tests.support.clone import Clone, NewCommit
from tests.support.shaped import files_of

HEAD = "@@ -3,5 +3,4 @@ def main():"
PATCH = f"@@ -1 +1 @@\n-a\n+b\n{HEAD}\n three\n-four\n-five\n+fünf\n six\n seven\n\\ No newline at end of file"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


@pytest.mark.parametrize(
    "hunk",
    [
        f"{HEAD}\n three\n-four",
        "@@ -3,5 +3,4 @@ another section\n three\n-four\n-five\n",
        "@@ -3,5 +3,4 @@\n three\r\n-four\r",
        "@@ -1,1 +1,1 @@\n-a",
        PATCH.partition("\n+b\n")[2],
    ],
    ids=["cut", "another section", "carriage returns", "counts of one", "whole"],
)
def test_a_hunk_that_begins_so_is_shown(hunk: str) -> None:
    """The numbers and rows are the same; a section's name, carriage returns and counts of one do not matter."""
    assert shows(PATCH, hunk)
    assert shows(PATCH.replace("\n", "\r\n"), hunk)


@pytest.mark.parametrize(
    "hunk",
    [
        "",
        "-four",
        HEAD,
        f"{HEAD}\n three\n-fou",
        f"{HEAD}\n three\n-four\n-five\n-six",
        f"{HEAD}\n-four",
        f"{HEAD}\n three\n four",
        "@@ -4,5 +3,4 @@\n three\n-four",
        "@@ -3,5 +4,4 @@\n three\n-four",
        "@@ -3,6 +3,4 @@\n three\n-four",
        "@@ -3,5 +3,5 @@\n three\n-four",
        "@@ -1 +1 @@\n-a\n-b",
        f"{HEAD}\n three\n-four\n-five\n+fünf\n six\n seven\n\\ No newline at end of file\n eight",
    ],
)
def test_a_hunk_that_begins_otherwise_is_not_shown(hunk: str) -> None:
    """Another number, another row, a part of a row, or no row at all: the patch does not show it."""
    assert not shows(PATCH, hunk)


@pytest.mark.parametrize("patch", ["", "\n", "@@", HEAD, "three\n-four"])
def test_what_is_no_patch_shows_nothing(patch: str) -> None:
    """Where a file has no patch, nothing is shown."""
    assert not shows(patch, f"{HEAD}\n three\n-four")


def test_removed_lines_are_numbered_as_where_the_diff_begins() -> None:
    """All lines up to the end of the hunk are given with their texts, the added ones left out."""
    mixed = "@@ -3,5 +3,5 @@\n three\n-four\n+vier\n-five\n\\ No newline at end of file"

    assert removed_texts(mixed, first=4, last=5) == ("four", "five")
    assert removed_texts(mixed, first=5, last=5) == ("five",)
    assert removed_texts("@@ -1 +0,0 @@\n-\r", first=1, last=1) == ("",)


@pytest.mark.parametrize(
    ("hunk", "first", "last"),
    [
        (f"{HEAD}\n three\n-four", 5, 5),
        (f"{HEAD}\n three\n-four", 3, 3),
        (f"{HEAD}\n three\n-four", 2, 4),
        (f"{HEAD}\n three\n-four", 5, 4),
        (f"{HEAD}\n three\n-four", -(2**31), 4),
        (f"{HEAD}\n three\n-four", 4, 2**31),
        (f"{HEAD}\n three\n-four", 3, 4),
        (f"{HEAD}\n three\n-four\n five", 5, 5),
        (f"{HEAD}\n three\n-four\n+vier", 4, 4),
        (f"{HEAD}\n three\n-four\n@@ -9 +9 @@\n-x", 4, 4),
        (f"{HEAD}\n three\n-four\n\n-five", 5, 5),
        (HEAD, 2, 2),
        (" three\n-four", 1, 1),
        ("", 1, 1),
    ],
)
def test_lines_that_the_hunk_does_not_show_as_removed(hunk: str, first: int, last: int) -> None:
    """Other numbers, a kept or an added line, and what is no hunk give nothing, whatever the numbers are."""
    assert removed_texts(hunk, first=first, last=last) is None


@given(st.text(alphabet="@-+ ,0123\\\n\rax", max_size=60), st.text(alphabet="@-+ ,0123\\\n\rax", max_size=60))
def test_any_texts_are_compared(patch: str, hunk: str) -> None:
    """Whatever the texts, they are compared, and a patch that can be read shows each of its hunks."""
    shows(patch, hunk)
    removed_texts(hunk, first=1, last=1)


COMPARED: Counter[str] = Counter()
"""How many hunks were looked for, over all examples: shown when they are done."""


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[None]:
    """Print how many hunks were looked for."""
    yield
    print(f"\nshows: {dict(COMPARED)}")  # noqa: T201 -- shown by pytest -s


TEXTS = st.sampled_from(["a", "b", "}", "", "-", "+", "@@ -1 +1 @@", "\\ No newline at end of file", "d\r", "e\x0cf"])
FILES = st.lists(TEXTS, min_size=1, max_size=14)


@given(bases=st.tuples(FILES, FILES), new=FILES, ends=st.tuples(st.booleans(), st.booleans(), st.booleans()))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hunks_of_git_are_found_again(
    clone: Clone, bases: tuple[list[str], list[str]], new: list[str], ends: tuple[bool, bool, bool]
) -> None:
    """Each hunk, cut behind a removed line, is found in its patch; in another base's only if that has its lines too."""
    texts = ["\n".join(lines) + "\n" * end for lines, end in zip((*bases, new), ends, strict=True)]
    one, other, head = clone.write(
        [NewCommit("one", {"f": texts[0]}), NewCommit("other", {"f": texts[1]}), NewCommit("new", {"f": texts[2]})]
    )
    patches = [next((file.patch for file in files_of(clone, base, head)), None) for base in (one, other)]
    rows = [text.removesuffix("\n").split("\n") for text in texts]
    for line, text in (read(patches[0]).removed if patches[0] else {}).items():
        hunk = cut(patches[0] or "", line)
        assert shows(patches[0] or "", hunk)
        found = removed_texts(hunk, first=line, last=line)
        assert found == (text.removesuffix("\r"),)
        is_other = shows(patches[1] or "", hunk)
        COMPARED["found in another patch" if is_other else "found in its own alone"] += 1
        assert not is_other or rows[1][line - 1].removesuffix("\r") == text.removesuffix("\r")


def cut(patch: str, line: int) -> str:
    """Cut a patch to the hunk that shows a removed line, and behind that line."""
    begun: list[str] = []
    old = 0
    for row in patch.split("\n"):
        if row.startswith("@@ "):
            begun, old = [], int(row.split(" ")[1].split(",")[0].removeprefix("-")) - 1
        begun.append(row)
        old += row[:1] in {" ", "-"}
        if row[:1] == "-" and old == line:
            break
    return "\n".join(begun)
