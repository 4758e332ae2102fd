"""The parts that payloads of several events have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from resolver.payloads.fields import Body, FullName, Id, Moment, OrNone, Path, Time, Word


class Part(BaseModel):
    """A piece of a payload: strict (``"1"`` is no integer), and blind to the fields that are not used."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Account(Part):
    """A user, bot or organization. Where GitHub sends null instead, the account was deleted."""

    id: Id
    login: Word
    type: Word = "User"


class RepositoryPart(Part):
    """The repository that a delivery is about. Push payloads give two of the times in seconds."""

    id: Id
    full_name: FullName
    created_at: Moment | None = None
    updated_at: Moment | None = None
    pushed_at: Moment | None = None


class InstallationRef(Part):
    """The installation of the App that a delivery was sent for."""

    id: Id


class Event(Part):
    """What every payload of a repository's event holds. ``sender`` is who caused it, not who wrote the text."""

    repository: RepositoryPart
    installation: InstallationRef | None = None
    sender: Account | None = None


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


class Numbered(Part):
    """An issue, pull request or discussion, as far as what stands under it needs to know."""

    number: Id


class _Labels(Part):
    id: Annotated[Id | None, OrNone()] = None
    full_name: Annotated[FullName | None, OrNone()] = None


class Outline(Part):
    """The little that is read of a delivery that is not used: whatever does not fit is None."""

    action: Annotated[Word | None, OrNone()] = None
    repository: Annotated[_Labels | None, OrNone()] = None
