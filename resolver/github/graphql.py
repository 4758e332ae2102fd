"""What GraphQL's errors mean: GitHub answers 200 to a question that it refuses.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Iterable

from resolver.errors import GithubDownError, GithubRefusedError
from resolver.github.asker import Asker
from resolver.model.asking import Place
from resolver.payloads.parts import Part


class Problem(Part):
    """An error; GitHub gives one that is about the query itself no ``type``. The message is never shown."""

    type: str = ""
    message: str = ""


def check(asker: Asker, place: Place, problems: Iterable[Problem], what: str, *, needs: str) -> None:
    """Raise GithubDownError or GithubRefusedError when nothing may be asked for now, or not for ``what``.

    ``needs`` is the permission that reads it.
    """
    kinds = _kinds(problems)
    if kinds & {"RATE_LIMITED", "RATE_LIMIT"}:
        raise GithubDownError("GitHub's rate limit is reached (GraphQL)", retry_at=asker.hold(place))
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        asker.tokens.drop(place)
        raise GithubRefusedError(f"GitHub refuses {what} to the App's installation: it needs the permission {needs}")


def is_not_found(problems: Iterable[Problem]) -> bool:
    """Whether the errors say that there is no such thing, and nothing else."""
    return _kinds(problems) == {"NOT_FOUND"}


def _kinds(problems: Iterable[Problem]) -> frozenset[str]:
    return frozenset(problem.type for problem in problems)
