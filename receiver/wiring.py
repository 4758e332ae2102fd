"""The one place that puts the pieces together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from receiver.keyring import ServiceKeyring
from receiver.settings import Settings, network_of
from resolver.ask import Asker
from resolver.claims.reader import ClaimReader
from resolver.errors import GithubRefusedError, SettingsError
from resolver.intake import Intake
from resolver.policy import Policy
from resolver.ports import Clock
from resolver.registration import Registration
from store import Store, open_store
from store.address import is_postgres, sqlite_path
from store.database import Database

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub
    from resolver.github.credentials import Credentials
    from resolver.github.exchange import Transport
    from resolver.github.founding import Founding
    from resolver.github.people import People


@dataclass(frozen=True, slots=True)
class Services:
    """What a process needs to answer and to work. Made after the last fork: the store holds connections."""

    settings: Settings
    store: Store
    keyring: ServiceKeyring
    reader: ClaimReader
    policy: Policy
    intake: Intake
    registration: Registration
    asker: Asker
    clock: Clock


def now() -> datetime:
    """Return the present moment: the service's clock."""
    return datetime.now(UTC)


def policy_of(settings: Settings) -> Policy:
    """Return what the operator decided."""
    return Policy(
        workspace=settings.workspace,
        feedback_authors=settings.feedback_authors,
        agent_accounts=settings.agent_logins,
        internal_agents=settings.internal_agents,
        window=timedelta(hours=settings.inference_window_hours),
        web=web_of(settings.github_api_url),
        asks=settings.has_app,
        homes=settings.workspaces,
        answers=settings.answers if settings.has_app else frozenset(),
        marks=settings.marks,
        signals=settings.signals,
    )


def web_of(api_url: str) -> str:
    """Return where GitHub's pages are: beside the API (``api.`` before the same host, or a path of that host)."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def wire(settings: Settings, *, store: Store | None = None, clock: Clock = now) -> Services:
    """Open the store, unless one is given, and build the rest around it.

    Raises SettingsError for a database URL that nobody can read or a key file that cannot be used, StoreError when
    the database is out of reach.
    """
    policy = policy_of(settings)
    opened = store or open_store(settings.database_url)
    keyring = ServiceKeyring(settings, opened, clock)
    reader = ClaimReader(keyring, settings.instance_id, clock)
    return Services(
        settings=settings,
        store=opened,
        keyring=keyring,
        reader=reader,
        policy=policy,
        intake=Intake(reader, policy, clock),
        registration=Registration(policy, clock),
        asker=Asker(reader, policy, clock),
        clock=clock,
    )


def github(services: Services, *, watch: Callable[[Transport], Transport] = lambda made: made) -> HttpGithub:
    """Return who asks GitHub, as the App that the settings name; ``watch`` may put itself around its transport.

    Raises GithubRefusedError, with a sentence, where there are no credentials or they cannot be read.
    """
    from resolver.github.client import HttpGithub, Requests, Wire  # noqa: PLC0415 - the web is spared its memory

    settings = services.settings
    return HttpGithub(
        app_credentials(settings, services.clock),
        services.store.answers,
        clock=services.clock,
        api_url=settings.github_api_url,
        transport=watch(Requests(Wire(**network_of(settings.github_api_url)))),
    )


def founding(settings: Settings, clock: Clock = now) -> Founding:
    """Return who takes over an App that GitHub has just made. Raises SettingsError for an API address that is none."""
    from resolver.github.client import sender_to  # noqa: PLC0415 - as above
    from resolver.github.founding import Founding  # noqa: PLC0415

    url = settings.github_api_url
    return Founding(sender_to(url, clock=clock, **network_of(url)), clock)


def people(settings: Settings, clock: Clock) -> People:
    """Return who asks GitHub who somebody is; the App's client id and secret have to be there.

    Raises SettingsError for an API address that is none.
    """
    from resolver.github.client import sender_to  # noqa: PLC0415 - as above
    from resolver.github.people import People  # noqa: PLC0415

    url, pages = settings.github_api_url, web_of(settings.github_api_url)
    if settings.github_client_id is None or settings.github_client_secret is None:
        raise SettingsError("WHICHRUN_GITHUB_CLIENT_ID and WHICHRUN_GITHUB_CLIENT_SECRET are not both set")
    return People(
        sender_to(pages, clock=clock, **network_of(pages)),
        sender_to(url, clock=clock, **network_of(url)),
        client_id=settings.github_client_id,
        client_secret=settings.github_client_secret.get_secret_value(),
        clock=clock,
    )


def app_credentials(settings: Settings, clock: Clock) -> Credentials:
    """Read the App's credentials. Raises GithubRefusedError, with a sentence, where they are missing or unreadable."""
    from resolver.github.credentials import Credentials  # noqa: PLC0415 - as above

    if settings.github_app_id is None:
        raise GithubRefusedError("WHICHRUN_GITHUB_APP_ID is not set")
    return Credentials(settings.github_app_id, private_key=_private_key(settings), clock=clock)


def app_key(settings: Settings) -> bytes:
    """Return a secret that follows from the App's private key, for what only this service may make up.

    Raises GithubRefusedError as ``app_credentials`` does.
    """
    return hashlib.sha256(b"answers " + _private_key(settings).encode()).digest()


def _private_key(settings: Settings) -> str:
    """Read the App's private key. Raises GithubRefusedError, with a sentence."""
    file = settings.github_private_key_file
    if file is None:
        raise GithubRefusedError("WHICHRUN_GITHUB_PRIVATE_KEY_FILE is not set")
    try:
        return file.read_text("ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        # Who reads findings need not know where the file is.
        raise GithubRefusedError(f"the App's private key file cannot be read: {reason}") from None


def require_database(settings: Settings) -> None:
    """Raise SettingsError when the database is a SQLite file that is not there: opening it would make an empty one.

    For whoever only uses a store; ``serve`` and ``migrate`` may make one.
    """
    if is_postgres(settings.database_url):
        return
    path = sqlite_path(settings.database_url)
    if not path.exists():
        raise SettingsError(
            f"there is no database at {path}: go to the folder where the service runs, or set "
            "WHICHRUN_DATABASE_URL; `whichrun serve` and `whichrun migrate` make a new one"
        )


def wire_for_service(settings: Settings) -> Services:
    """Wire without asking the database, which is opened on first use.

    A process of a running service is then there during an outage, says so (503), and goes on by itself afterwards.
    Raises SettingsError for a database URL that nobody can read.
    """
    return wire(settings, store=Store(Database(settings.database_url)))
