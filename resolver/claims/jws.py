"""Claims of version 2: a compact JWS (RFC 7515) by an Ed25519 key (RFC 8037), read strictly (SPEC §2.2).

The header is held to exactly ``alg``, ``kid`` and ``typ`` before anything of it is used: so no header names a key, an
address or an algorithm of the sender's choice. ``kid`` is compared with the names of the ring's keys, and nothing else.
PyJWT checks the signature, given the key's own type and EdDSA as the only algorithm.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from resolver.claims import base64url
from resolver.claims.block import json_object, refuse_long
from resolver.claims.claim import Claim
from resolver.claims.ed25519 import KeyPair
from resolver.errors import ClaimError

if TYPE_CHECKING:
    from jwt import PyJWS

ALGORITHM = "EdDSA"
TYPE = "agents-run+jwt"
LEEWAY = timedelta(minutes=5)
"""How far the clocks of signer and reader may differ."""

SIGNATURE_LENGTH = 86
"""Characters: 64 bytes in base64url."""

_FORM = re.compile(r"[A-Za-z0-9_=-]*(?:\.[A-Za-z0-9_=-]*){2,}", re.ASCII)
_KID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_HEADER = ("alg", "kid", "typ")
_NAMES = {"workspace": "workspace", "repo": "repository", "span_id": "span_id", "agent_id": "agent_id"}
_STRINGS = _NAMES | {"agent_name": "agent_name", "iss": "instance_id"}
"""The claims that are texts, and the fields of ``Claim`` that hold them."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWS that was read and not yet verified: ``text`` is the whole of it, ``signature`` 64 bytes."""

    text: str
    kid: str
    claim: Claim
    issued_at: int
    signature: bytes


def looks_like_jws(text: str) -> bool:
    """Whether a carrier holds three parts or more with dots between them, as neither JSON nor base64 ever does."""
    return _FORM.fullmatch(text) is not None


def holds_jws(text: str) -> bool:
    """Whether a text is whole: header and payload decode to JSON objects, and the signature has its length."""
    parts = text.split(".")
    if len(parts) != 3 or len(parts[2]) != SIGNATURE_LENGTH:  # noqa: PLR2004 - header, payload, signature
        return False
    try:
        return all(isinstance(json.loads(base64url.decode(part)), dict) for part in parts[:2])
    except (ValueError, RecursionError):
        return False


def parse(text: str) -> Signed:
    """Read a JWS. Raises ClaimError, which names the rule that it breaks. Nothing of it is verified yet."""
    refuse_long(len(text))
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise ClaimError("The claim is not a compact JWS of three parts.")
    header, payload, signature = map(_decoded, parts)
    kid = _kid(json_object(_utf8(header), "The claim's header is not a JSON object."))
    if len(signature) != 64:  # noqa: PLR2004 - bytes (RFC 8032 §5.1.6)
        raise ClaimError("The claim's signature is not 64 bytes.")
    values = json_object(_utf8(payload), "The claim's payload is not a JSON object.")
    unknown = sorted(values.keys() - _STRINGS.keys() - {"iat", "number"})
    if unknown:
        raise ClaimError("The claim's payload holds a claim that is unknown; the version that has it would be another.")
    if not values.get("iss"):
        raise ClaimError("The claim names no iss.")
    claim = Claim(
        number=_integer(values, "number") if "number" in values else None,
        **{field: _string(values, name) for name, field in _STRINGS.items()},
    )
    return Signed(text, kid, claim, _issued_at(values), signature)


def refuse_future(signed: Signed, now: datetime) -> None:
    """Raise ClaimError for a claim that says that it was made later than now, beyond what clocks differ."""
    if signed.issued_at > (now + LEEWAY).timestamp():
        raise ClaimError("The claim's iat lies in the future.")


def is_by(signed: Signed, pair: KeyPair) -> bool:
    """Whether a key made the signature; a signature that was changed into another one that might fit is none."""
    from jwt import InvalidTokenError  # noqa: PLC0415 - as below

    try:
        _pyjwt().decode(signed.text, pair.verifier(), algorithms=[ALGORITHM])
    except InvalidTokenError:
        return False
    return True


@cache
def _pyjwt() -> PyJWS:
    from jwt import PyJWS  # noqa: PLC0415 - a service without such keys never needs it

    return PyJWS(algorithms=[ALGORITHM])


def write(claim: Claim, pair: KeyPair, issued_at: datetime) -> tuple[str, dict[str, object]]:
    """Sign a claim; return the JWS and its payload. The same claim, key and second always give the same text.

    Empty fields are left out. Raises ClaimError when it comes out longer than anybody would read, SettingsError when
    there is no private key.
    """
    moment = int(issued_at.astimezone(UTC).timestamp())
    values: dict[str, object] = {"iss": claim.instance_id, "iat": moment}
    fields = (
        ("workspace", claim.workspace),
        ("repo", claim.repository),
        ("number", claim.number),
        ("span_id", claim.span_id),
        ("agent_id", claim.agent_id),
        ("agent_name", claim.agent_name),
    )
    values |= {name: value for name, value in fields if value}
    header = {"alg": ALGORITHM, "kid": pair.id, "typ": TYPE}
    signing_input = f"{_encoded(header)}.{_encoded(values)}"
    text = f"{signing_input}.{base64url.encode(pair.signer().sign(signing_input.encode()))}"
    refuse_long(len(text))
    return text, values


def _encoded(values: dict[str, object] | dict[str, str]) -> str:
    return base64url.encode(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _decoded(part: str) -> bytes:
    try:
        if "=" in part:
            raise ClaimError("The claim is not strict base64url: a JWS has no padding.")
        return base64url.decode(part)
    except ValueError as error:
        raise ClaimError(f"The claim is not strict base64url: {error}.") from None


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ClaimError("The claim is not a JSON object: it is not UTF-8 text.") from None


def _kid(header: dict[str, object]) -> str:
    """Return the name of the key. Raises ClaimError for a header that is not exactly what this service writes."""
    if header.get("alg") != ALGORITHM:
        raise ClaimError("The claim's alg is not EdDSA.")
    if header.get("typ") != TYPE:
        raise ClaimError("The claim's typ is not agents-run+jwt.")
    if header.keys() - set(_HEADER):
        raise ClaimError("The claim's header holds more than alg, kid and typ.")
    kid = header.get("kid")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise ClaimError("The claim's kid is not the thumbprint of a key.")
    return kid


def _string(values: dict[str, object], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise ClaimError(f"The claim's field {name} is not a string.")
    return value


def _integer(values: dict[str, object], name: str) -> int:
    value = values[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise ClaimError(f"The claim's field {name} is not an integer.")
    return value


def _issued_at(values: dict[str, object]) -> int:
    if "iat" not in values:
        raise ClaimError("The claim has no iat.")
    issued_at = _integer(values, "iat")
    if issued_at < 0:
        raise ClaimError("The claim's iat is before 1970.")
    return issued_at
