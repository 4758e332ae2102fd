"""Waiting for changes: one look at the log, several times a second, for everybody in a process who waits.

Server-sent events rather than long polling: a client says once where it stands, and every library knows how to go on
after a break. gunicorn's threads wait for their clients, so each stream holds one: there are threads for them beside
those that do the work (``receiver.web``), and never more streams than that. Who comes when all are taken gets what is
there, and is told to come again in a moment: a stream then is as good as polling, and nobody else waits for it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

from resolver.errors import StoreError

if TYPE_CHECKING:  # gunicorn's master reads the number above, and carries no store
    from store import Store

log = logging.getLogger(__name__)

WAITERS = "whichrun.waiters"
"""Under which name an application has those who wait for changes in its process (``app.extensions``)."""
MOST_STREAMS = 16
"""How many of a process's readers wait for changes at a time: each holds a thread."""
LOOK_EVERY = 0.1
"""Seconds between two looks at the log, while anybody waits."""


class Waiters:
    """Those of one process who wait for a workspace's changes, at most ``most`` at a time."""

    def __init__(self, store: Store, *, most: int) -> None:
        """Wait for what a store's log says; nothing is done before somebody waits."""
        self._store = store
        self._most = most
        self._changed = threading.Condition()
        self._waiting: Counter[str] = Counter()
        self._newest: dict[str, int] = {}
        self._looker: threading.Thread | None = None
        self.closing = False
        """Set when the process is to end: nobody waits any longer then."""

    def enter(self, workspace: str) -> bool:
        """Take a place among those who wait; False when all are taken. Who got one has to ``leave``."""
        with self._changed:
            if self._waiting.total() >= self._most:
                return False
            self._waiting[workspace] += 1
            if self._looker is None:
                self._looker = threading.Thread(target=self._look, name="changes", daemon=True)
                self._looker.start()
            self._changed.notify_all()
        return True

    def leave(self, workspace: str) -> None:
        """Give the place back."""
        with self._changed:
            self._waiting -= Counter([workspace])
            if workspace not in self._waiting:
                self._newest.pop(workspace, None)

    def newest(self, workspace: str) -> int:
        """Return the id of the newest change that was seen: ask before reading the log, then wait for another."""
        return self._newest.get(workspace, -1)

    def wait(self, workspace: str, seen: int, *, seconds: float) -> bool:
        """Wait until another change is the newest than the one ``seen``; False when none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: self.closing or self.newest(workspace) != seen, timeout=seconds)
            return self.newest(workspace) != seen

    def _look(self) -> None:
        while not self.closing:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                workspaces = tuple(self._waiting)
            self._note(self._read(workspaces))
            threading.Event().wait(LOOK_EVERY)
        with self._changed:
            self._changed.notify_all()
        self._store.close()

    def _read(self, workspaces: tuple[str, ...]) -> dict[str, int]:
        try:
            with self._store.snapshot() as catalogue:
                return {workspace: catalogue.newest_change(workspace) for workspace in workspaces}
        except StoreError as error:  # whoever waits will find out; this only wakes them
            log.warning("changes cannot be looked for: %s", error)
            return {}
        except Exception:  # a fault of ours must not leave everybody waiting for good
            log.exception("looking for changes failed")
            return {}

    def _note(self, newest: dict[str, int]) -> None:
        with self._changed:
            found = {one: newest[one] for one in newest if one in self._waiting}
            if self.closing or any(self._newest.get(one) != newest[one] for one in found):
                self._newest |= found
                self._changed.notify_all()
