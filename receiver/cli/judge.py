"""Whether one claim holds, and what it says of itself either way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from receiver.key_file import own_ring
from receiver.settings import Settings
from resolver.claims import base64url, jws
from resolver.claims.block import MAX_BLOCK
from resolver.claims.claim import Claim
from resolver.claims.context import number_refusal, repository_refusal
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Ring
from resolver.claims.scan import Block
from resolver.errors import ClaimError

VERSION_1 = "Public keys verify claims of version 2 alone: version 1 needs the secret that signed it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a claim says of itself, as far as it can be read; nothing vouches for it."""

    span_id: str | None = None
    agent_name: str | None = None
    repository: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One claim: valid, or refused for a reason that names the rule."""

    read: Read
    carrier: str
    reason: str | None

    @property
    def valid(self) -> bool:
        """Whether the claim holds."""
        return self.reason is None

    def json(self) -> dict[str, object]:
        """Write the verdict with the fields of SPEC §8."""
        return {
            "span_id": self.read.span_id,
            "agent_name": self.read.agent_name,
            "repository": self.read.repository,
            "number": self.read.number,
            "carrier": self.carrier,
            "valid": self.valid,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges claims by one service's keys and, where that is given, by the place they were found in.

    With ``public``, by public keys alone.
    """

    reader: ClaimReader
    repository: str | None
    number: int | None
    public: bool = False

    @classmethod
    def by(cls, settings: Settings, *, repository: str | None, number: int | None) -> Judge:
        """Make a judge by the settings that signing needs. Raises SettingsError."""
        return cls(ClaimReader(own_ring(settings), settings.instance_id, _now), repository, number)

    @classmethod
    def by_public_keys(cls, ring: Ring, issuer: str | None, *, repository: str | None, number: int | None) -> Judge:
        """Make a judge for somebody else's claims; ``issuer`` is the instance that counts, None for any."""
        return cls(ClaimReader(ring, issuer, _now), repository, number, public=True)

    def verdict(self, block: Block) -> Verdict:
        """Judge one block of a text."""
        if self.public and not jws.looks_like_jws(block.text):
            return Verdict(as_far_as_readable(block), block.carrier, VERSION_1)
        try:
            claim = self.reader.check(block).claim
        except ClaimError as error:
            return Verdict(as_far_as_readable(block), block.carrier, str(error))
        return Verdict(_read(claim), block.carrier, self._misplaced(claim))

    def _misplaced(self, claim: Claim) -> str | None:
        if self.repository is not None:
            elsewhere = repository_refusal(claim.repository or None, (self.repository,))
            if elsewhere is not None:
                return elsewhere
        return number_refusal(claim.number, self.number)


def as_far_as_readable(block: Block) -> Read:
    """Return the fields of a refused claim; those that are no text or number are None, all are when it is no JSON."""
    if len(block.text) > 2 * MAX_BLOCK:
        return Read()
    try:
        values = json.loads(_payload(block))
    except (ValueError, RecursionError):
        return Read()
    if not isinstance(values, dict):
        return Read()
    number = values.get("number")
    return Read(
        span_id=_text(values.get("span_id")),
        agent_name=_text(values.get("agent_name")),
        repository=_text(values.get("repo")),
        number=number if type(number) is int else None,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _payload(block: Block) -> str:
    """Return the JSON in a block. Raises ValueError."""
    if jws.looks_like_jws(block.text):
        return base64url.decode(block.text.split(".")[1]).decode("utf-8")
    return block.text if block.carrier == "hidden_comment" else base64url.decode(block.text).decode("utf-8")


def _read(claim: Claim) -> Read:
    return Read(
        span_id=claim.span_id,
        agent_name=claim.agent_name or None,
        repository=claim.repository or None,
        number=claim.number,
    )


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
