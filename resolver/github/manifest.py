"""What the App must be granted and sent for all of this to work; ``deploy/app-manifest.json`` asks for the same.

https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps says what each question needs:
commits, blame and comparisons need ``contents``, who may write in a repository ``metadata``, and so do comments on
commits; reviews and their comments need ``pull_requests``. Discussions come by webhook alone, which needs their
permission as well. Reading is always enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from resolver.payloads.events import EVENTS as USED

PERMISSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"contents": "read", "discussions": "read", "issues": "read", "metadata": "read", "pull_requests": "read"}
)
"""Permissions by GitHub's names, each with the least access that will do."""

SENT_UNASKED: Final = frozenset({"installation", "installation_repositories", "ping"})
"""Events that GitHub sends to every App; nobody subscribes to them."""

EVENTS: Final = tuple(sorted(USED.keys() - SENT_UNASKED))
"""Events that the App must be subscribed to."""

_LEVELS: Final = ("read", "write", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an App's things are, as whole addresses.

    ``home`` is shown to people, ``hook`` is where deliveries go. A browser is led to ``redirect`` with the code of the
    App that was made, to one of ``callbacks`` when somebody signs in, and to ``installed`` after an installation.
    """

    home: str
    hook: str
    redirect: str
    callbacks: tuple[str, ...]
    installed: str


def manifest(name: str, places: Places) -> dict[str, object]:
    """Return the manifest that GitHub makes an App of, private and with no more than is needed.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
    """
    return {
        "name": name,
        "url": places.home,
        "hook_attributes": {"url": places.hook, "active": True},
        "redirect_url": places.redirect,
        "callback_urls": list(places.callbacks),
        "setup_url": places.installed,
        "public": False,
        "default_permissions": dict(PERMISSIONS),
        "default_events": list(EVENTS),
    }


def missing_permissions(granted: Mapping[str, str], needed: Mapping[str, str] = PERMISSIONS) -> tuple[str, ...]:
    """Return what is not granted, each as ``contents: read``, in order."""
    return tuple(f"{name}: {level}" for name, level in needed.items() if not _reaches(granted.get(name), level))


def missing_events(subscribed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the events that are not sent, in order."""
    return tuple(event for event in EVENTS if event not in subscribed)


def _reaches(granted: str | None, level: str) -> bool:
    return granted in _LEVELS and _LEVELS.index(granted) >= _LEVELS.index(level)
