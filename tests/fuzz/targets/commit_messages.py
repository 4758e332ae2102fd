"""Commit messages: a genuine trailer on a line of its own is found whatever stands around, and none is made up."""

from __future__ import annotations

from tests.fuzz.given import CARRIER, READER, SPANS, commit_trailer, text

WORDS = (
    "Agents-Attribution:", "agents-attribution :", "\n ", "\n\t", "\n", "\r\n", "\r", "e30", "e30=", "Agents-Run: x",
    "\u2028", "\x0b", "\x0c", "\x85", "---", "Signed-off-by: a <a@b>", "# ", "=", "-_",
)  # fmt: skip
SEEDS = (
    "Subject\n\nBody\x01",
    "Agents-Attribution: e30\n e30\n  e30\n\x01\n after",
    "* one\n\n  Agents-Attribution:\n   e30",
)
_TRAILER = commit_trailer(SPANS[0])


def check(data: bytes) -> None:
    """Nothing raises, nothing is forged, and what is genuine is found where the input asks for it."""
    before, mark, after = text(data).partition("\x01")
    genuine = f"\n\n{_TRAILER}\n\n" if mark else ""
    reading = READER.read_commit(before + genuine + after, CARRIER)
    assert {sighting.span_id for sighting in reading.sightings} == ({SPANS[0]} if mark else set())
    assert all(reading.refusals)
