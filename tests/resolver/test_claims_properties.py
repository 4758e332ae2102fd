"""What holds for every text and every claim."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from resolver.claims import base64url
from resolver.claims.block import parse
from resolver.claims.claim import MAX_NUMBER, Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Key, Ring
from resolver.claims.scan import Block, scan_commit, scan_text
from resolver.claims.signing import canonical, digest
from resolver.claims.write import write
from resolver.command import find_command
from resolver.errors import ClaimError
from resolver.model.github import Kind
from resolver.model.runs import Carrier, Trust

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARRIER = Carrier(repository_id=1, kind=Kind.ISSUE_COMMENT, key="1", posted_at=NOW)
RING = Ring((Key("k1", b"s3cret"),))

any_char = st.characters(exclude_categories=())
any_text = st.text(any_char)
PIECES = (
    '<!-- agents-run: |{}|{"v":1}|<!--|-->|/agents improve|Agents-Attribution:|e30|\n|\n\n|\r\n|```|~~~|`|> |- |1. '
    "|    |\t| |<pre>|</pre>|<a b='|'>|<?|<![CDATA[|]]>|\\|# |===|x|\ue000|\0|\ud800|<textarea>|</textarea>|<http://a`b>"
)
markup = st.lists(st.sampled_from(PIECES.split("|")), max_size=24).map("".join)
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
)


def claims(text: st.SearchStrategy[str]) -> st.SearchStrategy[Claim]:
    """Return claims with these texts in their fields."""
    return st.builds(
        Claim,
        span_id=text.filter(str.strip),
        workspace=text,
        repository=text,
        number=st.none() | st.integers(0, MAX_NUMBER),
        agent_id=text,
        agent_name=text,
        instance_id=text,
    )


any_claim = claims(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20))
"""Of every text that a field accepts."""

near_claim = claims(st.text("aA 0", max_size=2))
"""Of few texts, so that two are often alike."""


@given(st.one_of(any_text, markup))
@pytest.mark.parametrize("ring", [RING, Ring()], ids=["signing", "unsigned"])
def test_any_text_gives_claims_or_reasons(ring: Ring, text: str) -> None:
    """Any text, as comment or commit message, gives claims or stated refusals and never another error."""
    reader = ClaimReader(ring, "default", lambda: NOW)
    assert all(reader.read_text(text, CARRIER).refusals)
    assert all(reader.read_commit(text, CARRIER).refusals)
    find_command(text)


@given(any_text)
@example("9" * 5000)
@example('{"number":' + "9" * 5000 + "}")
def test_any_block_gives_a_claim_or_a_reason(text: str) -> None:
    """Any block of either carrier gives a claim or a stated refusal and never another error."""
    reader = ClaimReader(Ring(), "default", lambda: NOW)
    for block in (Block("hidden_comment", text), Block("commit_trailer", text)):
        with pytest.raises(ClaimError):
            reader.check(block)


@given(st.dictionaries(st.sampled_from(["v", "sig", "number", "span_id", "workspace", "repo", "other"]), json_like))
def test_any_object_gives_a_claim_or_a_reason(values: dict[str, object]) -> None:
    """Any JSON object gives a claim or a stated refusal and never another error."""
    try:
        parse(json.dumps(values))
    except ClaimError as error:
        assert str(error)  # noqa: PT017 -- either outcome is right


@given(near_claim, near_claim)
def test_no_two_claims_share_a_signed_string(one: Claim, other: Claim) -> None:
    """Two claims sign the same string only when they are equal, field for field."""
    assert (canonical(one) == canonical(other)) == (one == other)


@given(st.text("a\n", max_size=3), st.text("a\n", max_size=3), st.text("a\n", max_size=3))
def test_no_newline_moves_a_field(span: str, agent_id: str, agent_name: str) -> None:
    """A signed string has eight lines, so that it says where each field ends; what would add one is refused."""
    try:
        claim = Claim(span_id=span, agent_id=agent_id, agent_name=agent_name)
    except ClaimError:
        assert "\n" in span + agent_id + agent_name or not span
    else:
        assert canonical(claim).split("\n")[5:] == [span, agent_id, agent_name]


@given(st.lists(st.sampled_from(["a", "A", " ", "0", "1"]), min_size=8, max_size=8))
def test_fields_do_not_run_into_each_other(parts: list[str]) -> None:
    """Moving a character from one field to the next changes the signed string."""
    assume(parts[0].strip() and parts[1].strip())
    first = Claim(span_id=parts[0] + parts[1], agent_id=parts[2], agent_name=parts[3])
    second = Claim(span_id=parts[0], agent_id=parts[1] + parts[2], agent_name=parts[3])
    assert canonical(first) != canonical(second)


@given(any_claim)
def test_write_then_read_is_the_identity(claim: Claim) -> None:
    """What is written and signed is read back field for field, from both carriers, whatever the fields hold."""
    marks = write(claim, RING)
    reader = ClaimReader(RING, claim.instance_id, lambda: NOW)
    blocks = (*scan_text(f"Text.\n\n{marks.hidden_comment}"), *scan_commit(f"Subject\n\n{marks.commit_trailers}"))
    assert [block.carrier for block in blocks] == ["hidden_comment", "commit_trailer"]
    for block in blocks:
        verified = reader.check(block)
        assert asdict(verified.claim) == asdict(claim)
        assert verified.trust is Trust.SIGNED
        assert verified.digest == digest(claim, signed=True)


@given(any_claim)
def test_unsigned_write_then_read(claim: Claim) -> None:
    """An unsigned claim is read back too; it names no instance."""
    claim = replace(claim, instance_id="")
    reader = ClaimReader(Ring(), "prod-a", lambda: NOW)
    verified = reader.check(scan_text(write(claim, Ring()).hidden_comment)[0])
    assert asdict(verified.claim) == asdict(claim)
    assert verified.trust is Trust.UNSIGNED
    assert verified.digest == digest(claim, signed=False) != digest(claim, signed=True)


@given(st.binary())
def test_base64_is_the_identity(data: bytes) -> None:
    """Any bytes come back from base64, padded or not."""
    text = base64url.encode(data)
    assert base64url.decode(text) == base64url.decode(text + "=" * (-len(text) % 4)) == data


@given(st.text("AQgw-_=", max_size=8))
def test_base64_has_one_text_for_one_value(text: str) -> None:
    """Whatever decodes is, without its padding, what encoding the value gives."""
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text.rstrip("=")
