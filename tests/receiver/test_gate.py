"""How many requests of a process are worked on at a time."""

from __future__ import annotations

import threading

import pytest
from flask import Flask, Response

from receiver import gate


@pytest.fixture
def app() -> Flask:
    """An application whose gate lets one request through at a time."""
    made = Flask("gated")
    gate.install(made, width=1)
    return made


def test_one_waits_for_the_other(app: Flask) -> None:
    """A second request is worked on only when the first one is through."""
    inside, leave, order = threading.Event(), threading.Event(), []

    @app.get("/slow")
    def slow() -> str:
        inside.set()
        leave.wait(10)
        order.append("slow")
        return ""

    @app.get("/fast")
    def fast() -> str:
        order.append("fast")
        return ""

    first = threading.Thread(target=lambda: app.test_client().get("/slow"))
    second = threading.Thread(target=lambda: app.test_client().get("/fast"))
    first.start()
    assert inside.wait(10)
    second.start()
    assert order == []
    leave.set()
    first.join(10)
    second.join(10)
    assert order == ["slow", "fast"]


def test_whatever_goes_wrong_the_next_one_gets_through(app: Flask) -> None:
    """A request that fails, is refused before its view, or names no route, holds nobody up."""

    @app.get("/broken")
    def broken() -> str:
        raise ValueError

    client = app.test_client()
    for path in ("/broken", "/none", "/broken", "/none"):
        assert client.get(path).status_code in {404, 500}


def test_a_stream_holds_nobody_up(app: Flask) -> None:
    """Once its answer has begun, a stream is no longer counted."""

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(["a", "b"]))

    begun = app.test_client().get("/stream", buffered=False)
    assert app.test_client().get("/none").status_code == 404
    begun.close()


def test_whoever_waits_for_somebody_else_lets_the_next_one_in(app: Flask) -> None:
    """Outside, a request has given its place up; it goes on only when it has one again."""
    waiting, go_on, inside, leave = (threading.Event() for _ in range(4))
    order: list[str] = []

    @app.get("/waits")
    def waits() -> str:
        with gate.outside():
            waiting.set()
            go_on.wait(10)
        order.append("waits")
        return ""

    @app.get("/works")
    def works() -> str:
        inside.set()
        leave.wait(10)
        order.append("works")
        return ""

    threads = [
        threading.Thread(target=app.test_client().get, args=[path], daemon=True) for path in ("/waits", "/works")
    ]
    threads[0].start()
    assert waiting.wait(10)
    threads[1].start()
    assert inside.wait(10)
    go_on.set()
    threads[0].join(0.1)
    assert order == []
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["works", "waits"]


def test_what_goes_wrong_outside_holds_nobody_up(app: Flask) -> None:
    """A request that fails while it waits gives its place back once, as any other."""

    @app.get("/fails")
    def fails() -> str:
        with gate.outside():
            raise ValueError

    client = app.test_client()
    for _ in range(3):
        assert client.get("/fails").status_code == 500
    assert client.get("/none").status_code == 404


def test_where_there_is_no_gate_nobody_is_outside() -> None:
    """Whatever waits in no request, or in an application without a gate, just waits."""
    with gate.outside(), Flask("open").app_context(), gate.outside():
        pass
