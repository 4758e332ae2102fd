"""Installation tokens, kept while they are good: one for each repository, one renewal at a time."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolver.errors import GithubDownError, GithubRefusedError, WhichrunError
from resolver.github.app_voice import REMEMBERED
from resolver.github.grants import Grant, Granting
from resolver.model.asking import Place
from resolver.ports import Clock

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""

NEW = timedelta(seconds=5)
"""How long a token is kept that GitHub refuses something to."""


@dataclass(slots=True)
class _Slot:
    """How it stands with the token of a repository, in one of its installations."""

    grant: Grant | None = None
    refusal: tuple[GithubRefusedError, datetime] | None = None
    pending: Future[Grant] | None = None


class Tokens:
    """Gives grants. Threads may share it: while one renews, the others wait, and share what becomes of it."""

    def __init__(self, granting: Granting, clock: Clock) -> None:
        self._granting = granting
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[tuple[int, int | None], _Slot] = {}

    def __repr__(self) -> str:
        return f"Tokens({len(self._slots)})"

    def grant(self, place: Place, *, instead_of: Grant | None = None) -> Grant:
        """Return a grant for a repository that is good for a while, and is not ``instead_of``.

        Raises what ``Granting`` raises; a GithubRefusedError holds for ten seconds.
        """
        with self._lock:
            slot = self._slots.setdefault((place.id, place.installation_id), _Slot())
            waited_for = slot.pending
            if waited_for is None:
                kept = self._kept(slot, instead_of)
                if kept is not None:
                    return kept
                pending: Future[Grant] = Future()
                slot.pending = pending
        if waited_for is not None:
            return _shared(waited_for)
        try:
            return self._renewed(place, slot, pending)
        finally:
            if not pending.done():  # stopped from outside, as by a signal
                self._settle(slot, pending, GithubDownError("asking for a token was broken off"))

    def drop(self, place: Place) -> None:
        """Forget a token that GitHub refused something to, unless it is new: another one may have been granted more."""
        with self._lock:
            slot = self._slots.get((place.id, place.installation_id))
            if slot is not None and slot.grant is not None and self._clock() - slot.grant.made_at > NEW:
                slot.grant = None

    def _kept(self, slot: _Slot, instead_of: Grant | None) -> Grant | None:
        """Return what is kept; None when GitHub has to be asked."""
        now = self._clock()
        if slot.refusal is not None and now < slot.refusal[1]:
            raise copy.copy(slot.refusal[0])
        grant = slot.grant
        # A clock that was set back would let a token seem good for longer than it is.
        good = grant is not None and grant is not instead_of and grant.made_at <= now < grant.ends_at - EARLY
        return grant if good else None

    def _renewed(self, place: Place, slot: _Slot, pending: Future[Grant]) -> Grant:
        try:
            grant = self._granting.grant(place)
        except WhichrunError as error:
            self._settle(slot, pending, error)
            raise
        self._settle(slot, pending, grant)
        return grant

    def _settle(self, slot: _Slot, pending: Future[Grant], outcome: Grant | WhichrunError) -> None:
        with self._lock:
            slot.pending = slot.grant = slot.refusal = None
            if isinstance(outcome, Grant):
                slot.grant = outcome
            elif isinstance(outcome, GithubRefusedError):
                slot.refusal = copy.copy(outcome), self._clock() + REMEMBERED
        if isinstance(outcome, Grant):
            pending.set_result(outcome)
        else:
            pending.set_exception(copy.copy(outcome))


def _shared(pending: Future[Grant]) -> Grant:
    """Wait for another thread's renewal; an error is raised as a copy: each thread adds its own trace."""
    error = pending.exception()
    if error is not None:
        raise copy.copy(error)
    return pending.result()
