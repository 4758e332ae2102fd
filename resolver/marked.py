"""What other tools' marks are good for, where no signature speaks.

Nobody signs a mark: whoever may write a text may write one. So a mark never makes ``exact``, and never stands against
what is signed: these steps are asked only where the chain found no signed evidence (``resolver.chain``). There a mark
that names a session leads to the run that was registered with that session, and the answer is ``claimed``, when

* the operator lets marks do that (``MarkUse.CLAIMED``); otherwise they are hints, which change no answer;
* all sessions that marks of one kind name lead to that one run, and no other kind leads to another;
* the run is registered for this repository;
* the text is of an account that a tool may post as, a commit is the repository's own, and no claim in it was refused.

Marks that name a tool alone, or a session of no registered run, are candidates without a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from resolver import marks
from resolver.evidence import Evidence
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome
from resolver.model.github import ObjectRef
from resolver.model.marks import Mark, MarkKind
from resolver.model.runs import Run
from resolver.query import Query
from resolver.step import Found

HINT = "marks are hints here, and change no answer (WHICHRUN_MARKS)"
NOBODY = "which nobody signed"


@dataclass(frozen=True, slots=True)
class Carried:
    """What may carry marks: its ``name`` for people, its marks, and why those could be anybody's."""

    name: str
    marks: tuple[Mark, ...]
    doubt: str | None = None


MarkPlace = Callable[[Query, Evidence], tuple[Carried, ...]]
"""Returns what may carry marks at one place; nothing where the question is not about it. Raises what the store does."""


@dataclass(frozen=True, slots=True)
class _Led:
    """Where marks lead: ``runs`` by span, and what keeps them from being believed."""

    runs: dict[str, Run]
    doubts: tuple[str, ...]


def in_text(ref: ObjectRef, evidence: Evidence) -> Carried | None:
    """Return what a comment, review or body carries; None where its text then is not known."""
    revision, thing = evidence.text(ref), evidence.object(ref)
    if revision is None or thing is None:
        return None
    found = marks.of_text(revision.body)
    doubt = None
    if found and not evidence.may_write_marks(thing.author, revision.author_association):
        doubt = f"{thing.author.login} is no account that is known to be a tool's"
    elif found and (admitted := evidence.artifacts(ref)) is not None and admitted.refusals:
        doubt = "a claim beside it was refused"
    return Carried(thing.url, found, doubt)


def in_commit(sha: str, path: str | None, evidence: Evidence) -> Carried | None:
    """Return what a commit carries, in its message or recorded of it for a path; None where it is not known."""
    commit, admitted = evidence.commit(sha)
    if commit is None:
        return None
    recorded = tuple(mark for mark in evidence.recorded_marks(sha) if path is None or mark.path in {None, path})
    found = tuple(dict.fromkeys((*marks.of_commit(commit.message), *recorded)))
    doubt = None
    if found and admitted.refusals:
        doubt = "a claim beside it was refused"
    elif evidence.believes_marks and any(map(evidence.runs_of, found)):
        doubt = evidence.of_a_fork(sha)
    return Carried(f"commit {sha}", found, doubt)


def decide(mode: str, carried: Sequence[Carried], evidence: Evidence) -> Found | None:
    """Return what the marks of a place come to: ``claimed``, or a hint; None where it carries none.

    All of what is ``carried`` has to name the run: several commits that wrote the lines in question do.
    """
    told = [(one, mark) for one in carried for mark in one.marks]
    if not told:
        return None
    led = _lead(carried, evidence)
    evidence_named = tuple(dict.fromkeys(one.name for one, _ in told))
    detail = "; ".join(dict.fromkeys(_said(mark, one, evidence.runs_of(mark)) for one, mark in told))
    if len(led.runs) == 1 and not led.doubts and evidence.believes_marks:
        (run,) = led.runs.values()
        finding = Finding(mode, Outcome.DECIDED, f"{detail}, {NOBODY}", evidence_named)
        return Found(finding, Answer(Confidence.CLAIMED, mode, run.span_id, None))
    but = "; ".join((*led.doubts, *(() if evidence.believes_marks else (HINT,))))
    finding = Finding(mode, Outcome.NOTHING, f"{detail}, {NOBODY}{f'; {but}' if but else ''}", evidence_named)
    return Found(finding)


def candidates(carried: Iterable[Carried], evidence: Evidence) -> tuple[Candidate, ...]:
    """Return the runs and tools that marks name, each once, runs first."""
    runs: dict[str, Candidate] = {}
    tools: dict[str, Candidate] = {}
    for one in carried:
        for mark in one.marks:
            reason = f"{_words(mark)} stands in {one.name}, {NOBODY}"
            found = evidence.runs_of(mark)
            for run in found:
                runs.setdefault(run.span_id, Candidate(run.span_id, run.agent_name, reason))
            if not found and mark.tool is not None:
                tools.setdefault(mark.tool, Candidate(None, mark.tool, reason))
    return (*runs.values(), *tools.values())


def names_sessions(carried: Iterable[Carried]) -> bool:
    """Whether any of the marks names a session: then the place speaks of that one, and no other is asked."""
    return any(mark.session is not None for one in carried for mark in one.marks)


def _lead(carried: Sequence[Carried], evidence: Evidence) -> _Led:
    runs: dict[str, Run] = {}
    doubts: dict[str, None] = {}
    for one in carried:
        led = _follow(one.marks, evidence)
        runs.update(led.runs)
        doubts.update(dict.fromkeys(led.doubts))
        if not led.runs:
            doubts[f"{one.name} names no run"] = None
        elif one.doubt is not None:
            doubts[one.doubt] = None
    if len(runs) > 1:
        doubts[f"they lead to {len(runs)} runs"] = None
    return _Led(runs, tuple(doubts))


def _follow(found: Iterable[Mark], evidence: Evidence) -> _Led:
    """Follow the marks of one text, kind by kind: a kind that leads nowhere is another tool's word for the same."""
    runs: dict[str, Run] = {}
    doubts: dict[str, None] = {}
    by_kind: dict[MarkKind, list[tuple[Run, ...]]] = {}
    for mark in found:
        if mark.session is not None:
            by_kind.setdefault(mark.kind, []).append(evidence.runs_of(mark))
    for kind, ends in by_kind.items():
        runs.update({run.span_id: run for end in ends for run in end})
        if any(ends) and not all(ends):
            doubts[f"not every session that {kind} names is a registered run's"] = None
    return _Led(runs, tuple(doubts))


def _said(mark: Mark, one: Carried, runs: tuple[Run, ...]) -> str:
    of = " and ".join(f"run {run.span_id} ({run.agent_name})" for run in runs)
    return f"{one.name} carries {_words(mark)}{f' of {of}' if of else ''}"


def _words(mark: Mark) -> str:
    """Name a mark for a sentence."""
    about = " ".join(filter(None, (mark.session, f"({mark.tool})" if mark.tool else None)))
    return f"{mark.kind} {about}" if about else str(mark.kind)
