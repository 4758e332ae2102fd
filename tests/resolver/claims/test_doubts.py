"""Claims in doubt: which of them were verified before, and that no number of them is looked up one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from resolver.claims.doubts import MOST, Known, decide
from resolver.claims.ring import Key, Ring
from resolver.claims.validity import Validity
from resolver.claims.write import write, write_jws
from resolver.model.github import Kind
from resolver.model.runs import Carrier, Reading, Verification
from tests.support.signing import CLAIM, KEY, NOW, OTHER, changed, jws, reader

CARRIER = Carrier(1, Kind.ISSUE_COMMENT, "1", NOW)
RETIRED = Ring(pairs=(KEY.within(Validity(retired_at=NOW)),))


@dataclass
class Register:
    """Knows some claims; counts how often it is asked."""

    known: Mapping[str, tuple[Verification, ...]] = field(default_factory=dict)
    asked: int = 0

    def verifications(self, digests: Iterable[str]) -> Mapping[str, tuple[Verification, ...]]:
        """Return what is known."""
        self.asked += 1
        return {digest: self.known[digest] for digest in digests if digest in self.known}


def read(ring: Ring, *texts: str) -> Reading:
    """Read texts as one comment, with some keys."""
    return reader(ring).read_text("\n\n".join(f"<!-- agents-run: {text} -->" for text in texts), CARRIER)


def register_of(reading: Reading, *, proof: bytes | None = None) -> Register:
    """Return who knows the claims of a reading, with their own signatures or with another."""
    return Register(
        {
            one.digest: (Verification(one.verified_with, one.verified_at, proof or one.proof),)
            for one in reading.sightings
        }
    )


def test_a_genuine_claim_counts_with_any_signature() -> None:
    """Of a retired key that is at hand it is enough that this claim was verified, whenever it was written."""
    known = register_of(read(Ring(pairs=(KEY,)), jws()))
    again = jws(payload=changed({"iat": 7}, iss="prod-a", **CLAIM_FIELDS))
    for text in (jws(), again):
        (found,) = decide(known, read(RETIRED, text)).sightings
        assert (found.verified_with, found.verified_at) == (KEY.id, NOW)


CLAIM_FIELDS = {
    "workspace": "default",
    "repo": "acme/widgets",
    "number": 42,
    "span_id": "428ecb0920459b24",
    "agent_id": "agent_1",
    "agent_name": "coder",
}


@pytest.mark.parametrize("version", [1, 2])
def test_a_claim_of_a_key_that_is_gone_counts_with_its_own_signature_alone(version: int) -> None:
    """Where nobody can check the signature, only the one that was verified counts."""
    ring = Ring((Key("k", b"s"),), (KEY,))
    good = (write(CLAIM, ring) if version == 1 else write_jws(CLAIM, KEY, NOW)).hidden_comment
    text = good.removeprefix("<!-- agents-run: ").removesuffix(" -->")
    verified = read(ring, text)
    gone = read(Ring((Key("x", b"x"),), (OTHER,)), text)
    assert decide(register_of(verified), gone).sightings == verified.sightings
    assert decide(register_of(verified, proof=b"another signature"), gone).sightings == ()
    assert decide(Register(), gone).refusals == tuple(doubt.reason for doubt in gone.doubts)


def test_a_forged_signature_is_never_in_doubt() -> None:
    """What the named key did not sign is refused outright, though the claim that it repeats was verified."""
    head, payload, _ = jws().split(".")
    forged = f"{head}.{payload}.{jws(payload={'x': 1}).split('.')[2]}"
    for ring in (RETIRED, Ring(pairs=(KEY,))):
        found = read(ring, forged)
        assert (found.sightings, found.doubts) == ((), ())
        assert "does not verify" in found.refusals[0]


def test_without_doubts_nobody_is_asked() -> None:
    """A reading that holds no doubt is left as it is, and costs no look."""
    register = Register()
    reading = read(Ring(pairs=(KEY,)), jws(), "{}")
    assert decide(register, reading) is reading
    assert register.asked == 0


def test_many_doubts_are_looked_up_at_once() -> None:
    """However many claims somebody makes up, the store is asked once, and for so many of one text."""
    made_up = [jws(payload={**CLAIM_FIELDS, "iss": "prod-a", "iat": 1, "span_id": f"s{n}"}) for n in range(MOST + 20)]
    readings = [read(RETIRED, *made_up), read(RETIRED, *made_up[:3])]
    register = register_of(read(Ring(pairs=(KEY,)), *made_up))
    known = Known.of(register, readings)
    assert register.asked == 1
    assert len(known.decided(readings[0]).sightings) == MOST
    assert len(known.decided(readings[0]).refusals) == 1
    assert len(known.decided(readings[1]).sightings) == 3
