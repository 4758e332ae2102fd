from __future__ import annotations

import traceback

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from resolver.errors import GithubRefusedError
from resolver.github.credentials import Credentials
from tests.support.github import key_pair
from tests.support.scripted import MovedClock

PEM = key_pair().private_pem.decode()
_NO_PASSWORD = serialization.NoEncryption()


def written(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None) -> str:
    """Write a key as PEM."""
    lock = serialization.BestAvailableEncryption(password) if password else _NO_PASSWORD
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()


def test_the_token_is_signed_with_margins_for_the_clock() -> None:
    """It is a minute old when it is made, and ends nine minutes later: GitHub takes ten at most."""
    clock = MovedClock()
    token = Credentials(12345, private_key=PEM, clock=clock).jwt()
    options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, key_pair().public_pem, algorithms=["RS256"], options=options)  # type: ignore[arg-type]
    now = int(clock.now.timestamp())
    assert claims == {"iss": "12345", "iat": now - 60, "exp": now + 540}


def test_the_token_is_kept_until_shortly_before_its_end() -> None:
    """Signing takes its time; a clock that was set back makes a new one necessary, too."""
    clock = MovedClock()
    credentials = Credentials("Iv1.client", private_key=PEM, clock=clock)
    first = credentials.jwt()
    clock.move(minutes=7, seconds=59)
    assert credentials.jwt() == first
    clock.move(seconds=1)
    second = credentials.jwt()
    assert second != first
    clock.move(minutes=-30)
    assert credentials.jwt() not in {first, second}


def test_a_key_that_cannot_be_read_is_named_without_being_shown() -> None:
    """Neither the message nor anything that comes with the error holds a part of it."""
    broken = PEM.replace("A", "B", 40)
    small = written(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 -- that is the fault
    locked = written(rsa.generate_private_key(public_exponent=65537, key_size=2048), b"password")
    curved = written(ec.generate_private_key(ec.SECP256R1()))
    public = key_pair().public_pem.decode()
    for pem in ("", "canary", "\ud800", "é", PEM[:300], broken, small, locked, curved, public):
        credentials = Credentials(12345, private_key=pem, clock=MovedClock())
        with pytest.raises(GithubRefusedError, match="private key cannot be read") as refused:
            credentials.jwt()
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
        shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(credentials)
        lines = [line for line in pem.splitlines() if len(line) > 40]
        assert not any(line in shown for line in lines)


def test_nothing_of_the_key_is_shown() -> None:
    """Only the App's number is."""
    credentials = Credentials(12345, private_key=PEM, clock=MovedClock())
    credentials.jwt()
    assert repr(credentials) == str(credentials) == "Credentials('12345')"
