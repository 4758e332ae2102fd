"""What agents registered: runs; and what links them to GitHub: sightings of their claims."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from resolver.model.github import Kind


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an agent, named by ``span_id`` within ``workspace`` (SPEC §7).

    ``repository`` is the full name as registered, ``repository_id`` its number once known. ``numbers`` holds
    every issue and pull request the run works on, ``number`` first when there is one. ``sessions`` are the names by
    which other tools know it, each in its one spelling (``resolver.marks.sessions``). ``registered_at`` is when the
    store first kept it.
    """

    workspace: str
    span_id: str
    repository: str
    agent_name: str
    started_at: datetime
    repository_id: int | None = None
    number: int | None = None
    numbers: tuple[int, ...] = ()
    agent_id: str | None = None
    backend: str | None = None
    prompt_version_id: str | None = None
    prompt_ref: str | None = None
    skill_version_ids: tuple[str, ...] = ()
    guardrail_version_ids: tuple[str, ...] = ()
    event_id: str | None = None
    head_sha: str | None = None
    branch: str | None = None
    trace_id: str | None = None
    internal: bool = False
    report_id: str | None = None
    purpose: str | None = None
    ended_at: datetime | None = None
    artifacts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    registered_at: datetime | None = field(default=None, compare=False)


class Trust(enum.StrEnum):
    """How much a claim proves: unsigned ones are kept where there is no key, and never give ``exact``."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Carrier:
    """What carries a claim: an object's revision (``id``, ``posted_at``), or a commit (``sha``).

    The rest is what the carrier says of itself, as far as a look-up needs it. ``posted_at`` is when the text with
    the claim was written: the revision's ``updated_at``, a commit's time of push. ``author_id`` is the object's
    author, with the type and association that GitHub stated with the text; commits have none that GitHub vouches for.
    """

    repository_id: int
    kind: Kind | None
    key: str
    posted_at: datetime
    number: int | None = None
    author_id: int | None = None
    author_login: str | None = None
    url: str = ""
    author_type: str | None = field(default=None, compare=False)
    author_association: str | None = field(default=None, compare=False)

    @property
    def is_commit(self) -> bool:
        """Whether the claim stands in a commit message; ``key`` is the SHA then, an id otherwise."""
        return self.kind is None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A claim that was read and verified in one carrier: a row of the reverse index.

    Signature, instance and workspace were checked when it was read (``verified_with`` is the key's id, None for
    unsigned). Whether it *counts* (its repository's names, its number, who posted it first) depends on facts that
    may arrive later, so that is asked when it is used: ``resolver.evidence``. ``digest`` is the same for the same
    claim, wherever it stands. ``proof`` is the same for the same claim with the same signature
    (``resolver.claims.signing.proof``); None where there is none, or it was read before those were kept.
    """

    carrier: Carrier
    digest: str
    workspace: str
    span_id: str
    agent_id: str | None
    agent_name: str | None
    repository: str | None
    number: int | None
    trust: Trust
    verified_with: str | None
    verified_at: datetime
    proof: bytes | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """That a claim was verified: by which key (its id), when, and with which signature, as far as that was kept."""

    key_id: str | None
    verified_at: datetime
    proof: bytes | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that no valid key verifies now, and that still counts if it was verified before (SPEC §2.3).

    ``genuine`` says that its key is at hand and did sign it, but does not count any more (or yet): then it is enough
    that this claim was verified. Otherwise nobody can tell whether the signature holds: the very same one must have.
    ``sighting`` says what it claims; ``reason`` is the refusal where it was not verified before.
    """

    sighting: Sighting
    reason: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one text: the claims that verified, and for each one that did not, the reason.

    Those in ``doubts`` are neither until somebody looks them up (``resolver.claims.doubts``); they are never kept.
    """

    sightings: tuple[Sighting, ...] = ()
    refusals: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


NO_CLAIMS = Reading()
"""Of a text without claims."""
