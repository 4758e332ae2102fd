"""How single settings are written: each function reads one text, and says in its error how to write it.

They take anything, because a default or a test hands in the finished value: what is no text is passed on. No error
repeats what it read, since a secret may have ended up under the wrong name.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from resolver.model.signals import SignalKind

MAX_LABEL = 512
"""Characters; the limit of a claim's fields (SPEC §2.1), which hold these names."""

MAX_PORT = 65_535
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_HOME = re.compile(r"[A-Za-z0-9_.-]+/([A-Za-z0-9_.-]+|\*)")
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]+(\[bot\])?")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_HOW_ADDRESS = "write an address such as https://api.github.com"


def bind(value: object) -> object:
    """Read ``host:port``; an IPv6 address stands in brackets."""
    if isinstance(value, str):
        host_and_port(value)
        return value.strip()
    return value


def host_and_port(value: str) -> tuple[str, int]:
    """Take ``host:port`` apart. Raises ValueError."""
    host, colon, port = value.strip().rpartition(":")
    is_ipv6 = host.startswith("[") and host.endswith("]")
    good_port = port.isascii() and port.isdigit() and int(port) <= MAX_PORT
    if not (host and colon and good_port) or (":" in host and not is_ipv6):
        raise ValueError("write it as host:port, such as 127.0.0.1:8000 or [::1]:8000")
    return (host[1:-1] if is_ipv6 else host), int(port)


def label(value: object) -> object:
    """Read a name that goes into claims: not empty, no control characters, at most 512 characters."""
    if not isinstance(value, str):
        return value
    stripped = value.strip()
    if not stripped or len(stripped) > MAX_LABEL or any(unicodedata.category(c) in {"Cc", "Cs"} for c in stripped):
        raise ValueError(f"write a name of 1 to {MAX_LABEL} characters without control characters")
    return stripped


def names(value: object) -> object:
    """Read names separated by commas."""
    return _items(value) if isinstance(value, str) else value


def word(value: object) -> object:
    """Read one word of a few, in any case."""
    return value.strip().lower() if isinstance(value, str) else value


def signals(value: object) -> object:
    """Read kinds of signals, separated by commas."""
    if not isinstance(value, str):
        return value
    found = frozenset(item.lower() for item in _items(value))
    if not found <= set(SignalKind):
        raise ValueError(f"write some of {', '.join(SignalKind)}, separated by commas")
    return frozenset(map(SignalKind, found))


def accounts(value: object) -> object:
    """Read logins (lower case from here on: GitHub's are case-insensitive) or numeric ids, separated by commas."""
    if not isinstance(value, str):
        return value
    logins = frozenset(item.lower().removeprefix("@") for item in _items(value))
    if not all(map(_ACCOUNT.fullmatch, logins)):
        raise ValueError("write GitHub logins or numeric account ids, separated by commas, such as octocat,583231")
    return logins


def repositories(value: object) -> object:
    """Read full names of repositories (lower case from here on), separated by commas."""
    if not isinstance(value, str):
        return value
    found = frozenset(item.lower() for item in _items(value))
    if not all(map(_REPOSITORY.fullmatch, found)):
        raise ValueError("write owner/name for each repository, separated by commas, such as acme/widgets,acme/gears")
    return found


def homes(value: object) -> object:
    """Read ``owner/name=workspace`` (or ``owner/*``), separated by commas; one named twice belongs to both."""
    if not isinstance(value, str):
        return value
    found: dict[str, set[str]] = {}
    for item in _items(value):
        repository, equals, workspace = item.partition("=")
        if not equals or not _HOME.fullmatch(repository.strip()):
            raise ValueError("write owner/name=workspace or owner/*=workspace, separated by commas")
        found.setdefault(repository.strip().lower(), set()).add(str(label(workspace)))
    return {repository: frozenset(workspaces) for repository, workspaces in found.items()}


def token(value: object) -> object:
    """Read a token that fits into an Authorization header."""
    if not isinstance(value, str):
        return value
    if not _TOKEN.fullmatch(value.strip()):
        raise ValueError("write printable ASCII characters without spaces")
    return value.strip()


def web_address(value: object) -> object:
    """Read the address of an API, without the slash at its end."""
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value.strip())
        good = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # which quotes what it choked on
        raise ValueError(_HOW_ADDRESS) from None
    if not good or parts.username or parts.query or parts.fragment:
        raise ValueError(_HOW_ADDRESS)
    return value.strip().rstrip("/")


def _items(value: str) -> frozenset[str]:
    """Take a list apart. Raises ValueError when it names nothing: nobody means "nobody" by a stray comma."""
    items = frozenset(filter(None, map(str.strip, value.split(","))))
    if not items:
        raise ValueError("write at least one name, or leave the setting out")
    return items
