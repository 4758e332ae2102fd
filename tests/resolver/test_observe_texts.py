"""What is observed of objects that hold text."""

import pytest

from resolver import times
from resolver.model.github import GHOST, GithubObject, Kind, ObjectRef, ObjectSeen, Position, Revision, User
from resolver.observe import Observation, observe
from resolver.payloads import envelope
from tests.support import builders as b

REPO = b.Repo(id=9001, name="acme/widgets")
MAINTAINER = User(501, "maintainer")
CODER = User(503, "coder[bot]", "Bot")
WRITTEN, CHANGED, LATER = (times.parse(b.minute(count)) for count in (1, 5, 9))


def observed(sent: b.Delivery) -> Observation:
    """Read a delivery and observe it."""
    return observe(envelope.read(sent.event, sent.body, "application/json"))


def seen(sent: b.Delivery) -> ObjectSeen:
    """Observe the one object of a delivery."""
    (one,) = observed(sent).objects
    return one


def test_an_issue_comment() -> None:
    """A comment is told with its number, author and address, and its text as the first revision."""
    sent = b.issue_comment(REPO, id=11, number=42, author=b.MAINTAINER, body="Hello", at=b.minute(1))
    assert seen(sent) == ObjectSeen(
        GithubObject(
            ref=ObjectRef(9001, Kind.ISSUE_COMMENT, 11),
            number=42,
            author=MAINTAINER,
            created_at=WRITTEN,
            url="https://github.com/acme/widgets/pull/42#issuecomment-11",
        ),
        Revision(updated_at=WRITTEN, body="Hello", editor=MAINTAINER, author_association="MEMBER"),
    )


