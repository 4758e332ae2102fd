"""Where a request ends, found while its bytes come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver import taking
from receiver.arriving import DELIVERY, LONGEST_HEAD, MOST_KEPT, Arriving, State

BODY = st.binary(max_size=300)


def delivery(body: bytes, *fields: bytes) -> bytes:
    """Return a delivery's bytes, with further header fields."""
    head = [DELIVERY.removesuffix(b"\r\n"), b"Host: x", b"Content-Length: %d" % len(body), *fields, b"", b""]
    return b"\r\n".join(head) + body


@given(BODY, BODY, st.data())
def test_in_whatever_pieces_a_request_comes_it_ends_where_its_length_says(
    body: bytes, rest: bytes, data: st.DataObject
) -> None:
    """However the bytes are cut, the request is whole with its last byte, and what is behind it is kept apart."""
    whole = delivery(body) + rest
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    arriving = Arriving()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        had = len(arriving)
        arriving.add(whole[start:end])
        assert len(arriving) == end
        assert (arriving.state is State.WHOLE) is (end >= len(whole) - len(rest)), had
    assert (arriving.request(), arriving.rest(), arriving.all()) == (delivery(body), rest, whole)
    assert arriving.is_delivery


@pytest.mark.parametrize(
    "field",
    [
        b"Transfer-Encoding: chunked",
        b"transfer-encoding:gzip, chunked",
        b"Content-Length: 5",
        b"Content-Length : 5",
        b"Expect: 100-continue",
        b"Upgrade: h2c",
    ],
)
def test_what_is_framed_in_any_other_way_is_read_by_a_thread(field: bytes) -> None:
    """A second length, a transfer coding, or a question to the server leave the rest to gunicorn's own reading."""
    arriving = Arriving(delivery(b"hello", field))
    assert arriving.state is State.ELSEWHERE
    assert arriving.all() == delivery(b"hello", field)


@pytest.mark.parametrize("length", [b"-1", b"+5", b"5 5", b"5,5", b"0x5", b"", b"99999999", "\uff15".encode()])
def test_a_length_that_is_no_plain_number_is_left_to_gunicorn(length: bytes) -> None:
    """Nothing is guessed from a length that is odd, or larger than what is kept here."""
    head = DELIVERY + b"Content-Length: " + length + b"\r\n\r\n"
    assert Arriving(head).state is State.ELSEWHERE


def test_without_a_length_a_request_ends_with_its_head() -> None:
    """A request without a body is whole with its empty line, and is no delivery unless its first line says so."""
    arriving = Arriving(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET")
    assert (arriving.state, arriving.is_delivery, arriving.rest()) == (State.WHOLE, False, b"GET")


def test_large_requests_are_read_by_a_thread() -> None:
    """What is larger than what is kept here is handed on as soon as its head says so, and so is an endless head."""
    head = DELIVERY + b"Content-Length: %d\r\n\r\n"
    assert Arriving(head % (MOST_KEPT + 1)).state is State.ELSEWHERE
    assert Arriving(head % (MOST_KEPT - 100)).state is State.PART
    assert Arriving(b"x" * LONGEST_HEAD).state is State.PART
    assert Arriving(b"x" * (LONGEST_HEAD + 1)).state is State.ELSEWHERE


def test_deliveries_are_known_by_the_webhook_s_path() -> None:
    """The first line that is looked for is a POST to the route that the application has."""
    assert f"POST {taking.PATH} HTTP/1.1\r\n".encode() == DELIVERY
