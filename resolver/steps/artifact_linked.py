"""Step 10: the text links to an artifact of the same repository."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit

from resolver import urls
from resolver.admission import Admitted
from resolver.errors import UrlError
from resolver.evidence import Evidence
from resolver.model.github import ObjectRef
from resolver.passages import read
from resolver.pointing import Pointed, decide, pointed
from resolver.query import Query
from resolver.step import Found, not_applicable
from resolver.urls import Target

MODE = "artifact_linked"
MOST_LINKS = 50
"""How many of the links to this repository's objects are followed."""
_DARK = Target("", None, None, None, None)


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the objects that are linked to."""
    at = linked(query, evidence)
    if at is None:
        return not_applicable(MODE, "the text links to no object of this repository")
    return decide(MODE, at, verb="the text links to")


def linked(query: Query, evidence: Evidence) -> Pointed | None:
    """Return what the text links to; None when nothing of it leads to this repository.

    A link into the repository that names no object which can be signed, or names one in a way that nobody here
    understands, may lead to anybody's: it is as good as one to what was never delivered.
    """
    passages = read(query.body)
    targets: dict[Target, str] = {}
    dark = dict.fromkeys(passages.relative)
    for link in passages.links:
        target = _target(link, evidence)
        if target is _DARK:
            dark[link] = None
        elif target is not None:
            targets.setdefault(target, link)
    if not targets and not dark:
        return None
    doubts = [f"it has more than {MOST_LINKS} links"] if len(targets) > MOST_LINKS else []
    parts = {link: _claims(query, target, evidence) for target, link in list(targets.items())[:MOST_LINKS]}
    if any(target.sha is not None and evidence.squashed(target.sha) for target in targets):
        doubts.append("it links to a commit that merged others")
    return pointed(parts | dict.fromkeys(list(dark)[:MOST_LINKS]), tuple(doubts))


def _target(link: str, evidence: Evidence) -> Target | None:
    """Return what a link leads to: None elsewhere, ``_DARK`` where it leads to something here that is not known."""
    try:
        parts = urlsplit(link)
        host = _host(parts)
    except ValueError:
        return None
    if host != _host(urlsplit(evidence.web)):
        return None
    owner, _, rest = unquote(parts.path).lstrip("/").partition("/")
    name = f"{owner}/{rest.partition('/')[0]}"
    if name.lower() not in {known.lower() for known in evidence.names()}:
        return None
    try:
        target = urls.parse(link)
    except UrlError:
        return _DARK
    return target if evidence.leads_here(target.repository) else _DARK


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """Return host and port in one spelling. Raises ValueError for a port that is none."""
    port = None if parts.port in {80, 443} else parts.port
    return (parts.hostname or "").rstrip(".").removeprefix("www."), port


def _claims(query: Query, target: Target, evidence: Evidence) -> Admitted | None:
    """Return the claims in what is linked to; None when it was never delivered, or does not stand there."""
    if query.repository_id is None:
        return None
    if target.kind is None and target.sha is not None:
        commit, admitted = evidence.commit(target.sha, linked=True)
        return None if commit is None else admitted
    if target.kind is not None and target.id is not None:
        thing = evidence.object(ObjectRef(query.repository_id, target.kind, target.id))
    else:
        thing = None if target.number is None else evidence.subject(target.number)
    # Under another number GitHub shows another page, and nothing of the object that the address ends with.
    wrong = thing is not None and target.number is not None and thing.number not in {None, target.number}
    return None if thing is None or wrong else evidence.made(thing.ref, thing.review_id)
