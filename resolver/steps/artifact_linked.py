"""Step 10: the text links to an artifact of the same repository."""

from __future__ import annotations

from urllib.parse import urlsplit

from resolver import passages, urls
from resolver.admission import Admitted
from resolver.errors import UrlError
from resolver.evidence import Evidence
from resolver.model.github import ObjectRef
from resolver.pointing import Pointed, decide, pointed
from resolver.query import Query
from resolver.step import Found, not_applicable
from resolver.urls import Target

MODE = "artifact_linked"
MOST_LINKS = 50
"""How many of the links to this repository's objects are followed."""


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the objects that are linked to."""
    at = linked(query, evidence)
    if at is None:
        return not_applicable(MODE, "the text links to no object of this repository")
    return decide(MODE, at, verb="the text links to")


def linked(query: Query, evidence: Evidence) -> Pointed | None:
    """Return what the text links to; None when that is no object of this repository."""
    targets = _targets(query, evidence)
    if not targets:
        return None
    doubts = (f"it has more than {MOST_LINKS} links",) if len(targets) > MOST_LINKS else ()
    parts = {link: _claims(query, target, evidence) for link, target in list(targets.items())[:MOST_LINKS]}
    return pointed(parts, doubts)


def _targets(query: Query, evidence: Evidence) -> dict[str, Target]:
    """Return the objects of this repository that the text links to, each once, under the first link to it."""
    links = passages.read(query.body).links
    if not links:
        return {}
    names = {name.lower() for name in evidence.names()}
    host = urlsplit(evidence.web).netloc.lower()
    found: dict[Target, str] = {}
    for link in links:
        try:
            target = urls.parse(link)
        except UrlError:
            continue
        if urlsplit(link).netloc.lower() == host and target.repository.lower() in names:
            found.setdefault(target, link)
    return {link: target for target, link in found.items()}


def _claims(query: Query, target: Target, evidence: Evidence) -> Admitted | None:
    """Return the claims in what is linked to; None when it was never delivered, or does not stand there."""
    if query.repository_id is None:
        return None
    if target.kind is None and target.sha is not None:
        commit, admitted = evidence.commit(target.sha)
        return None if commit is None else admitted
    if target.kind is not None and target.id is not None:
        thing = evidence.object(ObjectRef(query.repository_id, target.kind, target.id))
    else:
        thing = None if target.number is None else evidence.subject(target.number)
    # Under another number GitHub shows another page, and nothing of the object that the address ends with.
    wrong = thing is not None and target.number is not None and thing.number not in {None, target.number}
    return None if thing is None or wrong else evidence.made(thing.ref, thing.review_id)
