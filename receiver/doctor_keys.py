"""Looking the keys over: whether one signs, whether it is about to end, whether all hosts have the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from receiver import wiring
from receiver.checkup import Check, not_checked, ok, wrong
from receiver.key_file import own_ring
from receiver.key_list import Listed, Status, listed
from receiver.settings import Settings
from receiver.wiring import Services
from resolver import times
from resolver.claims.validity import Validity
from resolver.errors import SettingsError, StoreError
from resolver.model.keys import KeyKind

NAME = "signing_keys"
WEBHOOKS = "key_ring"
SOON = timedelta(days=14)
"""How long before the end of a key somebody should make the next one."""


def without_store(current: Settings) -> Iterator[Check]:
    """Yield what is wrong with the key file, and with the dates of webhook secrets."""
    try:
        own_ring(current)
    except SettingsError as error:
        yield wrong(WEBHOOKS, str(error), "mend the file, or set WHICHRUN_SIGNING_KEY_FILE to another one")
    ring, now = current.webhook_secrets, wiring.now()
    if not ring:
        return
    remedy = "add the webhook's next secret to WHICHRUN_WEBHOOK_SECRETS (`id@FROM/UNTIL:secret`), and restart"
    valid = ring.valid_keys(now)
    if not valid:
        yield wrong(WEBHOOKS, "no webhook secret is valid now: every delivery is refused", remedy)
        return
    end = _last_end([key.validity for key in ring.keys if key in valid or key.validity.not_before is not None])
    if end is not None and end - now <= SOON:
        yield wrong(WEBHOOKS, f"the last webhook secret expires at {times.write(end)}", remedy)


def examine(services: Services, *, has_store: bool) -> Iterator[Check]:
    """Yield what is found about the keys for claims, as the register has them."""
    if not has_store:
        yield from not_checked((NAME,), "the database cannot be read")
        return
    now = services.clock()
    try:
        own = own_ring(services.settings)
        found = listed(own, services.settings.webhook_secrets, services.store.keys.all(), {}, now)
    except SettingsError:  # it was told already
        yield from not_checked((NAME,), "the key file cannot be used")
        return
    except StoreError as error:
        yield wrong(NAME, str(error), "see what the database's own log says")
        return
    claims = [one for one in found if one.purpose == "claims"]
    faults = [*_signing(claims, now)]
    if any(one.created_at is not None for one in claims):  # else the service was never started
        faults += _differences(claims, {pair.id for pair in own.pairs})
    yield from faults
    if not faults:
        signing = next((one.id for one in claims if one.status is Status.SIGNING), None)
        yield ok(NAME, "there are none" if signing is None else f"{signing} signs; keys for claims: {len(claims)}")


def _signing(claims: list[Listed], now: datetime) -> Iterator[Check]:
    """Look whether a key signs, now and in two weeks."""
    signing = next((one for one in claims if one.status is Status.SIGNING), None)
    if signing is None:
        if any(one.status is not Status.NOT_HERE for one in claims):
            yield wrong(NAME, "no key for signing is valid now: no run gets its marks", "run `whichrun keys new`")
        return
    able = [one.validity for one in claims if one.kind is signing.kind and one.status in _COUNTING]
    end = _last_end(able)
    if end is not None and end - now <= SOON:
        remedy = "run `whichrun keys new`" if signing.kind is KeyKind.ED25519 else "add a secret with later dates"
        yield wrong(NAME, f"the last key that signs expires at {times.write(end)}", remedy)


_COUNTING = frozenset({Status.SIGNING, Status.VERIFYING, Status.NOT_YET})


def _differences(claims: list[Listed], own: set[str]) -> Iterator[Check]:
    """Look whether this host's keys and the register are the same."""
    for one in claims:
        if one.created_at is None:
            yield wrong(NAME, f"the register does not know the key {one.id}", "restart the service: it registers keys")
        elif one.kind is KeyKind.ED25519 and one.status in _COUNTING and one.id not in own:
            yield wrong(
                NAME,
                f"the key {one.id} is registered, and not in this host's key file",
                "copy the file to each host that signs, or run `whichrun keys retire` for a key that is gone",
            )
        elif one.status is Status.NOT_HERE:
            yield wrong(
                NAME,
                f"the secret {one.id} is registered, and not in WHICHRUN_SIGNING_SECRETS: nothing new that it signed "
                "is verified",
                f"put it back, or, if it is gone for good, run `whichrun keys retire {one.id}`",
            )


def _last_end(validities: list[Validity]) -> datetime | None:
    """Return when the last of some keys ends; None when one of them never does, or there is none."""
    ends = [min(filter(None, (one.not_after, one.retired_at)), default=None) for one in validities]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
