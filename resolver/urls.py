"""Addresses of GitHub objects, as a browser shows them: which object is meant.

``https://github.com/owner/name/…`` and the same paths on GitHub Enterprise hosts. A query is ignored (GitHub adds
one to links in notifications), everything else has to fit one of the forms in ``_FORMS`` and ``_FRAGMENTS``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from resolver import names
from resolver.errors import UrlError
from resolver.model.github import Kind

_LONGEST = 2048
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names.

    A commit: ``kind`` None and its ``sha`` (with the ``number`` of the pull request it was looked at in, if any).
    A subject: ``kind`` ISSUE, PULL_REQUEST or DISCUSSION, its ``number``, and no id. Anything else: ``kind`` and
    ``id``, and the ``number`` it stands under where the address says it.
    """

    repository: str
    number: int | None
    kind: Kind | None
    id: int | None
    sha: str | None


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of path after ``/owner/name``: what it is when no fragment follows, and which fragments may."""

    path: re.Pattern[str]
    bare: bool
    kind: Kind | None
    fragments: tuple[tuple[str, Kind], ...]


_NUMBER = r"(?P<number>[0-9]+)"
_SHA = r"(?P<sha>[0-9a-f]+)"
_ON_ISSUE = (("issuecomment-", Kind.ISSUE_COMMENT),)
_ON_LINE = (("discussion_r", Kind.REVIEW_COMMENT), ("r", Kind.REVIEW_COMMENT))
_ON_PULL = (*_ON_ISSUE, *_ON_LINE, ("pullrequestreview-", Kind.REVIEW))
_ON_COMMIT = (("commitcomment-", Kind.COMMIT_COMMENT), ("r", Kind.COMMIT_COMMENT))
_ON_DISCUSSION = (("discussioncomment-", Kind.DISCUSSION_COMMENT),)

_FORMS = tuple(
    _Form(re.compile(path), bare, kind, fragments)
    for path, bare, kind, fragments in (
        (f"pull/{_NUMBER}", True, Kind.PULL_REQUEST, _ON_PULL),
        (f"pull/{_NUMBER}/(?:files|changes)", False, None, _ON_LINE),
        (f"pull/{_NUMBER}/(?:commits|changes)/{_SHA}", True, None, _ON_LINE),
        (f"issues/{_NUMBER}", True, Kind.ISSUE, _ON_ISSUE),
        (f"discussions/{_NUMBER}", True, Kind.DISCUSSION, _ON_DISCUSSION),
        (f"commit/{_SHA}", True, None, _ON_COMMIT),
    )
)


def parse(url: str) -> Target:
    """Read the address of an issue, pull request, discussion, comment, review or commit.

    Raises UrlError, with a sentence, for every other text.
    """
    parts = _split(url)
    owner, _, rest = parts.path.removeprefix("/").partition("/")
    name, _, path = rest.removesuffix("/").partition("/")
    repository = f"{owner}/{name}"
    if not names.is_repository(repository):
        raise UrlError("the address names no repository: /owner/name is expected after the host")
    for form in _FORMS:
        match = form.path.fullmatch(path)
        if match is not None:
            return _target(repository, form, match, parts.fragment)
    raise UrlError("the address is not that of an issue, pull request, discussion, comment, review or commit")


def _split(url: str) -> SplitResult:
    """Take an address apart, after refusing what ``urlsplit`` would silently mend or choke on."""
    if len(url) > _LONGEST:
        raise UrlError(f"the address is longer than {_LONGEST} characters")
    if _PRINTABLE.fullmatch(url) is None:
        raise UrlError("the address is empty or holds a character that no address may hold")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlError("the address has a malformed host or port") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise UrlError("the address is not an https:// address with a host")
    if "@" in parts.netloc:
        raise UrlError("the address holds credentials")
    return parts


def _target(repository: str, form: _Form, match: re.Match[str], fragment: str) -> Target:
    """Make the target out of a path that fits a form, and its fragment."""
    found = match.groupdict()
    number = _read_number(found["number"]) if "number" in found else None
    sha = found.get("sha")
    if sha is not None and not names.is_sha(sha):
        raise UrlError("the address holds no whole commit id: 40 hexadecimals are expected")
    if not fragment:
        if not form.bare:
            raise UrlError("the address names no comment: #r and its id are expected")
        return Target(repository, number, form.kind, None, sha)
    for prefix, kind in form.fragments:
        if fragment.startswith(prefix) and fragment[len(prefix) :].isdigit():
            return Target(repository, number, kind, _read_number(fragment.removeprefix(prefix)), None)
    raise UrlError("the part after # does not name a comment or review that can stand there")


def _read_number(text: str) -> int:
    number = names.read_number(text)
    if number is None:
        raise UrlError(f"a number in the address is not between 1 and {names.MAX_ID}")
    return number
