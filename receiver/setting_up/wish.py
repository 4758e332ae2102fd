"""What the App is to be: a form's fields, checked, and the manifest that GitHub is handed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from receiver import settings_text
from receiver.pages.arrival import PATH as ARRIVAL
from receiver.pages.sign_in import CALLBACK
from receiver.taking import PATH as HOOK
from resolver.errors import PayloadError
from resolver.github.manifest import Places, manifest

FIELDS: Final = ("address", "forwarder", "name", "organization", "users")
NAME: Final = "whichrun"
CREATED: Final = "/setup/created"
"""Where GitHub leads back to with the code of the App."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,33}")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,1000}")
_HOW_ADDRESS = "write it as https://whichrun.example.com, without a path"
_HOW_FORWARDER = "write its whole address, beginning with https://"
_UNREACHABLE = "GitHub cannot reach this address: give one that begins with https://, or a forwarder's below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for. ``home`` is this service's address for people, ``here`` where the browser is now.

    ``hook`` is where deliveries go; ``organization`` is None for an App of the person's own; ``users`` may sign in
    through GitHub, None: nobody.
    """

    name: str
    home: str
    here: str
    hook: str
    organization: str | None
    users: str | None

    def manifest(self) -> dict[str, object]:
        """Return the manifest."""
        addresses = dict.fromkeys((self.home, self.here))
        return manifest(
            self.name,
            Places(
                home=self.home,
                hook=self.hook,
                redirect=f"{self.here}{CREATED}",
                callbacks=tuple(f"{one}{CALLBACK}" for one in addresses),
                installed=f"{self.here}{ARRIVAL}",
            ),
        )

    def new_app_url(self, web: str) -> str:
        """Return where GitHub takes a manifest; ``web`` is where its pages are."""
        owner = "" if self.organization is None else f"/organizations/{self.organization}"
        return f"{web}{owner}/settings/apps/new"


def is_public(address: str) -> bool:
    """Whether GitHub could reach an address, by its looks: https, and no host of this machine alone."""
    parts = _split(address)
    if parts is None or parts.scheme != "https" or (parts.hostname or "") == "localhost":
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True


def read(given: Mapping[str, str], *, here: str) -> Wish:
    """Read a form that came to ``here`` (scheme and host). Raises PayloadError, which names each wrong field."""
    faults: list[tuple[str, str]] = []
    home = given["address"].rstrip("/") or here
    parts = _split(home)
    if parts is None or parts.path or parts.query:
        faults.append(("address", _HOW_ADDRESS))
    elif not is_public(home) and not given["forwarder"]:
        faults.append(("address", _UNREACHABLE))
    forwarder = _split(given["forwarder"]) if given["forwarder"] else None
    if given["forwarder"] and (forwarder is None or forwarder.scheme != "https"):
        faults.append(("forwarder", _HOW_FORWARDER))
    if not _NAME.fullmatch(given["name"]):
        faults.append(("name", "write 1 to 34 letters, digits, spaces, dots or dashes"))
    if given["organization"] and not _OWNER.fullmatch(given["organization"]):
        faults.append(("organization", "write the organisation's login, as in its address at GitHub, or nothing"))
    users = None
    if given["users"]:
        try:
            users = settings_text.accounts(given["users"])
        except ValueError as error:
            faults.append(("users", str(error)))
    if faults:
        raise PayloadError(tuple(faults))
    return Wish(
        name=given["name"],
        home=home,
        here=here,
        hook=given["forwarder"] or f"{home}{HOOK}",
        organization=given["organization"] or None,
        users=",".join(sorted(users)) if isinstance(users, frozenset) else None,
    )


def _split(address: str) -> SplitResult | None:
    """Take an address apart; None where it is none, or names a user or a fragment."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"https", "http"} and parts.port != 0
    except ValueError:
        return None
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    if not good or not _PRINTABLE.fullmatch(address) or not _HOST.fullmatch(host) or parts.fragment:
        return None
    return parts
