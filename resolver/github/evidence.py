"""The questions that evidence is asked for by: ``Github``, but for blame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from resolver.errors import GithubAnswerError
from resolver.github import addresses, pages, reading, shapes
from resolver.github.addresses import Form
from resolver.github.asker import Asker, Values, check
from resolver.github.kept import Kept, KeptOne
from resolver.model.asking import Access, Place
from resolver.model.github import Kind
from resolver.payloads.parts import Part, Text

P = TypeVar("P", bound=Part)
H = TypeVar("H", bound=Text)

_NO_SUCH_COMMIT = frozenset({409, 422})
"""Beside 404: the repository is empty, or "No commit found for SHA"."""
_REACTIONS = {
    Kind.ISSUE: addresses.ISSUE_REACTIONS,
    Kind.PULL_REQUEST: addresses.ISSUE_REACTIONS,
    Kind.ISSUE_COMMENT: addresses.ISSUE_COMMENT_REACTIONS,
    Kind.REVIEW_COMMENT: addresses.REVIEW_COMMENT_REACTIONS,
    Kind.COMMIT_COMMENT: addresses.COMMIT_COMMENT_REACTIONS,
}
_MOST_FILES = 3000
_COMPARED_PAGES = 10
_ACCESS = {
    "admin": Access.ADMIN,
    "maintain": Access.WRITE,
    "write": Access.WRITE,
    "triage": Access.READ,
    "read": Access.READ,
    "none": Access.NONE,
}


class Evidence:
    """Asks for what a walk needs. ``Github`` says what each method returns, and raises."""

    _asker: Asker
    _kept: Kept

    def review_comment(self, place: Place, comment_id: int) -> shapes.ReviewCommentShape | None:
        """Return a review comment."""
        shape, form = shapes.ReviewCommentShape, addresses.REVIEW_COMMENT
        return _about(comment_id, self._current(place, f"review_comment:{comment_id}", shape, form, {"id": comment_id}))

    def issue_comment(self, place: Place, comment_id: int) -> shapes.IssueCommentShape | None:
        """Return a comment on an issue or pull request."""
        shape, form = shapes.IssueCommentShape, addresses.ISSUE_COMMENT
        return _about(comment_id, self._current(place, f"issue_comment:{comment_id}", shape, form, {"id": comment_id}))

    def commit_comment(self, place: Place, comment_id: int) -> shapes.CommitCommentShape | None:
        """Return a comment on a commit."""
        shape, form = shapes.CommitCommentShape, addresses.COMMIT_COMMENT
        return _about(comment_id, self._current(place, f"commit_comment:{comment_id}", shape, form, {"id": comment_id}))

    def review(self, place: Place, number: int, review_id: int) -> shapes.ReviewShape | None:
        """Return a review of a pull request."""
        question = f"review:{number}:{review_id}"
        told = self._current(place, question, shapes.ReviewShape, addresses.REVIEW, {"number": number, "id": review_id})
        return _about(review_id, told)

    def review_comments(self, place: Place, number: int) -> Iterator[tuple[shapes.ReviewCommentShape, ...]]:
        """Yield the review comments of a pull request."""
        form, shape = addresses.PULL_REVIEW_COMMENTS, shapes.ReviewCommentShape
        return pages.items(self._asker, place, form, shape, {"number": number})

    def pull(self, place: Place, number: int) -> shapes.PullShape | None:
        """Return a pull request."""
        told = self._current(place, f"pull:{number}", shapes.PullShape, addresses.PULL, {"number": number})
        if told is not None and told.number != number:
            raise _other()
        return told

    def pull_commits(self, place: Place, number: int) -> Iterator[tuple[shapes.CommitShape, ...]]:
        """Yield the commits of a pull request."""
        form, shape = addresses.PULL_COMMITS, shapes.CommitShape
        return pages.items(self._asker, place, form, shape, {"number": number})

    def pull_files(self, place: Place, number: int, head: str) -> tuple[shapes.FileShape, ...] | None:
        """Return the files that a pull request changes while its head is ``head``; None when it is another by now.

        The list itself does not say of which head it is: the pull request is looked at before and after.
        """
        check(place)
        addresses.COMMIT.fill(place.name, sha=head)
        addresses.PULL_FILES.fill(place.name, number=number)
        question = f"pull_files:{number}:{head}"
        kept = self._kept.many(shapes.FileShape, place.id, question)
        if kept is not None:
            return kept
        if not self._is_head(place, number, head):
            return None
        told = pages.items(self._asker, place, addresses.PULL_FILES, shapes.FileShape, {"number": number})
        files = tuple(one for page in told for one in page)[:_MOST_FILES]
        if not self._is_head(place, number, head):
            return None
        self._kept.keep_many(shapes.FileShape, place.id, question, files)
        return files

    def commit(self, place: Place, sha: str) -> shapes.CommitShape | None:
        """Return a commit with all its files, which come in pages of 300."""
        check(place)
        addresses.COMMIT.fill(place.name, sha=sha)
        question = f"commit:{sha}"
        kept = self._kept.one(shapes.CommitShape, place.id, question)
        if kept is not None:
            return kept.value
        commit: shapes.CommitShape | None = None
        files: list[shapes.FileShape] = []
        for response in pages.responses(
            self._asker, place, addresses.COMMIT, {"sha": sha}, most=pages.MOST, absent=_NO_SUCH_COMMIT
        ):
            told = reading.one(shapes.CommitShape, response.body)
            if told.sha != sha:
                raise _other()
            commit = commit or told
            files += told.files or ()
            if len(files) >= _MOST_FILES:
                break
        if commit is None:
            return None
        whole = commit.model_copy(update={"files": tuple(files[:_MOST_FILES])})
        self._kept.keep(shapes.CommitShape, place.id, question, whole)
        return whole

    def compare(self, place: Place, base: str, head: str) -> shapes.CompareShape | None:
        """Return the commits between two, 1,000 at most, and the files of the whole, which stand on the first page."""
        check(place)
        ends = {"base": base, "head": head}
        addresses.COMPARE.fill(place.name, **ends)
        question = f"compare:{base}:{head}"
        kept = self._kept.one(shapes.CompareShape, place.id, question)
        if kept is not None:
            return kept.value
        first: shapes.CompareShape | None = None
        commits: dict[str, shapes.CommitShape] = {}
        for response in pages.responses(
            self._asker, place, addresses.COMPARE, ends, most=_COMPARED_PAGES, absent=_NO_SUCH_COMMIT
        ):
            told = reading.one(shapes.CompareShape, response.body)
            first = first or told
            commits.update((one.sha, one) for one in told.commits)
            if len(commits) >= first.total_commits:
                break
        if first is None:
            return None
        whole = first.model_copy(update={"commits": tuple(commits.values())})
        self._kept.keep(shapes.CompareShape, place.id, question, whole)
        return whole

    def commit_pulls(self, place: Place, sha: str) -> tuple[shapes.PullShape, ...]:
        """Return the pull requests that a commit belongs to."""
        form, shape = addresses.COMMIT_PULLS, shapes.PullShape
        told = pages.items(self._asker, place, form, shape, {"sha": sha}, absent=_NO_SUCH_COMMIT)
        return tuple(one for page in told for one in page)

    def reactions(self, place: Place, kind: Kind, on: int) -> Iterator[tuple[shapes.ReactionShape, ...]]:
        """Yield the reactions to a comment, by its id, or to an issue or pull request, by its number."""
        form = _REACTIONS.get(kind)
        if form is None:
            raise GithubAnswerError(f"GitHub tells no reactions to a {kind}")
        values: Values = {"id": on} if "{id}" in form.template else {"number": on}
        return pages.items(self._asker, place, form, shapes.ReactionShape, values)

    def permission(self, place: Place, login: str) -> tuple[int | None, Access] | None:
        """Return the id of the account that bears a login, and what it may do; None: the login is nobody's."""
        response = self._asker.ask(place, addresses.PERMISSION, {"login": login})
        if response is None:
            return None
        told = reading.one(shapes.PermissionShape, response.body)
        access = _ACCESS.get(told.permission)
        if access is None:
            raise GithubAnswerError("GitHub's answer names a permission that is not known")
        return None if told.user is None else told.user.id, access

    def _is_head(self, place: Place, number: int, head: str) -> bool:
        pull = self.pull(place, number)
        return pull is not None and pull.head.sha == head

    def _current(self, place: Place, question: str, shape: type[P], form: Form, values: Values) -> P | None:
        """Return an object as it is now; where it has not changed, GitHub only says so."""
        check(place)
        form.fill(place.name, **values)
        kept = self._kept.one(shape, place.id, question)
        response = self._asker.ask(place, form, values, etag=None if kept is None else kept.etag)
        if response is None:
            return None
        if response.status == 304:  # noqa: PLR2004 -- Not Modified
            if kept is None:
                raise GithubAnswerError("GitHub says that nothing changed since it was never asked")
            return kept.value
        value = reading.one(shape, response.body)
        self._kept.keep_version(shape, place.id, question, KeptOne(value, response.headers.get("etag")))
        return value


def _about(wanted: int, told: H | None) -> H | None:
    """Hold an answer against what was asked for."""
    if told is not None and told.id != wanted:
        raise _other()
    return told


def _other() -> GithubAnswerError:
    return GithubAnswerError("GitHub's answer is about something else than was asked")
