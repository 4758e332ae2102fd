"""Finding a repository by its name alone: everything else is asked of a repository whose number is known.

https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import StringConstraints

from resolver.github import addresses, exchange, reading, refusals
from resolver.github.app_voice import AppVoice
from resolver.github.asker import Asker
from resolver.github.exchange import Request
from resolver.github.shapes import InstallationShape, RepositoryShape
from resolver.payloads.parts import Part

_NOT_REACHED = frozenset({422})


class _TokenShape(Part):
    """A token that is used once. Its characters are those that a header can carry."""

    token: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,1024}$")]


class Lookup:
    """Looks repositories up. Each method raises what ``Github`` raises."""

    _asker: Asker
    _voice: AppVoice

    def repository_named(self, name: str) -> tuple[RepositoryShape, InstallationShape] | None:
        """Return the repository that bears a full name, and the App's installation on it.

        None when the App is not installed on a repository of that name. The token that is made for it reads the names
        and dates of this repository, and is not kept. Raises UnfitError.
        """
        address = addresses.REPOSITORY.fill(name)
        told = refusals.present(self._voice.ask(addresses.REPOSITORY_INSTALLATION.fill(name)))
        if told is None:
            return None
        installation = reading.one(InstallationShape, told.body)
        asked = {"repositories": [name.partition("/")[2]], "permissions": {"metadata": "read"}}
        tokens = addresses.ACCESS_TOKENS.fill(id=installation.id)
        made = refusals.present(self._voice.post(tokens, json.dumps(asked).encode(), repeats=True), absent=_NOT_REACHED)
        if made is None:
            return None
        request = Request(address, exchange.headers(token=reading.one(_TokenShape, made.body).token))
        answer = refusals.present(self._asker.sender.send(request, self._asker.limits.of(installation.id)))
        return None if answer is None else (reading.one(RepositoryShape, answer.body), installation)
