"""What a run made: where its claim was seen, and what it said it made.

A run's claim in a delivered text is a *sighting*; a run may also say, by address, what it made (SPEC §7). Each such
address is confirmed by the delivery that shows the run's claim there, and listed as that sighting from then on.
Sightings come first, newest first; the addresses that no delivery has confirmed come after them, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from resolver import urls
from resolver.evidence import Evidence
from resolver.model.github import Kind
from resolver.model.runs import Carrier, Run, Sighting, Trust
from resolver.policy import Policy
from resolver.query import Query
from resolver.urls import Target
from store import Catalogue

UNCONFIRMED = -1_000_000
"""Positions in the list: a sighting stands at its id in the store (1 or more), the n-th address at this plus n.

So all addresses come after all sightings, and positions fall all along the list. A run says fewer addresses.
"""
BATCH = 500
"""How many sightings are read at once to see which addresses they confirm."""
SUBJECT_KINDS = frozenset({Kind.ISSUE, Kind.PULL_REQUEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something that a run made. ``kind`` is None for a commit; what only a delivery tells is None without one.

    ``copied`` says that another account posted the claim first: it is evidence for nothing then (SPEC §4).
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
    """What one run made, as a view of the store shows it. ``web`` is where GitHub's pages are: ``https://github.com``."""

    catalogue: Catalogue
    policy: Policy
    run: Run
    web: str
    now: datetime

    def listed(self, *, before: int | None, limit: int) -> list[tuple[int, Artifact]]:
        """Return up to ``limit`` artifacts that stand after the position ``before``, each with its own position."""
        rows: list[tuple[int, Artifact]] = []
        if before is None or before > 0:
            sightings = self._page(before, limit)
            evidence = self._evidence()
            rows = [(position, self._seen(sighting, evidence)) for position, sighting in sightings]
        if len(rows) < limit and self.run.artifacts:
            rows += self._unconfirmed(before)[: limit - len(rows)]
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
        return f"{self.web}/{name}/commit/{carrier.key}"

    def _unconfirmed(self, before: int | None) -> list[tuple[int, Artifact]]:
        """Return the addresses that the run named after the position ``before`` and that no sighting of it shows."""
        carriers = [sighting.carrier for sighting in self._sightings()]
        rows = []
        for index, url in reversed(list(enumerate(self.run.artifacts))):
            position = UNCONFIRMED + index
            target = urls.parse(url)
            later = before is None or position < before
            if later and not any(_is_at(carrier, target) for carrier in carriers):
                rows.append((position, Artifact(url=url, kind=target.kind, number=target.number, confirmed=False)))
        return rows

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
    kinds = SUBJECT_KINDS if target.kind in SUBJECT_KINDS else {target.kind}
    return carrier.kind in kinds and carrier.number == target.number
