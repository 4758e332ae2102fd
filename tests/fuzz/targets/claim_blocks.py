"""A claim's JSON: read strictly, and written again it is the same claim."""

from __future__ import annotations

from resolver.claims.block import encode, fields, parse
from resolver.errors import ClaimError
from tests.fuzz.given import text

WORDS = (
    '"v":1', '"instance_id":', '"workspace":', '"repo":', '"number":', '"span_id":', '"agent_id":', '"agent_name":',
    '"sig":', "null", "true", "1e5", "NaN", "\\u0000", "\\ud800", "\\n", "9223372036854775808", "-0", "{", "}", ",",
)  # fmt: skip
SEEDS = (
    '{"v":1,"instance_id":"a","workspace":"w","repo":"acme/widgets","number":42,"span_id":"s","agent_name":"n","sig":"x"}',
    '{"workspace":"w","span_id":"s"}',
    '{"span_id":"s","span_id":"t"}',
    '{"span_id":"\\ud800"}',
    "[" * 50,
)


def check(data: bytes) -> None:
    """Any text is a claim or refused; what is read and written again is the same."""
    try:
        parsed = parse(text(data))
    except ClaimError as error:
        assert str(error)  # noqa: PT017 -- either outcome is right
        return
    if parsed.signature is not None and not parsed.signature.isascii():  # nothing verifies it, nobody writes it
        return
    try:
        written = encode(fields(parsed.claim, parsed.signature))
    except ClaimError:  # escaped, it is longer
        return
    assert parse(written) == parsed
    assert not {"<", ">", "&"} & set(written)
