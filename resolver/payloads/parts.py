"""The parts that payloads of several events have in common."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from resolver.payloads.fields import UNSAID, Body, Foreign, FullName, Id, Moment, OrNone, Path, Time, Word

_Foreign: TypeAlias = Annotated[Any, Foreign()]


class Part(BaseModel):
    """A piece of a payload: strict (``"1"`` is no integer), and blind to the fields that are not used."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Account(Part):
    """A user, bot or organization. Where GitHub sends null instead, the account was deleted."""

    id: Id
    login: Word
    type: Word = "User"


class Identified(Part):
    """Something of which only the id is looked at, to see that it is one."""

    id: Id = UNSAID


class Payload(Part):
    """What the payload of any used event may hold, and what it may not.

    GitHub signs the body and not the header that names the event, so a genuine body may come under another event's
    name: a deleted comment's as a deleted issue. The fields in the first group tell the events apart. Each event's
    model names its own anew, requires those that all its payloads have, and refuses the others.
    """

    issue: _Foreign = None
    pull_request: _Foreign = None
    comment: _Foreign = None
    review: _Foreign = None
    thread: _Foreign = None
    discussion: _Foreign = None
    ref: _Foreign = None
    commits: _Foreign = None
    repositories: _Foreign = None
    repositories_added: _Foreign = None
    repositories_removed: _Foreign = None
    hook: _Foreign = None
    hook_id: _Foreign = None

    sender: Account | None = None
    organization: Identified | None = None


MARKS = frozenset(Payload.model_fields) - {"sender", "organization"}
"""The fields that tell events apart."""


class RepositoryPart(Part):
    """The repository that a delivery is about. Push payloads give two of the times in seconds."""

    id: Id
    full_name: FullName
    owner: Identified | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    pushed_at: Moment | None = None


class InstallationRef(Part):
    """The installation of the App that a delivery was sent for."""

    id: Id


class Event(Payload):
    """What every payload of a repository's event holds. ``sender`` is who caused it, not who wrote the text."""

    repository: RepositoryPart
    installation: InstallationRef | None = None


class ActionEvent(Event):
    """A payload of an event that comes in several actions."""

    action: Word


class Change(Part):
    """What an edit replaced."""

    before: Body | None = Field(default=None, alias="from")


class Changes(Part):
    """What an edit changed; of interest is the text alone (a title may have changed instead)."""

    body: Change | None = None


class TextEvent(ActionEvent):
    """A payload about one object that holds text."""

    changes: Changes | None = None


class Text(Part):
    """An object that holds text. ``body`` is null where none was written."""

    id: Id
    user: Account | None
    body: Body | None = None
    html_url: Path
    author_association: Word = "NONE"


class DatedText(Text):
    """Such an object with the two times that all but reviews have."""

    created_at: Time
    updated_at: Time


class Numbered(Identified):
    """An issue, pull request or discussion, as far as what stands under it needs to know."""

    number: Id


class _Labels(Part):
    id: Annotated[Id | None, OrNone()] = None
    full_name: Annotated[FullName | None, OrNone()] = None


class Outline(Part):
    """The little that is read of a delivery that is not used: whatever does not fit is None."""

    action: Annotated[Word | None, OrNone()] = None
    repository: Annotated[_Labels | None, OrNone()] = None
