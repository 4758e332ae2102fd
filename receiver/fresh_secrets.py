"""Secrets that nobody has seen, for the settings that want one: what ``init`` and the set-up write into ``.env``."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from receiver.settings_notify import SECRET_PREFIX

WEBHOOK: Final = "WHICHRUN_WEBHOOK_SECRETS"
SIGNING: Final = "WHICHRUN_SIGNING_SECRETS"
API_TOKEN: Final = "WHICHRUN_API_TOKEN"  # noqa: S105 - a name
NOTIFY: Final = "WHICHRUN_NOTIFY_SECRETS"
PURPOSES: Final = {
    WEBHOOK: "GitHub signs deliveries with it: the same value goes into the webhook's form.",
    SIGNING: "Claims are signed with it; whoever knows it can make claims.",
    API_TOKEN: "Opens the HTTP API, with every scope.",
    NOTIFY: "Notifications are signed with it: give it to whoever is named in WHICHRUN_NOTIFY_URLS.",
}
HEAD: Final = "# Settings of whichrun. Secrets: keep this file out of version control.\n"


def fresh(name: str) -> str:
    """Return a fresh secret, in the form that its setting wants."""
    if name == NOTIFY:
        return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)
