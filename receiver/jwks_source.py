"""Public keys from elsewhere, for whoever verifies claims of a service that is not theirs (``verify --jwks``)."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from resolver.claims.ed25519 import ed25519_in
from resolver.claims.ring import Ring
from resolver.errors import RefusedError, SettingsError

SECONDS = 10.0
"""How long an answer may take, in all."""
MAX_SIZE = 64 * 1024
"""Bytes: some hundred keys."""
MOST_REDIRECTS = 5

_WEB = frozenset({"http", "https"})


class JwksError(RefusedError):
    """There are no public keys where they were said to be."""

    reason = "no_jwks"


def keys_at(source: str) -> Ring:
    """Return the Ed25519 keys of the JWK set at a URL (http, https) or in a file.

    Raises JwksError when it cannot be had within 10 seconds and 64 KiB, or is no JWK set.
    """
    data = _fetched(source) if "://" in source else _in_file(Path(source))
    try:
        pairs = {pair.id: pair for pair in ed25519_in(json.loads(data))}
    except (ValueError, RecursionError):
        raise JwksError(f"what is at {source} is not JSON") from None
    except SettingsError as error:
        raise JwksError(f"what is at {source} cannot be used: {error}") from None
    return Ring(pairs=tuple(pairs.values()))


def _in_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(MAX_SIZE + 1), str(path))
    except OSError as error:
        raise JwksError(f"{path} cannot be read: {error.strerror}") from error


def _fetched(url: str) -> bytes:
    """Fetch a URL, and whatever it redirects to: never to another kind of address, nor from https to http."""
    import requests  # noqa: PLC0415 - most verify with keys of their own

    deadline = time.monotonic() + SECONDS
    address = url
    try:
        for _ in range(MOST_REDIRECTS + 1):
            _refuse_other_kinds(address)
            with closing(
                # No credentials of this user's for the host: the keys are public.
                requests.get(address, timeout=SECONDS, stream=True, allow_redirects=False, auth=lambda sent: sent)
            ) as answer:
                if not answer.is_redirect:
                    return _body(answer, url, deadline)
                target = urljoin(address, answer.headers["Location"])
            if urlsplit(address).scheme == "https" and urlsplit(target).scheme == "http":
                raise JwksError(f"{url} redirects from https to http")
            address = target
    except (requests.RequestException, ValueError) as error:
        raise JwksError(f"{url} cannot be fetched: {type(error).__name__}") from error
    raise JwksError(f"{url} redirects more than {MOST_REDIRECTS} times")


def _body(answer: object, url: str, deadline: float) -> bytes:
    import requests  # noqa: PLC0415 - as above

    assert isinstance(answer, requests.Response)  # noqa: S101 - its type is imported with it
    if not answer.ok:
        raise JwksError(f"{url} answers {answer.status_code}")
    data = b""
    for part in answer.iter_content(4096):
        data = _bounded(data + part, url)
        if time.monotonic() > deadline:
            raise JwksError(f"{url} takes longer than {SECONDS:.0f} seconds")
    return data


def _bounded(data: bytes, source: str) -> bytes:
    if len(data) > MAX_SIZE:
        raise JwksError(f"what is at {source} is larger than {MAX_SIZE // 1024} KiB")
    return data


def _refuse_other_kinds(address: str) -> None:
    if urlsplit(address).scheme not in _WEB:
        raise JwksError(f"{address} is not an address of the kind http or https")
