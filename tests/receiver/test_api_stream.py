from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from receiver import current, cursors
from receiver.api import stream as streaming
from receiver.api.stream import LATER, LIFE_SECONDS, SOON, Stream, log_of
from receiver.auth import authenticate
from receiver.queries import Queries
from receiver.streams import MOST_STREAMS, Waiters
from resolver.errors import StoreError
from resolver.model.github import Kind
from tests.support.api import AGENT, Api, open_api, refused, refused_fields
from tests.support.events import Event, events

PATH = "/v1/feedback/stream"


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over a store, of either kind."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened
        end(opened)


def current_waiters(api: Api) -> Waiters:
    """Return those who wait for changes."""
    with api.app.app_context():
        return current.waiters()


def end(api: Api) -> None:
    """Have nobody wait any longer, nor look for changes."""
    waiters = current_waiters(api)
    waiters.closing = True
    waiters.enter("whoever wakes the one that looks")
    for thread in threading.enumerate():
        if thread.name == "changes":
            thread.join(5)


def open_stream(api: Api, last: str | None = None, headers: dict[str, str] | None = None) -> TestResponse:
    """Ask for the stream, from a place on."""
    more = {} if last is None else {"Last-Event-ID": last}
    return api.client.get(PATH, headers=(headers or api.headers) | more)


def follow(api: Api, last: str | None = None, headers: dict[str, str] | None = None) -> Iterator[Event]:
    """Read the stream; a generator that is closed goes away as a reader does."""
    answer = open_stream(api, last, headers)
    assert answer.status_code == 200, answer.text
    try:
        yield from events(answer.iter_encoded())
    finally:
        answer.close()


def place(api: Api, position: int) -> str:
    """Return a place in the log as the service writes it."""
    return cursors.write(position, of=log_of(api.services.settings.workspace))


def numbers(told: list[Event]) -> list[int]:
    """Return the ids of the feedback that events are about."""
    return [one.data["feedback"]["id"] for one in told]


def take(stream: Iterator[Event], count: int) -> list[Event]:
    """Read some events."""
    return list(itertools.islice(stream, count))


def test_it_begins_at_the_present(api: Api) -> None:
    """A new reader is given its place and how soon to come again, then what happens from then on."""
    api.give(id=900)
    stream = follow(api)
    begin = next(stream)
    assert (begin.retry, begin.data) == (SOON, None)
    assert begin.id is not None
    after = api.give(id=901)
    (told,) = {one.data["feedback"]["id"] for one in take(stream, 1)}
    assert told == after


def test_an_event_is_the_change_and_its_feedback(api: Api) -> None:
    """An event has the kind of change as its type, its place as id, and the feedback as the API shows it."""
    marks = api.register("s")
    stream = follow(api)
    next(stream)
    api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.wait(minutes=1)
    number = api.give(id=32, kind=Kind.REVIEW_COMMENT, reply_to=31)
    event = next(stream)
    assert event.type == event.data["type"] == "feedback.resolved"
    assert event.id == event.data["id"]
    assert datetime.fromisoformat(event.data["changed_at"]) <= datetime.now(UTC) + timedelta(minutes=1)
    assert event.data["feedback"] == api.get(f"/feedback/{number}").json
    api.patch(f"/feedback/{number}", {"status": "analyzed"})
    event = next(stream)
    assert (event.type, event.data["feedback"]["status"]) == ("feedback.updated", "analyzed")


def test_what_is_read_late_is_told_as_it_was_then(api: Api) -> None:
    """Whoever reads a change after others came sees the status of that time, not of now."""
    begin = next(follow(api)).id
    number = api.give()
    for status in ("analyzed", "failed"):
        api.patch(f"/feedback/{number}", {"status": status})
    told = take(follow(api, begin), 4)[1:]
    assert [one.data["feedback"]["status"] for one in told] == ["new", "analyzed", "failed"]


