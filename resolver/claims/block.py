"""The JSON of a claim of version 1, in both directions: written in one way, read strictly (SPEC §2.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import NoReturn

from resolver.claims.claim import Claim
from resolver.claims.signing import VERSION
from resolver.errors import ClaimError

MAX_BLOCK = 8 * 1024  # bytes of JSON
_STRINGS = ("instance_id", "workspace", "repo", "span_id", "agent_id", "agent_name", "sig")
# So that no field ends the HTML comment, nor the line for those who take these two for line ends.
_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A block that was read: its claim, and its signature (None when it is unsigned)."""

    claim: Claim
    signature: str | None


def fields(claim: Claim, signature: str | None) -> dict[str, object]:
    """Return a claim as the JSON object that is written, in the order of the contract."""
    values: dict[str, object] = {"v": VERSION, "instance_id": claim.instance_id} if signature is not None else {}
    values["workspace"] = claim.workspace
    optional = {"repo": claim.repository, "number": claim.number}
    values |= {name: value for name, value in optional.items() if value}
    values["span_id"] = claim.span_id
    optional = {"agent_id": claim.agent_id, "agent_name": claim.agent_name, "sig": signature}
    return values | {name: value for name, value in optional.items() if value}


def encode(values: dict[str, object]) -> str:
    """Write the JSON; raises ClaimError when it is longer than anybody would read."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    refuse_long(len(text.encode()))
    return text


def refuse_long(size: int) -> None:
    """Raise ClaimError for a block of too many bytes."""
    if size > MAX_BLOCK:
        raise ClaimError("The claim's block is longer than 8 KiB.")


def parse(text: str) -> Parsed:
    """Read the JSON of a block. Raises ClaimError, which names the rule that it breaks."""
    refuse_long(len(text.encode("utf-8", "surrogatepass")))
    values = json_object(text, "The claim is not a JSON object.")
    version, number = _integer(values, "v"), _integer(values, "number")
    strings = {name: _string(values, name) for name in _STRINGS}
    if version not in {None, VERSION} or (version is None and "sig" in values):
        raise ClaimError("The claim's version is unknown.")
    if version == VERSION and not strings["sig"]:
        raise ClaimError("The claim has version 1 but no signature: it is unsigned.")
    claim = Claim(
        instance_id=strings["instance_id"],
        workspace=strings["workspace"],
        repository=strings["repo"],
        number=number,
        span_id=strings["span_id"],
        agent_id=strings["agent_id"],
        agent_name=strings["agent_name"],
    )
    if version is None:
        return Parsed(replace(claim, instance_id=""), None)  # no signature covers it: it says nothing
    return Parsed(claim, strings["sig"])


def json_object(text: str, otherwise: str) -> dict[str, object]:
    """Read a JSON object, each key of it once; raises ClaimError, with the sentence ``otherwise`` for anything else."""
    try:
        values = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ClaimError(otherwise) from None
    if not isinstance(values, dict):
        raise ClaimError(otherwise)
    return values


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ClaimError("A key appears twice in the claim.")
    return values


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _string(values: dict[str, object], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise ClaimError(f"The claim's field {name} is not a string.")
    return value


def _integer(values: dict[str, object], name: str) -> int | None:
    if name not in values:
        return None
    value = values[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise ClaimError(f"The claim's field {name} is not an integer.")
    return value
