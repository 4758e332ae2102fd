"""Keys for signing and verifying, newest first (SPEC §2.3).

A ring is a value: what stands in the settings, or all that counts at some moment. Who reads claims asks a ``Keyring``
for it each time, since keys are retired and added while processes run.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from resolver.claims.ed25519 import KeyPair
from resolver.claims.validity import ALWAYS, Validity, parse_interval
from resolver.errors import SettingsError

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name it is known by. White space around the secret is no part of it (SPEC §2.1)."""

    id: str
    secret: bytes = field(repr=False)
    validity: Validity = ALWAYS

    def __post_init__(self) -> None:
        # Stripped as text: the white space that may be pasted with a secret is not ASCII only.
        secret = self.secret.decode("utf-8", "surrogateescape").strip().encode("utf-8", "surrogateescape")
        if not secret:
            raise SettingsError("A key's secret is empty.")
        object.__setattr__(self, "secret", secret)


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys, newest first: signing uses the first that is valid, verifying tries all. True when it holds any.

    ``keys`` are secrets, for claims of version 1 and for webhooks; ``pairs`` are for claims of version 2. An expired
    or retired key stays in its ring, so that a refusal can say what became of it.
    """

    keys: tuple[Key, ...] = ()
    pairs: tuple[KeyPair, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.pairs)

    def current(self) -> Ring:
        """Return itself: a ring alone is a ``Keyring`` that never changes."""
        return self

    @property
    def ids(self) -> frozenset[str]:
        """The names of all its keys."""
        return frozenset(key.id for key in self.keys) | {pair.id for pair in self.pairs}

    def valid_keys(self, now: datetime) -> tuple[Key, ...]:
        """Return the secrets that count now."""
        return tuple(key for key in self.keys if key.validity.is_valid(now))

    def valid_pairs(self, now: datetime) -> tuple[KeyPair, ...]:
        """Return the Ed25519 keys that count now."""
        return tuple(pair for pair in self.pairs if pair.validity.is_valid(now))

    def signing_key(self, now: datetime) -> Key | KeyPair | None:
        """Return what signs now: where there are Ed25519 private keys, the newest valid one, else the newest secret.

        None when nothing does. An Ed25519 key that has ended never gives way to a secret: whoever has seen version 2
        from this service is not to be content with version 1.
        """
        able = [pair for pair in self.pairs if pair.private is not None]
        if able:
            return next((pair for pair in able if pair.validity.is_valid(now)), None)
        return next(iter(self.valid_keys(now)), None)

    def is_live(self, now: datetime) -> bool:
        """Whether any secret counts now or later: a ring whose last one has expired opens nothing any more."""
        return any(key.validity.not_after is None or now < key.validity.not_after for key in self.keys)


class Keyring(Protocol):
    """Where the keys are asked for. Raises StoreError when nobody can say how it stands with them."""

    def current(self) -> Ring:
        """Return the keys as they are now."""
        ...


def together(keys: Iterable[Key], pairs: Iterable[KeyPair]) -> Ring:
    """Make a ring. Raises SettingsError when two of its keys have one name."""
    ring = Ring(tuple(keys), tuple(pairs))
    if len(ring.ids) < len(ring.keys) + len(ring.pairs):
        raise SettingsError("two keys for signing have the same id; give the secret another one (`id:secret`)")
    return ring


def parse_ring(text: str, *, name: str) -> Ring:
    """Read a ring from a setting: items divided by commas; blank for no keys.

    Each is ``secret``, ``id:secret``, or with dates ``id@FROM/UNTIL:secret`` (``parse_interval``). A secret without
    an id is named by a fingerprint of it, so that its name stays when others come and go. Raises SettingsError, which
    names the setting and the item, and never shows a secret.
    """
    if not text.strip():
        return Ring()
    keys = tuple(_key(item, name=name, number=number) for number, item in enumerate(text.split(","), start=1))
    if len({key.id for key in keys}) < len(keys):
        raise SettingsError(f"{name}: two items have the same id or the same secret; leave one of them out.")
    return Ring(keys)


def _key(item: str, *, name: str, number: int) -> Key:
    before, colon, after = item.partition(":")
    named, secret = (before.strip(), after.strip()) if colon else ("", item.strip())
    key_id, at, dates = (part.strip() for part in named.partition("@"))
    if not secret:
        raise SettingsError(f"{name}: item {number} has an empty secret; write `secret` or `id:secret`.")
    if colon and not _ID.fullmatch(key_id):
        # What stands before the colon may be part of a secret: it is not shown.
        raise SettingsError(
            f"{name}: item {number} does not begin with a valid id (1 to 64 letters, digits, `.`, `_`, `-`); "
            "a secret that holds a colon is written `id:secret`."
        )
    try:
        validity = parse_interval(dates) if at else ALWAYS
    except ValueError as error:
        raise SettingsError(f"{name}: item {number}: {error}.") from None
    try:
        data = secret.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name}: item {number} is not valid Unicode text.") from None
    return replace(Key(key_id or _fingerprint(data), data), validity=validity)


def _fingerprint(secret: bytes) -> str:
    """Name a secret by eight hexadecimals that say no more about it than any signature made with it."""
    return "key-" + hmac.new(secret, b"whichrun key id", hashlib.sha256).hexdigest()[:8]
