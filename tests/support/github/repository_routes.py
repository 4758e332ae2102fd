"""The repository itself, and what people may do in it.

https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
"""

from __future__ import annotations

import zlib

from tests.support.builders import Person
from tests.support.github import shapes
from tests.support.github.answer import Answer, RefusedRequestError, said
from tests.support.github.visit import Route, Visit

_SIMPLE = {"maintain": "write", "triage": "read"}


def repository(visit: Visit) -> Answer:
    """Tell of it."""
    return said(shapes.repository(visit.world, visit.repo))


def permission(visit: Visit) -> Answer:
    """Tell what an account may do: ``none`` for one without a role, 404 for one that does not exist.

    An account that a test gave a role, but did not introduce, has an id that follows from its login.
    """
    login = visit.words["login"]
    roles = {name.lower(): role for name, role in list(visit.repo.permission.items())}
    person = visit.world.people.get(login.lower())
    role = roles.get(login.lower())
    if person is None and role is None:
        raise RefusedRequestError(404, f"{login} is not a user")
    person = person or Person(id=zlib.crc32(login.lower().encode()) or 1, login=login)
    role = role or ("none" if visit.repo.private else "read")
    simple = _SIMPLE.get(role, role)
    user = (shapes.account(visit.world, person) or {}) | {"role_name": role}
    return said({"permission": simple, "user": user, "role_name": role})


ROUTES = (
    Route("GET", "", repository, ("metadata",)),
    Route("GET", "collaborators/{login}/permission", permission, ("metadata",)),
)
