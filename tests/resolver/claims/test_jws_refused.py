"""Each rule of reading a claim of version 2, with a reason that names it (SPEC §2.1, §2.2)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.claims import base64url
from resolver.claims.jws import looks_like_jws, parse
from resolver.claims.ring import Ring
from resolver.claims.scan import Block, scan_commit, scan_text
from resolver.claims.write import mark
from resolver.errors import ClaimError
from resolver.model.github import Kind
from resolver.model.runs import Carrier
from tests.support.signing import CLAIM, HEADER, KEY, NOW, PAYLOAD, changed, check, jws, part, reader

TEXTS = ["iss", "workspace", "repo", "span_id", "agent_id", "agent_name"]


def test_unknown_claims() -> None:
    """A claim that is not known is refused: it might limit what the rest says."""
    for name in ("exp", "nbf", "aud", "sub", "v", "sig", "instance_id", ""):
        with pytest.raises(ClaimError, match="holds a claim that is unknown"):
            check(jws(payload={**PAYLOAD, name: 1}))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", [1, True, ["x"], {"x": 1}])
def test_wrong_type_of_text(name: str, value: object) -> None:
    """A text of another type is refused."""
    with pytest.raises(ClaimError, match=f"field {name} is not a string"):
        check(jws(payload={**PAYLOAD, name: value}))


@pytest.mark.parametrize("name", ["iat", "number"])
@pytest.mark.parametrize("value", ["1", 1.0, 1e3, True, [], {}])
def test_wrong_type_of_number(name: str, value: object) -> None:
    """A number of another type is refused; a boolean and 1.0 are no integers."""
    with pytest.raises(ClaimError, match=f"field {name} is not an integer"):
        check(jws(payload={**PAYLOAD, name: value}))


@pytest.mark.parametrize("name", [*TEXTS[1:], "iat", "number"])
def test_null_is_not_absent(name: str) -> None:
    """Null is a wrong type, not a missing field."""
    with pytest.raises(ClaimError, match=f"field {name} is not"):
        check(jws(payload={**PAYLOAD, name: None}))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", ["a\nb", "\ta", "a\x00", "a\x85"])
def test_control_characters(name: str, value: str) -> None:
    """A field with a control character is refused."""
    with pytest.raises(ClaimError, match="holds a control character"):
        check(jws(payload={**PAYLOAD, name: value}))


@pytest.mark.parametrize("name", TEXTS)
def test_long_fields(name: str) -> None:
    """A field of 513 characters is refused, one of 512 is not."""
    with pytest.raises(ClaimError, match="longer than 512 characters"):
        check(jws(payload={**PAYLOAD, name: "x" * 513}))
    reader(instance=None).check(Block("hidden_comment", jws(payload={**PAYLOAD, name: "x" * 512})))


def test_a_long_claim() -> None:
    """A JWS over 8 KiB is refused before it is decoded, and is not written either."""
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        check(jws(payload={**PAYLOAD, "agent_name": "x" * 8192}))
    wide = "係" * 512
    claim = type(CLAIM)(span_id=wide, workspace=wide, agent_id=wide, agent_name=wide)
    with pytest.raises(ClaimError, match="longer than 8 KiB"):
        mark(claim, Ring(pairs=(KEY,)), now=NOW, issued_at=NOW)


@pytest.mark.parametrize("span", [None, "", "  "])
def test_no_span(span: str | None) -> None:
    """A claim without a span is refused."""
    with pytest.raises(ClaimError, match="no span_id"):
        check(jws(payload=changed(PAYLOAD, span_id=span)))


@pytest.mark.parametrize(("iat", "reason"), [(None, "has no iat"), (-1, "before 1970")])
def test_no_time(iat: int | None, reason: str) -> None:
    """A claim says when it was made, in seconds since 1970."""
    with pytest.raises(ClaimError, match=reason):
        check(jws(payload=changed(PAYLOAD, iat=iat)))


def test_keys_twice() -> None:
    """A key that appears twice in header or payload is refused, though JSON parsers take the last."""
    header, payload = json.dumps(HEADER), json.dumps(PAYLOAD)
    for text in (jws(header[:-1] + ',"alg":"EdDSA"}'), jws(payload=payload[:-1] + ',"number":7}')):
        with pytest.raises(ClaimError, match="key appears twice"):
            check(text)


@pytest.mark.parametrize("value", ["[]", "1", '"x"', "", "{", "NaN", '{"iat":NaN}', "\ufeff{}"])
def test_parts_that_are_no_objects(value: str) -> None:
    """Header and payload are JSON objects, and nothing else that a lenient parser takes."""
    with pytest.raises(ClaimError, match="header is not a JSON object"):
        check(jws(value))
    with pytest.raises(ClaimError, match="payload is not a JSON object"):
        check(jws(payload=value))


def test_numbers_out_of_range() -> None:
    """A number that no store could keep is refused."""
    for number in (-1, 2**63):
        with pytest.raises(ClaimError, match="number is not between"):
            check(jws(payload={**PAYLOAD, "number": number}))


def test_loose_base64() -> None:
    """Padding, characters outside of the alphabet and stray bits are refused in each part."""
    parts = jws().split(".")
    for index, one in enumerate(parts):
        for loose in (one + "=", one + "==", one[:-1]):
            text = ".".join([*parts[:index], loose, *parts[index + 1 :]])
            with pytest.raises(ClaimError):
                check(text)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if len(one) % 4:
            stray = one[:-1] + alphabet[alphabet.index(one[-1]) + 1]
            with pytest.raises(ClaimError, match="not strict base64url"):
                check(".".join([*parts[:index], stray, *parts[index + 1 :]]))


def test_parts() -> None:
    """A JWS has three parts: neither a detached payload, nor more (as an encrypted one has), nor a JSON form."""
    head, payload, signature = jws().split(".")
    with pytest.raises(ClaimError, match="payload is not a JSON object"):
        check(f"{head}..{signature}")
    for text in (f"{jws()}.", f"{jws()}.AA.AA", f".{jws()}"):
        with pytest.raises(ClaimError, match="three parts"):
            check(text)
    flat = json.dumps({"protected": head, "payload": payload, "signature": signature})
    general = json.dumps({"payload": payload, "signatures": [{"protected": head, "signature": signature}]})
    for text in (flat, general):
        with pytest.raises(ClaimError):
            check(text)


@pytest.mark.parametrize("carrier", ["hidden_comment", "commit_trailer"])
def test_white_space_in_a_jws(carrier: str) -> None:
    """A JWS holds no white space; base64 of one is no claim either."""
    text = jws()
    for spaced in (text[:9] + " " + text[9:], text.replace(".", ". "), text.replace(".", "\n.")):
        with pytest.raises(ClaimError):
            reader().check(Block(carrier, spaced))  # type: ignore[arg-type]
    with pytest.raises(ClaimError, match="not a JSON object"):
        reader().check(Block("commit_trailer", base64url.encode(text.encode())))


def test_both_carriers_hold_what_was_written() -> None:
    """What is written is read again from a comment and from a commit, folded or not, as the same claim."""
    marks = mark(CLAIM, Ring(pairs=(KEY,)), now=NOW, issued_at=NOW)
    value = marks.commit_trailers.split("\n")[0].partition(": ")[2]
    assert [line.partition(":")[0] for line in marks.commit_trailers.split("\n")] == [
        "Agents-Attribution",
        "Agents-Run",
        "Agents-Agent",
    ]
    assert marks.claim == dict(PAYLOAD)
    comment = Carrier(1, Kind.ISSUE_COMMENT, "1", NOW)
    (seen,) = reader().read_text(f"Done.\n\n{marks.hidden_comment}", comment).sightings
    assert (seen.span_id, seen.verified_with, seen.number) == (CLAIM.span_id, KEY.id, 42)
    third = len(value) // 3
    folded = f"{value[:third]}\n  {value[third : 2 * third]}\n  {value[2 * third :]}"
    for message in (
        f"Fix\n\n{marks.commit_trailers}",
        f"Fix\n\n  AGENTS-attribution: {value}\n  Thanks",
        f"Fix\n\nAgents-Attribution: {folded}\nAgents-Run: x",
        f"Fix\n\nAgents-Attribution: {value}\n  done.",
        f"Fix\n\nAgents-Attribution: {value}\n  Thanks",
    ):
        assert scan_commit(message) == (Block("commit_trailer", value),)
        assert [one.digest for one in reader().read_commit(message, Carrier(1, None, "a", NOW)).sightings] == [
            seen.digest
        ]


def test_prose_behind_a_folded_claim_of_version_1_is_left_alone() -> None:
    """A line that ends in a full stop is no part of a claim in base64, as it never was."""
    value = base64url.encode(b'{"span_id":"a span that is long enough"}')
    message = f"Agents-Attribution: {value[:20]}\n {value[20:]}\n done."
    assert scan_commit(message) == (Block("commit_trailer", value),)


def test_a_claim_inside_a_line_of_prose() -> None:
    """Two hyphens in a row, which base64url may well give, do not hide a claim that stands in a line."""
    assert [block.text for block in scan_text("see <!-- agents-run: aa--b.c-.d-- --> there")] == ["aa--b.c-.d--"]


@given(st.text())
@settings(max_examples=200)
def test_any_text_gives_a_claim_or_a_reason(text: str) -> None:
    """Whatever stands in a carrier, reading it raises nothing but ClaimError."""
    for value in (text, f"{part(text)}.{part(text)}.AA", f"{part(HEADER)}.{part(text)}.{'A' * 86}"):
        try:
            check(value)
        except ClaimError:
            continue
        raise AssertionError(value)


@given(st.dictionaries(st.sampled_from([*PAYLOAD, "x"]), st.one_of(st.text(), st.integers(), st.none(), st.floats())))
@settings(max_examples=200)
def test_any_payload_that_is_signed_gives_a_claim_or_a_reason(values: dict[str, object]) -> None:
    """Whatever a key signed, reading it raises nothing but ClaimError; what is read has its rules kept."""
    text = jws(payload=json.dumps({**PAYLOAD, **values}))
    assert looks_like_jws(text)
    try:
        signed = parse(text)
    except ClaimError:
        return
    assert signed.claim.span_id
    assert signed.issued_at >= 0
