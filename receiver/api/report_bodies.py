"""What callers send about reports. What an entry may hold is for ``resolver.reports.registry`` to say."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from receiver.api.bodies import Body
from receiver.api.fields import Time
from resolver.model.reports import BY_HAND, ReportStatus
from resolver.reports.contents import LINES, Prose
from resolver.reports.registry import WRITABLE
from resolver.reports.wording import MAX_TITLE, MAX_WORDS
from resolver.values import FILLED, FilledText, told

StatusByHand = Annotated[
    ReportStatus,
    Field(strict=False),
    WithJsonSchema({"type": "string", "enum": [status.value for status in BY_HAND]}),
]


EntryType = Annotated[str, WithJsonSchema({"type": "string", "enum": [kind.name for kind in WRITABLE]})]
"""Whether it is one of them is for the registry to say."""
Words = Annotated[Prose, StringConstraints(max_length=MAX_WORDS), told(LINES, MAX_WORDS)]
Title = Annotated[FilledText, StringConstraints(max_length=MAX_TITLE), told(FILLED, MAX_TITLE)]


class NewEntry(Body):
    """An entry to append: a type, and a content of that type."""

    type: EntryType
    content: Any

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Tell callers which content goes with which type."""
        return handler(core_schema) | {
            "oneOf": [
                {
                    "title": kind.name,
                    "properties": {
                        "type": {"const": kind.name},
                        "content": handler(kind.model.__pydantic_core_schema__),
                    },
                }
                for kind in WRITABLE
            ],
        }


class EntryChange(Body):
    """Another content for an entry, of the entry's type; ``type`` may repeat that."""

    content: Annotated[Any, Field(description="As NewEntry has it for the entry's type.")]
    type: EntryType | None = None


class ReportChange(Body):
    """What to change about a report, and why; null is the same as leaving out."""

    title: Title | None = None
    summary: Words | None = None
    status: StatusByHand | None = None
    snoozed_until: Time | None = None
    reason: Words | None = None

    @field_validator("status")
    @classmethod
    def _by_hand(cls, status: ReportStatus | None) -> ReportStatus | None:
        if status is not None and status not in BY_HAND:
            raise ValueError(f"is none of {', '.join(BY_HAND)}")
        return status

    @field_validator("snoozed_until")
    @classmethod
    def _of_a_snooze(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        if until is not None and info.data.get("status") is not ReportStatus.SNOOZED:
            raise ValueError("goes with the status snoozed")
        return until

    @field_validator("reason")
    @classmethod
    def _of_a_status(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if reason is not None and info.data.get("status") is None:
            raise ValueError("goes with a status")
        return reason

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.title is None and self.summary is None and self.status is None:
            raise ValueError("names nothing to change: title, summary, status are possible")
        return self
