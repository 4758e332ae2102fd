"""What is written on GitHub, and nothing else. The chain has no way to it: it asks through ``resolver.github.port``.

Every method raises GithubDownError (try again later; nobody knows whether it was done), GithubRefusedError (may not be
done: no permission, a suspended App) or GithubAnswerError, and UnfitError before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from resolver.answering.targets import Target
from resolver.model.asking import Place


class Writing(Protocol):
    """GitHub, as it is written to: with a token for one repository and one permission."""

    def react(self, place: Place, target: Target) -> bool:
        """React to a comment with a pair of eyes: as often as one likes, it stands there once. False: it is gone."""
        ...

    def find(self, place: Place, target: Target, marker: str, since: datetime) -> int | None:
        """Return the id of what this App made at a place since a time, by its marker; None: it made nothing there."""
        ...

    def make(self, place: Place, target: Target, marker: str, said: Mapping[str, object]) -> int | None:
        """Make a comment or a check run; return its id, None where there is nothing it could stand under.

        It is sent once: after GithubDownError it may have been made.
        """
        ...

    def edit(self, place: Place, target: Target, github_id: int, said: Mapping[str, object]) -> bool:
        """Have something say something else; False when it is gone."""
        ...
