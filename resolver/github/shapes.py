"""The shapes of GitHub's REST answers, as far as they are used.

https://docs.github.com/en/rest

What a webhook delivers is described in ``resolver.payloads``; an answer's comment, review or pull request has the
same fields, and a few that name what it stands on.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from resolver.payloads.fields import Count, FullName, Id, Message, OrNone, Path, Sha, Time, Word
from resolver.payloads.parts import Account, DatedText, Part
from resolver.payloads.pulls import PullRequestText, ReviewCommentText, ReviewText
from resolver.payloads.subjects import CommitCommentText, NumberedText

_CREDENTIAL = r"^[A-Za-z0-9._~-]{8,200}$"
"""What may stand in a file of settings as it is: GitHub's own are hexadecimals, dots and words."""
_PEM = r"^-----BEGIN [A-Z ]{1,20}PRIVATE KEY-----[\r\n][A-Za-z0-9+/=\r\n]+-----END [A-Z ]{1,20}PRIVATE KEY-----\s*$"


class IssueCommentShape(DatedText):
    """A comment on an issue or pull request; ``issue_url`` ends with its number."""

    issue_url: Path


class ReviewCommentShape(ReviewCommentText):
    """A review comment; ``pull_request_url`` ends with the pull request's number."""

    pull_request_url: Path


class ReviewShape(ReviewText):
    """A review; ``pull_request_url`` ends with the pull request's number, ``node_id`` is its name in GraphQL.

    Nothing here says whether its text was edited: ``Github.review_edited`` does.
    """

    pull_request_url: Path
    node_id: Word | None = None


class CommitCommentShape(CommitCommentText):
    """A comment on a commit."""


class IssueShape(NumberedText):
    """An issue, or, where ``pull_request`` is there, a pull request as an issue."""

    pull_request: object | None = None


class ReactionShape(Part):
    """A reaction; ``content`` is ``+1``, ``-1``, ``laugh``, ``confused``, ``heart``, ``hooray``, ``rocket``, ``eyes``.

    https://docs.github.com/en/rest/reactions/reactions
    """

    id: Id
    user: Account | None = None
    content: Word
    created_at: Time


class PullShape(PullRequestText):
    """A pull request. In lists ``merged`` and ``commits`` are missing: ``merged_at`` says whether it was merged."""

    merged_at: Time | None = None


class Signature(Part):
    """Who made a commit, and when."""

    date: Time


class GitCommitShape(Part):
    """The commit as git has it."""

    message: Message
    committer: Signature


class Login(Part):
    """An account, as far as its name."""

    login: Word | None = None


class Parent(Part):
    """A parent of a commit."""

    sha: Sha


class FileShape(Part):
    """A file that a commit, or a comparison, changed.

    ``status`` is ``added``, ``removed``, ``modified``, ``renamed``, ``copied``, ``changed`` or ``unchanged``. Large
    and binary files have no ``patch``, nor has a file that only got another name: that one has no ``additions`` and
    ``deletions`` (lines) either. ``sha`` is git's id of its content, of a removed file the former one, and of a
    submodule the commit that it stands at.
    """

    filename: Path
    status: Word
    previous_filename: Path | None = None
    additions: Count | None = None
    deletions: Count | None = None
    patch: Message | None = None
    sha: Annotated[Sha | None, OrNone()] = None


class CommitShape(Part):
    """A commit. In lists ``files`` are missing."""

    sha: Sha
    commit: GitCommitShape
    author: Login | None = None
    parents: tuple[Parent, ...] = ()
    files: tuple[FileShape, ...] | None = None


class CompareShape(Part):
    """What lies between two commits, from where their ways part: ``total_commits`` may be more than ``commits``."""

    merge_base_commit: Parent
    total_commits: Count
    commits: tuple[CommitShape, ...] = ()
    files: tuple[FileShape, ...] = ()


class BranchShape(Part):
    """A branch, and the commit that it ends with."""

    name: str
    commit: Parent


class StandingShape(Part):
    """How a branch stands to a commit: ``ahead`` and ``identical`` hold it, ``behind`` and ``diverged`` do not."""

    status: Word


class TreeEntryShape(Part):
    """A file, folder or submodule of a tree: ``path`` is its whole one, ``sha`` git's id of what it holds."""

    path: Path
    sha: Sha


class TreeShape(Part):
    """All that stands in a commit's tree, in folders too; ``truncated`` where it is too much for GitHub to tell."""

    tree: tuple[TreeEntryShape, ...] = ()
    truncated: bool = False


class AccountShape(Part):
    """An account whose permission was asked for."""

    id: Id
    login: Word


class PermissionShape(Part):
    """What an account may do in a repository: ``admin``, ``write``, ``read`` or ``none``."""

    permission: Word
    user: AccountShape | None = None


class AppShape(Part):
    """The App itself: ``permissions`` by name, each ``read`` or ``write``."""

    id: Id
    slug: Word | None = None
    permissions: dict[str, str] = Field(default_factory=dict)
    events: tuple[str, ...] = ()


class CreatedAppShape(Part):
    """An App that was made from a manifest, with its secrets: GitHub tells them once.

    https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
    """

    id: Id
    slug: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]
    name: Word
    html_url: Path
    client_id: Annotated[str, Field(pattern=_CREDENTIAL)]
    client_secret: Annotated[str, Field(pattern=_CREDENTIAL, repr=False)]
    webhook_secret: Annotated[str, Field(pattern=_CREDENTIAL, repr=False)]
    pem: Annotated[str, Field(pattern=_PEM, max_length=2**14, repr=False)]


class UserTokenShape(Part):
    """A token that speaks for a user, or why there is none.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
    """

    access_token: Annotated[str | None, Field(pattern=r"^[!-~]{1,1000}$", repr=False)] = None
    error: str | None = None


class UserShape(Part):
    """The account that a user's token is of."""

    id: Id
    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class AppOfShape(Part):
    """The App that made something."""

    id: Id


class MadeShape(Part):
    """Something that was made just now."""

    id: Id


class MarkedShape(Part):
    """A comment, as far as it tells whose it is."""

    id: Id
    body: Message | None = None
    user: Login | None = None
    performed_via_github_app: AppOfShape | None = None


class CheckRunShape(Part):
    """A check run."""

    id: Id
    external_id: str | None = None
    app: AppOfShape | None = None


class CheckRunsShape(Part):
    """A page of the check runs of a commit."""

    check_runs: tuple[CheckRunShape, ...] = ()


class InstallationShape(Part):
    """An installation of the App."""

    id: Id
    account: Login | None = None
    suspended_at: Time | None = None
    permissions: dict[str, str] = Field(default_factory=dict)
    events: tuple[str, ...] = ()


class HookShape(Part):
    """Where GitHub sends the App's webhooks. The secret is never shown."""

    url: str | None = None
    content_type: str | None = None
    insecure_ssl: str | int | None = None


class HookDeliveryShape(Part):
    """A delivery in the App's log. ``status_code`` is 0 where nobody answered."""

    id: Id
    guid: Word
    delivered_at: Time
    redelivery: bool = False
    status: str = ""
    status_code: int
    event: Word
    action: str | None = None
    installation_id: int | None = None
    repository_id: int | None = None


class RepositoryShape(Part):
    """A repository."""

    id: Id
    full_name: FullName
    default_branch: str | None = None
    updated_at: Time | None = None
    pushed_at: Time | None = None
