"""Bad payloads: each is refused with the right error, and told which field."""

import contextlib
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import NotJsonError, PayloadError
from resolver.observe import Observation, observe
from resolver.payloads import envelope
from resolver.payloads.events import EVENTS
from tests.support import builders as b

JSON = "application/json"
BAD = Path(__file__).parents[1] / "payloads" / "bad"

FIELDS = {
    "action_is_empty": "action",
    "action_is_missing": "action",
    "action_is_number": "action",
    "author_id_is_zero": "comment.user.id",
    "author_login_is_missing": "comment.user.login",
    "comment_body_holds_half_a_surrogate_pair": "comment.body",
    "comment_body_holds_nul": "comment.body",
    "comment_body_is_number": "comment.body",
    "comment_id_is_2_to_the_63": "comment.id",
    "comment_id_is_boolean": "comment.id",
    "comment_id_is_decimal": "comment.id",
    "comment_id_is_nan": "comment.id",
    "comment_id_is_null": "comment.id",
    "comment_id_is_string": "comment.id",
    "comment_id_is_zero": "comment.id",
    "comment_is_list": "comment",
    "comment_is_missing": "comment",
    "created_at_is_seconds": "comment.created_at",
    "created_at_names_no_offset": "comment.created_at",
    "html_url_is_longer_than_4096": "comment.html_url",
    "issue_number_is_negative": "issue.number",
    "repository_id_is_missing": "repository.id",
    "repository_is_missing": "repository",
    "repository_name_holds_no_owner": "repository.full_name",
    "repository_name_is_dots": "repository.full_name",
    "unused_field_has_5000_digits": "body",
    "unused_field_holds_half_a_surrogate_pair": "issue.title",
    "unused_field_is_minus_infinity": "issue.scores.1",
    "unused_field_is_nan": "issue.score",
    "unused_field_is_nested_300_deep": "issue.x" + ".0" * 62,
    "unused_field_is_nested_65_deep": "issue.x" + ".0" * 62,
    "updated_at_is_before_any_calendar": "comment.updated_at",
}


def test_every_bad_file_has_its_field() -> None:
    """The table and the folder name the same faults."""
    assert {path.stem for path in (BAD / "issue_comment").iterdir()} == FIELDS.keys()


@pytest.mark.parametrize(("fault", "field"), FIELDS.items())
def test_a_field_that_does_not_fit_is_named(fault: str, field: str) -> None:
    """A comment with one fault is refused for it, by the path of its field, in a sentence."""
    with pytest.raises(PayloadError) as refused:
        envelope.read("issue_comment", (BAD / "issue_comment" / f"{fault}.json").read_bytes(), JSON)
    ((told, sentence),) = refused.value.problems
    assert told == field
    assert sentence


@pytest.mark.parametrize("path", sorted((BAD / "not_json").iterdir()), ids=lambda path: path.stem)
@pytest.mark.parametrize("event", ["issue_comment", "watch"])
def test_what_is_no_json_object_is_refused_as_such(path: Path, event: str) -> None:
    """A body that is not JSON in UTF-8, or not an object, is told apart from one whose fields do not fit."""
    with pytest.raises(NotJsonError):
        envelope.read(event, path.read_bytes(), JSON)


def test_a_misfit_is_never_quoted() -> None:
    """The error holds the rule, not the value: that may be large, or private."""
    sent = b.issue_comment(b.Repo(), id=11, body="hidden treasure\0" * 1000)
    with pytest.raises(PayloadError) as refused:
        envelope.read(sent.event, sent.body, JSON)
    assert "treasure" not in str(refused.value)
    assert refused.value.problems == (
        ("comment.body", "must be a string of at most 262144 characters, none of them NUL"),
    )


def test_ids_are_told_their_range() -> None:
    """The sentence says what an id has to be."""
    sent = b.issue_comment(b.Repo(), id=0)
    with pytest.raises(PayloadError, match=r"^comment.id: must be an integer between 1 and 9223372036854775807$"):
        envelope.read(sent.event, sent.body, JSON)


def test_a_payload_of_another_event_does_not_fit() -> None:
    """GitHub signs the body and not the headers, so a body may come under another event's name."""
    sent = b.review_comment(b.Repo(), "edited", id=11)
    with pytest.raises(PayloadError, match="review: is missing"):
        envelope.read("pull_request_review", sent.body, JSON)


@pytest.mark.parametrize(
    ("name", "event", "field"),
    [
        ("issue_comment.created", "issues", "comment"),
        ("pull_request_review.submitted", "pull_request", "review"),
        ("pull_request_review_comment.created", "pull_request", "comment"),
        ("pull_request_review_comment.created", "commit_comment", "pull_request"),
        ("pull_request_review_thread.resolved", "pull_request", "thread"),
        ("issues.opened", "issue_comment", "comment"),
        ("discussion_comment.created", "discussion", "comment"),
        ("push", "ping", "ref"),
        ("installation.created", "ping", "action"),
        ("repository.renamed", "installation", "repository"),
    ],
)
@pytest.mark.parametrize("action", ["as it is", "deleted"])
def test_an_object_of_another_event_is_named(name: str, event: str, field: str, action: str) -> None:
    """What a payload holds of another event, or lacks of this one, is named, whatever its action says."""
    payload = b.example(name)
    if action != "as it is" and "action" in payload:
        payload["action"] = action
    with pytest.raises(PayloadError) as refused:
        envelope.read(event, json.dumps(payload).encode(), JSON)
    assert field in dict(refused.value.problems)


