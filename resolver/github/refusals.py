"""What an answer that is no success means."""

from __future__ import annotations

import re

from resolver.errors import GithubAnswerError, GithubRefusedError
from resolver.github import reading
from resolver.github.exchange import Response

ABSENT = frozenset({404, 410, 451})
"""There is no such thing, it is switched off, or a court took it down."""

SUSPENDED = "the App's installation is suspended"

_SUCCESSES = frozenset({200, 201, 202, 204, 304})
_PERMISSION = re.compile(r"([a-z_]{1,60})=(read|write|admin)")
_LONGEST = 500


def present(response: Response, *, absent: frozenset[int] = frozenset()) -> Response | None:
    """Return a success; None for what GitHub says is not there, ``absent`` beside ``ABSENT``.

    Raises GithubRefusedError for 401 and 403, and GithubAnswerError for any other status.
    """
    if response.status in _SUCCESSES:
        return response
    if response.status in ABSENT | absent:
        return None
    if response.status in {401, 403}:
        raise refused(response)
    raise GithubAnswerError(f"GitHub's answer has status {response.status}")


def refused(response: Response) -> GithubRefusedError:
    """Say why GitHub does not tell something; where it names the permission that is missing, so is the sentence."""
    if response.status == 401:  # noqa: PLR2004 -- Unauthorized
        return GithubRefusedError("GitHub does not accept the token of the App's installation")
    if is_suspended(response):
        return GithubRefusedError(SUSPENDED)
    needed = _permissions(response)
    if needed:
        return GithubRefusedError(f"GitHub refuses this to the App's installation: it needs the permission {needed}")
    return GithubRefusedError(f"GitHub refuses this to the App's installation ({response.status})")


def is_suspended(response: Response) -> bool:
    """Whether the installation was suspended by its account."""
    return response.status == 403 and "suspended" in reading.message(response.body).lower()  # noqa: PLR2004 -- Forbidden


def _permissions(response: Response) -> str:
    """Name the permissions, as ``contents: read or issues: read``.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#insufficient-permissions
    """
    told = response.headers.get("x-accepted-github-permissions", "")[:_LONGEST]
    ways = (_PERMISSION.findall(way) for way in told.split(";"))
    return " or ".join(" and ".join(f"{name}: {access}" for name, access in way) for way in ways if way)
