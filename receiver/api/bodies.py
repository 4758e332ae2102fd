"""What callers send: one model for each body, and what it becomes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from receiver.api.fields import MAX_ITEMS, Address, LongText, Time
from resolver import times
from resolver.ask import Question
from resolver.correction import Correction
from resolver.model.feedback import SETTABLE, Status
from resolver.model.runs import Run
from resolver.model.tokens import Scope, TokenGrant
from resolver.values import (
    FILLED,
    SHA_PATTERN,
    FilledText,
    Number,
    RepositoryName,
    Session,
    Sha,
    Text,
    filled,
    plain,
    told,
)

MAX_REASON: Final = 2_000
"""Characters in the reason of a correction."""
MAX_PERSON: Final = 100
"""Characters in the login or name of a person."""

Texts = Annotated[tuple[FilledText, ...], Field(max_length=MAX_ITEMS)]
Sessions = Annotated[tuple[Session, ...], Field(max_length=MAX_ITEMS)]
Numbers = Annotated[tuple[Number, ...], Field(max_length=MAX_ITEMS)]
Reason = Annotated[
    str,
    StringConstraints(max_length=MAX_REASON),
    AfterValidator(plain),
    AfterValidator(filled),
    told(FILLED, MAX_REASON),
]
ScopeName = Annotated[Scope, Strict(strict=False)]
"""JSON has no enumerations: a scope is its name."""
Person = Annotated[
    str,
    StringConstraints(max_length=MAX_PERSON),
    AfterValidator(plain),
    AfterValidator(filled),
    told(FILLED, MAX_PERSON),
]


class Body(BaseModel):
    """A JSON object with no other fields than these, each of its very type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoBody(Body):
    """The body of a request that needs none: an empty object."""


class NewRun(Body):
    """A run to register (SPEC §7). Null and an empty text mean that nothing is said."""

    span_id: FilledText
    repository: RepositoryName
    agent_name: FilledText
    workspace: Text | None = None
    number: Number | None = None
    numbers: Numbers | None = None
    agent_id: Text | None = None
    backend: Text | None = None
    prompt_version_id: Text | None = None
    prompt_ref: Text | None = None
    skill_version_ids: Texts | None = None
    guardrail_version_ids: Texts | None = None
    event_id: Text | None = None
    head_sha: Sha | None = None
    branch: Text | None = None
    trace_id: Text | None = None
    internal: bool | None = None
    report_id: Text | None = None
    purpose: Text | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    sessions: Sessions | None = None

    @field_validator("span_id")
    @classmethod
    def _addressable(cls, span_id: str) -> str:
        """A span id is one segment of this API's own addresses."""
        if "/" in span_id or span_id in {".", ".."}:
            raise ValueError("cannot stand in an address: it holds a slash, or is nothing but dots")
        return span_id

    @property
    def all_numbers(self) -> tuple[int, ...]:
        """Every number that is named, ``number`` first, each once."""
        first = () if self.number is None else (self.number,)
        return tuple(dict.fromkeys((*first, *(self.numbers or ()))))

    def to_run(self, *, workspace: str, now: datetime) -> Run:
        """Return the run as it is to be kept; it starts now when nothing else is said."""
        return Run(
            workspace=workspace,
            span_id=self.span_id,
            repository=self.repository,
            agent_name=self.agent_name,
            started_at=self.started_at or now,
            number=self.number,
            numbers=self.all_numbers,
            agent_id=self.agent_id or None,
            backend=self.backend or None,
            prompt_version_id=self.prompt_version_id or None,
            prompt_ref=self.prompt_ref or None,
            skill_version_ids=self.skill_version_ids or (),
            guardrail_version_ids=self.guardrail_version_ids or (),
            event_id=self.event_id or None,
            head_sha=self.head_sha,
            branch=self.branch or None,
            trace_id=self.trace_id or None,
            internal=bool(self.internal),
            report_id=self.report_id or None,
            purpose=self.purpose or None,
            ended_at=self.ended_at,
            sessions=tuple(dict.fromkeys(self.sessions or ())),
        )

    def facts(self) -> str:
        """Return what the caller said, as a text that is the same whenever they say the same.

        What is not said is left out (so is the workspace, which the token decides, and the time of a run that
        starts now: the same call repeated later says the same); names are compared as GitHub compares them.
        """
        said = {name: value for name, value in self.model_dump(exclude={"workspace"}).items() if value}
        said["repository"] = self.repository.lower()
        said |= {name: times.write(said[name]) for name in ("started_at", "ended_at") if name in said}
        if self.all_numbers:
            said["numbers"] = sorted(self.all_numbers)
        if self.sessions:
            said["sessions"] = sorted(set(self.sessions))
        return json.dumps(said, sort_keys=True, separators=(",", ":"))


