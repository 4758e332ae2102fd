"""``/healthz``: the process answers. ``/readyz``: it can do its work, or the answer names what is missing."""

from __future__ import annotations

from flask import Blueprint

from receiver.current import services
from receiver.problems import ApiError

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthy() -> dict[str, str]:
    """Answer as long as the process does. What it depends on is not asked: restarting would not mend that."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> dict[str, str]:
    """Answer whether requests can be served; StoreError becomes 503 like everywhere."""
    store = services().store
    pending = store.pending_migrations()
    if pending:
        raise ApiError(503, "migrations_pending", f"run `whichrun migrate`: {', '.join(pending)} not applied yet")
    store.ping()
    return {"status": "ok"}