def test_an_edit_by_another_person() -> None:
    """The author stays the author; the sender is the editor, and what was replaced is told."""
    sent = b.issue_comment(
        REPO,
        "edited",
        id=11,
        author=b.AGENT,
        sender=b.MAINTAINER,
        body="New",
        was="Old",
        created_at=b.minute(1),
        at=b.minute(5),
    )
    one = seen(sent)
    assert one.object.author == CODER
    assert one.object.created_at == WRITTEN
    assert one.revision == Revision(
        updated_at=CHANGED,
        body="New",
        editor=MAINTAINER,
        edited=True,
        author_association="CONTRIBUTOR",
        previous_body="Old",
    )


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b.issue(REPO, "deleted", body="Last words", sender=b.OUTSIDER), Kind.ISSUE),
        (b.issue(REPO, "transferred", body="Last words", sender=b.OUTSIDER), Kind.ISSUE),
        (b.issue_comment(REPO, "deleted", id=1, body="Last words", sender=b.OUTSIDER), Kind.ISSUE_COMMENT),
        (b.review_comment(REPO, "deleted", id=1, body="Last words", sender=b.OUTSIDER), Kind.REVIEW_COMMENT),
        (b.discussion(REPO, "deleted", body="Last words", sender=b.OUTSIDER), Kind.DISCUSSION),
        (b.discussion_comment(REPO, "deleted", id=1, body="Last words", sender=b.OUTSIDER), Kind.DISCUSSION_COMMENT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_deletion_leaves_a_tombstone_and_the_last_text(sent: b.Delivery, kind: Kind) -> None:
    """Whoever deletes has not edited: the text stays its author's."""
    one = seen(sent)
    assert one.object.ref.kind == kind
    assert one.object.deleted
    assert (one.revision.body, one.revision.editor, one.revision.edited) == ("Last words", MAINTAINER, False)


def test_a_body_of_null_is_empty() -> None:
    """GitHub sends null where nothing was written."""
    assert seen(b.issue(REPO, body=None)).revision.body == ""


@pytest.mark.parametrize(
    ("person", "is_ghost"),
    [(b.Person(10137, "ghost"), True), (b.Person(10137, "somebody"), False), (b.Person(7, "ghost"), False)],
)
def test_githubs_own_ghost_is_the_ghost(person: b.Person, is_ghost: bool) -> None:  # noqa: FBT001 -- a parameter
    """GitHub's account named ghost stands for deleted ones; who merely shares its id or its name is somebody."""
    one = seen(b.issue_comment(REPO, id=11, author=person))
    assert (one.object.author == GHOST, one.revision.editor == GHOST) == (is_ghost, is_ghost)


def test_a_deleted_account_is_the_ghost() -> None:
    """An object whose user is null has the author that nobody can be."""
    one = seen(b.issue(REPO, author=None, sender=b.MAINTAINER))
    assert one.object.author == GHOST
    assert one.revision.editor == GHOST


def test_a_pull_request_is_an_object_and_branches() -> None:
    """Its text is told as of the same time as its head and base."""
    sent = b.pull_request(
        REPO, "synchronize", number=42, id=77, head=b.sha("h"), base=b.sha("b"), branch="fix", commits=3, at=b.minute(5)
    )
    (pull,) = observed(sent).pulls
    one = seen(sent)
    assert (one.object.ref, one.object.number) == (ObjectRef(9001, Kind.PULL_REQUEST, 77), 42)
    assert (one.revision.edited, one.revision.updated_at) == (False, CHANGED)
    assert (pull.number, pull.head_sha, pull.head_ref, pull.head_repository_id) == (42, b.sha("h"), "fix", 9001)
    assert (pull.base_sha, pull.base_ref, pull.commit_count, pull.updated_at) == (b.sha("b"), "main", 3, CHANGED)
    assert (pull.state, pull.merged, pull.merge_commit_sha) == ("open", False, None)


def test_a_merged_pull_request_of_a_fork_that_is_gone() -> None:
    """The head's repository may have been deleted; the merge is told."""
    sent = b.pull_request(REPO, "closed", merged=True, merge_commit=b.sha("m"), fork_is_gone=True)
    (pull,) = observed(sent).pulls
    assert (pull.state, pull.merged, pull.merge_commit_sha) == ("closed", True, b.sha("m"))
    assert pull.head_repository_id is None


def test_an_edit_of_the_title_alone_is_still_a_revision() -> None:
    """It says which text was in force by then, and replaced none."""
    one = seen(b.pull_request(REPO, "edited", body="Same", sender=b.MAINTAINER, at=b.minute(5)))
    assert (one.revision.body, one.revision.edited, one.revision.editor) == ("Same", True, MAINTAINER)
    assert one.revision.previous_body is None


def test_a_review_comment_stands_on_a_line() -> None:
    """Where it stands, in which thread and review, comes from the comment itself."""
    hunk = b.hunk(context=["a = 1"], removed=["b = 2"], added=["b = 3"])
    sent = b.review_comment(
        REPO,
        id=13,
        review_id=12,
        in_reply_to_id=10,
        author=b.AGENT,
        sender=b.MAINTAINER,
        path="src/b.py",
        line=None,
        start_line=7,
        original_line=9,
        side="LEFT",
        commit=b.sha("now"),
        original_commit=b.sha("then"),
        diff_hunk=hunk,
    )
    one = seen(sent).object
    assert (one.author, one.reply_to, one.review_id, one.thread) == (CODER, 10, 12, 10)
    assert one.position == Position(
        path="src/b.py",
        line=None,
        start_line=7,
        original_line=9,
        side="LEFT",
        subject_type="line",
        commit=b.sha("now"),
        original_commit=b.sha("then"),
        diff_hunk="@@ -8,2 +8,2 @@\n a = 1\n-b = 2\n+b = 3",
    )


def test_a_review_comment_may_belong_to_no_review() -> None:
    """GitHub sends null for comments that came before reviews; a comment on a file has no line."""
    one = seen(b.review_comment(REPO, id=13, review_id=None, line=None, original_line=None, subject_type="file")).object
    assert (one.review_id, one.reply_to, one.thread) == (None, None, 13)
    assert (one.position.line, one.position.subject_type) == (None, "file")


def test_a_review_is_dated_by_its_submission() -> None:
    """A review has no time of creation; its commit is where it was given."""
    one = seen(b.review(REPO, id=12, state="APPROVED", commit=b.sha("h"), at=b.minute(1), pull_updated_at=b.minute(5)))
    assert (one.object.created_at, one.revision.updated_at) == (WRITTEN, WRITTEN)
    assert (one.object.state, one.object.position) == ("approved", Position(commit=b.sha("h")))


@pytest.mark.parametrize(
    ("action", "updated_at", "dated"),
    [
        ("edited", b.minute(5), CHANGED),
        ("edited", b.minute(1), LATER),
        ("edited", None, LATER),
        ("dismissed", b.minute(5), CHANGED),
        ("dismissed", None, WRITTEN),
    ],
)
def test_a_later_text_of_a_review_has_a_later_time(action: str, updated_at: str | None, dated: object) -> None:
    """An edit never bears the time of the text it replaced, though older payloads have no time for it."""
    sent = b.review(
        REPO, action, id=12, commit=None, at=b.minute(1), updated_at=updated_at, pull_updated_at=b.minute(9)
    )
    one = seen(sent)
    assert (one.object.created_at, one.revision.updated_at) == (WRITTEN, dated)
    assert one.revision.edited is (action == "edited")


def test_a_review_without_a_time_of_submission_is_dated_by_its_pull_request() -> None:
    """GitHub's schema lets ``submitted_at`` be null."""
    sent = b.review(REPO, id=12, at=b.minute(1), pull_updated_at=b.minute(5))
    sent.payload["review"]["submitted_at"] = None
    one = seen(sent)
    assert (one.object.created_at, one.revision.updated_at) == (CHANGED, CHANGED)


def test_a_commit_comment_has_no_number() -> None:
    """It stands on a commit, and perhaps on a line of a file."""
    one = seen(b.commit_comment(REPO, id=14, commit=b.sha("c"), path="a.py", line=3)).object
    assert (one.ref, one.number) == (ObjectRef(9001, Kind.COMMIT_COMMENT, 14), None)
    assert one.position == Position(path="a.py", line=3, commit=b.sha("c"))


def test_a_reply_in_a_discussion_names_its_parent() -> None:
    """Discussion comments have threads of their own kind."""
    one = seen(b.discussion_comment(REPO, id=15, number=7, parent_id=14)).object
    assert (one.ref, one.number, one.reply_to) == (ObjectRef(9001, Kind.DISCUSSION_COMMENT, 15), 7, 14)


def test_copies_of_other_objects_are_not_observed() -> None:
    """A comment's delivery says nothing of its issue but the number: such copies may be stale."""
    sent = observed(b.review_comment(REPO, id=13))
    assert [one.object.ref.kind for one in sent.objects] == [Kind.REVIEW_COMMENT]
    assert sent.pulls == ()
