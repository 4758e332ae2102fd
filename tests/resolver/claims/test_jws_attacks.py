"""What is tried against claims of version 2 (SPEC §2.2): each is refused, by a reason that names the rule."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey

from resolver.claims import base64url
from resolver.claims.claim import Claim
from resolver.claims.ed25519 import KeyPair, from_jwk, from_pem, to_pem
from resolver.claims.ring import Key, Ring
from resolver.claims.write import write
from resolver.errors import ClaimError, SettingsError
from tests.support.signing import CLAIM, HEADER, KEY, NOW, OTHER, PAYLOAD, changed, check, jws, part

ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_unchanged_claim_holds() -> None:
    """The claim that the refused ones are made from is valid."""
    assert check(jws()).claim == CLAIM


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS256", "ES256", "RS256", "Ed25519", "EdDSA ", "eddsa"])
def test_no_other_algorithm(alg: str) -> None:
    """A header that names any algorithm but EdDSA is refused, though the signature is a good one by the key."""
    with pytest.raises(ClaimError, match="alg is not EdDSA"):
        check(jws(changed(HEADER, alg=alg)))


@pytest.mark.parametrize("alg", [None, 1, ["EdDSA"], {"EdDSA": 1}, True])
def test_an_algorithm_that_is_no_text(alg: object) -> None:
    """A missing algorithm, or one of another type, is refused."""
    with pytest.raises(ClaimError, match="alg is not EdDSA"):
        check(jws({name: value for name, value in {**HEADER, "alg": alg}.items() if value is not None}))


@pytest.mark.parametrize("alg", ["none", "EdDSA"])
@pytest.mark.parametrize("signature", ["", "AA"])
def test_no_signature(alg: str, signature: str) -> None:
    """A claim without a signature, or with a short one, is refused, under ``none`` and under EdDSA."""
    with pytest.raises(ClaimError, match=r"alg is not EdDSA|signature is not 64 bytes"):
        check(f"{part(changed(HEADER, alg=alg))}.{part(PAYLOAD)}.{signature}")


def public_forms() -> list[bytes]:
    """Return every way to write the public key down, as somebody might take it for a secret of HMAC."""
    pem = KEY.verifier().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = KEY.verifier().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    jwk = KEY.jwk()
    return [
        KEY.public, pem, pem.strip(), der, jwk["x"].encode(), json.dumps(jwk).encode(),
        json.dumps(jwk, separators=(",", ":")).encode(), base64.b64encode(KEY.public), KEY.public.hex().encode(),
    ]  # fmt: skip


@pytest.mark.parametrize("secret", public_forms())
@pytest.mark.parametrize("alg", ["HS256", "EdDSA"])
def test_the_public_key_is_no_secret(secret: bytes, alg: str) -> None:
    """A claim signed by HMAC with the public key, in any of its forms, is refused under either name."""
    signed = f"{part(changed(HEADER, alg=alg))}.{part(PAYLOAD)}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    for signature in (digest, digest * 2):
        with pytest.raises(ClaimError, match=r"alg is not EdDSA|64 bytes|does not verify"):
            check(f"{signed}.{base64url.encode(signature)}")


@pytest.mark.parametrize("secret", public_forms())
def test_the_public_key_is_no_secret_of_version_1(secret: bytes) -> None:
    """Nor is it one for version 1: a ring with an Ed25519 key alone verifies no HMAC."""
    forged = write(CLAIM, Ring((Key(KEY.id, secret),)))
    with pytest.raises(ClaimError, match="No secret of the ring"):
        check(json.dumps(forged.claim))


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_keys_of_other_kinds_sign_nothing(alg: str) -> None:
    """Signatures by an elliptic curve or RSA key are refused, under their own name and under EdDSA."""
    signed = f"{part(changed(HEADER, alg=alg))}.{part(PAYLOAD)}".encode()
    curve = ec.generate_private_key(ec.SECP256R1()).sign(signed, ec.ECDSA(hashes.SHA256()))
    old = rsa.generate_private_key(65537, 2048).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    for signature in (curve, old, old[:64]):
        with pytest.raises(ClaimError, match=r"alg is not EdDSA|64 bytes|does not verify"):
            check(f"{signed.decode()}.{base64url.encode(signature)}")


def test_ed448_is_no_key_here() -> None:
    """EdDSA is a name for Ed448 too: such a key is refused when it is loaded, and its signatures are too long."""
    key = Ed448PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(SettingsError, match="not an Ed25519 key"):
        from_pem(pem)
    with pytest.raises(SettingsError, match="OKP with the curve Ed25519"):
        from_jwk({"kty": "OKP", "crv": "Ed448", "x": base64url.encode(key.public_key().public_bytes_raw())})
    signed = f"{part(HEADER)}.{part(PAYLOAD)}"
    with pytest.raises(ClaimError, match="64 bytes"):
        check(f"{signed}.{base64url.encode(key.sign(signed.encode()))}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jwk", OTHER.jwk()), ("jku", "https://evil.example/jwks.json"), ("x5u", "https://evil.example/key.pem"),
        ("x5c", ["MII="]), ("x5t", "AA"), ("crit", ["b64"]), ("crit", []), ("b64", False), ("b64", True),
        ("zip", "DEF"), ("cty", "JWT"), ("nonce", "1"), ("KID", "x"), ("", ""),
    ],
)  # fmt: skip
def test_nothing_else_in_the_header(name: str, value: object) -> None:
    """A header that holds anything but alg, kid and typ is refused: keys in it, places of keys, what changes rules."""
    with pytest.raises(ClaimError, match="more than alg, kid and typ"):
        check(jws({**HEADER, name: value}))
    with pytest.raises(ClaimError, match="more than alg, kid and typ"):
        check(jws({**HEADER, name: value}, key=OTHER))


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt", "agents-run", "application/agents-run+jwt", ["agents-run+jwt"]])
def test_tokens_of_another_type(typ: object) -> None:
    """What the same key may have signed for another purpose is no claim."""
    with pytest.raises(ClaimError, match=r"typ is not agents-run\+jwt"):
        check(jws({name: value for name, value in {**HEADER, "typ": typ}.items() if value is not None}))


@pytest.mark.parametrize(
    "kid",
    [
        None, "", "k1", "../../../etc/passwd", "/dev/null", "' OR '1'='1", "x' UNION SELECT 'secret'--",
        "https://evil.example/key", KEY.id + "\x00", f" {KEY.id}", f"{KEY.id}\n", f"{KEY.id}=", KEY.id.upper() + "x",
        "\uff4bPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "é" * 43, 1, True, [KEY.id], {"id": KEY.id}, [[]],
    ],
)  # fmt: skip
def test_a_kid_that_names_no_key(kid: object) -> None:
    """A kid that is no thumbprint (a path, SQL, an address, another script, a list, nothing) is refused unused."""
    header = {name: value for name, value in {**HEADER, "kid": kid}.items() if value is not None}
    with pytest.raises(ClaimError, match="kid is not the thumbprint of a key"):
        check(jws(header))


def test_a_kid_that_is_unknown() -> None:
    """A kid that no key of the ring has is refused, though the key of the ring did sign."""
    with pytest.raises(ClaimError, match="No key of the ring has the claim's kid"):
        check(jws(changed(HEADER, kid=OTHER.id)))
    with pytest.raises(ClaimError, match="No key of the ring"):
        check(jws(), Ring())


def test_a_kid_of_another_key() -> None:
    """A claim by one key of the ring that names another is refused: none is tried but the one that is named."""
    ring = Ring(pairs=(KEY, OTHER))
    with pytest.raises(ClaimError, match=f"The key {OTHER.id} does not verify"):
        check(jws(changed(HEADER, kid=OTHER.id)), ring)
    assert check(jws(changed(HEADER, kid=OTHER.id), key=OTHER), ring).verified_with == OTHER.id


def test_a_signature_that_was_made_into_another() -> None:
    """S + L verifies by the bare equation (RFC 8032 §5.1.7): one claim would have two signatures."""
    head, _, last = jws().rpartition(".")
    signature = base64url.decode(last)
    number = int.from_bytes(signature[32:], "little") + ORDER
    assert number < 2**256
    stretched = signature[:32] + number.to_bytes(32, "little")
    with pytest.raises(ClaimError, match="does not verify"):
        check(f"{head}.{base64url.encode(stretched)}")


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_a_signature_with_a_bit_changed(place: int) -> None:
    """Each bit of a signature counts."""
    head, _, last = jws().rpartition(".")
    signature = bytearray(base64url.decode(last))
    signature[place] ^= 1
    with pytest.raises(ClaimError, match="does not verify"):
        check(f"{head}.{base64url.encode(bytes(signature))}")


SMALL_ORDER = [
    bytes(32), (1).to_bytes(32, "little"), (2**255 - 20).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]  # fmt: skip
"""The points whose order divides eight."""
NOT_CANONICAL = [(2**255 - 19 + y).to_bytes(32, "little") for y in range(19)]


@pytest.mark.parametrize("key", [*SMALL_ORDER, *NOT_CANONICAL, (2).to_bytes(32, "little"), b"", bytes(31), bytes(33)])
def test_keys_that_everybody_can_sign_for(key: bytes) -> None:
    """A point of small order, one off the curve or one that is not written canonically is no key, from anywhere."""
    with pytest.raises(SettingsError, match="not a proper Ed25519 public key"):
        KeyPair(key)
    with pytest.raises(SettingsError, match=r"not a proper|not 32 bytes"):
        from_jwk({"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key)})


def test_a_key_with_a_part_of_small_order() -> None:
    """A sound key that a point of order two was added to is no key: some signatures would hold by chance."""
    number = int.from_bytes(KEY.public, "little")
    y, sign = number % 2**255, number >> 255
    mixed = (2**255 - 19 - y + ((1 - sign) << 255)).to_bytes(32, "little")  # (x, y) + (0, -1) = (-x, -y)
    with pytest.raises(SettingsError, match="not a proper"):
        KeyPair(mixed)


def test_a_claim_of_the_other_version_in_disguise() -> None:
    """JSON whose fields hold a JWS, and a JWS whose payload is a claim of version 1, are refused."""
    signed = jws()
    for values in ({"v": 2, "sig": signed}, {"v": 1, "span_id": "s", "instance_id": "prod-a", "sig": signed}):
        with pytest.raises(ClaimError, match=r"version is unknown|sig is not|No secret"):
            check(json.dumps(values))
    with pytest.raises(ClaimError, match="claim that is unknown"):
        check(jws(payload=write(CLAIM, Ring((Key("k", b"s"),))).claim))
    with pytest.raises(ClaimError, match="claim that is unknown"):
        check(jws(payload={**PAYLOAD, "v": 1}))


def test_a_claim_from_the_future() -> None:
    """Clocks may differ by five minutes; what says that it was made later than that is refused."""
    moment = int((NOW + timedelta(minutes=5)).timestamp())
    check(jws(payload=changed(PAYLOAD, iat=moment)))
    for later in (moment + 1, 10**18):
        with pytest.raises(ClaimError, match="iat lies in the future"):
            check(jws(payload=changed(PAYLOAD, iat=later)))


def test_versions_never_share_a_name() -> None:
    """The same run's claims of both versions have different digests, and so has an unsigned one."""
    second = check(jws()).digest
    ring = Ring((Key("k", b"s"),), (KEY,))
    first = check(json.dumps(write(CLAIM, ring).claim), ring).digest
    assert first != second
    assert len({first, second, hashlib.sha256(b"").hexdigest()}) == 3


