"""Each refusal of SPEC §2.1, with a reason that names the rule."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from resolver.claims import base64url
from resolver.claims.claim import Claim
from resolver.claims.context import number_refusal, repository_refusal, workspace_refusal
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Key, Ring
from resolver.claims.scan import Block
from resolver.claims.signing import sign
from resolver.claims.write import write
from resolver.errors import ClaimError
from resolver.model.github import Kind
from resolver.model.runs import Carrier

KEY = Key("k1", b"s3cret")
RING = Ring((KEY,))
CLAIM = Claim(span_id="span-1", workspace="default", repository="acme/widgets", number=42, agent_name="coder")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARRIER = Carrier(repository_id=1, kind=Kind.ISSUE_COMMENT, key="1", posted_at=NOW)


def reader(ring: Ring = RING) -> ClaimReader:
    """Return a reader of the instance and workspace ``default``."""
    return ClaimReader(ring, "default", lambda: NOW)


def fields(**changes: object) -> dict[str, Any]:
    """Return the fields of a valid signed claim, changed; None leaves one out."""
    values = write(CLAIM, RING).claim | changes
    return {name: value for name, value in values.items() if value is not None}


def check(text: str, ring: Ring = RING) -> None:
    """Verify a text as the block of a hidden comment."""
    reader(ring).check(Block("hidden_comment", text))


def test_the_unchanged_claim_holds() -> None:
    """The claim that the refused ones are made from is valid."""
    check(json.dumps(fields()))


@pytest.mark.parametrize(
    "text", ["", "[]", '"x"', "1", "null", "{", "{}x", "NaN", '{"x":NaN}', '{"x":-Infinity}', "\ufeff{}", "[" * 8000]
)
def test_not_a_json_object(text: str) -> None:
    """Anything but one JSON object is refused, also what only Python takes for JSON, and what nests too deep."""
    with pytest.raises(ClaimError, match="not a JSON object"):
        check(text)


@pytest.mark.parametrize("name", ["instance_id", "workspace", "repo", "span_id", "agent_id", "agent_name", "sig"])
@pytest.mark.parametrize("value", [1, True, [], {}])
def test_wrong_type_of_string(name: str, value: object) -> None:
    """A text field of another type is refused."""
    with pytest.raises(ClaimError, match=f"field {name} is not a string"):
        check(json.dumps(fields(**{name: value})))


@pytest.mark.parametrize("name", ["v", "number"])
@pytest.mark.parametrize("value", ["1", True, 1.0, [], {}])
def test_wrong_type_of_integer(name: str, value: object) -> None:
    """A number field of another type is refused; a boolean and 1.0 are no integers."""
    with pytest.raises(ClaimError, match=f"field {name} is not an integer"):
        check(json.dumps(fields(**{name: value})))


@pytest.mark.parametrize("name", ["v", "number", "workspace", "sig"])
def test_null_is_not_absent(name: str) -> None:
    """Null is a wrong type, not a missing field."""
    text = json.dumps(fields()).replace(json.dumps({name: fields()[name]})[1:-1], f'"{name}": null')
    with pytest.raises(ClaimError, match=f"field {name} is not"):
        check(text)


@pytest.mark.parametrize("name", ["instance_id", "workspace", "repo", "span_id", "agent_id", "agent_name"])
@pytest.mark.parametrize("value", ["a\nb", "\nab", "ab\t", "a\x00b", "a\x7fb", "a\x85b"])
def test_control_character(name: str, value: str) -> None:
    """A field with a control character is refused, also where stripping would take it away."""
    with pytest.raises(ClaimError, match=r"field \w+ holds a control character"):
        check(json.dumps(fields(**{name: value})))


def test_half_surrogate() -> None:
    """Half a surrogate pair has no UTF-8 form that could be signed: it is refused."""
    with pytest.raises(ClaimError, match="half a surrogate pair"):
        check(json.dumps(fields(agent_name="\ud800")))


@pytest.mark.parametrize("name", ["instance_id", "workspace", "repo", "span_id", "agent_id", "agent_name"])
def test_long_field(name: str) -> None:
    """A field of 513 characters is refused."""
    with pytest.raises(ClaimError, match=r"field \w+ is longer than 512 characters"):
        check(json.dumps(fields(**{name: "x" * 513})))


def test_longest_field() -> None:
    """A field of 512 characters, of any width, is accepted."""
    claim = Claim(span_id="s", workspace="default", agent_name="係" * 512)
    check(json.dumps(write(claim, RING).claim))


@pytest.mark.parametrize("filler", ["x" * 8192, "é" * 4096])
def test_long_block(filler: str) -> None:
    """A block over 8 KiB is refused without being parsed, counted in bytes."""
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        check(json.dumps(fields(extra=filler), ensure_ascii=False))
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        check(filler + ".")


def test_long_block_in_a_trailer() -> None:
    """The limit of 8 KiB is the JSON's, not that of its base64."""
    shortest = len(json.dumps(fields(extra=""), separators=(",", ":")))
    fitting = json.dumps(fields(extra="x" * (8192 - shortest)), separators=(",", ":"))
    reader().check(Block("commit_trailer", base64url.encode(fitting.encode())))
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        reader().check(Block("commit_trailer", base64url.encode(fitting.encode() + b" ")))


