"""Settings of a service that has a key file, for what is started by the command line or as processes."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import answer_of, whichrun


def settings_with_store(folder: Path, **more: str) -> dict[str, str]:
    """Return settings with a migrated SQLite store and the name of a key file in a folder; there is no file yet."""
    settings = {
        "database_url": f"sqlite:///{folder / 'keys.db'}",
        "signing_key_file": str(folder / "signing.pem"),
        "webhook_secrets": "hook:a webhook secret",
        **more,
    }
    without_file = {name: value for name, value in settings.items() if name != "signing_key_file"}
    answer_of(whichrun("migrate", "--json", settings=without_file))
    return settings
