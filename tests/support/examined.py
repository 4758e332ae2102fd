"""A set-up that is well, for `whichrun doctor` to find faults in, and what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import Result

from receiver import missed
from resolver.github import manifest
from tests.support.api import Api, open_api
from tests.support.command_line import whichrun
from tests.support.github import StandIn, key_pair
from tests.support.history import INSTALLATION, NAME, NUMBER, credentials

WEBHOOK_SECRET = "canary-of-the-webhook"
SIGNING_SECRET = "canary-of-the-signing"
ALL = (
    "settings", "key_ring", "database", "migrations", "database_clock", "inbox", "asking", "signing_keys",
    "app", "github_clock",
    "webhook", "permissions", "events", "installations", "repositories", "delivery_log", "missed_deliveries",
)  # fmt: skip


@contextmanager
def well_known_app() -> Iterator[StandIn]:
    """Open a GitHub that knows the App as it should be, installed on one repository."""
    with StandIn() as standing_in:
        standing_in.app.permissions = dict(manifest.PERMISSIONS)
        standing_in.app.events = list(manifest.EVENTS)
        standing_in.app.hook_url = "https://whichrun.example.com/webhooks/github"
        standing_in.install(INSTALLATION, "acme", repositories=[standing_in.repository(NUMBER, NAME)])
        yield standing_in


@contextmanager
def well_kept_store(folder: Path) -> Iterator[Api]:
    """Open a service whose store knows that repository, and whose worker has looked for missed deliveries."""
    with open_api(folder) as opened:
        opened.now = datetime.now(UTC)
        opened.see("Hello", id=11)
        opened.services.store.save_progress(missed.TURN, {"read_until": "2026-10-01T12:00:00Z"}, opened.now)
        yield opened


def good_settings(github: StandIn, folder: Path) -> dict[str, str]:
    """Return the settings of a set-up that is well."""
    return {
        "database_url": f"sqlite:///{folder / 'api.db'}",
        "webhook_secrets": WEBHOOK_SECRET,
        "signing_secrets": f"k1:{SIGNING_SECRET}",
        **credentials(github, folder),
    }


def examined(settings: dict[str, str], **changed: str) -> tuple[Result, list[dict[str, Any]]]:
    """Run it with ``--json``; see that the result is consistent, and that no secret is in what people see either."""
    result = whichrun("doctor", "--json", settings=settings | changed)
    document = json.loads(result.stdout)
    is_well = all(check["outcome"] != "wrong" for check in document["checks"])
    assert document.keys() == {"checks", "ok"}
    assert (document["ok"], result.exit_code) == (is_well, 0 if is_well else 1)
    assert all((check["remedy"] is not None) == (check["outcome"] == "wrong") for check in document["checks"])
    shown = whichrun("doctor", settings=settings | changed)
    assert shown.exit_code == result.exit_code
    for secret in ("canary", "ghs_", "eyJ", "PRIVATE KEY", key_pair().private_pem.decode().splitlines()[3]):
        assert secret not in result.output + shown.output
    return result, document["checks"]


def faults_in(settings: dict[str, str], **changed: str) -> list[tuple[str, str, str]]:
    """Return what is wrong: name, message and remedy."""
    _, checks = examined(settings, **changed)
    return [(one["name"], one["message"], one["remedy"]) for one in checks if one["outcome"] == "wrong"]


def outcomes(settings: dict[str, str], **changed: str) -> dict[str, str]:
    """Return the outcome of each check by its name; the last, where there are several of one name."""
    return {one["name"]: one["outcome"] for one in examined(settings, **changed)[1]}


def only(found: list[tuple[str, str, str]], name: str) -> tuple[str, str]:
    """Return message and remedy of the one thing that is wrong."""
    assert [one[0] for one in found] == [name]
    return found[0][1:]
