"""Reading a repository's history, page by page (100 items, from page 1 on), in the background of everything else.

Pages are read until one has no items, or is ``Page.last``. What is created meanwhile comes at the end, where GitHub
takes an order; commits come newest first.
"""

from __future__ import annotations

from datetime import datetime

from resolver.github import addresses, pages, shapes
from resolver.github.asker import Asker
from resolver.github.pages import Page
from resolver.model.asking import Place


class History:
    """Asks for pages. Each method raises what ``Github`` raises; ``since`` leaves out what changed before it."""

    _asker: Asker

    def pulls(self, place: Place, page: int) -> Page[shapes.PullShape]:
        """Return a page of the pull requests, oldest first."""
        return pages.page(self._asker.in_background(), place, addresses.PULLS, shapes.PullShape, {"page": page})

    def reviews(self, place: Place, number: int, page: int = 1) -> Page[shapes.ReviewShape]:
        """Return a page of the reviews of a pull request, oldest first."""
        form, shape = addresses.REVIEWS, shapes.ReviewShape
        return pages.page(self._asker.in_background(), place, form, shape, {"number": number, "page": page})

    def issues(self, place: Place, page: int, since: datetime | None = None) -> Page[shapes.IssueShape]:
        """Return a page of the issues, pull requests among them, oldest first."""
        form, shape = addresses.ISSUES, shapes.IssueShape
        return pages.page(self._asker.in_background(), place, form, shape, {"page": page, "since": since})

    def issue_comments(self, place: Place, page: int, since: datetime | None = None) -> Page[shapes.IssueCommentShape]:
        """Return a page of the comments on all issues and pull requests, oldest first."""
        form, shape = addresses.ISSUE_COMMENTS, shapes.IssueCommentShape
        return pages.page(self._asker.in_background(), place, form, shape, {"page": page, "since": since})

    def all_review_comments(
        self, place: Place, page: int, since: datetime | None = None
    ) -> Page[shapes.ReviewCommentShape]:
        """Return a page of the review comments on all pull requests, oldest first."""
        form, shape = addresses.REVIEW_COMMENTS, shapes.ReviewCommentShape
        return pages.page(self._asker.in_background(), place, form, shape, {"page": page, "since": since})

    def commit_comments(self, place: Place, page: int) -> Page[shapes.CommitCommentShape]:
        """Return a page of the comments on all commits, oldest first."""
        form, shape = addresses.COMMIT_COMMENTS, shapes.CommitCommentShape
        return pages.page(self._asker.in_background(), place, form, shape, {"page": page})

    def commits(self, place: Place, page: int, since: datetime | None = None) -> Page[shapes.CommitShape]:
        """Return a page of the default branch's commits, without their files, newest first."""
        form, shape = addresses.COMMITS, shapes.CommitShape
        return pages.page(self._asker.in_background(), place, form, shape, {"page": page, "since": since})
