"""Known answers for claims of version 2, made without this code: written and read, both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolver.claims import base64url
from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Ring
from resolver.claims.scan import scan_commit, scan_text
from resolver.claims.signing import JWS_VERSION, canonical
from resolver.claims.write import mark
from tests.support.signing import KEY, pair_of

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors" / "metadata_v2.json").read_text())[
    "vectors"
]
NAMES = [vector["name"] for vector in VECTORS]
FIELDS = {"workspace": "workspace", "repo": "repository", "agent_id": "agent_id", "agent_name": "agent_name"}


def claim_of(claims: dict[str, Any]) -> Claim:
    """Return a payload as a claim."""
    texts = {field: claims.get(name, "") for name, field in FIELDS.items()}
    return Claim(span_id=claims["span_id"], number=claims.get("number"), instance_id=claims["iss"], **texts)


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_written(vector: dict[str, Any]) -> None:
    """A key, a claim and a time give the marks of the vector, and the key's public half its JWK."""
    pair = pair_of(bytes.fromhex(vector["seed"]))
    issued_at = datetime.fromtimestamp(vector["claims"]["iat"], UTC)
    marks = mark(claim_of(vector["claims"]), Ring(pairs=(pair,)), now=issued_at, issued_at=issued_at)
    assert pair.jwk() == vector["public_jwk"]
    assert marks.hidden_comment == vector["hidden_comment"]
    assert marks.commit_trailers == vector["commit_trailers"]
    assert marks.claim == vector["claims"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_read(vector: dict[str, Any]) -> None:
    """Both carriers of the vector hold its claim, under its digest."""
    ring = Ring(pairs=(pair_of(bytes.fromhex(vector["seed"])),))
    reader = ClaimReader(ring, vector["claims"]["iss"], lambda: datetime(2026, 10, 2, tzinfo=UTC))
    blocks = (*scan_text(vector["hidden_comment"]), *scan_commit(vector["commit_trailers"]))
    assert [block.text for block in blocks] == [vector["jws"]] * 2
    for block in blocks:
        verified = reader.check(block)
        assert verified.claim == claim_of(vector["claims"])
        assert canonical(verified.claim, version=JWS_VERSION) == vector["canonical"]
        assert verified.digest == vector["digest"]
        assert verified.verified_with == vector["public_jwk"]["kid"]


def test_the_example_of_the_rfc() -> None:
    """RFC 8037 A.3 and A.4: the key's thumbprint, and its signature over the example."""
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    assert KEY.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert base64url.encode(KEY.signer().sign(signed)) == signature
