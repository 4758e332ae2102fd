"""How the settings of answering on GitHub are written, and what they need besides."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationInfo

from resolver.model.posting import Means

LINKED: Final = frozenset({Means.REPLY, Means.CHECK})
"""The means that link to the page."""


def means(value: object) -> object:
    """Read the means, separated by commas."""
    if not isinstance(value, str):
        return value
    words = [word for word in map(str.strip, value.lower().split(",")) if word]
    if not words or not set(words) <= set(Means):
        raise ValueError(f"write one or more of {', '.join(Means)}, separated by commas, or leave the setting out")
    return frozenset(Means(word) for word in words)


def require_all(value: frozenset[Means], info: ValidationInfo) -> frozenset[Means]:
    """Refuse means that cannot do what they are for: nothing is half switched on."""
    given = info.data
    if not value:
        return value
    if value >= LINKED:
        raise ValueError("write reply or check, not both: feedback is answered once")
    if given.get("github_app_id") is None or given.get("github_private_key_file") is None:
        raise ValueError(
            "is set, and there is no App to write as: set WHICHRUN_GITHUB_APP_ID and WHICHRUN_GITHUB_PRIVATE_KEY_FILE"
        )
    if value & LINKED and given.get("public_url") is None:
        raise ValueError("names an answer with a link to the page: set WHICHRUN_PUBLIC_URL")
    if Means.COMMITS in value and any(account.isdecimal() for account in given.get("agent_logins") or ()):
        raise ValueError("names commits, which tell their author's login alone: write logins in WHICHRUN_AGENT_LOGINS")
    return value
