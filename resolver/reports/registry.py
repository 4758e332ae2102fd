"""The types of entries, stated once: of which family each is, what it holds, and by what key (SPEC §6).

The API, its OpenAPI document, the tools for agents and the guide's table are made from this, or held against it.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from resolver.errors import ForbiddenError, PayloadError, TooLargeError
from resolver.reports import contents
from resolver.reports.contents import MAX_CONTENT


class Family(enum.StrEnum):
    """How entries of a type add up."""

    STATUS = "status"
    """The newest one is the report's state."""
    KEYED = "keyed"
    """The newest one of each key counts."""
    LOG = "log"
    """All of them stand."""
    SERVER = "server"
    """As ``log``, and written by the service alone."""


def _signal(content: Any) -> str:  # noqa: ANN401 - JSON
    return str(content["signal_id"])


def _associated(content: Any) -> str:  # noqa: ANN401 - JSON
    return str(content["run"])


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKind:
    """A type of entry. ``key`` says what an entry speaks of; of the status types there is but one such thing.

    ``once`` says that an entry which stands already is not appended again.
    """

    name: str
    family: Family
    model: type[BaseModel]
    key: Callable[[Any], str | None]
    once: bool = False

    @property
    def newest_counts(self) -> bool:
        """Whether of several with one key only the newest counts."""
        return self.family in {Family.STATUS, Family.KEYED}

    def read(self, content: Any) -> Any:  # noqa: ANN401 - JSON comes in, JSON goes out
        """Return a content as it is to be kept: what was said, and nothing that was not.

        Raises TooLargeError, and PayloadError, whose problems name the fields below ``content``.
        """
        text = _compact(content)
        if len(text) > MAX_CONTENT:
            raise TooLargeError(f"the content is larger than {MAX_CONTENT} bytes")
        try:
            read = self.model.model_validate_json(text)
        except ValidationError as error:
            raise PayloadError(tuple(map(_problem, error.errors(include_url=False, include_input=False)))) from error
        return read.model_dump(mode="json", exclude_unset=True)

    def fits(self, content: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether a content that was kept is still one of this type."""
        return self._said(content) is not None

    def same(self, content: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether two contents say the same: null, or an empty list, says no more than leaving out does."""
        said = self._said(content)
        return content == other or (said is not None and said == self._said(other))

    def _said(self, content: Any) -> BaseModel | None:  # noqa: ANN401 - JSON
        """Return what a content says; None when it is none of this type."""
        try:
            return self.model.model_validate_json(_compact(content))
        except ValidationError:
            return None


def _compact(content: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _problem(fault: Any) -> tuple[str, str]:  # noqa: ANN401 - pydantic's ErrorDetails, a TypedDict
    """Return a field, as a path with dots, and what is wrong with it."""
    parts = [str(part) for part in fault["loc"] if part != "[key]"]
    message = "is not a known field" if fault["type"] == "extra_forbidden" else str(fault["msg"])
    return ".".join(("content", *parts)), message.removeprefix("Value error, ")


def _of(name: str, family: Family, model: type[BaseModel], **more: Any) -> EntryKind:  # noqa: ANN401
    key = more.pop("key", (lambda _: "") if family is Family.STATUS else (lambda _: None))
    return EntryKind(name=name, family=family, model=model, key=key, **more)


KINDS: Final[tuple[EntryKind, ...]] = (
    _of("safety_judgment", Family.STATUS, contents.SafetyJudgment),
    _of("actionability_judgment", Family.STATUS, contents.ActionabilityJudgment),
    _of("priority_judgment", Family.STATUS, contents.PriorityJudgment),
    _of("repo_selection", Family.STATUS, contents.RepoSelection),
    _of("suggested_reviewers", Family.STATUS, contents.SuggestedReviewers),
    _of("finding", Family.KEYED, contents.Finding, key=_signal),
    _of("code_reference", Family.LOG, contents.CodeReference),
    _of("line_reference", Family.LOG, contents.LineReference),
    _of("commit", Family.LOG, contents.Commit),
    _of("task_run", Family.LOG, contents.TaskRun, key=_associated, once=True),
    _of("note", Family.LOG, contents.Note),
    _of("dismissal", Family.LOG, contents.Dismissal),
    _of("resolution", Family.SERVER, contents.Resolution),
    _of("title_change", Family.SERVER, contents.TextChange),
    _of("summary_change", Family.SERVER, contents.TextChange),
    _of("status_change", Family.SERVER, contents.StatusChange),
)
BY_TYPE: Final[Mapping[str, EntryKind]] = {kind.name: kind for kind in KINDS}

COMMIT, TASK_RUN, PRIORITY = BY_TYPE["commit"], BY_TYPE["task_run"], BY_TYPE["priority_judgment"]
RESOLUTION, STATUS_CHANGE = BY_TYPE["resolution"], BY_TYPE["status_change"]
TITLE_CHANGE, SUMMARY_CHANGE = BY_TYPE["title_change"], BY_TYPE["summary_change"]

STATUS_TYPES: Final = tuple(kind.name for kind in KINDS if kind.family is Family.STATUS)
WRITABLE: Final = tuple(kind for kind in KINDS if kind.family is not Family.SERVER)
"""What may be written from outside."""


def writable(type_: str) -> EntryKind:
    """Return a type that may be written from outside.

    Raises PayloadError for what is no type, ForbiddenError for one that is the service's own.
    """
    kind = BY_TYPE.get(type_)
    if kind is None:
        raise PayloadError((("type", f"is none of {', '.join(one.name for one in WRITABLE)}"),))
    if kind.family is Family.SERVER:
        raise ForbiddenError(f"entries of type {type_} are written by the service alone")
    return kind


def fits(type_: str, content: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a content is one of its type, as types are now; a type that is no more fits nothing."""
    kind = BY_TYPE.get(type_)
    return kind is not None and kind.fits(content)
