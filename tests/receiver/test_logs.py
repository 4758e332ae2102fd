from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from receiver import logs
from resolver.errors import StoreError

SECRET = "not-for-your-eyes"

log = logging.getLogger("receiver.somewhere")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(log_format: str) -> io.StringIO:
    """Send what is logged into a stream."""
    stream = io.StringIO()
    logs.configure(log_format, stream=stream)
    return stream


def fail() -> None:
    """Raise an error of ours that a foreign one caused, which quotes what it choked on."""
    try:
        int(SECRET)
    except ValueError as error:
        raise StoreError("the database is out of reach") from error


@pytest.mark.usefixtures("root")
def test_text_is_one_line_whatever_it_quotes() -> None:
    """A line has time, level and origin; control characters are escaped, so that nobody forges a line."""
    stream = lines("text")

    log.warning("delivery %s failed", "x\n2026 ERROR forged\x1b[2J\u2028")

    [line] = stream.getvalue().splitlines()
    assert "WARNING receiver.somewhere[" in line
    assert "delivery x\\u000a2026 ERROR forged\\u001b[2J\\u2028 failed" in line


@pytest.mark.usefixtures("root")
def test_json_is_one_object_a_line() -> None:
    """With the format json every line is an object with the same fields."""
    stream = lines("json")

    log.info("up\nand running")

    [line] = stream.getvalue().splitlines()
    record = json.loads(line)
    assert set(record) == {"time", "level", "logger", "process", "message"}
    assert (record["level"], record["message"]) == ("info", "up\nand running")


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_errors_show_places_but_nothing_foreign(log_format: str) -> None:
    """A logged error shows where it arose and our own message; an exception of others may quote a body or a secret."""
    stream = lines(log_format)

    try:
        fail()
    except StoreError:
        log.exception("that went wrong")

    written = stream.getvalue()
    assert "StoreError: the database is out of reach" in written
    assert "ValueError" in written
    assert "in fail" in written
    assert SECRET not in written


@pytest.mark.usefixtures("root")
def test_debug_messages_of_libraries_are_left_out() -> None:
    """Nothing below INFO is written: libraries put requests and queries there."""
    stream = lines("text")

    log.debug(SECRET)

    assert stream.getvalue() == ""


@pytest.mark.usefixtures("root")
def test_lines_say_what_they_are_about() -> None:
    """In JSON what is worked on has a field of its own, in every line that is written meanwhile, and in no other."""
    stream = lines("json")

    with logs.about(delivery="one"):
        log.info("in")
        with logs.about(want="commit a"):
            logging.getLogger("resolver.anywhere").info("deeper")
        with logs.about(delivery="two"):
            log.info("another")
        log.info("again")
    log.info("out")

    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(one["message"], one.get("delivery"), one.get("want")) for one in records] == [
        ("in", "one", None),
        ("deeper", "one", "commit a"),
        ("another", "two", None),
        ("again", "one", None),
        ("out", None, None),
    ]


@pytest.mark.usefixtures("root")
def test_threads_are_about_different_things() -> None:
    """What one thread works on stands in no line of another's."""
    stream = lines("json")
    inside = threading.Barrier(2)

    def work(guid: str) -> None:
        with logs.about(delivery=guid):
            inside.wait()
            log.info("%s", guid)
            inside.wait()

    threads = [threading.Thread(target=work, args=(guid,)) for guid in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert sorted(one["message"] for one in records) == ["one", "two"]
    assert all(one["delivery"] == one["message"] for one in records)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    "guid", ["x]:INFO", "x][delivery", '"x","delivery":"y"', "x\\u005d", "x\n2026 ERROR", "x] [want y"]
)
def test_nobody_forges_a_field(guid: str) -> None:
    """A delivery's id is whatever its sender likes; it ends no field and begins none, in either format."""
    text = lines("text")
    with logs.about(delivery=guid):
        log.info("taken")
    [line] = text.getvalue().splitlines()
    head, bracket, message = line.partition("]: ")
    assert (bracket, message) == ("]: ", "taken")
    assert head.count("[") == 2
    assert head.count("]") == 1

    objects = lines("json")
    with logs.about(delivery=guid):
        log.info("taken")
    [line] = objects.getvalue().splitlines()
    pairs = json.loads(line, object_pairs_hook=list)
    assert [value for name, value in pairs if name == "delivery"] == [guid]
    assert [value for name, value in pairs if name == "message"] == ["taken"]
