"""The keys of this host for a command that needs no store: with what its register says of them, if there is one."""

from __future__ import annotations

from receiver.cli.output import warn
from receiver.key_file import own_ring
from receiver.settings import Settings
from resolver.claims.ring import Ring
from resolver.errors import SettingsError, StoreError


def ring_of(settings: Settings) -> Ring:
    """Return the keys, with dates and retirements where the settings name a store that is there.

    Secrets alone are answered without a look: whoever signs with them may be far from the store. A store that cannot
    be asked is warned of, and the keys are used as they stand in their file. Raises SettingsError.
    """
    ring = own_ring(settings)
    if settings.signing_key_file is None:
        return ring
    from receiver.keyring import as_registered  # noqa: PLC0415 - most signers need no store, nor what it brings
    from receiver.wiring import require_database  # noqa: PLC0415
    from store import open_store  # noqa: PLC0415

    try:
        require_database(settings)
    except SettingsError:
        return ring
    try:
        store = open_store(settings.database_url)
        try:
            return as_registered(ring, store.keys.all())
        finally:
            store.close()
    except StoreError as error:
        warn(f"nobody can say whether the keys are retired: {error}")
        return ring