def test_it_goes_on_behind_the_last_event(api: Api) -> None:
    """Whoever breaks off anywhere and comes again with the last id gets the rest: nothing twice, nothing left out."""
    begin = next(follow(api)).id
    given = [api.give(id=900 + number) for number in range(7)]
    read: list[Event] = []
    last = begin
    while len(read) < len(given):
        stream = follow(api, last)
        assert next(stream).id == last
        read += take(stream, 2) if len(read) < len(given) - 1 else take(stream, 1)
        last = read[-1].id
        if len(read) == 2:
            given.append(api.give(id=950))
    assert numbers(read) == given


def test_a_reader_far_behind_gets_all(api: Api) -> None:
    """More changes than are read at once come in order, each once."""
    begin = next(follow(api)).id
    number = api.give()
    count = streaming.AT_ONCE * 2 + 3
    for index in range(count):
        api.patch(f"/feedback/{number}", {"status": ("analyzed", "failed")[index % 2]})
    told = take(follow(api, begin), count + 2)[1:]
    assert len({one.id for one in told}) == count + 1
    assert [one.data["feedback"]["status"] for one in told[:4]] == ["new", "analyzed", "failed", "analyzed"]


@pytest.mark.parametrize("last", ["x", "1", "e30", "AAAA", "\xe9", "x" * 5000, "{}", "0", "-1", "null"])
def test_a_place_that_was_made_up_is_422(api: Api, last: str) -> None:
    """What is no place in this log is refused by the name of the header."""
    assert refused_fields(open_stream(api, last)) == ["Last-Event-ID"]


def test_a_place_of_another_list_is_422(api: Api) -> None:
    """Neither a cursor of a list nor a place in another workspace's log is one here, nor one that cannot be."""
    api.give(id=900)
    api.give(id=901)
    of_list = str((api.get("/feedback", limit=1).json or {})["next_cursor"])
    for last in (of_list, cursors.write(1, of=log_of("north")), place(api, 2**63), place(api, -(2**64))):
        assert refused_fields(open_stream(api, last)) == ["Last-Event-ID"]


def test_an_empty_place_is_none(api: Api) -> None:
    """An empty header says nothing, as browsers send it: the stream begins at the present."""
    assert next(follow(api, "")).id == next(follow(api)).id


def test_a_place_whose_changes_are_gone_is_410(api: Api) -> None:
    """After 30 days a place that lies before what is kept is refused; the last one that was given out never is."""
    begin = next(follow(api)).id
    api.give(id=900)
    middle = next(follow(api)).id
    api.give(id=901)
    end = next(follow(api)).id
    assert api.services.store.prune(datetime.now(UTC) + timedelta(days=31)) > 0
    assert refused(open_stream(api, begin), 410)["code"] == "gone"
    assert next(follow(api, middle)).id == middle
    assert next(follow(api, end)).id == next(follow(api)).id == end


def test_what_is_forgotten_of_others_sends_nobody_away(tmp_path: Path) -> None:
    """A reader of a workspace in which little happens stays where they are, however much is forgotten of others."""
    homes = {"acme/other": frozenset({"other"})}
    with open_api(tmp_path, workspaces=homes) as api:
        secret = (api.post("/tokens", {"name": "a", "scopes": ["feedback:read"], "workspace": "other"}).json or {})[
            "token"
        ]
        headers = {"Authorization": f"Bearer {secret}"}
        quiet = next(follow(api, headers=headers)).id
        for number in range(4):
            api.give(id=900 + number)
        assert api.services.store.prune(datetime.now(UTC) + timedelta(days=31)) > 0
        assert next(follow(api, quiet, headers)).id == quiet
        assert next(follow(api, headers=headers)).id == quiet
        end(api)


