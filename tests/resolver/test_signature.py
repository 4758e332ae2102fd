import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import SignatureError
from resolver.signature import verify

BODY = b'{"zen":"Keep it logically awesome."}'
NEW, OLD = b"new secret", b"old secret"


def signed(body: bytes, secret: bytes) -> str:
    """Sign as GitHub does."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_githubs_own_example_verifies() -> None:
    """The known answer from GitHub's documentation of webhook signatures holds."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    verify(b"Hello, World!", signature=signature, secrets=[b"It's a Secret to Everybody"])


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_any_secret_of_the_ring_suffices(secret: bytes) -> None:
    """While a secret is being replaced, deliveries signed with either are taken."""
    verify(BODY, signature=signed(BODY, secret), secrets=[NEW, OLD])


def test_secrets_may_come_from_an_iterator() -> None:
    """The ring is read once, so anything that can be iterated over will do."""
    verify(BODY, signature=signed(BODY, OLD), secrets=iter([NEW, OLD]))


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        (None, "missing"),
        ("", "missing"),
        ("sha256=", "malformed"),
        ("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "malformed"),
        ("sha1=" + "a" * 40, "malformed"),
        ("sha256=" + "a" * 63, "malformed"),
        ("sha256=" + "a" * 64 + "\n", "malformed"),
        ("sha256=" + "g" * 64, "malformed"),
        ("sha256=" + "\N{FULLWIDTH DIGIT ONE}" * 64, "malformed"),
        ("sha256=" + "0" * 64, "wrong"),
    ],
)
def test_a_refusal_says_whether_the_signature_is_missing_malformed_or_wrong(signature: str | None, told: str) -> None:
    """Each way to fail has a word of its own."""
    with pytest.raises(SignatureError, match=told):
        verify(BODY, signature=signature, secrets=[NEW, OLD])


def test_another_body_is_refused() -> None:
    """The signature is over the raw bytes: one more space breaks it."""
    with pytest.raises(SignatureError, match="wrong"):
        verify(BODY + b" ", signature=signed(BODY, NEW), secrets=[NEW])


@pytest.mark.parametrize("secrets", [[], [b""], [b"", NEW]])
def test_an_empty_ring_or_secret_lets_nothing_in(secrets: list[bytes]) -> None:
    """What is signed with an empty secret is refused: anyone could have done that."""
    with pytest.raises(SignatureError, match="wrong"):
        verify(BODY, signature=signed(BODY, b""), secrets=secrets)


@given(signature=st.text(max_size=100) | st.from_regex(r"sha256=[0-9a-f]{64}", fullmatch=True))
def test_no_text_raises_anything_else(signature: str) -> None:
    """Whatever a header holds, it is refused with our error."""
    with pytest.raises(SignatureError):
        verify(BODY, signature=signature, secrets=[NEW])
