"""What a run made: where its claim was seen, and what it said it made.

A run's claim in a delivered text is a *sighting*; a run may also say, by address, what it made (SPEC §7). Each such
address is confirmed once a delivery has brought what stands there. That is no evidence: with the run's claim in it,
it is listed as the sighting alone; without, it keeps no trust. Sightings come first, newest first; the addresses
that show none come after them, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from resolver import urls
from resolver.evidence import Evidence
from resolver.model.github import Kind, ObjectRef
from resolver.model.runs import Carrier, Run, Sighting, Trust
from resolver.policy import Policy
from resolver.query import Query
from resolver.urls import Target
from store import Catalogue

SAID = -1_000_000
"""Positions in the list: a sighting stands at its id in the store (1 or more), the n-th address at this plus n.

So all addresses come after all sightings, and positions fall all along the list. A run says fewer addresses.
"""
BATCH = 500
"""How many sightings are read at once to see which addresses they stand at."""
SUBJECT_KINDS = frozenset({Kind.ISSUE, Kind.PULL_REQUEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something that a run made. ``kind`` is None for a commit; what only a claim there tells is None without one.

    ``confirmed`` says that a delivery has brought it, signed or not; ``copied`` that another account posted the claim
    first: it is evidence for nothing then (SPEC §4).
    """

    url: str
    kind: Kind | None
    number: int | None
    confirmed: bool
    copied: bool = False
    trust: Trust | None = None
    verified_with: str | None = None
    verified_at: datetime | None = None
    posted_at: datetime | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What one run made, as a view of the store shows it."""

    catalogue: Catalogue
    policy: Policy
    run: Run
    now: datetime

    def listed(self, *, before: int | None, limit: int) -> list[tuple[int, Artifact]]:
        """Return up to ``limit`` artifacts that stand after the position ``before``, each with its own position."""
        rows: list[tuple[int, Artifact]] = []
        if before is None or before > 0:
            sightings = self._page(before, limit)
            evidence = self._evidence()
            rows = [(position, self._seen(sighting, evidence)) for position, sighting in sightings]
        if len(rows) < limit and self.run.artifacts:
            rows += [(position, self._said(url)) for position, url in self._unsigned(before)[: limit - len(rows)]]
        return rows

    def _page(self, before: int | None, limit: int) -> tuple[tuple[int, Sighting], ...]:
        return self.catalogue.artifacts(self.run.workspace, self.run.span_id, before=before, limit=limit)

    def _evidence(self) -> Evidence:
        """Return the facts by which it is judged who may have posted the run's claim."""
        run = self.run
        return Evidence(self.catalogue, self.policy, Query(run.workspace, run.repository, run.repository_id, self.now))

    def _seen(self, sighting: Sighting, evidence: Evidence) -> Artifact:
        carrier = sighting.carrier
        return Artifact(
            url=self._commit_url(carrier, evidence) if carrier.is_commit else carrier.url,
            kind=carrier.kind,
            number=carrier.number,
            confirmed=True,
            copied=evidence.is_copy(sighting),
            trust=sighting.trust,
            verified_with=sighting.verified_with,
            verified_at=sighting.verified_at,
            posted_at=carrier.posted_at,
            author=carrier.author_login,
        )

    def _commit_url(self, carrier: Carrier, evidence: Evidence) -> str:
        """Return a commit's address: no delivery states it in the form that people link to."""
        known = self.catalogue.repository(carrier.repository_id)
        name = evidence.names()[0] if known is None else known.names[0]
        return f"{self.policy.web}/{name}/commit/{carrier.key}"

    def _unsigned(self, before: int | None) -> list[tuple[int, str]]:
        """Return the addresses that the run named after the position ``before`` and that no sighting of it shows."""
        carriers = [sighting.carrier for sighting in self._sightings()]
        rows = []
        for index, url in reversed(list(enumerate(self.run.artifacts))):
            position = SAID + index
            target = urls.parse(url)
            later = before is None or position < before
            if later and not any(_is_at(carrier, target) for carrier in carriers):
                rows.append((position, url))
        return rows

    def _said(self, url: str) -> Artifact:
        target = urls.parse(url)
        return Artifact(url=url, kind=target.kind, number=target.number, confirmed=self._was_delivered(target))

    def _was_delivered(self, target: Target) -> bool:
        """Whether a delivery has brought what an address names, also when it was deleted since."""
        known = self.catalogue.repository_named(self.run.workspace, target.repository)
        if known is None:
            return False
        if target.kind is None:
            return target.sha is not None and self.catalogue.commit(known.id, target.sha) is not None
        if target.id is not None:
            return self.catalogue.object(ObjectRef(known.id, target.kind, target.id)) is not None
        if target.number is None:
            return False
        subject = self.catalogue.subject(known.id, target.number)
        return subject is not None and subject.ref.kind in _alike(target.kind)

    def _sightings(self) -> Iterator[Sighting]:
        before: int | None = None
        while rows := self._page(before, BATCH):
            yield from (sighting for _, sighting in rows)
            before = rows[-1][0]


def _is_at(carrier: Carrier, target: Target) -> bool:
    """Whether a claim stands in what an address names; one number is never both an issue and a pull request."""
    if target.kind is None:
        return carrier.is_commit and carrier.key == target.sha
    if target.id is not None:
        return carrier.kind == target.kind and carrier.key == str(target.id)
    return carrier.kind in _alike(target.kind) and carrier.number == target.number


def _alike(kind: Kind) -> frozenset[Kind]:
    """Return the kinds of subject that an address of one kind may lead to: GitHub leads issues to pull requests."""
    return SUBJECT_KINDS if kind in SUBJECT_KINDS else frozenset({kind})
