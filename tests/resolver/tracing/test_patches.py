"""Patches are read strictly, and lead each line to where it stands on the other side."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resolver.tracing.patches import UNCHANGED, Added, Patch, PatchError, Removed, backward, forward, read
from tests.support.clone import Clone, NewCommit
from tests.support.shaped import files_of

MENDED = "@@ -1,5 +1,6 @@ def shout():\n one\n-two\n+deux\n+trois\n three\n four\n five\n@@ -20 +21 @@\n-end\n+fin"

# Lines that break what splits on more than newlines, and such as look like parts of a patch.
TEXTS = st.sampled_from(
    ["a", "b", "c", "", "}", "-", "+", "@@ -1 +1 @@", "\\ No newline at end of file", "d\r", "e\x0cf"]
)
FILES = st.lists(TEXTS, max_size=25)


@pytest.fixture
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def written(lines: list[str], *, ends: bool) -> str:
    """Write a file; ``ends`` says whether its last line has a newline."""
    text = "".join(f"{line}\n" for line in lines)
    return text if ends else text.removesuffix("\n")


def rows(text: str) -> list[str]:
    """Return the lines of a file, as git counts them: behind the last newline, nothing is no line."""
    return text.removesuffix("\n").split("\n") if text else []


def test_hunks_hold_what_their_heads_say() -> None:
    """Of each hunk the starts, counts and signed lines are read; a count of one may be left out."""
    one, two = read(MENDED).hunks

    assert (one.old_start, one.old_count, one.new_start, one.new_count) == (1, 5, 1, 6)
    assert one.lines == (" one", "-two", "+deux", "+trois", " three", " four", " five")
    assert (two.old_start, two.old_count, two.new_start, two.new_count) == (20, 1, 21, 1)
    assert two.lines == ("-end", "+fin")


def test_a_line_without_a_newline_is_another_one() -> None:
    """Both sides of a hunk are given with their newlines, which the last line of either may lack."""
    (hunk,) = read("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b").hunks
    (same,) = read("@@ -1,2 +1,3 @@\n+b\n a\n b\n\\ No newline at end of file").hunks

    assert (hunk.lines, hunk.unended) == ((" a", "-b", "+b"), frozenset({1}))
    assert (hunk.old(), hunk.new()) == (["a\n", "b"], ["a\n", "b\n"])
    assert (same.old(), same.new()) == (["a\n", "b"], ["b\n", "a\n", "b"])


def test_lines_are_followed_both_ways() -> None:
    """A kept line moves by what was added and removed before it, outside of hunks too; others say what they were."""
    patch = read(MENDED)

    assert [forward(patch, line) for line in (1, 2, 3, 6, 19, 20, 21)] == [
        1,
        Removed("two"),
        4,
        7,
        20,
        Removed("end"),
        22,
    ]
    assert [backward(patch, line) for line in (1, 2, 3, 4, 7, 20, 21, 22)] == [
        *(1, Added("deux"), Added("trois"), 3, 6, 19),
        *(Added("fin"), 21),
    ]
    assert (forward(UNCHANGED, 7), backward(UNCHANGED, 7)) == (7, 7)


@pytest.mark.parametrize("line", [0, -1])
def test_there_is_no_line_before_the_first(line: int) -> None:
    """Lines are counted from one."""
    for follow in (forward, backward):
        with pytest.raises(ValueError, match="no line has the number"):
            follow(read(MENDED), line)


BAD = {
    "empty": "",
    "only a newline": "\n",
    "no hunk": " one\n-two",
    "with a file's header": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b",
    "a combined diff": "@@@ -1 -1 +1 @@@\n--a\n++b",
    "no counts": "@@ -1, +1 @@\n-a\n+b",
    "a sign too many": "@@ --1 +1 @@\n-a\n+b",
    "other digits": "@@ -\u0661 +1 @@\n-a\n+b",
    "an endless number": f"@@ -{'9' * 5000} +1 @@\n-a\n+b",
    "nothing behind the head": "@@ -1 +1 @@",
    "cut within a hunk": MENDED[:40],
    "cut before the last line": MENDED.removesuffix("\n+fin"),
    "a line too many": MENDED + "\n+fini",
    "a context line too many": MENDED + "\n rest",
    "a removed line instead of an added one": "@@ -1 +1 @@\n-a\n-b",
    "a bare line": "@@ -1,2 +1,2 @@\n-a\n+b\n",
    "a line without a sign": "@@ -1,2 +1,2 @@\n-a\n+b\nc",
    "an empty line in between": "@@ -1,2 +1,2 @@\n\n-a\n+b",
    "nothing changed": "@@ -1 +1 @@\n a",
    "no lines at all": "@@ -1,0 +1,0 @@",
    "line zero": "@@ -0 +0 @@\n-a\n+b",
    "line zero on one side": "@@ -0 +1 @@\n-a\n+b",
    "sides that do not match": "@@ -3 +4 @@\n-a\n+b",
    "a hunk is missing in between": "@@ -1 +1,2 @@\n-a\n+b\n+c\n@@ -9 +9 @@\n-x\n+y",
    "hunks overlap": "@@ -1,2 +1,2 @@\n-a\n+b\n c\n@@ -2 +2 @@\n-c\n+d",
    "hunks in another order": "@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-c\n+d",
    "a missing newline of nothing": "@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b",
    "a missing newline in the midst": "@@ -1,2 +1 @@\n-a\n\\ No newline at end of file\n-b\n+c",
    "a missing newline twice": "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n\\ No newline at end of file\n+b",
    "a hunk behind the end": "@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n@@ -5 +5 @@\n-c\n+d",
    "another remark": "@@ -1 +1 @@\n-a\n+b\n\\ Something else",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_whole_patch_is_refused(text: str) -> None:
    """A patch that is malformed, cut or does not add up has no lines."""
    with pytest.raises(PatchError):
        read(text)


@given(st.text(alphabet="@-+ ,0123\\\nax", max_size=60))
@example("@@ -1 +1 @@\n-a\n+b")
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, it is a patch, or refused."""
    try:
        read(text)
    except PatchError:
        return


