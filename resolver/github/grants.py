"""Asking GitHub for an installation's token, good for one repository, and for no more than is needed there.

https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from resolver.errors import GithubAnswerError, GithubRefusedError
from resolver.github import addresses, exchange, reading, refusals
from resolver.github.app_voice import AppVoice
from resolver.github.exchange import Request, Response
from resolver.github.limits import Limits
from resolver.github.sender import Sender
from resolver.github.shapes import InstallationShape, RepositoryShape
from resolver.model.asking import Place
from resolver.payloads.fields import Time
from resolver.payloads.parts import Part
from resolver.ports import Clock

PERMISSIONS = {"contents": "read", "issues": "read", "metadata": "read", "pull_requests": "read"}
"""What is needed to read comments, reviews, pull requests, commits, blame, and who may write."""

_HOUR = timedelta(hours=1)
_CREATED = 201
_UNPROCESSABLE = 422


class _TokenShape(Part):
    """A token as it is created. Its characters are those that a header can carry."""

    token: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,1024}$")]
    expires_at: Time
    repositories: tuple[RepositoryShape, ...] | None = None
    permissions: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A token for a repository, whose present full name is ``name``. All times are by the own clock."""

    name: str
    installation_id: int
    made_at: datetime
    ends_at: datetime
    token: str = field(repr=False)


class Granting:
    """Makes grants; it keeps none.

    They are for ``permissions``. Where ``exact`` is true those have to be granted; otherwise, where they are not, a
    token is as good as what the installation grants.
    """

    def __init__(
        self,
        voice: AppVoice,
        sender: Sender,
        limits: Limits,
        clock: Clock,
        *,
        permissions: Mapping[str, str] = PERMISSIONS,
        exact: bool = False,
    ) -> None:
        self._voice = voice
        self._permissions = dict(permissions)
        self._exact = exact
        self._sender = sender
        self._limits = limits
        self._clock = clock

    def grant(self, place: Place) -> Grant:
        """Ask for a token that reads a repository, and see that the repository belongs to the installation.

        An installation that the repository is not in any more, or that is gone, gives way to the one that GitHub
        names: the App was installed anew, or the repository moved, and no delivery said so.

        Raises GithubRefusedError when it may not be read, and what ``Sender`` raises.
        """
        if place.installation_id is None:
            found = self._find(place)
            if found is None:
                raise GithubRefusedError(f"the App is not installed on repository {place.name}")
            made = self._try(place, found)
        else:
            made = self._try(place, place.installation_id)
            if isinstance(made, GithubRefusedError):
                made = self._elsewhere(place, made)
        if isinstance(made, GithubRefusedError):
            raise made
        return made

    def _elsewhere(self, place: Place, refusal: GithubRefusedError) -> Grant | GithubRefusedError:
        """Try the installation that GitHub names, once; unless it is another one that helps, the refusal stands."""
        found = self._find(place)
        if found is None or found == place.installation_id:
            return refusal
        made = self._try(place, found)
        return refusal if isinstance(made, GithubRefusedError) else made

    def _try(self, place: Place, installation_id: int) -> Grant | GithubRefusedError:
        """Ask for a token of an installation; return what another installation may help against."""
        response = self._create(place, installation_id)
        if isinstance(response, GithubRefusedError):
            return response
        now = self._clock()
        told = reading.one(_TokenShape, response.body)
        if self._exact and told.permissions is not None and not self._permissions.items() <= told.permissions.items():
            return self._not_granted(installation_id)
        lasts = min(told.expires_at - (response.date or now), _HOUR)
        found = told.repositories
        name = self._look(place, installation_id, told.token) if found is None else _name(place, found)
        if name is None:
            return _not_in(place, installation_id)
        return Grant(name=name, installation_id=installation_id, made_at=now, ends_at=now + lasts, token=told.token)

    def _find(self, place: Place) -> int | None:
        """Return the App's installation on a repository, if there is one.

        Another repository may bear the name by now: a token is asked for by the repository's id all the same.
        """
        address = addresses.REPOSITORY_INSTALLATION.fill(place.name)
        response = refusals.present(self._voice.ask(address, repository_id=place.id, remember=True))
        return None if response is None else reading.one(InstallationShape, response.body).id

    def _create(self, place: Place, installation_id: int) -> Response | GithubRefusedError:
        """Create a token; where GitHub does not grant the permissions, with those that the installation has.

        Returns the refusal when the installation is gone, does not grant what has to be, or lacks the repository.
        """
        response = self._post(place, installation_id, {"permissions": self._permissions})
        if response.status == _UNPROCESSABLE and not _is_about_repository(response):
            if self._exact:
                return self._not_granted(installation_id)
            response = self._post(place, installation_id, {})
        if response.status == _CREATED:
            return response
        if response.status == _UNPROCESSABLE:
            return _not_in(place, installation_id)
        if response.status in refusals.ABSENT:
            return GithubRefusedError(f"installation {installation_id} is gone")
        if refusals.is_suspended(response):
            raise GithubRefusedError(refusals.SUSPENDED)
        if response.status == 403:  # noqa: PLR2004 -- Forbidden
            raise GithubRefusedError(f"GitHub refuses a token for installation {installation_id}")
        raise GithubAnswerError(f"GitHub's answer has status {response.status}")

    def _post(self, place: Place, installation_id: int, more: dict[str, object]) -> Response:
        body = json.dumps({"repository_ids": [place.id], **more}).encode()
        return self._voice.post(addresses.ACCESS_TOKENS.fill(id=installation_id), body, repeats=True, remember=True)

    def _not_granted(self, installation_id: int) -> GithubRefusedError:
        needed = " and ".join(f"{name}: {level}" for name, level in self._permissions.items() if level != "read")
        return GithubRefusedError(f"installation {installation_id} does not grant {needed}")

    def _look(self, place: Place, installation_id: int, token: str) -> str | None:
        """Return the name of a repository, when the token reads it and it is the one that is meant."""
        address = addresses.REPOSITORY.fill(place.name)
        request = Request(address, exchange.headers(token=token), repository_id=place.id)
        response = refusals.present(self._sender.send(request, self._limits.of(installation_id)))
        return None if response is None else _name(place, (reading.one(RepositoryShape, response.body),))


def _name(place: Place, repositories: tuple[RepositoryShape, ...]) -> str | None:
    return next((one.full_name for one in repositories if one.id == place.id), None)


def _is_about_repository(response: Response) -> bool:
    words = reading.message(response.body).lower()
    return "repositor" in words and "permission" not in words


def _not_in(place: Place, installation_id: int) -> GithubRefusedError:
    return GithubRefusedError(f"repository {place.name} is not in installation {installation_id}")
