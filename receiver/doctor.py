"""Looking a set-up over: settings, keys, store, and the App at GitHub (SPEC §5.5, §8).

Each check says what is so, and what to do where that is wrong. One that cannot be made because of another is "not
checked", and never looks like a good one.
"""

from __future__ import annotations

from collections.abc import Iterator

from receiver import doctor_answers, doctor_app, doctor_keys, doctor_notify, doctor_store, settings, wiring
from receiver.checkup import Check, not_checked, ok, wrong
from receiver.settings import Settings
from resolver.claims.ring import Key, Ring
from resolver.errors import SettingsError, StoreError
from store import open_store

GUIDE = "deploy/guide/7-operating.md"
SETTINGS, KEYS, DATABASE = "settings", "key_ring", "database"


def examine() -> Iterator[Check]:
    """Yield what is found, one by one as it is. Raises nothing that is wrong with the set-up."""
    try:
        current = settings.load()
    except SettingsError as error:
        for line in str(error).splitlines():
            yield wrong(SETTINGS, line, f"mend the line in .env or the environment; {GUIDE}, Settings, names them all")
        rest = (KEYS, DATABASE, *doctor_store.NAMES, doctor_keys.NAME, *doctor_app.NAMES)
        yield from not_checked(rest, "the settings cannot be read")
        return
    yield ok(SETTINGS, f"all can be read; the workspace is {current.workspace}")
    if current.page_users and not current.signs_in:
        yield wrong(
            SETTINGS,
            "WHICHRUN_PAGE_USERS names people, and the App's client id and secret are not set: nobody signs in",
            "set WHICHRUN_GITHUB_CLIENT_ID and WHICHRUN_GITHUB_CLIENT_SECRET, from the App's page at GitHub",
        )
    yield from _keys(current)
    yield from _store_and_app(current)


def _keys(current: Settings) -> Iterator[Check]:
    webhook, signing = current.webhook_secrets, current.signing_secrets
    faults = [*_alike("WHICHRUN_WEBHOOK_SECRETS", webhook), *_alike("WHICHRUN_SIGNING_SECRETS", signing)]
    if not webhook:
        faults.append(
            wrong(
                KEYS,
                "there is no webhook secret: `whichrun serve` does not start",
                "run `whichrun init`, or set WHICHRUN_WEBHOOK_SECRETS to the secret of the App's webhook",
            )
        )
    faults += doctor_keys.without_store(current)
    if not signing and current.signing_key_file is None:
        faults.append(
            wrong(
                KEYS,
                "there is no signing secret: claims are stored as unsigned, and no answer is ever exact",
                "run `whichrun init`, or set WHICHRUN_SIGNING_SECRETS",
            )
        )
    yield from faults
    if not faults:
        yield ok(KEYS, f"webhook secrets: {len(webhook.keys)}; signing secrets: {len(signing.keys)}")


def _alike(name: str, ring: Ring) -> Iterator[Check]:
    """Yield the items that hold the secret of an earlier one; items of one id were refused with the settings."""
    seen: dict[bytes, Key] = {}
    for key in ring.keys:
        first = seen.setdefault(key.secret, key)
        if first is not key:
            yield wrong(
                KEYS, f"{name}: {first.id} and {key.id} are the same secret", "leave one of them out: it adds nothing"
            )


def _store_and_app(current: Settings) -> Iterator[Check]:
    fault: str | None = None
    try:
        wiring.require_database(current)
        services = wiring.wire(current, store=open_store(current.database_url))
    except (SettingsError, StoreError) as error:
        fault = str(error)
        yield wrong(DATABASE, fault, "see that WHICHRUN_DATABASE_URL names it and that it can be reached from here")
        try:
            services = wiring.wire_for_service(current)
        except SettingsError:  # it was told just now
            names = (*doctor_store.NAMES, doctor_keys.NAME, *doctor_app.NAMES)
            yield from not_checked(names, "WHICHRUN_DATABASE_URL, or the key file, cannot be read")
            return
    else:
        yield ok(DATABASE, "it can be read and written")
    try:
        if fault is None:
            readable = yield from doctor_store.examine(services)
        else:
            readable = False
            yield from not_checked(doctor_store.NAMES, "the database is out of reach")
        yield from doctor_keys.examine(services, has_store=readable)
        yield from doctor_app.examine(services, has_store=readable)
        yield from doctor_notify.examine(services, has_store=readable)
        yield from doctor_answers.examine(services, has_store=readable)
    finally:
        services.store.close()
