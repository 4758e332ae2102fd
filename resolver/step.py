"""What a step of the chain is, and the few ways in which one can end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from resolver.admission import Admitted
from resolver.evidence import Evidence
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome
from resolver.model.runs import Carrier, Run, Sighting, Trust
from resolver.query import Query


@dataclass(frozen=True, slots=True)
class Found:
    """What a step found, and the answer when that decides. ``trust`` is that of the claim that decided."""

    finding: Finding
    answer: Answer | None = None
    trust: Trust = Trust.SIGNED


Step = Callable[[Query, Evidence], Found]
"""A step looks at a query and its evidence. It raises only what the store raises."""


def not_applicable(mode: str, detail: str) -> Found:
    """The question is of a kind that this step says nothing about."""
    return Found(Finding(mode, Outcome.NOT_APPLICABLE, detail))


def nothing(mode: str, detail: str, *, refusals: Iterable[str] = (), evidence: Iterable[str] = ()) -> Found:
    """The step looked, and found no claim that counts."""
    return Found(Finding(mode, Outcome.NOTHING, _sentences(detail, refusals), tuple(evidence)))


def unknown(mode: str, detail: str, *, evidence: Iterable[str] = ()) -> Found:
    """The step could not look: a fact was never delivered. No later step can be exact then."""
    return Found(Finding(mode, Outcome.UNKNOWN, detail, tuple(evidence)))


def bare(mode: str, detail: str, admitted: Admitted, *, evidence: Iterable[str] = ()) -> Found:
    """No claim here counts; where one might once more is known, no later step can be exact."""
    if admitted.open:
        return unknown(mode, _sentences(detail, admitted.open), evidence=evidence)
    return nothing(mode, detail, refusals=admitted.refusals, evidence=evidence)


def exact(mode: str, admitted: Admitted, detail: str) -> Found:
    """The evidence admits one run; only inferred where a claim beside it might count once more is known."""
    if admitted.open:
        return inferred(mode, admitted.sightings[0], _sentences(detail, admitted.open))
    return _decided(mode, Confidence.EXACT, admitted.sightings[0], detail)


def inferred(mode: str, sighting: Sighting, detail: str, candidates: Iterable[Candidate] = ()) -> Found:
    """The evidence speaks for one run, and does not rule others out."""
    return _decided(mode, Confidence.INFERRED, sighting, detail, tuple(candidates))


def inferred_run(mode: str, run: Run, detail: str) -> Found:
    """One run is likely, though nothing carries its claim."""
    answer = Answer(Confidence.INFERRED, mode, run.span_id, None)
    return Found(Finding(mode, Outcome.DECIDED, detail, (f"run {run.span_id}",)), answer)


def unresolved(mode: str, diagnostic: str, *, refusals: Iterable[str] = (), evidence: Iterable[str] = ()) -> Found:
    """The step decides that no run can be named."""
    finding = Finding(mode, Outcome.DECIDED, _sentences(diagnostic, refusals), tuple(evidence))
    return Found(finding, Answer(Confidence.UNRESOLVED, mode, None, diagnostic))


def several(mode: str, admitted: Admitted, diagnostic: str) -> Found:
    """The evidence names several runs and cannot decide between them: they are the candidates."""
    candidates = candidates_of(admitted.sightings)
    finding = Finding(mode, Outcome.DECIDED, diagnostic, tuple(describe(one.carrier) for one in admitted.sightings))
    return Found(finding, Answer(Confidence.UNRESOLVED, mode, None, diagnostic, candidates))


def candidates_of(sightings: Iterable[Sighting]) -> tuple[Candidate, ...]:
    """Return the runs that some sightings name, each once, in a stable order."""
    first: dict[str, Candidate] = {}
    for one in sorted(sightings, key=lambda one: (one.carrier.posted_at, one.carrier.key, one.span_id)):
        first.setdefault(one.span_id, Candidate(one.span_id, one.agent_name, f"signed {describe(one.carrier)}"))
    return tuple(first.values())


def describe(carrier: Carrier) -> str:
    """Name what carries a claim: its address, or the commit."""
    if carrier.is_commit:
        return f"commit {carrier.key}" if carrier.key else "the text asked about"
    return carrier.url or f"{carrier.kind} {carrier.key}"


def who(sighting: Sighting) -> str:
    """Name the run of a sighting for a sentence."""
    return f"run {sighting.span_id} ({sighting.agent_name})" if sighting.agent_name else f"run {sighting.span_id}"


def _decided(
    mode: str, confidence: Confidence, sighting: Sighting, detail: str, candidates: tuple[Candidate, ...] = ()
) -> Found:
    finding = Finding(mode, Outcome.DECIDED, detail, (describe(sighting.carrier),))
    return Found(finding, Answer(confidence, mode, sighting.span_id, None, candidates), sighting.trust)


def _sentences(detail: str, refusals: Iterable[str]) -> str:
    refused = "; ".join(refusals)
    return f"{detail}; refused: {refused}" if refused else detail
