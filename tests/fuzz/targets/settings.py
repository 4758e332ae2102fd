"""Settings: every text is a value or a ValueError, rings are read or refused, and no error shows what it read."""

from __future__ import annotations

from receiver import settings_export, settings_notify, settings_text
from resolver.claims.ring import parse_ring
from resolver.errors import SettingsError
from tests.fuzz.given import text

LONGEST = 512
WORDS = (
    ",",
    ":",
    "=",
    "@",
    "[::1]:80",
    "whsec_",
    "https://",
    "acme/*=a",
    "[bot]",
    "*",
    "\u00a0",
    "\0",
    "\n",
    "/",
    "..",
)
SEEDS = (
    "127.0.0.1:8000",
    "acme/widgets,acme/gears",
    "a:secret,b",
    "acme/*=team",
    "octocat,1",
    "https://host/x",
    "whsec_" + "A" * 44,
    "authorization=Basic%20YTpi,x-scope=acme",
)
_READERS = (
    settings_text.bind, settings_text.label, settings_text.names, settings_text.accounts, settings_text.repositories,
    settings_text.homes, settings_text.token, settings_text.web_address, settings_notify.addresses,
    settings_notify.secrets, settings_export.address, settings_export.headers,
)  # fmt: skip
_CANARY = "xq7canary"


def check(data: bytes) -> None:
    """Only the error of its kind comes out, and it does not repeat the value."""
    given = text(data)
    for value in (given, _CANARY + given, given + _CANARY, f"{given}:{_CANARY},{given}"):
        for reader in _READERS:
            try:
                reader(value)
            except ValueError as error:
                assert _CANARY not in str(error)  # noqa: PT017 -- either outcome is right
        _read_ring(value)


def _read_ring(value: str) -> None:
    try:
        ring = parse_ring(value, name="RING")
    except SettingsError as error:
        assert _CANARY not in str(error)  # noqa: PT017 -- either outcome is right
        return
    assert all(key.secret for key in ring.keys)
    assert len({key.id for key in ring.keys}) == len(ring.keys)
    assert all(repr(key.secret) not in repr(ring) for key in ring.keys)
