"""The keys that claims are signed and verified with, as they are at the moment.

They come from three places: secrets from the settings, Ed25519 keys from the key file, and from the register in the
store what is retired, the dates of Ed25519 keys, and the public halves of those that only other hosts have a file of.
File and register are looked at again every two seconds at most, and only when somebody asks: so a key that is added or
retired counts, or counts no more, in every process of every host soon after, and no webhook costs a statement.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from receiver import key_file
from receiver.key_file import own_ring
from receiver.settings import Settings
from resolver.claims.ed25519 import KeyPair, from_jwk
from resolver.claims.ring import Key, Ring, together
from resolver.errors import SettingsError, StoreError
from resolver.model.keys import KeyKind, NewKey, RegisteredKey
from resolver.ports import Clock
from store import Store

log = logging.getLogger(__name__)

FRESH_SECONDS = 2.0
"""How long what was looked up counts."""

Version = tuple[int, int, int] | None


def as_registered(ring: Ring, register: Iterable[RegisteredKey]) -> Ring:
    """Return a ring with what the register says: dates, retirements, and the keys that other hosts have.

    Raises StoreError when the register holds what is no key.
    """
    known = {one.id: one for one in register}
    pairs = tuple(_dated(pair, known.get(pair.id)) for pair in ring.pairs)
    others = tuple(_public(one) for one in known.values() if one.kind is KeyKind.ED25519 and one.id not in ring.ids)
    return together((_not_retired(key, known.get(key.id)) for key in ring.keys), pairs + others)


def to_register(ring: Ring) -> tuple[NewKey, ...]:
    """Return a ring's keys as the register takes them: of a secret its name and dates, of a pair its public half."""
    return (
        *(NewKey(key.id, KeyKind.HMAC, None, key.validity) for key in ring.keys),
        *(NewKey(pair.id, KeyKind.ED25519, pair.jwk()) for pair in ring.pairs),
    )


class ServiceKeyring:
    """The keyring of one process (``resolver.claims.ring.Keyring``), for all its threads."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the key file now, and ask the store later. Raises SettingsError for a file that cannot be used."""
        self._settings = settings
        self._store = store
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._version = self._file_version()
        self._own = own_ring(settings)
        self._register: tuple[RegisteredKey, ...] | None = None
        self._ring = self._own
        self._until = float("-inf")

    def current(self) -> Ring:
        """Return the keys as they are now. Raises StoreError when the register is out of reach."""
        with self._lock:
            if self._monotonic() >= self._until:
                self._look()
                self._until = self._monotonic() + FRESH_SECONDS
            return self._ring

    def register(self) -> frozenset[str]:
        """Have the register know the keys of this host; return the ids of those that are new. Raises StoreError."""
        self.current()
        added = self._store.keys.register(to_register(self._own), self._clock())
        if added:
            log.info("the register of keys learned of %s", ", ".join(sorted(added)))
            with self._lock:
                self._until = float("-inf")
        return added

    def register_if_possible(self) -> None:
        """Do so at the start of a process, which must not fail for want of the store: the worker does it again."""
        try:
            self.register()
        except StoreError as error:
            log.warning("the keys are not registered yet: %s", error)

    def _look(self) -> None:
        version = self._file_version()
        register = self._store.keys.all()
        if version != self._version:
            self._read_file(version)
        elif register == self._register:
            return
        self._ring = as_registered(self._own, register)
        self._register = register

    def _read_file(self, version: Version) -> None:
        """Take over what the key file holds now; where it cannot be used, the keys that it held before count on."""
        self._version = version
        try:
            self._own = own_ring(self._settings)
        except SettingsError as error:
            log.error("the keys from before are used on: %s", error)  # noqa: TRY400 - a sentence for the operator
        else:
            log.info("the key file has changed and was read again")

    def _file_version(self) -> Version:
        path: Path | None = self._settings.signing_key_file
        return None if path is None else key_file.version(path)


def _dated(pair: KeyPair, known: RegisteredKey | None) -> KeyPair:
    return pair if known is None else pair.within(known.validity)


def _not_retired(key: Key, known: RegisteredKey | None) -> Key:
    """Return a secret with its own dates, and the register's word on its retirement."""
    retired_at = None if known is None or known.kind is not KeyKind.HMAC else known.validity.retired_at
    return replace(key, validity=replace(key.validity, retired_at=retired_at))


def _public(registered: RegisteredKey) -> KeyPair:
    try:
        return from_jwk(registered.public_jwk or {}).within(registered.validity)
    except SettingsError as error:
        raise StoreError(f"the register of keys holds {registered.id}, which is no key: {error}") from error
