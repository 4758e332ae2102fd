"""What an answer says: which run, how sure that is, and where it is told how it was found.

Whatever people or agents wrote stands in it as inline code (``showing``), or not at all: no diagnostic and no reason of
a correction, which quote texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from resolver.answering.own import mark
from resolver.answering.showing import shown
from resolver.correction import MANUAL
from resolver.model.answers import Answer, Confidence
from resolver.model.feedback import SETTABLE, Feedback, Status
from resolver.model.runs import Run

_SURE: Final = {
    Confidence.EXACT: "How sure: exact. The evidence admits this run alone.",
    Confidence.CLAIMED: "How sure: claimed. A mark says so, which nobody signed.",
    Confidence.INFERRED: "How sure: inferred. This is a guess, from times or from evidence that is not complete.",
}
_BY_HAND: Final = "How sure: a person said so."
_NOBODY: Final = "No run can be named for this feedback."
_NOBODY_BY_HAND: Final = "This feedback is about no run: a person said so."


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of feedback: a line that needs no Markdown, and the sentences, which are Markdown."""

    title: str
    sentences: tuple[str, ...]


_TAKEN_BACK: Final = {
    Status.WITHDRAWN: Said("Taken back", ("This feedback was taken back.",)),
    Status.IGNORED: Said(
        "Does not count", ("This feedback does not count: whoever wrote or edited it may give none.",)
    ),
}


def say(feedback: Feedback, run: Run | None) -> Said:
    """Put the newest answer into words; ``run`` is the registered run that it names."""
    if feedback.state.status not in SETTABLE:
        return _TAKEN_BACK[feedback.state.status]
    answer = None if feedback.resolution is None else feedback.resolution.answer
    by_hand = answer is not None and answer.mode == MANUAL
    if answer is None or answer.confidence is Confidence.UNRESOLVED or answer.span_id is None:
        return Said("No run can be named", (_NOBODY_BY_HAND if by_hand else _NOBODY,))
    sure = _BY_HAND if by_hand else _SURE[answer.confidence]
    kind = "by a person" if by_hand else answer.confidence.value
    return Said(f"A run is named ({kind})", (f"This feedback is about {_run(answer, run)}.", sure))


def reply(said: Said, marker: str, page: str) -> dict[str, object]:
    """Return the body of a comment: the mark first, on a line of its own, which ends an HTML block."""
    return {"body": "\n\n".join((mark(marker), *said.sentences, _link(page)))}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A check run of a commit, ``sha``, that is found again by its ``marker``; ``page`` is where it leads to.

    https://docs.github.com/en/rest/checks/runs#create-a-check-run has the fields. ``output`` is a ``title``, which is
    no Markdown, and a ``summary``, which is.
    """

    name: str
    sha: str
    marker: str
    page: str | None = None

    def completed(self, conclusion: str, output: Mapping[str, str]) -> dict[str, object]:
        """Return what is sent of one that has ended."""
        return {**self._sent(output), "status": "completed", "conclusion": conclusion}

    def pending(self, output: Mapping[str, str]) -> dict[str, object]:
        """Return what is sent of one that goes on."""
        return {**self._sent(output), "status": "in_progress"}

    def _sent(self, output: Mapping[str, str]) -> dict[str, object]:
        sent: dict[str, object] = {"name": self.name, "head_sha": self.sha, "external_id": self.marker}
        linked = {} if self.page is None else {"details_url": self.page}
        return {**sent, **linked, "output": dict(output)}


def check(said: Said, run: CheckRun) -> dict[str, object]:
    """Return a check run that says so; it is neutral: feedback neither passes nor fails anything."""
    sentences = said.sentences if run.page is None else (*said.sentences, _link(run.page))
    return run.completed("neutral", {"title": said.title, "summary": "\n\n".join(sentences)})


def _run(answer: Answer, run: Run | None) -> str:
    named = f"the run {shown(answer.span_id or '')}"
    if run is None:
        return named
    version = "" if run.prompt_version_id is None else f", with the prompt version {shown(run.prompt_version_id)}"
    return f"{named} of the agent {shown(run.agent_name)}{version}"


def _link(page: str) -> str:
    return f"[How this was found]({page})"
