"""The web application over an inbox in memory, for what needs no database."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from receiver.app import create_app
from receiver.settings import Settings
from receiver.wiring import wire
from resolver.claims.ring import parse_ring
from resolver.errors import StoreError
from resolver.model.deliveries import NewDelivery, Recorded
from store import Store

SECRET = "hook-secret"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
JSON = "application/json"


@dataclass
class Inbox:
    """Stands in for ``Store`` where deliveries are recorded; ``broken`` and ``pending`` make it fail."""

    recorded: list[NewDelivery] = field(default_factory=list)
    conflicts: int = 0
    broken: bool = False
    pending: tuple[str, ...] = ()

    def record(self, delivery: NewDelivery) -> Recorded:
        """Keep a delivery, as the store does."""
        self.ping()
        former = next((kept for kept in self.recorded if kept.guid == delivery.guid), None)
        if former is None:
            self.recorded.append(delivery)
            return Recorded.STORED
        if former.body == delivery.body:
            return Recorded.DUPLICATE
        self.conflicts += 1
        return Recorded.CONFLICT

    def ping(self) -> None:
        """Raise StoreError when it is broken."""
        if self.broken:
            raise StoreError("the database is out of reach")

    def pending_migrations(self) -> tuple[str, ...]:
        """Return what is not applied."""
        self.ping()
        return self.pending


def settings_for(**settings: Any) -> Settings:  # noqa: ANN401 - settings of any type
    """Return settings with a webhook secret, and no other reading of the environment."""
    ring = parse_ring(SECRET, name="WHICHRUN_WEBHOOK_SECRETS")
    return Settings(_env_file=None, **{"webhook_secrets": ring, **settings})


def app_over(inbox: Inbox, **settings: Any) -> Flask:  # noqa: ANN401 - settings of any type
    """Return the application over an inbox."""
    return create_app(wire(settings_for(**settings), store=cast("Store", inbox)))


def sign(body: bytes, secret: str = SECRET) -> str:
    """Return a body's signature as GitHub sends it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes, secret: str = SECRET, /, **changes: str | None) -> dict[str, str]:
    """Return the headers of a signed delivery; ``x_github_event="push"`` changes one, None leaves it out."""
    usual: Mapping[str, str | None] = {
        "X-GitHub-Delivery": GUID,
        "X-GitHub-Event": "ping",
        "X-Hub-Signature-256": sign(body, secret),
        "Content-Type": JSON,
    }
    changed = {name.replace("_", "-").lower(): value for name, value in changes.items()}
    kept = {name: changed.pop(name.lower(), value) for name, value in usual.items()}
    return {name: value for name, value in {**kept, **changed}.items() if value is not None}


def deliver(client: FlaskClient, body: bytes, **changes: str | None) -> TestResponse:
    """Post a delivery; header names as in ``headers``."""
    return client.post("/webhooks/github", data=body, headers=headers(body, **changes))
