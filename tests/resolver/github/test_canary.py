from __future__ import annotations

import contextlib
import gc
import logging
import traceback
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType

import pytest

from receiver.logs import JsonLines, TextLines
from resolver.errors import GithubError, WhichrunError
from resolver.github import addresses, exchange
from resolver.github.client import HttpGithub, Requests, Wire
from resolver.github.grants import Grant
from resolver.model.asking import Place
from tests.support.github import Fault, StandIn, faults, key_pair
from tests.support.github.answer import Answer, said
from tests.support.scripted import BEGIN, PLACE, over_http

TOKEN = "ghs_CANARYtoken0123456789CANARY"
SHA = "a" * 40
HASTY = Wire(connect=0.2, read=0.2, deadline=0.3, largest=2**16)
NEEDLES = (
    TOKEN,
    "CANARY",
    *(line for line in key_pair().private_pem.decode().splitlines() if not line.startswith("-")),
    "BEGIN RSA PRIVATE KEY",
    "bearer ey",
    "eyJ",
)

QUESTIONS: dict[str, Callable[[HttpGithub], object]] = {
    "comment": lambda github: github.issue_comment(PLACE, 11),
    "commit": lambda github: github.commit(PLACE, SHA),
    "proof": lambda github: github.holds(PLACE, SHA),
    "list": lambda github: list(github.review_comments(PLACE, 42)),
    "blame": lambda github: github.blame(PLACE, SHA, "src/app.py"),
    "review's edit": lambda github: github.review_edited(PLACE, "PRR_kwDO1"),
    "permission": lambda github: github.permission(PLACE, "octocat"),
    "history": lambda github: github.issues(PLACE, 1),
    "place without installation": lambda github: github.pull(Place(9001, "acme/widgets"), 42),
    "hostile name": lambda github: github.pull(Place(9001, "../..", 77), 42),
    "app": lambda github: github.app(),
    "log": lambda github: github.hook_deliveries(),
    "redelivery": lambda github: github.redeliver(1),
}


def echo() -> Fault:
    """Answer with whatever was sent, headers and all, as an error's message and in every field."""

    def effect(request: object, _: object) -> Answer:
        text = f"{request!r} {TOKEN} {key_pair().private_pem.decode()}"
        return said({"message": text, "id": text, "token": text, "errors": [{"type": text, "message": text}]}, 403)

    return Fault(effect)


FAULTS: dict[str, Fault] = {
    "unauthorized": faults.status(401, message=TOKEN),
    "forbidden": faults.status(403, message=TOKEN),
    "missing": faults.status(404, message=TOKEN),
    "unprocessable": faults.status(422, message=TOKEN),
    "teapot": faults.status(418, message=TOKEN),
    "failing": faults.status(502, message=TOKEN),
    "busy": faults.status(503, retry_after=5),
    "primary": faults.primary_limit(),
    "secondary": faults.secondary_limit(),
    "hang": faults.hang(),
    "trickle": faults.trickle(0.05),
    "cut": faults.cut(),
    "malformed": faults.malformed(f'{{"token": "{TOKEN}", "message": '.encode()),
    "shape": faults.other_shape({"token": TOKEN, TOKEN: TOKEN, "id": TOKEN, "permissions": {TOKEN: 1}}),
    "list": faults.other_shape([{"token": TOKEN, TOKEN: 1}]),
    "token with more": faults.other_shape({"token": TOKEN, "expires_at": TOKEN, "repositories": [{TOKEN: TOKEN}]}),
    "huge": faults.huge(2**20),
    "redirect": faults.redirect(302, f"https://evil.example/?token={TOKEN}"),
    "round and round": faults.redirect(301),
    "link": faults.headers({"link": f'<https://evil.example/?token={TOKEN}&page=x>; rel="next"'}),
    "permission": faults.headers({"x-accepted-github-permissions": TOKEN}),
    "retry-after": faults.headers({"retry-after": TOKEN, "x-ratelimit-reset": TOKEN, "etag": TOKEN, "date": TOKEN}),
    "echo": echo(),
}


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that is logged, at any level, as each of the two formats shows it."""
    shown: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.extend((TextLines().format(record), JsonLines().format(record), repr(record.__dict__)))

    root, handler = logging.getLogger(), Keeper()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield shown
    root.removeHandler(handler)
    root.setLevel(level)


def told_by(error: BaseException) -> list[str]:
    """Return all that an error shows, and all that comes with it: which may be nobody else's, with who knows what."""
    shown: list[str] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None:
            assert isinstance(one, WhichrunError)
            shown += [str(one), repr(one), repr(one.args), repr(vars(one)), *traceback.format_exception(one)]
            waiting += [one.__cause__, one.__context__]
    return shown


