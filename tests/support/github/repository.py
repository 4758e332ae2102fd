"""A repository of the stand-in: its names, its clone, what stands on it, and who may do what."""

# ruff: noqa: A002 -- the arguments are GitHub's fields, in its words
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.builders import MAINTAINER, Person
from tests.support.clone import Clone
from tests.support.github.history import History
from tests.support.github.texts import CheckRun, CommitComment, Issue, IssueComment, Pull, Review, ReviewComment

LONG_AGO = "2026-10-01T09:00:00Z"


@dataclass(slots=True)
class Repository:
    """A repository. ``permission`` says by login who may do what: admin, maintain, write, triage, read or none.

    ``accounts`` says which account wrote the commits of a git author's name; the others' are written by nobody known.
    ``former`` are the names that it bore. Without a clone its git repository is empty.
    """

    id: int
    name: str
    clone: Clone | None = None
    former: list[str] = field(default_factory=list)
    private: bool = True
    default_branch: str = "main"
    created_at: str = "2026-09-01T00:00:00Z"
    updated_at: str = "2026-09-01T00:00:00Z"
    pushed_at: str = "2026-09-01T00:00:00Z"
    permission: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Person] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    """By number, as ``pulls``; the others by id."""
    pulls: dict[int, Pull] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    review_comments: dict[int, ReviewComment] = field(default_factory=dict)
    issue_comments: dict[int, IssueComment] = field(default_factory=dict)
    commit_comments: dict[int, CommitComment] = field(default_factory=dict)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    reactions: list[Any] = field(default_factory=list)
    """``reaction_routes.Reaction``, oldest first."""
    _history: History | None = None

    @property
    def owner(self) -> str:
        """The account that it belongs to."""
        return self.name.partition("/")[0]

    @property
    def url(self) -> str:
        """Its page."""
        return f"https://github.com/{self.name}"

    @property
    def history(self) -> History | None:
        """What git knows; None without a clone."""
        if self.clone is not None and (self._history is None or self._history.clone is not self.clone):
            self._history = History(self.clone)
        return None if self.clone is None else self._history

    def rename(self, name: str) -> None:
        """Give it another full name; the old one leads here from now on."""
        self.former.append(self.name)
        self.name = name

    def branch(self, name: str, sha: str) -> None:
        """Let a branch point to a commit. Raises ValueError without a clone."""
        if self.clone is None:
            raise ValueError(f"{self.name} has no clone")
        self.clone.git("update-ref", f"refs/heads/{name}", sha)

    def add_issue(
        self,
        number: int,
        *,
        id: int | None = None,
        user: Person | None = MAINTAINER,
        body: str | None = "It breaks.",
        title: str = "It breaks",
        state: str = "open",
        created_at: str = LONG_AGO,
        updated_at: str | None = None,
    ) -> Issue:
        """Keep an issue."""
        issue = Issue(
            id=id or 9_000_000 + number,
            user=user,
            body=body,
            created_at=created_at,
            updated_at=updated_at or created_at,
            number=number,
            title=title,
            state=state,
        )
        self.issues[number] = issue
        return issue

    def add_pull(
        self,
        number: int,
        *,
        head_sha: str,
        base_sha: str,
        head_ref: str = "feature",
        base_ref: str = "main",
        id: int | None = None,
        user: Person | None = MAINTAINER,
        body: str | None = "A change.",
        title: str = "A change",
        state: str = "open",
        created_at: str = LONG_AGO,
        updated_at: str | None = None,
        fork: Repository | None = None,
        fork_is_gone: bool = False,
        merged: bool = False,
        merged_at: str | None = None,
        merge_commit_sha: str | None = None,
    ) -> Pull:
        """Keep a pull request, from a branch of this repository or of a fork. A merged one is closed."""
        pull = Pull(
            id=id or 4_200_000 + number,
            issue_id=3_100_000_000 + number,
            user=user,
            body=body,
            created_at=created_at,
            updated_at=updated_at or created_at,
            number=number,
            head_sha=head_sha,
            base_sha=base_sha,
            head_ref=head_ref,
            base_ref=base_ref,
            head_repository=None if fork_is_gone else (fork or self).id,
            title=title,
            state="closed" if merged else state,
            merged=merged,
            merged_at=(merged_at or updated_at or created_at) if merged else None,
            merge_commit_sha=merge_commit_sha,
        )
        self.pulls[number] = pull
        return pull

    def add_review(
        self,
        number: int,
        id: int,
        *,
        user: Person | None = MAINTAINER,
        body: str | None = "",
        state: str = "COMMENTED",
        commit_id: str | None = None,
        submitted_at: str = LONG_AGO,
        edited_at: str | None = None,
    ) -> Review:
        """Keep a review of a pull request, whose text was last edited at a time (None: never)."""
        review = Review(
            id=id,
            user=user,
            body=body,
            created_at=submitted_at,
            updated_at=submitted_at,
            number=number,
            state=state,
            commit_id=commit_id,
            edited_at=edited_at,
        )
        self.reviews[id] = review
        return review

    def add_review_comment(
        self,
        number: int,
        id: int,
        *,
        path: str,
        commit_id: str,
        original_commit_id: str | None = None,
        user: Person | None = MAINTAINER,
        body: str | None = "",
        review_id: int | None = None,
        in_reply_to_id: int | None = None,
        line: int | None = None,
        start_line: int | None = None,
        original_line: int | None = None,
        original_start_line: int | None = None,
        side: str | None = "RIGHT",
        start_side: str | None = None,
        subject_type: str = "line",
        diff_hunk: str = "",
        created_at: str = LONG_AGO,
        updated_at: str | None = None,
    ) -> ReviewComment:
        """Keep a review comment; outdated where ``line`` is None. The original line is the line unless given."""
        comment = ReviewComment(
            id=id,
            user=user,
            body=body,
            created_at=created_at,
            updated_at=updated_at or created_at,
            number=number,
            pull_request_review_id=review_id,
            in_reply_to_id=in_reply_to_id,
            path=path,
            line=line,
            start_line=start_line,
            original_line=line if original_line is None else original_line,
            original_start_line=start_line if original_start_line is None else original_start_line,
            side=side,
            start_side=start_side,
            subject_type=subject_type,
            commit_id=commit_id,
            original_commit_id=original_commit_id or commit_id,
            diff_hunk=diff_hunk,
        )
        self.review_comments[id] = comment
        return comment

    def add_issue_comment(
        self,
        number: int,
        id: int,
        *,
        user: Person | None = MAINTAINER,
        body: str | None = "",
        created_at: str = LONG_AGO,
        updated_at: str | None = None,
    ) -> IssueComment:
        """Keep a comment on an issue or pull request."""
        comment = IssueComment(
            id=id,
            user=user,
            body=body,
            created_at=created_at,
            updated_at=updated_at or created_at,
            number=number,
        )
        self.issue_comments[id] = comment
        return comment

    def add_commit_comment(
        self,
        id: int,
        *,
        commit_id: str,
        path: str | None = None,
        line: int | None = None,
        user: Person | None = MAINTAINER,
        body: str | None = "",
        created_at: str = LONG_AGO,
        updated_at: str | None = None,
    ) -> CommitComment:
        """Keep a comment on a commit."""
        comment = CommitComment(
            id=id,
            user=user,
            body=body,
            created_at=created_at,
            updated_at=updated_at or created_at,
            commit_id=commit_id,
            path=path,
            line=line,
            position=line,
        )
        self.commit_comments[id] = comment
        return comment