def test_a_claim_that_is_written_again_is_the_same_claim() -> None:
    """Neither ``iat`` nor the key is part of what names a claim; everything else is."""
    ring = Ring(pairs=(KEY, OTHER))
    same = {
        check(jws(), ring).digest,
        check(jws(payload=changed(PAYLOAD, iat=0)), ring).digest,
        check(jws(changed(HEADER, kid=OTHER.id), key=OTHER), ring).digest,
    }
    assert len(same) == 1
    changes = {"workspace": "x", "repo": "a/b", "number": 7, "span_id": "x", "agent_id": "x", "agent_name": "x"}
    others = {check(jws(payload=changed(PAYLOAD, **{name: value})), ring).digest for name, value in changes.items()}
    assert len(others | same) == len(changes) + 1


def test_a_key_says_nothing_of_its_private_half() -> None:
    """Neither its representation nor its JWK holds the private part; its PEM, which is a secret, does."""
    seed = base64url.encode(KEY.private or b"")
    assert seed not in repr(KEY)
    assert "private" not in repr(KEY)
    assert set(KEY.jwk()) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert from_pem(to_pem(KEY)) == (KEY,)


def test_a_claim_for_another_instance() -> None:
    """A claim of another instance is refused, though the key is the same; without ``iss`` there is none."""
    with pytest.raises(ClaimError, match="another instance"):
        check(jws(payload=changed(PAYLOAD, iss="prod-b")))
    for payload in (changed(PAYLOAD, iss=None), changed(PAYLOAD, iss="")):
        with pytest.raises(ClaimError, match="names no iss"):
            check(jws(payload=payload))
    assert Claim(span_id="s").instance_id == "default"
