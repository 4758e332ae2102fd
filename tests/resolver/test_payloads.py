"""Good payloads: what is read of them, and which are used at all."""

import json
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from resolver.errors import NotJsonError, PayloadError
from resolver.payloads import envelope
from resolver.payloads.events import EVENTS
from tests.support import builders as b

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EXAMPLES = sorted(b.OCTOKIT.glob("*.json"))
CONVERSATIONS = sorted((Path(__file__).parents[1] / "conversations").glob("*.json"))
NOT_USED = {"star"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_octokits_examples_are_read(path: Path) -> None:
    """Every example of a used event and action fits; the labelling of an issue and a star are not used."""
    event = path.name.partition(".")[0]
    document = json.loads(path.read_bytes())
    read = envelope.read(event, path.read_bytes(), JSON)
    repository = document.get("repository", {})
    assert read.used is (path.stem not in {"issues.labeled", "star.created"})
    assert (read.event, read.action) == (event, document.get("action"))
    assert (read.repository_id, read.repository) == (repository.get("id"), repository.get("full_name"))
    assert (read.payload is None) is (not read.used)


def test_every_used_event_has_an_example() -> None:
    """The examples leave no event of the table out."""
    assert {path.name.partition(".")[0] for path in EXAMPLES} == EVENTS.keys() | NOT_USED


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_the_conversations_are_read(path: Path) -> None:
    """Every delivery of the known conversations is used."""
    for one in json.loads(path.read_bytes())["deliveries"]:
        assert envelope.read(one["event"], json.dumps(one["payload"]).encode(), JSON).used


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8", FORM.upper()])
def test_a_form_holds_the_json_in_its_field(content_type: str) -> None:
    """A hook set to form encoding reads the same as one set to JSON."""
    sent = b.issue_comment(b.Repo(), id=11, body="50% & more: a+b=c \N{WHITE HEAVY CHECK MARK}")
    form = b"version=1&payload=" + quote_plus(sent.body).encode()
    assert envelope.read(sent.event, form, content_type) == envelope.read(sent.event, sent.body, JSON)


@pytest.mark.parametrize("form", [b"", b"payload", b"data=%7B%7D", b"my_payload=%7B%7D"])
def test_a_form_without_the_field_is_no_json(form: bytes) -> None:
    """A form that lacks the payload is refused like a body that is no JSON."""
    with pytest.raises(NotJsonError, match="payload"):
        envelope.read("issues", form, FORM)


def test_an_action_that_is_not_used_need_not_fit() -> None:
    """Nothing is asked of the fields of an unused action; its repository is named where it can be."""
    body = b'{"action":"labeled","issue":7,"repository":{"id":9001,"full_name":"no name"}}'
    read = envelope.read("issues", body, JSON)
    assert (read.used, read.action, read.payload) == (False, "labeled", None)
    assert (read.repository_id, read.repository) == (9001, None)
    assert not envelope.read("issues", b'{"action":"labeled"}', JSON).used


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"action":null,"repository":[]}', b'{"action":7,"repository":{"id":"1","full_name":"acme/.."}}'],
)
def test_an_event_that_is_not_used_need_not_fit(body: bytes) -> None:
    """What cannot be read of an unused event is None."""
    read = envelope.read("watch", body, JSON)
    assert not read.used
    assert (read.action, read.repository_id, read.repository, read.payload) == (None, None, None, None)


@pytest.mark.parametrize("event", ["watch", "issues", "push", "ping"])
def test_every_event_has_to_be_sound(event: str) -> None:
    """NaN and too deep a nesting are refused whatever the event."""
    for value in (b"NaN", b"[" * 64 + b"]" * 64):
        with pytest.raises(PayloadError, match=r"^x: |^x\.0"):
            envelope.read(event, b'{"action":"labeled","x":' + value + b"}", JSON)


def test_64_levels_are_taken() -> None:
    """The document itself is the first level."""
    assert not envelope.read("watch", b'{"x":' + b"[" * 63 + b"]" * 63 + b"}", JSON).used


@pytest.mark.parametrize(
    "text",
    ["NaN", "-Infinity", 'say "NaN"', "\\", '\\"[', "{" * 100, '"' * 7 + "[" * 100, "\\\\" * 3 + "[" * 99, "N\n\tI\\u"],
)
def test_text_may_hold_anything(text: str) -> None:
    """What only looks like a number or a bracket, inside a string, harms nothing."""
    sent = b.issue_comment(b.Repo(), id=11, body=text)
    assert envelope.read(sent.event, sent.body, JSON).used


def test_installations_have_no_repository_of_their_own() -> None:
    """An installation's deliveries are used, and belong to no single repository."""
    read = envelope.read("installation", b.installation("suspend", repos=[b.Repo()]).body, JSON)
    assert (read.used, read.action, read.repository_id) == (True, "suspend", None)


def test_a_push_of_2048_commits_is_read() -> None:
    """The largest push that GitHub sends is used as it is."""
    sent = b.push(b.Repo(), commits=b.many_commits(2048))
    assert envelope.read("push", sent.body, JSON).used
