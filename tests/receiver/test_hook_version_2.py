"""Trailers of version 2 in the hands of the git hooks: checked as those of version 1 are."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.run_trailers import read
from resolver.claims.write import write_jws
from resolver.errors import ClaimError
from tests.support.commits import Work
from tests.support.signing import CLAIM, KEY, NOW

TRAILERS = write_jws(CLAIM, KEY, NOW).commit_trailers
LINES = TRAILERS.split("\n")


def test_they_are_taken_as_they_are() -> None:
    """The three trailers of a run, with a JWS in the first, are what they say."""
    found = read(f"{TRAILERS}\n", run=CLAIM.span_id, source="a test")
    assert list(found.lines) == LINES
    assert found.attribution == LINES[0].partition(": ")[2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TRAILERS.replace("Agents-Agent: coder", "Agents-Agent: tester"), "each on a line, that say the same"),
        (TRAILERS.replace(f"Agents-Run: {CLAIM.span_id}", "Agents-Run: other"), "each on a line"),
        (f"{LINES[0][:-8]}\n{LINES[1]}\n{LINES[2]}", "not strict base64url"),
        (TRAILERS.replace(".", "..", 1), "three parts"),
        (f"{TRAILERS}\n{LINES[0]}", "more than one"),
        (f"{TRAILERS}\nSigned-off-by: x", "each on a line"),
    ],
)
def test_what_is_not_exactly_that_stops_the_commit(text: str, reason: str) -> None:
    """Trailers that do not agree, or whose first is no claim, do not get into a commit."""
    with pytest.raises(ClaimError, match=reason):
        read(text, run=None, source="a test")


def test_the_trailers_of_another_run() -> None:
    """The run that is at work has to be the one that is named."""
    with pytest.raises(ClaimError, match="WHICHRUN_RUN names x"):
        read(TRAILERS, run="x", source="a test")


def test_a_commit_carries_them(tmp_path: Path) -> None:
    """Git adds them through the hooks, whole and at the end; amending doubles nothing."""
    work = Work(tmp_path / "work")
    message = work.commit("-m", "Fix the parser", WHICHRUN_TRAILERS=TRAILERS)
    assert message.rstrip() == f"Fix the parser\n\n{TRAILERS}"
    assert work.commit("--amend", "--no-edit", WHICHRUN_TRAILERS=TRAILERS).rstrip() == message.rstrip()