def test_long_block_is_not_written() -> None:
    """A claim whose block nobody would read is not written either."""
    wide = Claim(span_id="<" * 512, workspace="<" * 512, agent_id="<" * 512, agent_name="<" * 512)
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        write(wide, RING)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_span(value: str | None) -> None:
    """A claim without a span, or with a blank one, is refused."""
    with pytest.raises(ClaimError, match="no span_id"):
        check(json.dumps(fields(span_id=value)))


def test_key_twice() -> None:
    """A key that appears twice is refused, though JSON parsers take the last."""
    with pytest.raises(ClaimError, match="key appears twice"):
        check(json.dumps(fields())[:-1] + ',"number":7}')


@pytest.mark.parametrize("version", [0, 2, -1, 99, None])
def test_unknown_version(version: int | None) -> None:
    """Any version but 1 is unknown, and so is a signature without a version."""
    with pytest.raises(ClaimError, match="version is unknown"):
        check(json.dumps(fields(v=version)))


@pytest.mark.parametrize("number", [-1, 2**63, 10**400])
def test_number_out_of_range(number: int) -> None:
    """A number that no store could keep is refused."""
    with pytest.raises(ClaimError, match="number is not between"):
        check(json.dumps(fields(number=number)))


def test_number_zero_is_absent() -> None:
    """Zero is signed for a missing number, and reads as one."""
    block = Block(
        "hidden_comment", json.dumps(write(Claim(span_id="s", workspace="default"), RING).claim | {"number": 0})
    )
    assert reader().check(block).claim.number is None


def test_unsigned_though_signing_is_on() -> None:
    """With any key an unsigned claim is refused."""
    with pytest.raises(ClaimError, match="unsigned though signing is on"):
        check(json.dumps(fields(v=None, instance_id=None, sig=None)))


@pytest.mark.parametrize("ring", [RING, Ring()])
def test_version_without_signature(ring: Ring) -> None:
    """Version 1 is signed by definition: without a signature it is refused, keys or no keys."""
    with pytest.raises(ClaimError, match="no signature"):
        check(json.dumps(fields(sig=None)), ring)


def test_other_instance() -> None:
    """A claim of another instance is refused though the secret is the same."""
    claim = Claim(span_id="s", workspace="default", instance_id="prod-b")
    with pytest.raises(ClaimError, match="another instance"):
        check(json.dumps(write(claim, RING).claim))


def test_other_workspace() -> None:
    """A claim of another workspace holds by itself, and is kept as that one's: for others it does not count."""
    marks = write(Claim(span_id="s", workspace="other"), RING)
    check(json.dumps(marks.claim))
    for reading in (
        reader().read_text(marks.hidden_comment, CARRIER),
        reader().read_commit(marks.commit_trailers, CARRIER),
    ):
        assert [sighting.workspace for sighting in reading.sightings] == ["other"]
    assert workspace_refusal("other", "default") == "The claim is of another workspace."
    assert workspace_refusal("default", " default ") is None