@given(st.data())
def test_a_cut_patch_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    """Cut at any line but the ends of hunks, a patch is refused; cut there, it holds its first hunks."""
    whole = MENDED.split("\n")
    kept = data.draw(st.integers(0, len(whole) - 1))
    if kept == whole.index("@@ -20 +21 @@"):
        assert read("\n".join(whole[:kept])).hunks == read(MENDED).hunks[:1]
    else:
        with pytest.raises(PatchError):
            read("\n".join(whole[:kept]))


def follows(patch: Patch, old: list[str], new: list[str]) -> None:
    """Hold a patch to the files that it lies between: each line is on both sides, or on one, and has its text."""
    removed, added = [], []
    for line, text in enumerate(old, start=1):
        place = forward(patch, line)
        if isinstance(place, Removed):
            removed.append((line, text))
            assert place.text == text
        else:
            assert (new[place - 1], backward(patch, place)) == (text, line)
    for line, text in enumerate(new, start=1):
        origin = backward(patch, line)
        if isinstance(origin, Added):
            added.append((line, text))
            assert origin.text == text
        else:
            assert (old[origin - 1], forward(patch, origin)) == (text, line)
    assert ([*patch.removed.items()], [*patch.added.items()]) == (removed, added)


@given(old=FILES, new=FILES, old_ends=st.booleans(), new_ends=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_patches_of_git_lead_each_line(
    clone: Clone, old: list[str], new: list[str], *, old_ends: bool, new_ends: bool
) -> None:
    """Whatever two files hold, every line of git's patch between them is followed to the one of the same text."""
    texts = written(old, ends=old_ends), written(new, ends=new_ends)
    first, second = clone.write([NewCommit("one", {"f": texts[0]}), NewCommit("two", {"f": texts[1]}, [0])])

    files = files_of(clone, first, second)

    if texts[0] == texts[1]:
        assert files == ()
    else:
        assert files[0].patch is not None
        follows(read(files[0].patch), *(rows(text) for text in texts))


@given(old=FILES, new=FILES, context=st.integers(0, 4))
def test_patches_with_any_context_lead_each_line(old: list[str], new: list[str], context: int) -> None:
    """Patches that others wrote, with more or less context, are followed alike."""
    patch = list(difflib.unified_diff(old, new, n=context, lineterm=""))[2:]
    if patch:
        follows(read("\n".join(patch)), old, new)
