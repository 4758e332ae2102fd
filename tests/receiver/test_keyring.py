"""The keyring of a process: it follows file and register, asks neither too often, and never makes do with less."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from receiver.keyring import FRESH_SECONDS, ServiceKeyring
from receiver.settings import Settings
from resolver.claims.ed25519 import to_pem
from resolver.errors import StoreError
from store import Store
from tests.support.databases import look_into
from tests.support.signing import KEY, OTHER, key_file

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@dataclass
class Time:
    """A clock that stands still unless it is moved."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Return the present moment, in seconds."""
        return self.seconds


@dataclass
class Looks:
    """Counts how often a store's register is asked; ``broken`` makes it fail."""

    store: Store
    count: int = 0
    broken: bool = False
    keys: Any = field(init=False)

    def __post_init__(self) -> None:
        """Stand in front of the register."""
        self.keys = self

    def all(self) -> Any:  # noqa: ANN401 - what the register tells
        """Return what the register tells."""
        self.count += 1
        if self.broken:
            raise StoreError("the database is out of reach")
        return self.store.keys.all()


def keyring(store: Any, time: Time, **settings: Any) -> ServiceKeyring:  # noqa: ANN401 - stands in for a store
    """Return a keyring of its own."""
    return ServiceKeyring(Settings(_env_file=None, **settings), cast("Store", store), lambda: NOW, monotonic=time)


def test_the_register_is_asked_every_two_seconds(store: Store, tmp_path: Path) -> None:
    """However often keys are asked for, the register is asked once in two seconds; a retirement shows then."""
    time, looks = Time(), Looks(store)
    ring = keyring(looks, time, signing_key_file=key_file(tmp_path, KEY))
    assert looks.count == 0, "nothing is asked before it is needed"
    keyring(store, Time(), signing_key_file=tmp_path / "signing.pem").register()
    for _ in range(10):
        assert ring.current().valid_pairs(NOW) == (KEY,)
    assert looks.count == 1
    store.keys.retire(KEY.id, NOW, NOW)
    time.seconds = FRESH_SECONDS - 0.1
    assert ring.current().valid_pairs(NOW) == (KEY,)
    time.seconds = FRESH_SECONDS
    assert ring.current().valid_pairs(NOW) == ()
    assert looks.count == 2


def test_an_outage_is_an_error(store: Store) -> None:
    """While nobody can say what is retired no key is used: that is an error, and it ends with the outage."""
    time, looks = Time(), Looks(store)
    ring = keyring(looks, time, signing_secrets="k1:s")
    ring.current()
    looks.broken = True
    time.seconds += FRESH_SECONDS
    with pytest.raises(StoreError):
        ring.current()
    ring.register_if_possible()
    looks.broken = False
    assert [key.id for key in ring.current().keys] == ["k1"]


def test_a_file_that_changes_is_read_again(store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A new key is taken up; a file that cannot be used, or is gone, is told, and the keys from before count on."""
    time, path = Time(), key_file(tmp_path, KEY)
    ring = keyring(store, time, signing_key_file=path)
    assert ring.current().signing_key(NOW) == KEY
    path.write_text(to_pem(OTHER) + to_pem(KEY))
    time.seconds += FRESH_SECONDS
    assert ring.current().signing_key(NOW) == OTHER
    for spoil in (lambda: path.write_text("canary"), path.unlink):
        spoil()
        time.seconds += FRESH_SECONDS
        assert ring.current().signing_key(NOW) == OTHER
    assert caplog.text.count("the keys from before are used on") == 2
    assert "canary" not in caplog.text


def test_a_question_inside_a_transaction(store: Store) -> None:
    """Whoever has a view of the store open gets the keys too."""
    ring = keyring(store, Time(), signing_secrets="k1:s")
    with store.snapshot():
        assert [key.id for key in ring.current().keys] == ["k1"]


def test_what_is_registered(store: Store, tmp_path: Path) -> None:
    """Names, kinds, dates and public halves, each once, whoever starts; never a secret."""
    settings = {"signing_key_file": key_file(tmp_path, KEY), "signing_secrets": "k1@/2026-12-31:canary-secret"}
    assert keyring(store, Time(), **settings).register() == {KEY.id, "k1"}
    assert keyring(store, Time(), **settings).register() == frozenset()
    rows = look_into(store).rows("SELECT id, kind, public_jwk, not_after, retired_at FROM signing_key ORDER BY kind")
    assert [row[:2] for row in rows] == [(KEY.id, "ed25519"), ("k1", "hmac")]
    assert "canary" not in str(rows)
    assert '"d"' not in str(rows)
    keyring(store, Time(), signing_secrets="k1@/2027-06-30:canary-secret").register()
    (kept,) = [one for one in store.keys.all() if one.id == "k1"]
    assert kept.validity.not_after == datetime(2027, 6, 30, tzinfo=UTC), "dates of secrets are the settings'"


def test_a_register_that_was_tampered_with(store: Store) -> None:
    """What stands in the register and is no key is an error, not one key less."""
    ring = keyring(store, Time(), signing_secrets="k1:s")
    look_into(store).change(
        "INSERT INTO signing_key (id, kind, public_jwk, created_at) VALUES ('x', 'ed25519', ?, 0)",
        ('{"kty": "OKP", "crv": "Ed25519", "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',),
    )
    with pytest.raises(StoreError, match="which is no key"):
        ring.current()


def test_retirement_is_for_good(store: Store) -> None:
    """A retirement may be moved until it is there, and then no more; an unknown key has none."""
    keyring(store, Time(), signing_secrets="k1:s").register()
    later = NOW.replace(year=2030)
    assert store.keys.retire("k1", later, NOW)
    assert store.keys.retire("k1", NOW, NOW)
    assert not store.keys.retire("k1", later, NOW)
    assert not store.keys.retire("k2", NOW, NOW)
    assert [one.validity.retired_at for one in store.keys.all()] == [NOW]
