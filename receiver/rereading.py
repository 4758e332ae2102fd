"""Reading again what was refused, when a key was added that may verify it (SPEC §5.3).

Each key that is new to the register gets one pass over the texts whose claims were refused, in small portions and by
one worker at a time. Where the pass stands is saved in the transaction that read a text, so that a worker that is
killed repeats nothing. It goes on for a day: for so long other hosts may be without the key, and refuse what it signed.

What was verified before is not touched: rows are added, none is changed or taken away.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from receiver.wiring import Services
from resolver.errors import StoreError
from resolver.locks import holding
from resolver.model.keys import RegisteredKey
from resolver.observe import Observation

log = logging.getLogger("receiver.housekeeping")

PORTION: Final = 50
HOLD: Final = timedelta(minutes=1)
LASTS: Final = timedelta(days=1)
AT_ONCE: Final = timedelta(0)


def read_again(services: Services) -> bool:
    """Read a portion for the first key that has any; return whether there was one. Raises StoreError.

    Keys count that this process has, and that are valid by now.
    """
    now = services.clock()
    ring = services.keyring.current()
    valid = {key.id for key in ring.valid_keys(now)} | {pair.id for pair in ring.valid_pairs(now)}
    waiting = [key for key in services.store.keys.all() if key.read_again_at is None and key.id in valid]
    return any(_portion(services, key, now) for key in waiting)


def turn_of(key_id: str) -> str:
    """Return under which name the pass of a key is kept."""
    return f"reading again for the key {key_id}"


def _portion(services: Services, key: RegisteredKey, now: datetime) -> bool:
    name = turn_of(key.id)
    state = services.store.take_turn(name, now, every=AT_ONCE, hold=HOLD)
    if state is None:
        return False
    state = {"text": 0, "commit": 0, "read": 0} | state
    try:
        found = _texts(services, key, state) + _commits(services, key, state)
    finally:
        services.store.end_turn(name, state, services.clock(), every=AT_ONCE)
    if found:
        log.info("read %d refused texts again: the key %s was added", found, key.id)
    elif now - key.created_at >= LASTS:
        services.store.keys.note_read_again(key.id, now)
    return found > 0


def _texts(services: Services, key: RegisteredKey, state: dict[str, Any]) -> int:
    with services.store.snapshot() as catalogue:
        found = catalogue.refused_texts(after=state["text"], limit=PORTION)
    for text_id, seen in found:
        _again(services, key, Observation(objects=(seen,)), state | {"text": text_id, "read": state["read"] + 1})
        state |= {"text": text_id, "read": state["read"] + 1}
    return len(found)


def _commits(services: Services, key: RegisteredKey, state: dict[str, Any]) -> int:
    with services.store.snapshot() as catalogue:
        found = catalogue.refused_commits(after=state["commit"], limit=PORTION)
    for commit_id, commit in found:
        _again(services, key, Observation(commits=(commit,)), state | {"commit": commit_id, "read": state["read"] + 1})
        state |= {"commit": commit_id, "read": state["read"] + 1}
    return len(found)


def _again(services: Services, key: RegisteredKey, observation: Observation, state: dict[str, Any]) -> None:
    """Read one text again, and save that it was. One that cannot be read stops none of the others."""
    prepared = services.intake.prepare_facts(observation)
    if not prepared.is_verified_with(key.id):  # as refused as before, for all that this key says
        return

    def keep(locks: tuple[str, ...]) -> None:
        with services.store.transaction(*locks) as ledger:
            services.intake.apply(ledger, prepared, cause=f"key {key.id} added", known=True)
            ledger.save_progress(turn_of(key.id), state, services.clock())

    try:
        holding(prepared.locks, keep)
    except StoreError:
        raise
    except Exception:
        log.exception("a text could not be read again for the key %s", key.id)
