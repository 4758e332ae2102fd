"""Known answers of another implementation: both directions agree with it, byte for byte in ``sig``."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Key, Ring
from resolver.claims.scan import scan_commit, scan_text
from resolver.claims.signing import canonical
from resolver.claims.write import write
from resolver.model.runs import Trust

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "metadata_v1.json").read_text("utf-8")
)
NAMES = [vector["name"] for vector in VECTORS]


def ring_of(vector: Mapping[str, Any]) -> Ring:
    """Return the ring of a vector: of its secret, white space and all."""
    return Ring((Key("k1", vector["secret"].encode()),)) if vector["secret"] else Ring()


def claim_of(vector: Mapping[str, Any]) -> Claim:
    """Return the claim that a vector's run makes."""
    run = vector["run"]
    return Claim(
        span_id=run["span_id"],
        workspace=run["workspace"],
        repository=f"{run['repo_owner']}/{run['repo_name']}",
        number=run.get("issue_or_pr_number"),
        agent_id=run.get("agent_id", ""),
        agent_name=run.get("agent_name", ""),
        instance_id=vector["instance_id"],
    )


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_canonical_string(vector: dict[str, Any]) -> None:
    """The eight values are joined as the other implementation joins them."""
    assert canonical(claim_of(vector), signed=bool(vector["secret"])) == vector["canonical"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_signature(vector: dict[str, Any]) -> None:
    """The signature is the same, byte for byte; without a secret there is none."""
    assert write(claim_of(vector), ring_of(vector)).claim.get("sig", "") == vector["sig"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_carriers(vector: dict[str, Any]) -> None:
    """Both carriers are the same, byte for byte, where no field has blanks around it: ours are written stripped."""
    marks = write(claim_of(vector), ring_of(vector))
    if all(value == value.strip() for value in vector["run"].values() if isinstance(value, str)):
        assert marks.hidden_comment == vector["hidden_comment"]
        assert marks.commit_trailers.split("\n")[0] == vector["commit_trailer"]
    else:
        assert marks.claim["span_id"] == vector["run"]["span_id"].strip()


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_reading(vector: dict[str, Any]) -> None:
    """What the other implementation wrote is read and verified, from either carrier, to the same claim."""
    reader = ClaimReader(ring_of(vector), vector["instance_id"], lambda: datetime(2026, 1, 1, tzinfo=UTC))
    for block in (*scan_text(vector["hidden_comment"]), *scan_commit(vector["commit_trailer"])):
        verified = reader.check(block)
        assert canonical(verified.claim, signed=bool(vector["secret"])) == vector["canonical"]
        assert verified.trust is (Trust.SIGNED if vector["secret"] else Trust.UNSIGNED)
        assert verified.verified_with == ("k1" if vector["secret"] else None)
    assert len(scan_text(vector["hidden_comment"])) == len(scan_commit(vector["commit_trailer"])) == 1
