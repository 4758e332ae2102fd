"""Looking the App over, as GitHub has it: who it is, where its webhooks go, what it may see, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from receiver import doctor_log, wiring
from receiver.checkup import Check, counted, not_checked, ok, wrong
from receiver.doctor_store import drift
from receiver.settings_text import MAX_PORT
from receiver.wiring import Services
from resolver.errors import (
    GithubAnswerError,
    GithubDownError,
    GithubError,
    GithubRefusedError,
    RefusedError,
    SettingsError,
    StoreError,
)
from resolver.github.manifest import EVENTS, PERMISSIONS, missing_events, missing_permissions
from resolver.github.shapes import AppShape, InstallationShape
from resolver.model.asking import Place

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub

APP, CLOCK, WEBHOOK, PERMITTED, SENT = "app", "github_clock", "webhook", "permissions", "events"
INSTALLATIONS, REPOSITORIES = "installations", "repositories"
NAMES = (APP, CLOCK, WEBHOOK, PERMITTED, SENT, INSTALLATIONS, REPOSITORIES, *doctor_log.NAMES)

PATH = "/webhooks/github"
CONTENT_TYPES = frozenset({"json", "form"})
MOST_REPOSITORIES = 200
"""How many repositories GitHub is asked about, one by one."""

_REACH = "see that WHICHRUN_GITHUB_API_URL is right and can be reached from here; githubstatus.com tells of outages"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def examine(services: Services, *, has_store: bool) -> Iterator[Check]:
    """Yield what is found, in the order of ``NAMES``."""
    if not services.settings.has_app:
        yield from not_checked(NAMES, "there is no App: WHICHRUN_GITHUB_APP_ID and its private key file are not set")
        return
    try:
        github = wiring.github(services)
    except (GithubRefusedError, SettingsError) as error:
        yield wrong(APP, str(error), "set the App's id, and the file with a private key that the App's page hands out")
        yield from not_checked(NAMES[1:], "GitHub cannot be asked without the App's credentials")
        return
    try:
        yield from _introduced(services, github, has_store=has_store)
    finally:
        github.close()


def _introduced(services: Services, github: HttpGithub, *, has_store: bool) -> Iterator[Check]:
    app: AppShape | None = None
    try:
        app = github.app()
    except GithubRefusedError as error:
        yield wrong(
            APP,
            str(error),
            "see that WHICHRUN_GITHUB_PRIVATE_KEY_FILE holds a private key, as its page hands it out, of the App that "
            f"WHICHRUN_GITHUB_APP_ID ({services.settings.github_app_id}) names, that the key was not revoked, and that "
            "this machine's clock is right",
        )
    except GithubDownError as error:
        yield wrong(APP, str(error), _REACH)
    except GithubAnswerError as error:
        yield wrong(APP, f"{error}: this is no App of GitHub's", f"check WHICHRUN_GITHUB_APP_ID; {_REACH}")
    else:
        yield _named(services, app)
    yield _clock(services, github)
    if app is None:
        yield from not_checked(NAMES[2:], "GitHub does not answer the App")
        return
    yield from _Look(services, github, app, has_store=has_store).examine()


def _named(services: Services, app: AppShape) -> Check:
    ours = services.settings.github_app_id
    if app.id != ours:
        return wrong(APP, f"GitHub takes it for App {app.id}", f"WHICHRUN_GITHUB_APP_ID is {ours}: set it to {app.id}")
    return ok(APP, f"GitHub knows it as {app.slug or app.id}")


def _clock(services: Services, github: HttpGithub) -> Check:
    try:
        theirs = github.server_time()
    except GithubError as error:
        return next(not_checked((CLOCK,), str(error)))
    remedy = "let this machine set its clock by the network (NTP): GitHub refuses tokens of another time"
    return drift(CLOCK, "GitHub's clock", (theirs - services.clock()).total_seconds(), remedy)


@dataclass(slots=True)
class _Look:
    """A look at an App that GitHub knows."""

    services: Services
    github: HttpGithub
    app: AppShape
    has_store: bool
    installations: tuple[InstallationShape, ...] | None = None

    def examine(self) -> Iterator[Check]:
        """Yield what is found; once GitHub is out of reach, it is not asked on."""
        checks = (
            (WEBHOOK, self._webhook),
            (PERMITTED, self._permissions),
            (SENT, self._events),
            (INSTALLATIONS, self._installed),
            (REPOSITORIES, self._repositories),
            (doctor_log.LOG, lambda: doctor_log.log(self.services, self.github, has_store=self.has_store)),
            (doctor_log.MISSED, lambda: doctor_log.missed(self.services, has_store=self.has_store)),
        )
        down = False
        for name, look in checks:
            if down and name != doctor_log.MISSED:
                yield from not_checked((name,), "GitHub is out of reach")
                continue
            try:
                yield from look()
            except GithubDownError as error:
                down = True
                yield wrong(name, str(error), _REACH)
            except (GithubError, RefusedError) as error:
                yield wrong(name, str(error), "see the other checks of the App; its page at GitHub shows the same")
            except StoreError as error:
                yield wrong(name, str(error), "see what the database's own log says")

    def _webhook(self) -> Iterator[Check]:
        hook = self.github.hook()
        faults = []
        if not hook.url:
            faults.append(("the App has no webhook URL", f"set it to https://HOST{PATH}, and its secret"))
        else:
            faults += _faults_of(hook.url)
        if hook.content_type not in CONTENT_TYPES:
            faults.append((f"the webhook's content type is {hook.content_type}", "choose application/json"))
        if str(hook.insecure_ssl or "0") != "0":
            faults.append(("GitHub does not look at the certificate of the webhook's host", "enable SSL verification"))
        for fault, remedy in faults:
            yield wrong(WEBHOOK, fault, f"{remedy} (the App's settings at GitHub, General, Webhook)")
        if not faults:
            yield ok(WEBHOOK, f"GitHub delivers to {_shown(hook.url or '')}")

    def _permissions(self) -> Iterator[Check]:
        missing = missing_permissions(self.app.permissions)
        if missing:
            yield wrong(
                PERMITTED,
                f"the App does not ask for {', '.join(missing)}",
                "grant it in the App's settings at GitHub (Permissions & events); each installation has to accept it",
            )
        else:
            yield ok(PERMITTED, f"the App asks for all {len(PERMISSIONS)} that are needed")

    def _events(self) -> Iterator[Check]:
        missing = missing_events(self.app.events)
        if missing:
            yield wrong(
                SENT,
                f"the App is not subscribed to {', '.join(missing)}",
                "subscribe to it in the App's settings at GitHub (Permissions & events)",
            )
        else:
            yield ok(SENT, f"the App is subscribed to all {len(EVENTS)} that are used")

    def _installed(self) -> Iterator[Check]:
        self.installations = self.github.installations()
        if not self.installations:
            yield wrong(INSTALLATIONS, "the App is installed nowhere", f"install it: {self._page()}")
        faults = [fault for one in self.installations for fault in _faults_in(one)]
        yield from faults
        if self.installations and not faults:
            yield ok(INSTALLATIONS, f"{counted(len(self.installations), 'installation')}, none suspended")

    def _repositories(self) -> Iterator[Check]:
        """Look whether each known repository is still reached, the newest first; GitHub is asked about each."""
        if not self.has_store:
            yield from not_checked((REPOSITORIES,), "which ones are known cannot be read from the database")
            return
        with self.services.store.snapshot() as catalogue:
            listed = [catalogue.repositories(one) for one in sorted(self.services.policy.workspaces)]
        found = sorted({place.id: place for places in listed for place in places}.values(), key=lambda place: place.id)
        ours = self.services.settings.repositories
        known = tuple(one for one in found if ours is None or one.name.lower() in ours)
        looked = known[max(0, len(known) - MOST_REPOSITORIES) :]
        faults = [fault for place in looked if (fault := self._fault_of(place)) is not None]
        for fault in faults:
            yield wrong(
                REPOSITORIES,
                fault,
                f"add it to an installation ({self._page()}); until then its deliveries do not come and GitHub is not "
                "asked about it",
            )
        if len(looked) < len(known):
            left = counted(len(known) - len(looked), "repository", "repositories")
            yield from not_checked(
                (REPOSITORIES,), f"{left} more are known; only the last {len(looked)} were looked at"
            )
        if not faults:
            yield ok(REPOSITORIES, f"{counted(len(looked), 'repository', 'repositories')} known, all reached")

    def _fault_of(self, place: Place) -> str | None:
        """Say what is wrong with how a repository is reached."""
        try:
            found = self.github.installation_of(place.name)
        except GithubAnswerError as error:
            return f"{place.name}: {error}; it may have another name now, of which no delivery told"
        if found is not None:
            return None
        present = {one.id for one in self.installations or ()}
        if place.installation_id is None:
            return f"{place.name} is reached by no installation of the App"
        if self.installations is not None and place.installation_id not in present:
            return f"{place.name} is reached no more: installation {place.installation_id} was removed"
        return f"{place.name} was removed from installation {place.installation_id}, or deleted"

    def _page(self) -> str:
        """Return where the App is installed and its repositories are chosen."""
        web = wiring.web_of(self.services.settings.github_api_url)
        return f"{web}/apps/{self.app.slug}/installations/new" if self.app.slug else f"the App's page at {web}"


def _faults_in(one: InstallationShape) -> Iterator[Check]:
    """Yield what is wrong with an installation."""
    name = f"installation {one.id}" + (f" ({one.account.login})" if one.account is not None else "")
    if one.suspended_at is not None:
        yield wrong(
            INSTALLATIONS, f"{name} is suspended", "its owner can lift that under Settings, GitHub Apps, Configure"
        )
    lacking: Iterable[str] = missing_permissions(one.permissions)
    if lacking:
        yield wrong(
            INSTALLATIONS,
            f"{name} does not grant {', '.join(lacking)}",
            "its owner has to accept the App's new permissions under Settings, GitHub Apps, Configure",
        )
    lacking = missing_events(one.events)
    if lacking:
        yield wrong(
            INSTALLATIONS,
            f"{name} is not sent {', '.join(lacking)}",
            "subscribe the App to it, and have the installation's owner accept the permissions that go with it",
        )


def _faults_of(url: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the webhook's URL, and what to do."""
    try:
        parts = urlsplit(url)
        host, path, _ = parts.hostname or "", parts.path, (parts.port or 0) <= MAX_PORT
    except ValueError:
        yield "the webhook URL cannot be read", f"set it to https://HOST{PATH}"
        return
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
        yield f"the webhook URL {_shown(url)} is not https", "set it to the https address: deliveries are not secret"
    if path != PATH:
        yield f"the webhook URL {_shown(url)} does not end with {PATH}", f"set it to https://{host or 'HOST'}{PATH}"


def _shown(url: str) -> str:
    """Show a URL without what may be secret in it: a password, or a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
