"""Asking about a repository: with its token, under its present name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from resolver.errors import GithubRefusedError
from resolver.github import exchange, refusals
from resolver.github.addresses import GRAPHQL, REPOSITORY, Form, check_id
from resolver.github.exchange import Request, Response
from resolver.github.grants import Grant
from resolver.github.limits import Limits
from resolver.github.sender import Sender
from resolver.github.tokens import Tokens
from resolver.model.asking import Place
from resolver.ports import Clock

Values: TypeAlias = Mapping[str, object]
"""What stands in a form's places, by their names; None where nothing does."""

_UNAUTHORIZED = 401
_PROOF = timedelta(minutes=1)
"""How long a token proves that its repository is still the installation's. GitHub says 404 of both what is not there
and what may not be seen, so an old token cannot tell that there is nothing."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks about repositories; ``background`` when feedback goes first. Threads may share it.

    Its methods raise UnfitError before anything is sent, and whatever ``Github`` raises.
    """

    sender: Sender = field(repr=False)
    tokens: Tokens = field(repr=False)
    limits: Limits = field(repr=False)
    clock: Clock = field(repr=False)
    background: bool = False

    def in_background(self) -> Asker:
        """Return the same, for questions that can wait."""
        return replace(self, background=True)

    def ask(
        self,
        place: Place,
        form: Form,
        values: Values,
        *,
        etag: str | None = None,
        absent: frozenset[int] = frozenset(),
    ) -> Response | None:
        """Return a success, 304 among them; None when GitHub says that there is no such thing.

        ``absent`` are the statuses that say so beside 404, 410 and 451.
        """
        check(place)
        form.fill(place.name, **values)

        def made(grant: Grant) -> Request:
            address = form.fill(grant.name, **values)
            headers = exchange.headers(token=grant.token, etag=etag)
            return Request(address, headers, repository_id=place.id, background=self.background)

        try:
            found = refusals.present(self._answered(place, "core", made), absent=absent)
            if found is None and self.is_renewed(place):
                found = refusals.present(self._answered(place, "core", made), absent=absent)
        except GithubRefusedError:
            self.tokens.drop(place)
            raise
        return found

    def graphql(self, place: Place, query: str, *, by_name: bool = True, **variables: str) -> Response:
        """Return the answer to a GraphQL question.

        Where it asks for the repository ``by_name``, ``owner`` and ``name`` are added to its variables.
        """
        check(place)

        def made(grant: Grant) -> Request:
            owner, _, name = grant.name.partition("/")
            named = {"owner": owner, "name": name} if by_name else {}
            body = json.dumps({"query": query, "variables": {**named, **variables}}).encode()
            headers = {**exchange.headers(token=grant.token), "content-type": "application/json"}
            return Request(GRAPHQL, headers, method="POST", body=body, background=self.background)

        response = self._answered(place, "graphql", made)
        if response.status in {401, 403}:
            raise refusals.refused(response)
        return response

    def hold(self, place: Place) -> datetime:
        """Ask no more of a repository's installation for a while; return until when."""
        return self.limits.of(self._grant(place, None).installation_id).hold("graphql")

    def is_renewed(self, place: Place) -> bool:
        """Renew a token that is too old to tell that there is nothing; say whether it was."""
        grant = self._grant(place, "core")
        if self.clock() - grant.made_at <= _PROOF:
            return False
        self.tokens.grant(place, instead_of=grant)
        return True

    def _grant(self, place: Place, resource: str | None) -> Grant:
        """Give a grant, unless its installation may not be asked now: then no token is asked for either."""
        if place.installation_id is not None and resource is not None:
            self.limits.of(place.installation_id).admit(resource, background=self.background)
        grant = self.tokens.grant(place)
        # Where the names differ, one is a former one, which another repository may have taken since.
        is_former = grant.name.lower() != place.name.lower() and self.clock() - grant.made_at > _PROOF
        return self.tokens.grant(place, instead_of=grant) if is_former else grant

    def _answered(self, place: Place, resource: str, made: Callable[[Grant], Request]) -> Response:
        """Ask with a grant, and with another one when GitHub does not take it any more."""
        grant = self._grant(place, resource)
        response = self._sent(grant, made)
        if response.status == _UNAUTHORIZED:
            response = self._sent(self.tokens.grant(place, instead_of=grant), made)
        return response

    def _sent(self, grant: Grant, made: Callable[[Grant], Request]) -> Response:
        return self.sender.send(made(grant), self.limits.of(grant.installation_id))


def check(place: Place) -> None:
    """Raise UnfitError for a place that cannot be one."""
    check_id(place.id)
    if place.installation_id is not None:
        check_id(place.installation_id)
    REPOSITORY.fill(place.name)
