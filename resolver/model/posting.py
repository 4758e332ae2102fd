"""What is to stand on GitHub in this service's name: the means, and what becomes of each posting."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final


class Means(enum.StrEnum):
    """How something is said on GitHub; the setting names them by these words."""

    REACTION = "reaction"
    """A pair of eyes at the comment: the feedback was captured."""
    REPLY = "reply"
    """A comment that names the run, edited when the answer changes."""
    CHECK = "check"
    """The same as a check run of the pull request's head, or of the commented commit."""
    COMMITS = "commits"
    """A check run that flags the agents' commits which carry no valid claim."""


OF_FEEDBACK: Final = (Means.REACTION, Means.REPLY, Means.CHECK)
"""Those that answer feedback, in the order in which they are written."""


class Fate(enum.StrEnum):
    """How it stands with a posting."""

    WAITING = "waiting"
    """It is to be written, or looked at again."""
    DONE = "done"
    """What is to stand stands, or nothing has to."""
    GONE = "gone"
    """Somebody deleted it, or what it stood under: it is never made anew."""
    DEAD = "dead"
    """Given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPosting:
    """A posting as it is noted; ``subject`` is unique for its repository and means.

    Of feedback: the comment that is answered, as ``kind/id``. Of a head's commits: its SHA.
    """

    means: Means
    repository_id: int
    subject: str
    feedback_id: int | None = None
    number: int | None = None
    head_sha: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPosting:
    """A posting that was handed out to be written; its ``tries`` count this one.

    ``wanted`` says for which number of changes. ``begun_at`` is there when an earlier try may have made it, by its
    ``marker``, and nobody knows; ``github_id`` is there once it is known to stand, and ``said`` is the hash of what was
    written then.
    """

    id: int
    new: NewPosting
    wanted: int
    tries: int
    noted_at: datetime
    refusal: str | None
    begun_at: datetime | None
    marker: str | None
    github_id: int | None
    said: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingChange:
    """What becomes, at a time, of a posting that was handed out.

    One that stays ``WAITING`` is looked at again at ``retry_at``. ``github_id`` and ``said`` are what was found or
    written, None where that is as before. ``begun`` is false where nothing is open any more about whether it was made.
    Where
    ``counts`` is false the try is given back: nothing was wrong with the posting.
    """

    fate: Fate
    at: datetime
    retry_at: datetime | None = None
    error: str | None = None
    refusal: str | None = None
    github_id: int | None = None
    said: bytes | None = None
    wrote: bool = False
    begun: bool = False
    counts: bool = True