class RunChange(Body):
    """What becomes known of a run later: given fields are added to it, or replace what was there. None can be null."""

    ended_at: Annotated[Time | None, WithJsonSchema({"type": "string", "format": "date-time"})] = None
    head_sha: Annotated[Sha | None, told(SHA_PATTERN)] = None
    numbers: Numbers = ()
    artifacts: Annotated[tuple[Address, ...], Field(max_length=MAX_ITEMS)] = ()
    sessions: Sessions = ()

    @field_validator("*")
    @classmethod
    def _given(cls, value: object) -> object:
        """Nothing that is known of a run can be taken back."""
        if value is None:
            raise ValueError("is null: leave it out to keep it as it is")
        return value

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"names nothing to change: {', '.join(type(self).model_fields)} are possible")
        return self


class QuestionBody(Body):
    """A text and where it stands, to be asked about (SPEC §7). Null means that nothing is said."""

    repository: RepositoryName
    number: Number | None = None
    body: LongText | None = None
    at: Time | None = None
    issue_comment_id: Number | None = None
    review_id: Number | None = None
    review_comment_id: Number | None = None
    in_reply_to_id: Number | None = None
    pull_request_review_id: Number | None = None
    commit_sha: Sha | None = None
    original_commit_sha: Sha | None = None
    path: Text | None = None
    line: Number | None = None
    side: Literal["LEFT", "RIGHT"] | None = None
    commit_message: LongText | None = None

    @model_validator(mode="after")
    def _about_one_object(self) -> Self:
        ids = ("issue_comment_id", "review_id", "review_comment_id")
        if sum(getattr(self, name) is not None for name in ids) > 1:
            raise ValueError(f"names several objects: one of {', '.join(ids)} at most")
        return self

    def to_question(self) -> Question:
        """Return the question as the domain takes it."""
        return Question(**self.model_dump())


class NewTokenBody(Body):
    """A token to make. ``run`` binds it to the run of a span: it writes as no other."""

    name: FilledText
    scopes: Annotated[tuple[ScopeName, ...], Field(min_length=1, max_length=len(Scope))]
    workspace: FilledText | None = None
    run: FilledText | None = None
    expires_at: Time | None = None

    def to_grant(self, *, workspace: str) -> TokenGrant:
        """Return what is to be allowed, in ``workspace`` unless the body names one."""
        return TokenGrant(
            workspace=self.workspace or workspace,
            name=self.name,
            scopes=frozenset(self.scopes),
            run=self.run,
            expires_at=self.expires_at,
        )


class FeedbackChange(Body):
    """The status that a reader gives to feedback."""

    status: Annotated[Status, WithJsonSchema({"type": "string", "enum": [one for one in Status if one in SETTABLE]})]

    @field_validator("status", mode="before")
    @classmethod
    def _settable(cls, status: object) -> object:
        if status not in [one.value for one in SETTABLE]:
            raise ValueError(f"is none of {', '.join(one for one in Status if one in SETTABLE)}")
        return Status(str(status))


class FeedbackCorrection(Body):
    """Which run feedback is about (null: none of this service's), and why; ``by`` is the person who says so."""

    span_id: FilledText | None
    reason: Reason
    by: Person | None = None

    def to_correction(self, *, caller: str) -> Correction:
        """Return the correction; who called always stands last, whatever person they name."""
        by = caller if self.by is None else f"{self.by} ({caller})"
        return Correction(span_id=self.span_id, reason=self.reason, by=by)