@pytest.mark.parametrize("ring", [Ring((Key("k2", b"other"),)), Ring()])
def test_no_secret_verifies(ring: Ring) -> None:
    """A claim that no secret of the ring verifies is refused; an empty ring has none."""
    with pytest.raises(ClaimError, match="No secret of the ring"):
        check(json.dumps(fields()), ring)


@pytest.mark.parametrize(
    "change",
    [{"repo": "acme/gadgets"}, {"number": 43}, {"span_id": "span-2"}, {"agent_id": "a"}, {"agent_name": "Coder"}],
)
def test_changed_field(change: dict[str, object]) -> None:
    """The signature covers every field."""
    with pytest.raises(ClaimError, match="No secret of the ring"):
        check(json.dumps(fields(**change)))


def test_repository_is_signed_in_lower_case() -> None:
    """The case of the repository's name is GitHub's business: it does not break a signature."""
    check(json.dumps(fields(repo="Acme/WIDGETS")))


@pytest.mark.parametrize("change", ["é", "=", "+/", " ", "A"])
def test_malformed_signature(change: str) -> None:
    """A signature is 32 bytes in base64url without padding, and nothing near it."""
    with pytest.raises(ClaimError, match="sig is not"):
        check(json.dumps(fields(sig=sign(CLAIM, KEY) + change)))


def test_signature_with_stray_bits() -> None:
    """Of the texts that decode to the same signature only the one that encoding gives is taken."""
    signature = sign(CLAIM, KEY)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stray = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    with pytest.raises(ClaimError, match="sig is not base64url"):
        check(json.dumps(fields(sig=stray)))


@pytest.mark.parametrize("text", ["e30\n", "e3 0", "e30==", "e30===", "e31", "e30+", "é", "A"])
def test_loose_base64(text: str) -> None:
    """A trailer that is not strictly base64url is refused."""
    with pytest.raises(ClaimError, match="not strict base64url"):
        reader().check(Block("commit_trailer", text))


def test_trailer_that_is_not_utf8() -> None:
    """A trailer that decodes to bytes that are no text is refused."""
    with pytest.raises(ClaimError, match="not a JSON object"):
        reader().check(Block("commit_trailer", base64url.encode(b'{"\xff":1}')))


def test_reasons_of_a_text() -> None:
    """Reading a text gives each reason once, besides the claims that hold."""
    good, bad = write(CLAIM, RING).hidden_comment, "<!-- agents-run: [] -->"
    reading = reader().read_text(f"{bad}\n{good}\n{bad}\n{good}", CARRIER)
    assert [sighting.span_id for sighting in reading.sightings] == ["span-1"]
    assert reading.refusals == ("The claim is not a JSON object.",)


@pytest.mark.parametrize("claimed", [None, "", "acme/widgets", "ACME/Widgets"])
def test_repository_that_agrees(claimed: str | None) -> None:
    """A repository's former names count as its name, in any case, and a claim may name none."""
    assert repository_refusal(claimed, ["new/name", "Acme/widgets"]) is None


def test_repository_that_differs() -> None:
    """A claim made for another repository is refused, and the reason names it."""
    assert "acme/gadgets" in (repository_refusal("acme/gadgets", ["acme/widgets"]) or "")
    assert repository_refusal("acme/gadgets", []) is not None


@pytest.mark.parametrize(("claimed", "found"), [(None, 1), (1, None), (None, None), (5, 5)])
def test_number_that_agrees(claimed: int | None, found: int | None) -> None:
    """A number that is not known on one side does not differ."""
    assert number_refusal(claimed, found) is None


def test_number_that_differs() -> None:
    """A claim made for another number is refused, and the reason names both."""
    reason = number_refusal(5, 6) or ""
    assert "5" in reason
    assert "6" in reason
