"""Where an App's secrets go: its key into a file of its own, all else into ``.env``, where ``serve`` reads them.

``.env`` is replaced at once, after what it is to be was read as ``serve`` will read it: before that moment nothing is
set up, and after it everything is. GitHub tells the secrets once: a file beside it says, from before GitHub is asked
until they are stored, that they may be lost with this process.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from receiver import env_file as env_files
from receiver import fresh_secrets, private_file, settings
from receiver.settings import ENV_FILE, Settings, in_environment, require_webhook_secret
from receiver.wiring import now
from resolver.errors import SettingsError
from resolver.github.shapes import CreatedAppShape

APP_ID: Final = "WHICHRUN_GITHUB_APP_ID"
KEY_FILE: Final = "WHICHRUN_GITHUB_PRIVATE_KEY_FILE"
CLIENT_ID: Final = "WHICHRUN_GITHUB_CLIENT_ID"
CLIENT_SECRET: Final = "WHICHRUN_GITHUB_CLIENT_SECRET"  # noqa: S105 - a name
USERS: Final = "WHICHRUN_PAGE_USERS"
WRITTEN: Final = (fresh_secrets.WEBHOOK, APP_ID, KEY_FILE, CLIENT_ID, CLIENT_SECRET)
"""What a set-up always writes."""
BEGUN: Final = Path(".env-set-up-begun")
"""There while GitHub may have told the secrets and they are not stored."""
REMARK: Final = "The GitHub App, made by `whichrun serve --setup`."
BROKEN_OFF: Final = (
    "an earlier set-up ended after GitHub was asked for an App's secrets and before they were stored. GitHub tells "
    "them once: that App cannot be used as it is. Delete it at GitHub (Settings, Developer settings, GitHub Apps, "
    "Advanced) and set up anew"
)


def refuse_impossible(current: Settings, env_file: Path = ENV_FILE) -> None:
    """Raise SettingsError where there is nothing to set up, or what a set-up stores would not be what ``serve`` reads.

    A webhook secret that is set to nothing is refused as ``serve`` refuses it (SPEC §2.3).
    """
    if current.has_app or current.github_client_id is not None:
        raise SettingsError("there is a GitHub App in the settings already: the set-up is over, start `whichrun serve`")
    named = env_files.values_in(env_file)
    if not current.webhook_secrets and (in_environment(fresh_secrets.WEBHOOK) or fresh_secrets.WEBHOOK in named):
        require_webhook_secret(current, now())
    outside = in_environment(*WRITTEN)
    if outside:
        raise SettingsError(
            f"{', '.join(outside)}: set in the environment, which wins over the .env that the set-up writes; "
            "take it out there, or make the App by hand"
        )
    private_file.refuse_link(env_file)
    private_file.require_writable(env_file)


def keep(app: CreatedAppShape, *, users: str | None, current: Settings, env_file: Path = ENV_FILE) -> Settings:
    """Store an App's secrets, and fresh ones of what there is none yet; return the settings that ``serve`` will read.

    ``users`` may sign in through GitHub. Raises SettingsError, and has stored nothing then.
    """
    key = env_file.absolute().with_name(f"app-{app.id}.private-key.pem")
    made = _write_key(key, app.pem)
    read: list[Settings] = []

    def check(temporary: Path) -> None:
        read.append(_read_as_served(temporary, app))

    try:
        values = _values(app, key.name, users, current, env_file)
        text = env_files.changed(env_file, values, head=fresh_secrets.HEAD, remark=REMARK)
        private_file.replace(env_file.absolute(), text, check=check)
    except BaseException:
        if made:
            key.unlink(missing_ok=True)
        raise
    return read[0]


def begin(env_file: Path = ENV_FILE) -> None:
    """Note that GitHub is about to be asked. Raises SettingsError when that cannot be noted: then it is not asked."""
    if not was_broken_off(env_file):  # one process sets up a folder, for it listens at the service's port
        private_file.write_new(_begun(env_file), f"{BROKEN_OFF}\n")


def end(env_file: Path = ENV_FILE) -> None:
    """Note that nothing is under way any more."""
    with contextlib.suppress(OSError):
        _begun(env_file).unlink(missing_ok=True)


def was_broken_off(env_file: Path = ENV_FILE) -> bool:
    """Whether an earlier set-up may have lost what GitHub told it."""
    return _begun(env_file).exists()


def _begun(env_file: Path) -> Path:
    return env_file.absolute().with_name(BEGUN.name)


def _write_key(path: Path, pem: str) -> bool:
    """Write the App's key; False when it is there already, from a try that failed later. Raises SettingsError."""
    try:
        if not path.is_symlink() and path.read_text("ascii") == pem:
            return False
    except (OSError, ValueError):
        pass  # whatever is there, if anything, is not overwritten
    private_file.write_new(path, pem)
    return True


def _values(app: CreatedAppShape, key: str, users: str | None, current: Settings, env_file: Path) -> dict[str, str]:
    """Return what is written, by name. Secrets of webhooks that were there stay, behind the App's."""
    former = env_files.values_in(env_file).get(fresh_secrets.WEBHOOK, "")
    values = {
        fresh_secrets.WEBHOOK: ",".join(filter(None, (app.webhook_secret, former))),
        APP_ID: str(app.id),
        KEY_FILE: key,
        CLIENT_ID: app.client_id,
        CLIENT_SECRET: app.client_secret,
    }
    if users is not None:
        values[USERS] = users
    missing = {
        fresh_secrets.SIGNING: not current.signing_secrets and current.signing_key_file is None,
        fresh_secrets.API_TOKEN: current.api_token is None,
        fresh_secrets.NOTIFY: not current.notify_secrets,
    }
    return values | {name: fresh_secrets.fresh(name) for name, is_missing in missing.items() if is_missing}


def _read_as_served(path: Path, app: CreatedAppShape) -> Settings:
    """Read settings from a file that is not in its place yet. Raises SettingsError where they are not the App's."""
    found = settings.load(path)
    newest = [key.secret for key in found.webhook_secrets.keys][:1]
    if found.github_app_id != app.id or newest != [app.webhook_secret.encode()]:
        raise SettingsError("the settings that would be stored are not those that `whichrun serve` would read")
    return found
