"""Finding a repository at GitHub by its name, whether a delivery ever spoke of it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.patience import Patience
from receiver.wiring import Services
from resolver.errors import GithubAnswerError, NotFoundError, SettingsError
from resolver.github.shapes import InstallationShape, RepositoryShape
from resolver.locks import holding
from resolver.model.asking import Place
from resolver.model.github import RepositorySeen
from resolver.observe import Observation
from resolver.payloads.fields import utc

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub


def find(services: Services, github: HttpGithub, name: str, patience: Patience) -> Place:
    """Return a repository and the App's installation on it, and keep both.

    ``name`` may also be one that it bore before, as far as that is known. Raises NotFoundError when the App is not
    installed there, SettingsError for a repository that this service does not work for, GithubError and StoreError.
    """
    found = _ask(services, github, name, patience)
    if found is None:
        raise NotFoundError(
            f"the App is not installed on a repository {name}: install it there, or write the name that it bears now"
        )
    repository, installation = found
    _refuse_others(services, name, repository)
    seen = RepositorySeen(
        id=repository.id,
        name=repository.full_name,
        as_of=services.clock() if repository.updated_at is None else utc(repository.updated_at),
        installation_id=installation.id,
    )
    prepared = services.intake.prepare_facts(Observation(repositories=(seen,), reached=(seen.id,)))

    def keep(locks: tuple[str, ...]) -> None:
        with services.store.transaction(*locks) as ledger:
            services.intake.apply(ledger, prepared, cause=f"backfill of {seen.name}")

    holding(prepared.locks, keep)
    return Place(seen.id, seen.name, installation.id)


def _ask(
    services: Services, github: HttpGithub, name: str, patience: Patience
) -> tuple[RepositoryShape, InstallationShape] | None:
    """Ask for the name, and where it leads nowhere for the present name of the repository that bore it."""
    with services.store.snapshot() as facts:
        named = (facts.repository_named(one, name) for one in sorted(services.policy.workspaces))
        known = next((one for one in named if one is not None), None)
    present = name if known is None else known.names[0]
    try:
        found = patience.ask(lambda: github.repository_named(name))
    except GithubAnswerError:
        if present.lower() == name.lower():
            raise
        found = None
    if found is None and present.lower() != name.lower():
        found = patience.ask(lambda: github.repository_named(present))
    return found


def _refuse_others(services: Services, name: str, repository: RepositoryShape) -> None:
    """Raise SettingsError for a repository that is not for this service, or is another workspace's."""
    ours = services.settings.repositories
    if ours is not None and repository.full_name.lower() not in ours:
        raise SettingsError(f"{name} is not one of WHICHRUN_REPOSITORIES: put {repository.full_name} there first")
    with services.store.snapshot() as facts:
        known = facts.repository(repository.id)
    if known is not None and not known.workspaces & services.policy.workspaces:
        raise SettingsError(f"{name} belongs to another workspace: set WHICHRUN_WORKSPACE to that one")
