"""Every path of GitHub's REST API that may ever be asked, as URI templates (RFC 6570), and what may stand in them.

https://docs.github.com/en/rest

Values were checked when they were stored, and are again here: rows may have been written by other hands. Whatever
could change the path is refused, everything else is encoded. A file's path never stands in an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from uritemplate import URITemplate
from uritemplate.variable import VariableValue

from resolver import names
from resolver.errors import UnfitError

_REPOSITORY = "/repos/{owner}/{name}"
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}(?:\[bot\])?")
_CURSOR = re.compile(r"[!-~]{1,512}")
_CHECK_NAME = re.compile(r"[ -~]{1,100}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_REQUIRED = re.compile(r"\{(\w+)\}")
_MAX_PAGE = 10**6


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked, under the API's base: ``path`` and ``query`` are encoded, ``query`` has no question mark.

    ``rest`` is what follows the repository in the path; None where the path is not a repository's.
    """

    path: str
    query: str = ""
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A path with places for values; ``of_repository`` when it stands under ``/repos/{owner}/{name}``."""

    template: str
    of_repository: bool = True

    def fill(self, repository: str | None = None, /, **values: object) -> Address:
        """Fill in a repository's full name and the other values, by the names of their places.

        Raises UnfitError for a value that its place cannot hold; the message does not quote it.
        """
        given = {place: _CHECKS[place](value) for place, value in values.items() if value is not None}
        texts: dict[str, VariableValue] = {place: text for place, text in given.items() if text is not None}
        wrong = [place for place in given if place not in texts]
        wrong += sorted(set(_REQUIRED.findall(self.template)) - given.keys())
        if wrong:
            raise UnfitError(f"GitHub cannot be asked: {_WORDS[wrong[0]]}")
        path, _, query = URITemplate(self.template).expand(texts).partition("?")
        if not self.of_repository:
            return Address(path, query)
        return Address(_under(repository) + path, query, path)


def _under(repository: object) -> str:
    """Return the path of a repository. Raises UnfitError."""
    if not isinstance(repository, str) or not names.is_repository(repository):
        raise UnfitError("GitHub cannot be asked: the repository's name is none that GitHub gives")
    owner, _, name = repository.partition("/")
    return URITemplate(_REPOSITORY).expand(owner=owner, name=name)


def check_id(value: object) -> None:
    """Raise UnfitError for what is no id, though it stands in no path."""
    if _id(value) is None:
        raise UnfitError(f"GitHub cannot be asked: {_WORDS['id']}")


def _id(value: object) -> str | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= names.MAX_ID
    return str(value) if fits else None


def _page(value: object) -> str | None:
    text = _id(value)
    return text if text is not None and int(text) <= _MAX_PAGE else None


def _sha(value: object) -> str | None:
    return value if isinstance(value, str) and names.is_sha(value) else None


def _branch(value: object) -> str | None:
    return value if isinstance(value, str) and names.is_branch(value) else None


def _login(value: object) -> str | None:
    return value if isinstance(value, str) and _LOGIN.fullmatch(value) else None


def _cursor(value: object) -> str | None:
    return value if isinstance(value, str) and _CURSOR.fullmatch(value) else None


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _check_name(value: object) -> str | None:
    return value if isinstance(value, str) and _CHECK_NAME.fullmatch(value) else None


def _since(value: object) -> str | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_CHECKS: Final[dict[str, Callable[[object], str | None]]] = {
    "id": _id,
    "number": _id,
    "sha": _sha,
    "base": _sha,
    "head": _sha,
    "branch": _branch,
    "login": _login,
    "page": _page,
    "cursor": _cursor,
    "since": _since,
    "code": _code,
    "check_name": _check_name,
}

_WORDS: Final = {
    "id": f"an id is no integer between 1 and {names.MAX_ID}",
    "number": f"a number is no integer between 1 and {names.MAX_ID}",
    "sha": "a commit is not named by its 40 or 64 hexadecimals",
    "base": "a commit is not named by its 40 or 64 hexadecimals",
    "head": "a commit is not named by its 40 or 64 hexadecimals",
    "branch": "a branch has a name that git does not allow",
    "login": "the login is none that GitHub gives",
    "page": f"a page is no integer between 1 and {_MAX_PAGE}",
    "cursor": "the cursor is none that GitHub gives",
    "since": "a time names no offset",
    "code": "the code is none that GitHub gives",
    "check_name": "a check run has another name than this service gives",
}

REVIEW_COMMENT = Form("/pulls/comments/{id}")
ISSUE_COMMENT = Form("/issues/comments/{id}")
COMMIT_COMMENT = Form("/comments/{id}")
REVIEW = Form("/pulls/{number}/reviews/{id}")
PULL_REVIEW_COMMENTS = Form("/pulls/{number}/comments?sort=created&direction=asc&per_page=100{&page}")
PULL = Form("/pulls/{number}")
PULL_COMMITS = Form("/pulls/{number}/commits?per_page=100{&page}")
PULL_FILES = Form("/pulls/{number}/files?per_page=100{&page}")
COMMIT = Form("/commits/{sha}{?page}")
COMPARE = Form("/compare/{base}...{head}?per_page=100{&page}")
COMMIT_PULLS = Form("/commits/{sha}/pulls?per_page=100{&page}")
COMMIT_BRANCHES = Form("/commits/{sha}/branches-where-head")
SINCE_COMMIT = Form("/compare/{sha}...{branch}?per_page=1&page=2")
"""How a branch stands to a commit: the second page has all but the files, which may be many."""
TREE = Form("/git/trees/{sha}?recursive=1")
ISSUE_REACTIONS = Form("/issues/{number}/reactions?per_page=100{&page}")
ISSUE_COMMENT_REACTIONS = Form("/issues/comments/{id}/reactions?per_page=100{&page}")
REVIEW_COMMENT_REACTIONS = Form("/pulls/comments/{id}/reactions?per_page=100{&page}")
COMMIT_COMMENT_REACTIONS = Form("/comments/{id}/reactions?per_page=100{&page}")
PERMISSION = Form("/collaborators/{login}/permission")

REPOSITORY = Form("")
PULLS = Form("/pulls?state=all&sort=created&direction=asc&per_page=100{&page}")
REVIEWS = Form("/pulls/{number}/reviews?per_page=100{&page}")
ISSUES = Form("/issues?state=all&sort=created&direction=asc&per_page=100{&page,since}")
ISSUE_COMMENTS = Form("/issues/comments?sort=created&direction=asc&per_page=100{&page,since}")
REVIEW_COMMENTS = Form("/pulls/comments?sort=created&direction=asc&per_page=100{&page,since}")
COMMIT_COMMENTS = Form("/comments?per_page=100{&page}")
COMMITS = Form("/commits?per_page=100{&page,since}")

REACT_TO_ISSUE_COMMENT = Form("/issues/comments/{id}/reactions")
REACT_TO_REVIEW_COMMENT = Form("/pulls/comments/{id}/reactions")
NEW_COMMENT = Form("/issues/{number}/comments")
COMMENTS_ON_ISSUE = Form("/issues/{number}/comments?per_page=100{&page,since}")
REPLIES = Form("/pulls/{number}/comments/{id}/replies")
COMMENTS_ON_PULL = Form("/pulls/{number}/comments?per_page=100{&page,since}")
CHECK_RUNS = Form("/check-runs")
CHECK_RUN = Form("/check-runs/{id}")
CHECK_RUNS_OF = Form("/commits/{sha}/check-runs?filter=all&per_page=100{&check_name,page}")

REPOSITORY_INSTALLATION = Form("/installation")
APP = Form("/app", of_repository=False)
HOOK = Form("/app/hook/config", of_repository=False)
INSTALLATIONS = Form("/app/installations?per_page=100{&page}", of_repository=False)
ACCESS_TOKENS = Form("/app/installations/{id}/access_tokens", of_repository=False)
HOOK_DELIVERIES = Form("/app/hook/deliveries?per_page=100{&cursor}", of_repository=False)
REDELIVERY = Form("/app/hook/deliveries/{id}/attempts", of_repository=False)

CONVERSION = Form("/app-manifests/{code}/conversions", of_repository=False)
USER = Form("/user", of_repository=False)
"""Who the token is of that asks."""
USER_TOKEN = Address("/login/oauth/access_token")
"""Asked where GitHub's pages are, not its API."""

GRAPHQL = Address("/graphql")
"""Blame is asked here, with everything that is wanted in the body. ``Api`` knows where it stands."""
