"""The key ring of SPEC §2.3: rotation, names of keys, and secrets that never show."""

from datetime import UTC, datetime

import pytest

from resolver.claims.claim import Claim
from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Key, Ring, parse_ring
from resolver.claims.scan import scan_text
from resolver.claims.write import write
from resolver.errors import SettingsError

OLD = Key("old", b"first secret")
NEW = Key("new", b"second secret")
CLAIM = Claim(span_id="s", workspace="default")


def verified_with(comment: str, ring: Ring) -> str | None:
    """Return the id of the key that verifies a hidden comment."""
    reader = ClaimReader(ring, "default", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    return reader.check(scan_text(comment)[0]).verified_with


def test_rotation() -> None:
    """After a rotation the newest key signs, and claims signed before are still verified, by the key they had."""
    before = write(CLAIM, Ring((OLD,))).hidden_comment
    rotated = Ring((NEW, OLD))
    assert verified_with(before, rotated) == "old"
    assert verified_with(write(CLAIM, rotated).hidden_comment, rotated) == "new"


def test_empty_ring() -> None:
    """A ring without keys is false, and is what a blank setting gives."""
    assert not Ring()
    assert parse_ring(" \n", name="X") == Ring()
    assert Ring((OLD,))


def test_items() -> None:
    """Items are divided by commas, newest first, blanks around them left out; only the first colon divides."""
    ring = parse_ring(" b:two:2 ,a: one", name="X")
    assert [(key.id, key.secret) for key in ring.keys] == [("b", b"two:2"), ("a", b"one")]


def test_names_of_secrets_without_id() -> None:
    """A secret without an id keeps its name when it moves down the ring, and the name does not hold it."""
    alone, moved = parse_ring("s3cret", name="X"), parse_ring("newer,s3cret", name="X")
    assert alone.keys[0] == moved.keys[1]
    assert moved.keys[0].id != moved.keys[1].id
    assert "s3cret" not in alone.keys[0].id


def test_blanks_are_no_part_of_a_secret() -> None:
    """White space around a secret is stripped, of any script."""
    assert Key("k", "\u3000 s3cret\n".encode()).secret == b"s3cret"


@pytest.mark.parametrize(
    "text", [",", "hush,", "hush, ,x", "id:", ":hush", "hu sh:hush", "a:hush,a:x", "hush,hush", "\udc80"]
)
def test_malformed_rings(text: str) -> None:
    """A malformed ring is refused with the setting's name, and without the secret."""
    with pytest.raises(SettingsError, match="WHICHRUN_X") as caught:
        parse_ring(text, name="WHICHRUN_X")
    assert "hush" not in str(caught.value)
    assert "hu sh" not in str(caught.value)


def test_empty_secret() -> None:
    """A key without a secret cannot be made: anybody could sign with it."""
    with pytest.raises(SettingsError, match="empty"):
        Key("k", b" \n")


def test_secrets_do_not_show() -> None:
    """Neither a key's nor a ring's representation holds a secret."""
    assert "secret" not in repr(Ring((OLD, NEW)))
    assert "old" in repr(Ring((OLD, NEW)))
