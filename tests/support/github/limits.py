"""Rate limits, as GitHub counts them: by caller and resource, over an hour."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)


@dataclass(slots=True)
class Window:
    """What a caller used of a resource until the limit is reset."""

    resets_at: datetime
    used: int = 0


@dataclass(slots=True)
class Limits:
    """How much each caller may ask: ``limit`` requests in ``window``. A test may set both at any time."""

    limit: int = 5000
    window: timedelta = WINDOW
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, caller: str, resource: str, at: datetime) -> bool:
        """Count a request; whether it was within the limit."""
        with self._lock:
            window = self._window(caller, resource, at)
            if window.used >= self.limit:
                return False
            window.used += 1
            return True

    def give_back(self, caller: str, resource: str, at: datetime) -> None:
        """Count one less: what has not changed costs nothing."""
        with self._lock:
            window = self._window(caller, resource, at)
            window.used = max(0, window.used - 1)

    def headers(self, caller: str, resource: str, at: datetime) -> Mapping[str, str]:
        """Return the headers that every answer carries."""
        told = self.told(caller, resource, at)
        return {f"x-ratelimit-{name}": str(value) for name, value in told.items()} | {"x-ratelimit-resource": resource}

    def told(self, caller: str, resource: str, at: datetime) -> dict[str, int]:
        """Return limit, remaining, used, and when it is reset, in seconds since 1970."""
        with self._lock:
            window = self._window(caller, resource, at)
            return {
                "limit": self.limit,
                "remaining": max(0, self.limit - window.used),
                "used": window.used,
                "reset": int(window.resets_at.timestamp()),
            }

    def _window(self, caller: str, resource: str, at: datetime) -> Window:
        window = self._windows.get((caller, resource))
        if window is None or at >= window.resets_at:
            window = Window(at + self.window)
            self._windows[caller, resource] = window
        return window
