"""How far a set-up is: what was wished for, the way to GitHub and back, the App that it told, and that it is stored.

Each step is taken once, and what failed can be tried again from where it stands, for as long as the process lives.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from receiver.problems import ApiError
from receiver.setting_up.door import SESSION_LASTS
from receiver.setting_up.wish import Wish
from receiver.settings import Settings
from resolver.errors import GithubDownError, GithubRefusedError, UnfitError
from resolver.github.shapes import CreatedAppShape
from resolver.ports import Clock


class Keeping(Protocol):
    """Where secrets go (``receiver.setting_up.keeping``)."""

    def begin(self) -> None:
        """Note that GitHub is about to be asked. Raises SettingsError."""
        ...

    def end(self) -> None:
        """Note that nothing is under way any more."""
        ...

    def keep(self, app: CreatedAppShape, *, users: str | None) -> Settings:
        """Store an App's secrets. Raises SettingsError, with nothing stored."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """The App, and the settings with it, as they are stored."""

    app: CreatedAppShape
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Way:
    wish: Wish
    state: bytes
    until: datetime


class Course:
    """One set-up. Threads share it: what GitHub is asked is asked by one at a time."""

    def __init__(self, take_over: Callable[[str], CreatedAppShape], keeping: Keeping, clock: Clock) -> None:
        self._take_over = take_over
        self._keeping = keeping
        self._clock = clock
        self._lock = threading.Lock()
        self._way: _Way | None = None
        self._wish: Wish | None = None
        self._code: str | None = None
        self._unsure = False
        self._app: CreatedAppShape | None = None
        self._done: Done | None = None

    @property
    def done(self) -> Done | None:
        """What is stored; None until then."""
        return self._done

    @property
    def can_go_on(self) -> bool:
        """Whether what failed can be tried again."""
        return self._done is None and (self._app is not None or self._code is not None)

    @property
    def holds_app(self) -> bool:
        """Whether GitHub has told the App's secrets and they are not stored."""
        return self._done is None and self._app is not None

    def set_out(self, wish: Wish) -> str:
        """Return the state that GitHub is to bring back; one that was handed out before is good no more."""
        state = secrets.token_urlsafe(32)
        with self._lock:
            self._way = _Way(wish, _hash(state), self._clock() + SESSION_LASTS)
        return state

    def come_back(self, state: str, code: str) -> Done:
        """Take over the App that a code stands for, and store it.

        Raises ApiError 403 for a state that is not the present one, or was used; and what ``go_on`` raises.
        """
        with self._lock:
            way = self._way
            if way is None or not hmac.compare_digest(way.state, _hash(state)) or self._clock() >= way.until:
                raise ApiError(
                    403, "forbidden", "what GitHub brought back was not sent from here, or is used or too old"
                )
            self._way, self._wish, self._code = None, way.wish, code
            return self._go_on()

    def go_on(self) -> Done:
        """Do what is left to do.

        Raises ApiError 409 when that is nothing, SettingsError when it cannot be stored (the App is held), and
        GithubDownError (it can be tried again), GithubRefusedError, GithubAnswerError, UnfitError.
        """
        with self._lock:
            return self._go_on()

    def _go_on(self) -> Done:
        if self._done is not None:
            return self._done
        if self._app is None:
            self._app = self._asked()
        users = None if self._wish is None else self._wish.users
        self._done = Done(self._app, self._keeping.keep(self._app, users=users))
        self._keeping.end()
        self._app = self._code = None
        return self._done

    def _asked(self) -> CreatedAppShape:
        """Ask GitHub for the App; that it may be lost is noted before, and taken back where it is known not to be."""
        if self._code is None:
            raise ApiError(409, "conflict", "GitHub has brought nothing back yet")
        self._keeping.begin()
        try:
            return self._take_over(self._code)
        except GithubDownError:
            self._unsure = True
            raise
        except (GithubRefusedError, UnfitError):
            self._code = None
            if not self._unsure:
                self._keeping.end()
            raise
        except BaseException:  # it told something, which cannot be used and is not told twice
            self._code = None
            raise


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()