def everything_in(start: object) -> Iterator[object]:
    """Yield the objects of this project that can be reached from one."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        if type(one).__module__.startswith("resolver."):
            yield one
        waiting += [inner for inner in gc.get_referents(one) if not isinstance(inner, str | bytes | int)]


def clean(shown: list[str]) -> bool:
    """Whether nothing of a secret is in any text."""
    return not [needle for needle in NEEDLES if any(needle in text for text in shown)]


def asked(github: HttpGithub, question: Callable[[HttpGithub], object]) -> list[str]:
    """Ask, and return all that became visible."""
    shown: list[str] = []
    try:
        question(github)
    except WhichrunError as error:
        shown += told_by(error)
    return shown + [repr(one) for one in everything_in(github) if not type(one).__module__.endswith("shapes")]


@pytest.fixture
def marked(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in whose tokens are easily found."""
    number = iter(range(10_000))
    monkeypatch.setattr("tests.support.github.world.secrets.token_hex", lambda _: f"{TOKEN}{next(number)}")
    return stand_in


@pytest.mark.parametrize("place", ["/", "/access_tokens$", r"/(repos|graphql|app$)"])
@pytest.mark.parametrize("name", FAULTS)
def test_no_secret_is_ever_seen(marked: StandIn, lines: list[str], name: str, place: str) -> None:
    """Whatever fails, wherever: not in a log, not in an error or what comes with it, not in what an object shows."""
    questions = QUESTIONS if name not in {"hang", "trickle"} else {"comment": QUESTIONS["comment"]}
    marked.fault = FAULTS[name].on(place)
    transport = Requests(HASTY)
    shown: list[str] = []
    for question in questions.values():
        shown += asked(over_http(marked.url, transport), question)
    transport.close()
    assert clean(shown + lines)


def test_no_secret_is_seen_when_nobody_is_there(marked: StandIn, lines: list[str]) -> None:
    """Nor while all is well."""
    github = over_http(marked.url)
    shown = [text for question in QUESTIONS.values() for text in asked(github, question)]
    marked.down()
    shown += [text for question in QUESTIONS.values() for text in asked(github, question)]
    assert any(TOKEN in token for token in marked.tokens)
    assert clean(shown + lines)


def test_what_holds_a_secret_does_not_show_it() -> None:
    """Neither questions and answers, nor what is made of them."""
    address = addresses.APP.fill()
    request = exchange.Request(address, exchange.headers(token=TOKEN), body=TOKEN.encode())
    response = exchange.Response(201, {"x": TOKEN}, TOKEN.encode())
    grant = Grant(name="acme/widgets", installation_id=77, made_at=BEGIN, ends_at=BEGIN, token=TOKEN)
    wire = Wire(proxies={"https": f"https://someone:{TOKEN}@proxy.example"})
    assert clean([repr(one) for one in (request, response, grant, wire)])


def test_a_failure_is_one_line(marked: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """It says what was asked, and what became of it."""
    marked.fault = faults.status(502).on("/issues/")
    caplog.set_level(logging.INFO)
    with contextlib.suppress(GithubError):
        over_http(marked.url).issue_comment(PLACE, 11)
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        (
            "resolver.github.sender",
            "GET /repos/acme/widgets/issues/comments/11 was not answered: GitHub is failing (502)",
        )
    ]
