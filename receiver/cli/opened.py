"""The store and what is built around it, opened for one command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from receiver import settings, wiring
from receiver.queries import Queries
from resolver.errors import SettingsError


@contextlib.contextmanager
def services() -> Iterator[wiring.Services]:
    """Open the services by the settings, and close the store in the end.

    Raises SettingsError when there is no store, or its schema is not up to date: only ``serve`` and ``migrate`` may
    change that.
    """
    current = settings.load()
    wiring.require_database(current)
    opened = wiring.wire(current)
    try:
        if opened.store.pending_migrations():
            raise SettingsError(
                "the store's schema is not up to date: run `whichrun migrate` (or `whichrun serve`) first"
            )
        yield opened
    finally:
        opened.store.close()


@contextlib.contextmanager
def queries(workspace: str | None = None) -> Iterator[Queries]:
    """Open what answers questions about a workspace: that of the settings, unless another one is named."""
    with services() as opened:
        yield Queries(opened, workspace or opened.settings.workspace)