@pytest.mark.parametrize("path", sorted(b.OCTOKIT.glob("*.json")), ids=lambda path: path.stem)
def test_no_example_is_read_as_another_event(path: Path) -> None:
    """GitHub's own payload of a used event is refused under every other's name.

    A repository's, which holds no object that tells it apart, is at most kept and ignored.
    """
    own = path.name.partition(".")[0]
    for event in EVENTS.keys() - {own} if own in EVENTS else ():
        if own == "repository" and EVENTS[event].takes("renamed") is False:
            assert not _used(event, path.read_bytes())
        else:
            with pytest.raises(PayloadError):
                envelope.read(event, path.read_bytes(), JSON)


def _used(event: str, body: bytes) -> bool:
    try:
        return envelope.read(event, body, JSON).used
    except PayloadError:
        return False


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("issue_comment.created", "issue.id"),
        ("pull_request_review.submitted", "pull_request.id"),
        ("pull_request_review_comment.created", "pull_request.id"),
        ("pull_request_review_thread.resolved", "pull_request.id"),
        ("discussion_comment.created", "discussion.id"),
        ("pull_request.opened", "number"),
        ("pull_request.opened", "pull_request.base.repo.id"),
        ("pull_request.opened", "pull_request.head.repo.id"),
        ("push", "repository.owner.id"),
        ("issues.opened", "repository.owner.id"),
        ("issues.opened", "organization.id"),
        ("installation.created", "organization.id"),
        ("ping", "hook_id"),
    ],
)
@pytest.mark.parametrize("value", [0, -1, 2**63, "1", 1.5, True, None])
def test_every_id_is_an_integer(name: str, path: str, value: object) -> None:
    """An id that is not used has to be one all the same, if it is there: 1 to 2^63-1."""
    payload = b.example(name)
    payload.setdefault("organization", {})
    *parents, key = path.split(".")
    holder: Any = payload
    for parent in parents:
        holder = holder[parent]
    event = name.partition(".")[0]
    holder[key] = 2**63 - 1
    assert envelope.read(event, json.dumps(payload).encode(), JSON).used
    holder[key] = value
    with pytest.raises(PayloadError) as refused:
        envelope.read(event, json.dumps(payload).encode(), JSON)
    assert [field for field, _ in refused.value.problems] == [path]


def test_the_problems_told_are_few() -> None:
    """A push with thousands of faults is told of twenty."""
    commits = [one | {"id": "main"} for one in b.many_commits(100)]
    sent = b.push(b.Repo(), commits=commits, after=b.sha("after"))
    with pytest.raises(PayloadError) as refused:
        envelope.read(sent.event, sent.body, JSON)
    assert len(refused.value.problems) == 20
    assert refused.value.problems[0] == ("commits.0.id", "must be 40 or 64 hexadecimals")


def test_a_key_that_cannot_be_told_is_not_told() -> None:
    """A path never carries a NUL or half a character into a log or a store."""
    with pytest.raises(PayloadError) as refused:
        envelope.read("watch", b'{"\\u0000\\ud800":{"x":NaN}}', JSON)
    assert refused.value.problems[0][0] in {"?", "?.x"}


@pytest.mark.parametrize("size", [65, 5_000, 200_000])
def test_depth_is_refused_however_deep(size: int) -> None:
    """No nesting, closed or not, ends in anything but a refusal."""
    with pytest.raises(PayloadError, match="deeper than 64"):
        envelope.read("watch", b'{"x":' + b"[" * size + b"]" * size + b"}", JSON)
    with pytest.raises((PayloadError, NotJsonError)):
        envelope.read("watch", b'{"x":' + b'{"y":' * size, JSON)


EVENT_NAMES = st.sampled_from(sorted(EVENTS)) | st.just("watch")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(event=EVENT_NAMES, body=st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_raise_anything_else(event: str, body: bytes) -> None:
    """Any body is an envelope, no JSON, or a payload that does not fit."""
    with contextlib.suppress(NotJsonError, PayloadError):
        assert isinstance(envelope.read(event, body, JSON), envelope.Envelope)


@given(body=st.binary() | st.from_regex(rb"payload=[%+a-f0-9{}]*"))
def test_no_form_raises_anything_else(body: bytes) -> None:
    """Any form is an envelope, no JSON, or a payload that does not fit."""
    with contextlib.suppress(NotJsonError, PayloadError):
        envelope.read("issues", body, envelope.FORM)


REPO = b.Repo()
GOOD = [
    b.issue(REPO),
    b.issue_comment(REPO, "edited", id=11, was="before"),
    b.pull_request(REPO),
    b.review(REPO, id=12),
    b.review_comment(REPO, id=13),
    b.review_thread(REPO, comments=[(13, None)]),
    b.push(REPO, commits=[b.commit(b.sha("a"))]),
    b.commit_comment(REPO, id=14, commit=b.sha("a")),
    b.discussion(REPO),
    b.discussion_comment(REPO, id=15),
    b.repository_renamed(REPO, was="gadgets"),
    b.repository_transferred(REPO, was_owner=b.OUTSIDER),
    b.installation(repos=[REPO]),
    b.installation_repositories(added=[REPO]),
    b.ping(REPO),
]


@given(data=st.data())
def test_a_field_of_any_other_value_is_refused_or_read(data: st.DataObject) -> None:
    """One field set to anything, or left out: the payload is refused for it, or read and observed."""
    sent = data.draw(st.sampled_from(GOOD))
    payload = deepcopy(sent.payload)
    holder: Any = payload
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not (isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans())):
            break
        holder = holder[key]
    if data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = data.draw(VALUES)
    with contextlib.suppress(PayloadError):
        assert isinstance(observe(envelope.read(sent.event, json.dumps(payload).encode(), JSON)), Observation)
