"""``whichrun keys``: the keys that sign and verify claims. Whoever may open the store is the operator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from receiver import key_file, settings, wiring
from receiver.cli.base import Command, LazyGroup, examples
from receiver.cli.output import print_json, print_line, print_table, warn
from receiver.cli.params import TIME
from receiver.key_list import Listed, listed
from receiver.keyring import as_registered, to_register
from receiver.settings import Settings
from resolver import times
from resolver.claims.ed25519 import generate
from resolver.claims.ring import Ring
from resolver.claims.validity import Validity
from resolver.errors import ConflictError, NotFoundError, PayloadError, SettingsError
from resolver.model.keys import KeyKind, NewKey
from store import Store, open_store

SETTING = "WHICHRUN_SIGNING_KEY_FILE"
COLUMNS = ("id", "for", "kind", "status", "from", "until", "artifacts")

COMMANDS = {
    "new": ("receiver.cli.keys:new", "Make an Ed25519 key, which signs from now on."),
    "list": ("receiver.cli.keys:list_keys", "List keys and how it stands with each."),
    "retire": ("receiver.cli.keys:retire", "Have a key sign and verify nothing new."),
}

keys = LazyGroup(
    "keys",
    commands=COMMANDS,
    help="Make, list and retire the keys that claims are signed with.",
    epilog=examples("whichrun keys new", "whichrun keys list", "whichrun keys retire k1"),
)


@click.command(cls=Command, epilog=examples("whichrun keys new", "whichrun keys new --not-before 2026-11-01T00:00:00Z"))
@click.option("--file", type=click.Path(path_type=Path), help=f"Where it is kept. Default: the setting {SETTING}.")
@click.option("--not-before", type=TIME, help="From when on it counts, in RFC 3339. Default: at once.")
@click.option("--not-after", type=TIME, help="Until when it counts. Default: until it is retired.")
def new(*, file: Path | None, not_before: datetime | None, not_after: datetime | None, as_json: bool) -> None:
    """Make an Ed25519 key, which signs from now on.

    It is put in front of those in the key file; they go on verifying. A running service takes it up within seconds.
    """
    current = settings.load()
    path = file or current.signing_key_file
    if path is None:
        raise SettingsError(
            f"{SETTING} is not set: set it to where the keys are to be kept, such as /etc/whichrun/signing.pem, or "
            "give --file PATH"
        )
    now = wiring.now()
    if not_after is not None and not_after <= max(now, not_before or now):
        raise PayloadError((("not_after", "is over already, or before --not-before"),))
    pair = generate().within(Validity(not_before, not_after))
    made = NewKey(pair.id, KeyKind.ED25519, pair.jwk(), pair.validity)
    with _store_if_any(current) as store:
        if store is not None:
            store.keys.register((made,), now)  # first: nobody is to use the key without its dates
        elif not_before is not None or not_after is not None:
            raise SettingsError("a key's dates are kept in the store, and there is none: run `whichrun migrate` first")
    key_file.add(path, pair)
    if current.signing_key_file is None:
        warn(f"set {SETTING} to {path}: without it the key is not used")
    if as_json:
        dates = {name: times.write_optional(value) for name, value in _dates(pair.validity).items()}
        print_json({"id": pair.id, "kind": KeyKind.ED25519, "file": str(path), **dates})
    else:
        print_line(pair.id)


@click.command(name="list", cls=Command, epilog=examples("whichrun keys list"))
def list_keys(*, as_json: bool) -> None:
    """List keys and how it stands with each.

    Keys for claims come first, then the webhooks' secrets, by their ids alone.
    """
    current = settings.load()
    own = key_file.own_ring(current)
    with _store(current) as store:
        found = listed(own, current.webhook_secrets, store.keys.all(), store.keys.counts(), wiring.now())
    if as_json:
        print_json({"items": [_written(one) for one in found]})
    else:
        print_table(COLUMNS, map(_cells, found))


@click.command(
    cls=Command,
    epilog=examples("whichrun keys retire k1", "whichrun keys retire k1 --at 2026-12-01T00:00:00Z"),
)
@click.argument("key_id", metavar="ID")
@click.option("--at", type=TIME, help="When it ends, in RFC 3339. Default: now.")
@click.option("--force", is_flag=True, help="Also when nothing is left to sign with.")
def retire(*, key_id: str, at: datetime | None, force: bool, as_json: bool) -> None:
    """Have a key sign and verify nothing new.

    What it verified before stays linked. All processes know within seconds, and no restart is needed. It cannot be
    taken back.
    """
    current = settings.load()
    own = key_file.own_ring(current)
    now = wiring.now()
    ends = at or now
    with _store(current) as store:
        store.keys.register(to_register(own), now)
        register = store.keys.all()
        known = {one.id: one for one in register}
        if key_id not in known:
            raise _unknown(key_id, current)
        if not force:
            _refuse_last(as_registered(own, register), key_id, max(ends, now))
        if not store.keys.retire(key_id, ends, now):
            raise ConflictError(f"the key {key_id} was retired before")
    if as_json:
        print_json({"id": key_id, "kind": known[key_id].kind, "retired_at": times.write(ends)})
    else:
        print_line(f"the key {key_id} {'is retired' if ends <= now else f'is retired from {times.write(ends)} on'}")


def _refuse_last(ring: Ring, key_id: str, ends: datetime) -> None:
    """Raise ConflictError when a key is what signs at a time, and nothing would after it."""
    if ring.signing_key(ends) is None:
        return
    after = Ring(
        tuple(
            replace(key, validity=replace(key.validity, retired_at=ends)) if key.id == key_id else key
            for key in ring.keys
        ),
        tuple(
            pair.within(replace(pair.validity, retired_at=ends)) if pair.id == key_id else pair for pair in ring.pairs
        ),
    )
    if after.signing_key(ends) is None:
        raise ConflictError(
            f"nothing would be left to sign with after {key_id}: run `whichrun keys new` first, or give --force"
        )


def _unknown(key_id: str, current: Settings) -> Exception:
    if any(key.id == key_id for key in current.webhook_secrets.keys):
        return SettingsError(
            f"{key_id} is a webhook secret: take it out of WHICHRUN_WEBHOOK_SECRETS, or give it an end there "
            "(`id@/UNTIL:secret`), and restart the service"
        )
    return NotFoundError(f"there is no key {key_id}")


@contextlib.contextmanager
def _store(current: Settings) -> Iterator[Store]:
    """Open the store. Raises SettingsError when there is none, or its schema is not up to date."""
    wiring.require_database(current)
    store = open_store(current.database_url)
    try:
        if store.pending_migrations():
            raise SettingsError("the store's schema is not up to date: run `whichrun migrate` first")
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def _store_if_any(current: Settings) -> Iterator[Store | None]:
    """Open the store; None where the service was never started: it registers its keys when it is."""
    try:
        wiring.require_database(current)
    except SettingsError:
        yield None
        return
    with _store(current) as store:
        yield store


def _dates(validity: Validity) -> dict[str, datetime | None]:
    return {"not_before": validity.not_before, "not_after": validity.not_after}


def _written(one: Listed) -> dict[str, object]:
    dates = {**_dates(one.validity), "retired_at": one.validity.retired_at, "created_at": one.created_at}
    return {
        "id": one.id,
        "purpose": one.purpose,
        "kind": one.kind,
        "status": one.status,
        **{name: times.write_optional(value) for name, value in dates.items()},
        "artifacts": one.artifacts,
    }


def _cells(one: Listed) -> tuple[str | None, ...]:
    ends = [moment for moment in (one.validity.not_after, one.validity.retired_at) if moment is not None]
    return (
        one.id,
        one.purpose,
        one.kind,
        one.status,
        times.write_optional(one.validity.not_before),
        times.write_optional(min(ends, default=None)),
        None if one.artifacts is None else str(one.artifacts),
    )
