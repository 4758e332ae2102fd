"""How the settings of notifications are written: where they go, and what signs them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md has the form of the secrets.
No error repeats what it read.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from pydantic import ValidationInfo

from receiver.settings_text import label

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
SHORTEST_SECRET, LONGEST_SECRET = 24, 64
"""Bytes; the specification's."""
MOST_ADDRESSES = 20
"""Each has a thread in every worker."""

_HOW = "write https://host/path, or workspace=https://host/path for another workspace, separated by commas"
_HOW_SECRET = (
    f"write {SECRET_PREFIX} and {SHORTEST_SECRET} to {LONGEST_SECRET} random bytes in base64, newest first, separated "
    "by commas; `whichrun init` writes a fresh one"
)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the notifications of a workspace go; None is the service's own workspace. The query may hold a secret."""

    workspace: str | None
    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The URL as people may see it, without its query."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that notifications are signed with."""

    key: bytes = field(repr=False)


def addresses(value: object) -> object:
    """Read URLs separated by commas, each once, in their order. A comma of a URL itself is written as ``%2C``."""
    if not isinstance(value, str):
        return value
    found = tuple(dict.fromkeys(read_address(item) for item in map(str.strip, value.split(",")) if item))
    if not found:
        raise ValueError(_HOW)
    if len(found) > MOST_ADDRESSES:
        raise ValueError(f"write {MOST_ADDRESSES} addresses at most")
    return found


def secrets(value: object) -> object:
    """Read the secrets, newest first."""
    if not isinstance(value, str):
        return value
    return tuple(_secret(item.strip()) for item in value.split(","))


def require_secret(value: tuple[Secret, ...], info: ValidationInfo) -> tuple[Secret, ...]:
    """Refuse addresses without a secret: nobody could tell that a notification is ours."""
    if info.data.get("notify_urls") and not value:
        raise ValueError(f"is missing, and WHICHRUN_NOTIFY_URLS is set: {_HOW_SECRET}")
    return value


def read_address(item: str) -> Address:
    """Read one address, perhaps with a workspace in front of it. Raises ValueError."""
    workspace, url = None, item
    if not item.lower().startswith(("https://", "http://")):
        named, _, url = item.partition("=")
        workspace = str(label(named))
    url = url.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError(_HOW) from None
    if "@" in parts.netloc:
        raise ValueError("a user or password cannot stand in the address: something else says who sends")
    if not good or parts.fragment or not _PRINTABLE.fullmatch(url):
        raise ValueError(_HOW)
    return Address(workspace, url)


def _secret(item: str) -> Secret:
    """Read one secret. Raises ValueError."""
    try:
        key = base64.b64decode(item.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        raise ValueError(_HOW_SECRET) from None
    if not item.startswith(SECRET_PREFIX) or not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise ValueError(_HOW_SECRET)
    return Secret(key)
