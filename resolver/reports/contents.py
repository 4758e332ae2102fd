"""What each type of entry holds: one model for each (SPEC §6).

Every text that is given has to say something, whether it may be left out or not. ``null``, where it may stand, is the
same as leaving out.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from resolver import names
from resolver.model.answers import Confidence
from resolver.model.reports import ReportStatus
from resolver.values import FILLED, MAX_TEXT, FilledText, Number, RepositoryName, Sha, filled, plain, told

MAX_CONTENT: Final = 65_536
"""Bytes of a content, as compact JSON in UTF-8: no text alone has to be bounded further."""
MAX_LINES: Final = 20
MAX_LINE: Final = 1_000
"""Lines of code in a reference, and characters in each."""
MAX_PATH: Final = 4_096
MAX_ITEMS: Final = 200

_CHARACTER: Final = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
_SAYS: Final = r"[^\u0000-\u0020\u007f-\u00a0\s]"
LINES: Final = f"{_CHARACTER}*{_SAYS}{_CHARACTER}*"
"""What a text of any lines looks like that says something."""
_CONTROLS: Final = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - {"\n", "\r", "\t"}
_ADDRESS: Final = r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[!-~]*)?"
_SHORT_SHA: Final = "[0-9a-fA-F]{7,64}"


def _says_something(text: str) -> str:
    """Return a text of any lines. Raises ValueError when nobody would see any, or it holds what no text file holds."""
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError("is empty")
    if not _CONTROLS.isdisjoint(text):
        raise ValueError("holds a control character other than a tab or the end of a line")
    return text


def _few_short_lines(text: str) -> str:
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise ValueError(f"has {len(lines)} lines: {MAX_LINES} at most")
    longest = max(map(len, lines))
    if longest > MAX_LINE:
        raise ValueError(f"has a line of {longest} characters: {MAX_LINE} at most")
    return text


def _login(text: str) -> str:
    if not names.is_login(text):
        raise ValueError("is no login of GitHub")
    return text


def _choice(value: object) -> bool | str:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"is neither true nor false, nor a text of up to {MAX_TEXT} characters")
    return filled(plain(value))


Prose = Annotated[str, AfterValidator(_says_something), told(LINES, MAX_CONTENT)]
"""A text of one line or several."""
Code = Annotated[
    str,
    AfterValidator(_says_something),
    AfterValidator(_few_short_lines),
    told(LINES, MAX_LINES * (MAX_LINE + 1)),
]
Path = Annotated[
    str, StringConstraints(max_length=MAX_PATH), AfterValidator(plain), AfterValidator(filled), told(FILLED, MAX_PATH)
]
ShortSha = Annotated[
    str,
    StringConstraints(pattern=f"^{_SHORT_SHA}$"),
]
"""A commit id that may be cut; it never stands in an address."""
Address = Annotated[str, StringConstraints(max_length=2_048, pattern=f"^{_ADDRESS}$")]
Choice = Annotated[
    bool | str,
    PlainValidator(_choice),
    WithJsonSchema(
        {"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": MAX_TEXT, "pattern": f"^{FILLED}$"}]}
    ),
]
Login = Annotated[str, StringConstraints(max_length=110), AfterValidator(_login), told(names.LOGIN, 110)]


Priority = Literal["P0", "P1", "P2", "P3", "P4"]
"""P0 is the most urgent."""


class Content(BaseModel):
    """A JSON object with no other fields than these, each of its very type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SafetyJudgment(Content):
    """Whether the feedback is safe to work on; a judge who knows more than yes and no chooses in a word."""

    choice: Choice
    explanation: Prose


class ActionabilityJudgment(Content):
    """Whether work can begin, and whether it was done already."""

    explanation: Prose
    actionability: Literal["immediately_actionable", "requires_human_input", "not_actionable"]
    already_addressed: bool


class PriorityJudgment(Content):
    """How much it matters."""

    explanation: Prose
    priority: Priority


class RepoSelection(Content):
    """Which repository the work belongs in."""

    repository: RepositoryName
    reason: Prose


class RelevantCommit(Content):
    """A commit that speaks for a reviewer."""

    sha: ShortSha
    url: Address
    reason: Prose


class Reviewer(Content):
    """Somebody who knows the code. Being named here starts nothing."""

    login: Login
    name: FilledText | None = None
    reason: Prose | None = None
    relevant_commits: Annotated[tuple[RelevantCommit, ...], Field(max_length=MAX_ITEMS)] = ()


class SuggestedReviewers(RootModel[Annotated[tuple[Reviewer, ...], Field(max_length=MAX_ITEMS)]]):
    """Who should review the work, each once; an empty list takes former suggestions back."""

    model_config = ConfigDict(strict=True, frozen=True)

    @field_validator("root")
    @classmethod
    def _each_once(cls, reviewers: tuple[Reviewer, ...]) -> tuple[Reviewer, ...]:
        logins = [reviewer.login.lower() for reviewer in reviewers]
        twice = next((login for index, login in enumerate(logins) if login in logins[:index]), None)
        if twice is not None:
            raise ValueError(f"names {twice} more than once")
        return reviewers


class Finding(Content):
    """What somebody found out about one signal, and from what."""

    signal_id: FilledText
    relevant_code_paths: Annotated[tuple[Path, ...], Field(max_length=MAX_ITEMS)] = ()
    relevant_commit_hashes: Annotated[dict[ShortSha, Prose], Field(max_length=MAX_ITEMS)] = Field(default_factory=dict)
    data_queried: Prose
    verified: bool


class CodeReference(Content):
    """Lines of code as they were, and what they have to do with it."""

    file_path: Path
    start_line: Number
    end_line: Number
    contents: Code
    relevance_note: Prose

    @field_validator("end_line")
    @classmethod
    def _not_before_its_start(cls, end_line: int, info: ValidationInfo) -> int:
        if end_line < info.data.get("start_line", end_line):
            raise ValueError("is before start_line")
        return end_line


class LineReference(Content):
    """A line of a file, and what it has to do with it."""

    file_path: Path
    line: Number
    note: Prose


class Commit(Content):
    """A commit that was made for it."""

    repository: RepositoryName
    branch: FilledText
    commit_sha: Sha
    message: Prose
    note: Prose | None = None


class TaskRun(Content):
    """A run that works on it; left out, it is the run that writes. It gives the run no right to anything."""

    run: FilledText | None = None
    product: FilledText = "agents"
    type: FilledText = "run"


class Note(Content):
    """Anything else worth knowing."""

    note: Prose


class Dismissal(Content):
    """That somebody thinks nothing should be done, and why."""

    reason: Prose | None = None
    note: Prose | None = None


class Resolution(Content):
    """The answer to which run the feedback is about, as it was given."""

    confidence: Confidence
    mode: str
    span_id: str | None
    diagnostic: str | None
    cause: str


class TextChange(Content):
    """A title or summary as it was, and as it is."""

    before: str
    after: str


class StatusChange(Content):
    """A status as it was, and as it is; why, until when, and by which merged pull request, where that is so."""

    before: ReportStatus
    after: ReportStatus
    reason: str | None = None
    snoozed_until: str | None = None
    pull_request_url: str | None = None
