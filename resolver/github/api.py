"""Where GitHub's API is: one origin, and the one place to which a redirect may lead.

github.com has REST at ``https://api.github.com`` and GraphQL at ``/graphql`` there; GitHub Enterprise Server has them
at ``https://HOST/api/v3`` and ``https://HOST/api/graphql``.
https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql#the-graphql-endpoint
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from resolver import names
from resolver.errors import SettingsError
from resolver.github.addresses import GRAPHQL, Address

_PORTS = {"http": 80, "https": 443}
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:]{2,45}")
_LOCATION = re.compile(r"[!-\[\]-~]{1,4096}")
_MOVED = re.compile(r"/repos/([^/]+/[^/]+)")


@dataclass(frozen=True, slots=True)
class Api:
    """GitHub's API: ``origin`` is scheme, host and port, ``prefix`` the path that REST stands under."""

    origin: str
    prefix: str

    def url(self, address: Address) -> str:
        """Return the whole URL of an address."""
        prefix = self.prefix.removesuffix("/v3") if address is GRAPHQL else self.prefix
        return f"{self.origin}{prefix}{address.path}{'?' * bool(address.query)}{address.query}"

    def redirected(self, location: str, address: Address, repository_id: int | None) -> Address | None:
        """Return where a redirect of a repository's address leads, or None: then it may not be followed.

        It has to lead to the same question at the same origin: to this repository by its number, as GitHub says it
        after a renaming, or to a repository by its name. The address is built anew from what was asked.
        """
        if address.rest is None or repository_id is None or _LOCATION.fullmatch(location) is None:
            return None
        parts = _split(location)
        if parts is None or parts.fragment or parts.query not in {"", address.query}:
            return None
        if parts.netloc or parts.scheme:
            if _origin(parts) != self.origin:
                return None
        elif not parts.path.startswith("/"):
            return None
        if not parts.path.startswith(self.prefix) or not parts.path.endswith(address.rest):
            return None
        head = parts.path.removeprefix(self.prefix)
        head = head[: len(head) - len(address.rest)]
        named = _MOVED.fullmatch(head)
        if head != f"/repositories/{repository_id}" and (named is None or not names.is_repository(named[1])):
            return None
        return Address(head + address.rest, address.query, address.rest)


def api_at(url: str) -> Api:
    """Read where GitHub's API is. Raises SettingsError, which quotes no part of it."""
    name = "WHICHRUN_GITHUB_API_URL"
    parts = _split(url.rstrip("/"))
    origin = None if parts is None else _origin(parts)
    if parts is None or origin is None or parts.query or parts.fragment or not _PREFIX.fullmatch(parts.path):
        raise SettingsError(f"{name} must be an address such as https://api.github.com or https://HOST/api/v3")
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        raise SettingsError(f"{name} must begin with https://: tokens may not travel in the clear")
    return Api(origin, parts.path)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _origin(parts: SplitResult) -> str | None:
    """Return scheme, host and port in one spelling; None where there is more, or less."""
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    usual = _PORTS.get(parts.scheme)
    if usual is None or "@" in parts.netloc or _HOST.fullmatch(host) is None:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, usual} else f":{port}")


def _is_here(host: str) -> bool:
    """Whether a host is this one: what is said to it passes no wire."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
