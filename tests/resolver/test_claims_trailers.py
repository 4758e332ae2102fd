"""Claims in commit messages: trailers in any place, folded, indented, padded (SPEC §2.1)."""

import base64
import json
import textwrap

import pytest

from resolver.claims.claim import Claim
from resolver.claims.ring import Key, Ring
from resolver.claims.scan import Block, scan_commit
from resolver.claims.trailers import find_trailers
from resolver.claims.write import write

RING = Ring((Key("k", b"s3cret"),))
TRAILERS = write(Claim(span_id="428ecb0920459b24", workspace="default", agent_name="coder"), RING).commit_trailers
VALUE = TRAILERS.split("\n")[0].partition(": ")[2]
CUT = len(VALUE) // 3
PARTS = (VALUE[:CUT], VALUE[CUT : 2 * CUT], VALUE[2 * CUT :])


def test_written_order() -> None:
    """The trailers are written in the order of the contract; the agent is left out when it has no name."""
    keys = [line.partition(":")[0] for line in TRAILERS.split("\n")]
    assert keys == ["Agents-Attribution", "Agents-Run", "Agents-Agent"]
    nameless = write(Claim(span_id="s"), RING).commit_trailers
    assert [line.partition(":")[0] for line in nameless.split("\n")] == keys[:2]


@pytest.mark.parametrize(
    "message",
    [
        f"Agents-Attribution: {VALUE}",
        f"Fix it\n\n{TRAILERS}\n",
        f"Fix it\r\n\r\n{TRAILERS}\r\n",
        f"{TRAILERS}\n\nand more prose\n",
        f"aGENTS-attribution:{VALUE}",
        f"Agents-Attribution : {VALUE}  ",
        f"\tAgents-Attribution: {VALUE}\n\tSigned-off-by: a",
        f"```\nAgents-Attribution: {VALUE}\n```",
        f"    Agents-Attribution: {VALUE}",
        "Agents-Attribution: " + "\n ".join(PARTS),
        "Agents-Attribution: " + "\r\n\t".join(PARTS) + "\r\nAgents-Run: x",
        "Agents-Attribution:\n " + "\n ".join(PARTS) + "\n\ndone",
        textwrap.indent("Agents-Attribution: " + "\n ".join(PARTS) + "\nAgents-Run: x", "    "),
        textwrap.indent("Agents-Attribution: " + "\n ".join(PARTS), "    ") + "\n    Thanks",
        "  Agents-Attribution: " + "\n  ".join(PARTS),
        f"    Agents-Attribution: {VALUE}\n    Thanks\n    all",
        f"Agents-Attribution: {VALUE}\n  Thanks",
    ],
)
def test_where_and_how(message: str) -> None:
    """A trailer is found in any place, case and indentation, folded or not, and prose behind it is left alone."""
    assert scan_commit(message) == (Block("commit_trailer", VALUE),)


def test_padding() -> None:
    """Padding may be written, folded or not."""
    padded = base64.urlsafe_b64encode(json.dumps({"a": 1}).encode() + b"  ").decode()
    assert padded.endswith("=")
    assert list(find_trailers(f"Agents-Attribution: {padded}")) == [padded]
    assert list(find_trailers(f"Agents-Attribution: {padded[:3]}\n {padded[3:]}")) == [padded]


def test_squash_merge() -> None:
    """A squash merge puts several claims apart from each other, in indented messages: all are found, in order."""
    others = [write(Claim(span_id=f"span-{n}"), RING).commit_trailers for n in range(3)]
    message = "Squash (#7)\n\n" + "\n\n".join(f"* step\n\n{textwrap.indent(other, '    ')}" for other in others)
    expected = [other.split("\n")[0].partition(": ")[2] for other in others]
    assert list(find_trailers(message + "\n\nCo-authored-by: a <a@b>")) == expected


def test_what_cannot_be_read_is_kept() -> None:
    """A trailer that does not decode is still a block, so that its refusal is told."""
    assert list(find_trailers("Agents-Attribution: no claim!")) == ["no claim!"]
    assert list(find_trailers("Agents-Attribution:")) == [""]


@pytest.mark.parametrize(
    "message", ["", "Agents-Run: x", f"x Agents-Attribution: {VALUE}", f"Agents-Attribution {VALUE}"]
)
def test_no_trailer(message: str) -> None:
    """The key stands at the beginning of a line and is followed by a colon."""
    assert scan_commit(message) == ()


def test_hidden_comments_are_no_carrier_of_commits() -> None:
    """A hidden comment in a commit message is not read: trailers are what commits carry."""
    assert scan_commit(write(Claim(span_id="s"), RING).hidden_comment) == ()
