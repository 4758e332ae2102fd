"""One exchange with a receiver, whatever that does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from receiver.notifying.wire import Network, Poster, Reply, Request
from tests.support.runner import Handler, Runner, runner

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
SECONDS = 0.5
LATE = Reply(None, "it did not answer in time")


@pytest.fixture
def receiver() -> Iterator[Runner]:
    """Return a receiver that takes everything."""
    with runner() as one:
        yield one


def post(url: str, **network: object) -> Reply:
    """Send something."""
    settings = Network(**({"seconds": SECONDS} | network))  # type: ignore[arg-type]
    poster = Poster(settings, clock=lambda: NOON, stopped=lambda: False)
    try:
        return poster.send(Request(url, {"webhook-id": "chg_1"}, b"{}"))
    finally:
        poster.close()


def test_what_is_sent_is_just_that(receiver: Runner) -> None:
    """The body and the headers that are given, and what HTTP needs: no cookie, no password, nothing unpacked."""
    assert post(f"{receiver.url}/hook?key=1") == Reply(204, "it answered 204")
    (got,) = receiver.got
    assert (got.path, got.body) == ("/hook?key=1", b"{}")
    assert got.headers.keys() == {"host", "webhook-id", "content-length", "connection", "accept-encoding", "user-agent"}
    assert got.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("name", ["hang", "dribble_head"])
def test_who_gives_no_status_in_time_gave_none(receiver: Runner, name: str) -> None:
    """A receiver that is silent, or dribbles, is given up when the time is over."""
    receiver.otherwise = getattr(receiver, name)
    begun = time.monotonic()
    assert post(receiver.url) == LATE
    assert time.monotonic() - begun < SECONDS * 10


@pytest.mark.parametrize("name", ["huge", "dribble_body"])
def test_a_status_stands_whatever_follows(receiver: Runner, name: str) -> None:
    """A body that is huge, or dribbles, is dropped: what counts was said before it."""
    receiver.otherwise = getattr(receiver, name)
    begun = time.monotonic()
    assert post(receiver.url).status == 200
    assert time.monotonic() - begun < SECONDS * 10


def test_what_is_no_http_is_no_answer(receiver: Runner) -> None:
    """Neither nonsense, nor a connection that ends, nor a host that cannot be, raises anything."""
    failed = Reply(None, "it is out of reach: the connection failed")

    def nonsense(handler: Handler) -> None:
        handler.wfile.write(b"\0\n\n")

    receiver.script = [nonsense, lambda _: None]
    assert [post(receiver.url), post(receiver.url), post("http://.invalid..:1/")] == [failed] * 3


def test_a_certificate_that_does_not_hold_is_told(receiver: Runner) -> None:
    """Who does not speak TLS cannot be trusted with a notification for an https URL."""
    assert post(receiver.url.replace("http://", "https://")).said in {
        "its certificate does not hold",
        "it is out of reach: the connection failed",
    }


def test_proxies_are_used(receiver: Runner) -> None:
    """A request for another host goes through the proxy that the environment names."""
    assert post("http://runner.example.com/hook", proxies={"http": receiver.url}).status == 204
    assert receiver.got[0].path == "http://runner.example.com/hook"


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("9" * 30, timedelta(days=1)),
        (format_datetime(NOON + timedelta(minutes=2), usegmt=True), timedelta(minutes=2)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(receiver: Runner, header: str, wish: timedelta | None) -> None:
    """Both forms are read, a far one is cut; what is neither says nothing."""
    receiver.otherwise = (503, {"retry-after": header})
    assert post(receiver.url).retry_after == wish


def test_a_stop_ends_an_exchange(receiver: Runner) -> None:
    """Whoever waits for a receiver that hangs notices within moments that the worker is to stop."""
    receiver.otherwise = receiver.hang
    stop = threading.Event()
    poster = Poster(Network(seconds=60), clock=lambda: NOON, stopped=stop.is_set)
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(poster.send(Request(receiver.url, {}, b"{}"))))
    thread.start()
    while not receiver.got:
        time.sleep(0.01)
    stop.set()
    thread.join(10)
    assert replies == [LATE]
