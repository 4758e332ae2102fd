"""The types of the fields that are read, each with the sentence that a misfit is told.

Everything here is checked because the store (or an address) could not take it otherwise: PostgreSQL refuses NUL
in text and ids beyond 64 bits, an unbounded string fills a disk. Bounds are wide: GitHub's own are narrower.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

from resolver import names


@dataclass(frozen=True, slots=True)
class Says:
    """Replaces whatever pydantic says of a misfit by one sentence, which never quotes the value."""

    sentence: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 -- pydantic hands over any annotation
        """Wrap the field's schema."""
        return core_schema.custom_error_schema(
            handler(source), custom_error_type="unfit", custom_error_message=self.sentence
        )


class OrNone:
    """Turns a misfit into None: for deliveries that are kept but not used."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 -- as above
        """Wrap the field's schema."""
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class Foreign:
    """Refuses any value but null: the field is the mark of another event's payloads."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 -- as above
        """Replace the field's schema."""
        del source, handler
        return core_schema.custom_error_schema(
            core_schema.none_schema(), custom_error_type=FOREIGN, custom_error_message="belongs to another event"
        )


def _must(fits: Callable[[str], bool]) -> AfterValidator:
    """Refuse a text that does not fit a rule of ``names``."""

    def check(text: str) -> str:
        if not fits(text):
            raise ValueError
        return text

    return AfterValidator(check)


FOREIGN = "foreign"
"""The type of the error of a field that is another event's."""

UNSAID: Any = None
"""Default of a field that may be left out, though not be null: pydantic does not hold defaults against their types."""

_NO_NUL = r"^[^\x00]*$"

Id = Annotated[int, Field(ge=1, le=names.MAX_ID), Says(f"must be an integer between 1 and {names.MAX_ID}")]
Count = Annotated[int, Field(ge=0, le=2**31 - 1), Says(f"must be an integer between 0 and {2**31 - 1}")]
"""A line, or a number of things."""

Word = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=_NO_NUL),
    Says("must be a string of 1 to 255 characters, none of them NUL"),
]
"""A login, an action, a state, a side: anything short."""

Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=512, pattern=_NO_NUL),
    Says("must be a string of 1 to 512 characters, none of them NUL"),
]
Path = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4096, pattern=_NO_NUL),
    Says("must be a string of 1 to 4096 characters, none of them NUL"),
]
"""A file's path, or an address."""

Body = Annotated[
    str,
    StringConstraints(max_length=2**18, pattern=_NO_NUL),
    Says(f"must be a string of at most {2**18} characters, none of them NUL"),
]
"""The text of an object; GitHub itself stops at 65,536 characters."""

Hunk = Annotated[
    str,
    StringConstraints(max_length=2**20, pattern=_NO_NUL),
    Says(f"must be a string of at most {2**20} characters, none of them NUL"),
]
Message = Annotated[str, StringConstraints(pattern=_NO_NUL), Says("must be a string without NUL")]
"""A commit message: as long as the payload lets it be."""

Sha = Annotated[
    str,
    StringConstraints(pattern=r"^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$", to_lower=True),
    Says("must be 40 or 64 hexadecimals"),
]
FullName = Annotated[str, _must(names.is_repository), Says("must be a repository's full name, owner/name")]
Owner = Annotated[str, _must(names.is_owner), Says("must be the login of a repository's owner")]
Name = Annotated[str, _must(names.is_name), Says("must be a repository's name, without its owner")]

Time = Annotated[
    AwareDatetime,
    # A day inside the ends of the calendar, so that the time can be said in UTC.
    Field(ge=datetime(1, 1, 2, tzinfo=UTC), le=datetime(9999, 12, 30, tzinfo=UTC)),
    Says("must be a time with an offset, such as 2026-10-01T09:00:00Z"),
]
_Seconds = Annotated[int, Field(ge=0, le=int(datetime(9999, 12, 30, tzinfo=UTC).timestamp()))]
Moment = Annotated[Time | _Seconds, Says("must be a time with an offset, or seconds since 1970")]
"""A time in either of GitHub's two ways: push and installation payloads give some as seconds."""


def utc(moment: datetime | int) -> datetime:
    """Bring a ``Time`` or ``Moment`` to UTC."""
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC)