def test_it_says_now_and_then_that_it_is_there(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """In silence a comment comes again and again, with the place: a reader notes it, and passes over the rest."""
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.02)
    stream = follow(api)
    begin = next(stream)
    for beat in take(stream, 3):
        assert beat == Event(id=begin.id, comment="still here")
    number = api.give()
    told = next(one for one in stream if one.comment is None)
    assert told.data["feedback"]["id"] == number
    assert next(one for one in stream if one.comment is not None).id == told.id


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_token_that_ends_ends_its_stream(api: Api, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """An open stream tells nothing that happens after its token was revoked, or ran out, and ends by itself."""
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    expires = "2026-10-01T13:00:00Z"
    body = {"name": "a", "scopes": ["feedback:read"], "expires_at": expires}
    made: dict[str, Any] = dict(api.post("/tokens", body).json or {})
    headers = {"Authorization": f"Bearer {made['token']}"}
    stream = follow(api, headers=headers)
    next(stream)
    api.give(id=900)
    assert next(stream).data is not None
    if how == "revoked":
        api.client.delete(f"/v1/tokens/{made['id']}", headers=api.headers)
    else:
        api.wait(hours=1)
    api.give(id=901)
    assert [one for one in stream if one.data is not None] == []
    refused(open_stream(api, headers=headers), 401)


def test_whoever_finds_all_places_taken_is_told_to_come_again(api: Api) -> None:
    """Beyond the last place a reader gets what there is, and when to come again; a place given back is free."""
    begin = next(follow(api)).id
    number = api.give()
    waiters = current_waiters(api)
    assert all(waiters.enter("default") for _ in range(MOST_STREAMS))
    assert not waiters.enter("default")
    told = list(follow(api, begin))
    assert [one.retry for one in told] == [SOON, None, LATER]
    assert numbers(told[1:2]) == [number]
    waiters.leave("default")
    stream = follow(api, told[1].id)
    next(stream)
    api.patch(f"/feedback/{number}", {"status": "analyzed"})
    assert next(stream).type == "feedback.updated"


def test_a_reader_who_goes_gives_the_place_back(api: Api) -> None:
    """However many readers came and went, all places are free; so they are after a reader who never read on."""
    for number in range(MOST_STREAMS + 2):
        stream = follow(api)
        next(stream)
        api.give(id=900 + number)
        assert next(stream).data is not None
        stream.close()  # type: ignore[attr-defined]
        open_stream(api).close()
        assert api.client.head(PATH, headers=api.headers).status_code == 200
    waiters = current_waiters(api)
    assert [waiters.enter("default") for _ in range(MOST_STREAMS + 1)] == [True] * MOST_STREAMS + [False]


def test_a_stream_does_not_last_for_ever(api: Api) -> None:
    """After its time a stream ends, having told all that there was: its reader comes again."""
    times = itertools.chain([0.0], itertools.repeat(LIFE_SECONDS))
    with api.app.app_context():
        principal = authenticate(api.services, api.headers["Authorization"])
        waiters = current.waiters()
    stream = Stream(Queries(api.services, "default"), principal, waiters, 0, clock=lambda: next(times))
    api.give()
    told = list(events(one.encode() for one in stream.events()))
    assert [one.type for one in told] == [None, "feedback.created"] or len(told) > 1


def test_an_outage_ends_the_stream_and_not_its_places(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store cannot be read a stream ends early, without a word of why, and its place is free again."""
    stream = follow(api)
    next(stream)

    def fail(*_arguments: object, **_named: object) -> None:
        raise StoreError("the database at /secret/place is out of reach")

    monkeypatch.setattr(Queries, "changes", fail)
    assert list(stream) == []
    waiters = current_waiters(api)
    assert [waiters.enter("default") for _ in range(MOST_STREAMS)] == [True] * MOST_STREAMS


def test_it_is_not_kept_by_anybody_between(api: Api) -> None:
    """The answer says that it is not to be stored, nor gathered by a proxy, and what it is."""
    answer = open_stream(api)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.mimetype == "text/event-stream"
    answer.close()


def test_it_takes_no_parameters(api: Api) -> None:
    """A parameter is refused, as everywhere."""
    assert refused_fields(api.client.get(f"{PATH}?since=1", headers=api.headers)) == ["since"]
