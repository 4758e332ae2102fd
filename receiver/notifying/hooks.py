"""Who is notified: a URL that follows the changes of one workspace."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from receiver.settings import Settings


@dataclass(frozen=True, slots=True)
class Hook:
    """A URL, ``shown`` without its query (which may hold a secret), and the workspace whose changes it gets."""

    workspace: str
    url: str = field(repr=False)
    shown: str

    @property
    def turn(self) -> str:
        """The name under which the store keeps where it stands: another URL or workspace is another one."""
        named = f"{self.workspace}\n{self.url}"
        return f"notifications {hashlib.sha256(named.encode()).hexdigest()[:32]}"


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Return whom the settings name, each once."""
    named = (Hook(one.workspace or settings.workspace, one.url, one.shown) for one in settings.notify_urls)
    return tuple(dict.fromkeys(named))
