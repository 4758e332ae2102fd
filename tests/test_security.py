"""Threats that no other test has for its own subject, and the list of all of them (``deploy/security.md``)."""

from __future__ import annotations

import ast
import hmac
import importlib
import pkgutil
import re
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest

import receiver
import resolver
import store
from receiver.body import READ_SECONDS
from resolver.claims.claim import Claim
from resolver.claims.ring import Key, Ring, parse_ring
from resolver.claims.signing import key_for, sign, signature_of
from resolver.claims.write import write
from resolver.errors import SignatureError
from resolver.signature import verify
from store import open_store
from tests.defences.__main__ import without
from tests.defences.table import DEFENCES, Defence
from tests.support.api import Api, open_api
from tests.support.tree import ROOT

DOCUMENT = ROOT / "deploy" / "security.md"
GUARD_SECONDS = 60
"""After which a pattern is taken for one that never ends."""
WILD = (
    " ", "\t", "\n", "a", "aA", "0", "a.", "/", "-", "_", "[", "]", "](", "`", "<a ", "<", ">", "\\", "|-", "|",
    "A=", "=", "(", ")", "'", '"', "@", ":", "a,", "#", "*", "+", "@@ -1 ", "[^a]: ", "é", "fix a/", "https://a",
)  # fmt: skip


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service over a fresh store."""
    with open_api(tmp_path) as opened:
        yield opened


# --- The list ---


def rows() -> list[tuple[str, str]]:
    """Return the threats of the document, each with the test that it names."""
    found = re.findall(r"^\| ([^|]+?) \| .+ \| `([^`]+)` \|$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return [(threat.replace("*", ""), test) for threat, test in found]


def test_the_document_and_the_table_tell_the_same() -> None:
    """Each threat stands in the document once, with the file of its defence and the test that proves it."""
    assert rows() == [(one.threat, one.test) for one in DEFENCES]
    text = DOCUMENT.read_text()
    missing = [one.threat for one in DEFENCES if f"`{one.file}`" not in _row(text, one.threat)]
    assert missing == []


def _row(text: str, threat: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {threat} |"))


def test_the_document_counts_the_defences() -> None:
    """The document says of how many defences it was seen that they are needed: of all."""
    assert f"{len(DEFENCES)} of {len(DEFENCES)} defences" in DOCUMENT.read_text()


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: one.threat)
def test_each_defence_can_be_taken_out(defence: Defence) -> None:
    """What is to be taken out stands in its file once, what is left can be run, and the test that it names is there."""
    left = without(defence)
    if defence.file.endswith(".py"):
        compile(left, defence.file, "exec")
    file, _, name = defence.test.partition("::")
    tests = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)}

    assert name.partition("[")[0] in tests


# --- Claims ---


def resolved(api: Api, **question: str) -> tuple[str, str | None]:
    """Ask about a text; return how sure the answer is, and the run that it names."""
    answer = api.post("/resolve", {"repository": "acme/widgets", "number": 5, **question})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json or {}
    return document["confidence"], document["span_id"]


def test_a_forged_trailer_names_no_run(api: Api) -> None:
    """A trailer that another secret signed names nobody; the genuine one of the same run does."""
    genuine = api.register()["commit_trailers"]
    claim = Claim(span_id="span-1", workspace="default", repository="acme/widgets", number=5, agent_name="coder")
    forged = write(claim, Ring((Key("k1", b"an attacker's secret"),))).commit_trailers

    assert resolved(api, commit_message=f"Mend it\n\n{genuine}") == ("exact", "span-1")
    api.wait(hours=48)  # no run that was at work just now is likely any more
    assert resolved(api, commit_message=f"Mend it\n\n{forged}") == ("unresolved", None)


def test_no_field_of_a_run_ends_the_comment_that_carries_it(api: Api) -> None:
    """Whatever a run is called, its hidden comment ends where it says, shows nothing, and is read again."""
    name = "--><img src=x onerror=alert(1)><!-- --!> & \u2028"
    comment = api.register(agent_name=name)["hidden_comment"]

    assert (comment.count("<"), comment.count(">")) == (1, 1)
    assert "\u2028" not in comment
    assert resolved(api, body=f"Text\n\n{comment}") == ("exact", "span-1")


# --- Tokens, pages, bootstrap ---


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """Count the comparisons that take the same time whatever they compare."""
    seen: list[None] = []
    compare: Callable[[Any, Any], bool] = hmac.compare_digest

    def counting(one: Any, other: Any) -> bool:  # noqa: ANN401 - texts or bytes
        seen.append(None)
        return compare(one, other)

    with monkeypatch.context() as patch:
        patch.setattr(hmac, "compare_digest", counting)
        yield seen


def test_secrets_are_compared_in_constant_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery's signature is held against every secret, a claim's and the operator's token in such a way too."""
    secrets, body = [b"first", b"second", b"third"], b"{}"
    right = "sha256=" + hmac.new(secrets[0], body, "sha256").hexdigest()
    with counted(monkeypatch) as seen:
        verify(body, signature=right, secrets=secrets)
        with pytest.raises(SignatureError):
            verify(body, signature="sha256=" + "0" * 64, secrets=secrets)
    assert len(seen) == 2 * len(secrets)

    claim, ring = Claim(span_id="s"), parse_ring("one,two", name="ring")
    with counted(monkeypatch) as seen:
        assert key_for(claim, signature_of(sign(claim, Key("other", b"other"))), ring) is None
    assert len(seen) == len(ring.keys)

    with counted(monkeypatch) as seen:
        assert api.client.get("/v1/token", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert len(seen) == 1


def test_no_answer_is_taken_for_another_type(api: Api) -> None:
    """Browsers are told to take each answer for what it is said to be: pages, JSON, errors of every kind."""
    paths = ("/healthz", "/docs", "/openapi.json", "/metrics", "/nowhere", "/v1/runs", "/webhooks/github", "/v1/token")

    answers = [api.client.get(path, headers=headers) for path in paths for headers in ({}, api.headers)]

    assert {answer.headers.get("X-Content-Type-Options") for answer in answers} == {"nosniff"}


def test_only_its_owner_reads_the_database(tmp_path: Path) -> None:
    """SQLite's files, the lock beside them too, are made for their owner alone, whatever the process lets others do."""
    opened = open_store(f"sqlite:///{tmp_path / 'whichrun.db'}")
    try:
        opened.migrate()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        opened.close()

    assert "whichrun.db" in modes
    assert set(modes.values()) == {0o600}


# --- Denial of service ---


def test_no_client_is_waited_for_without_end(api: Api) -> None:
    """Whoever falls silent in the middle of a request is waited for as long as is stated, on any route."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        api.client.get("/healthz", environ_overrides={"gunicorn.socket": ours})
        assert ours.gettimeout() == READ_SECONDS


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return every regular expression that a module of ours keeps, by where it stands."""
    found: dict[str, re.Pattern[Any]] = {}
    for room in (receiver, resolver, store):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    found[f"{module.name}.{name}"] = value
    return found


def test_no_pattern_runs_wild() -> None:
    """Each regular expression comes to an end on texts made to keep it going: 2,000 of anything, then a miss."""
    present = ""

    def give_up(_number: int, _frame: FrameType | None) -> NoReturn:
        raise AssertionError(f"{present} does not end")

    found = patterns()
    before = signal.signal(signal.SIGALRM, give_up)
    try:
        for present, pattern in found.items():  # noqa: B007 - told by whoever gives up
            signal.alarm(GUARD_SECONDS)
            for unit in WILD:
                text = unit * (2000 // len(unit)) + "\0!"
                given = text.encode() if isinstance(pattern.pattern, bytes) else text
                pattern.search(given)
                pattern.fullmatch(given)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert len(found) > 30
