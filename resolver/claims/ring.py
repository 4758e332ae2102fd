"""Keys for signing and verifying, newest first (SPEC §2.3)."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from resolver.errors import SettingsError

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name it is known by. White space around the secret is no part of it (SPEC §2.1)."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        # Stripped as text: the white space that may be pasted with a secret is not ASCII only.
        secret = self.secret.decode("utf-8", "surrogateescape").strip().encode("utf-8", "surrogateescape")
        if not secret:
            raise SettingsError("A key's secret is empty.")
        object.__setattr__(self, "secret", secret)


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys, newest first: signing uses the first, verifying tries all. True when it holds any."""

    keys: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys)


def parse_ring(text: str, *, name: str) -> Ring:
    """Read a ring from a setting: items divided by commas, each ``secret`` or ``id:secret``; blank for no keys.

    A secret without an id is named by a fingerprint of it, so that its name stays when others come and go. Raises
    SettingsError, which names the setting and the item, and never shows a secret.
    """
    if not text.strip():
        return Ring()
    keys = tuple(_key(item, name=name, number=number) for number, item in enumerate(text.split(","), start=1))
    if len({key.id for key in keys}) < len(keys):
        raise SettingsError(f"{name}: two items have the same id or the same secret; leave one of them out.")
    return Ring(keys)


def _key(item: str, *, name: str, number: int) -> Key:
    before, colon, after = item.partition(":")
    key_id, secret = (before.strip(), after.strip()) if colon else ("", item.strip())
    if not secret:
        raise SettingsError(f"{name}: item {number} has an empty secret; write `secret` or `id:secret`.")
    if colon and not _ID.fullmatch(key_id):
        # What stands before the colon may be part of a secret: it is not shown.
        raise SettingsError(
            f"{name}: item {number} does not begin with a valid id (1 to 64 letters, digits, `.`, `_`, `-`); "
            "a secret that holds a colon is written `id:secret`."
        )
    try:
        data = secret.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name}: item {number} is not valid Unicode text.") from None
    return Key(key_id or _fingerprint(data), data)


def _fingerprint(secret: bytes) -> str:
    """Name a secret by eight hexadecimals that say no more about it than any signature made with it."""
    return "key-" + hmac.new(secret, b"whichrun key id", hashlib.sha256).hexdigest()[:8]
