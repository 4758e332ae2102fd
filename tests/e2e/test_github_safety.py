"""Nothing that stands in a delivery or in the database leads a request astray, and no secret of the App is told."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.asking import Scene, asking, at, credentials, deliver
from tests.support.builders import (
    AGENT,
    Delivery,
    Person,
    Repo,
    commit,
    commit_comment,
    delivery,
    installation,
    issue_comment,
    pull_request,
    push,
    review_comment,
)
from tests.support.clone import NewCommit
from tests.support.github import Recorded, StandIn, faults, key_pair
from tests.support.places import COMMAND as FEEDBACK
from tests.support.places import Marks, Place, make_place
from tests.support.service import COMMAND, environment, until

HOSTILE = (
    "..",
    ".",
    "%2e%2e",
    "%2e%2e%2fapp",
    "../../app",
    "widgets/../../../app/installations",
    "widgets?per_page=1",
    "widgets#fragment",
    "widgets%00",
    "widgets%0d%0aX-Injected: yes",
    "widgets\r\nX-Injected: yes",
    "widgets HTTP/1.1\r\nX-Injected: yes\r\n\r\n",
    "widgets\\..\\app",
    "@elsewhere.example",
    "//elsewhere.example/",
    "https://elsewhere.example/",
    "widgets;x=1",
    "widgets{owner}",
    '"} } viewer { login',
    "\u2025",
    "\u2215app",
    "",
    " ",
    "main",
    "0123456",
    "x" * 3000,
)
TEXT = "".join(f"line {number}\n" for number in range(1, 13))
ROUTES = """
GET /app
GET /app/hook/config
GET /app/hook/deliveries
POST /app/hook/deliveries/N/attempts
GET /app/installations
GET /app/installations/N
POST /app/installations/N/access_tokens
GET /installation/repositories
GET /rate_limit
POST /graphql
GET R
GET R/installation
GET R/collaborators/L/permission
GET R/pulls/N
GET R/pulls/N/commits
GET R/pulls/N/files
GET R/pulls/N/reviews
GET R/pulls/N/reviews/N
GET R/pulls/N/comments
GET R/pulls/comments/N
GET R/issues/N
GET R/issues/N/comments
GET R/issues/comments/N
GET R/comments/N
GET R/commits
GET R/commits/S
GET R/commits/S/pulls
GET R/compare/S...S
"""
"""Documented routes: R a repository, N a number, L a login, S a commit id."""
_QUERY = r"(\?[a-z_]+=[0-9A-Za-z_.~%:+-]*(&[a-z_]+=[0-9A-Za-z_.~%:+-]*)*)?"
_LOGIN = r"[0-9A-Za-z](-?[0-9A-Za-z]){0,38}(\[bot\]|%5[Bb]bot%5[Dd])?"


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Run a GitHub."""
    with StandIn() as stand_in:
        yield stand_in


def fitting(names: list[str], ids: list[int]) -> re.Pattern[str]:
    """Return what method and target of a request have to be; repositories are those given."""
    repository = "(/repos/(" + "|".join(map(re.escape, names)) + ")|/repositories/(" + "|".join(map(str, ids)) + "))"
    stand_for = {"R": repository, "N": "[1-9][0-9]{0,18}", "L": _LOGIN, "S": "[0-9a-f]{40}"}
    routes = [
        re.sub(r"\b[RNLS]\b", lambda word: stand_for[word[0]], re.escape(route).replace(r"\ ", " "))
        for route in ROUTES.split("\n")
        if route
    ]
    return re.compile("(" + "|".join(routes) + ")" + _QUERY)


def astray(github: StandIn, names: list[str], ids: list[int]) -> list[object]:
    """Return the requests that fit no documented route about one of some repositories."""
    pattern = fitting(names, ids)
    host = f"127.0.0.1:{github.port}"
    found: list[object] = []
    for one in github.requests:
        fits = pattern.fullmatch(f"{one.method} {one.target}") is not None
        fits = fits and one.headers.get("Host") == host and "X-Injected" not in one.headers
        if not fits or (one.target == "/graphql" and not blames(one, names)):
            found.append((one.method, one.target[:200], one.body[:300]))
    return found


def blames(request: Recorded, names: list[str]) -> bool:
    """Whether a GraphQL request is the one query, about one of some repositories at a commit id."""
    asked = json.loads(request.body)
    given = asked["variables"]
    words = re.sub(r"\s+", "", re.sub(r"\$\w+:\w+!,?", "", re.sub(r"\s+", "", asked["query"])))
    query = "repository(owner:$owner,name:$name){object(oid:$oid){...onCommit{blame(path:$path){ranges{"
    is_known = query in words and given.keys() == {"owner", "name", "oid", "path"}
    return (
        is_known
        and f"{given['owner']}/{given['name']}" in names
        and re.fullmatch("[0-9a-f]{40}", given["oid"]) is not None
    )


def thread(scene: Scene) -> tuple[Place, Marks, str, str]:
    """Make a repository with a signed commit and comment that only GitHub knows."""
    place = make_place(scene)
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": TEXT}),
            NewCommit(coder.message(), {"src/app.py": TEXT.replace("line 10\n", "changed\n")}),
        ]
    )
    place.there.add_review(42, 4200, user=AGENT, commit_id=head, submitted_at=at(30))
    place.there.add_review_comment(
        42, 21, path="src/app.py", commit_id=head, line=10, user=AGENT, body=coder.text(), review_id=4200,
        created_at=at(30),
    )  # fmt: skip
    place.there.permission["maintainer"] = "write"
    return place, coder, base, head


def hostile_deliveries(repo: Repo, word: str, number: int) -> Iterator[Delivery]:
    """Write deliveries that hold a hostile word wherever a name, a login, a commit id or a path stands."""
    told: dict[str, Any] = {"number": 42, "at": at(40)}
    sound = "0123456789abcdef0123456789abcdef01234567"
    yield issue_comment(Repo(number, f"acme/{word}"), id=1, body=FEEDBACK, **told)
    yield issue_comment(Repo(number + 1, f"{word}/widgets"), id=1, body=FEEDBACK, **told)
    yield review_comment(Repo(number + 2, f"acme/{word}"), id=1, body=FEEDBACK, in_reply_to_id=9, commit=sound, **told)
    who = Person(id=number, login=word, association="OWNER")
    yield issue_comment(repo, id=number, author=who, body=FEEDBACK, **told)
    yield review_comment(repo, id=number + 1, body=FEEDBACK, commit=word, **told)
    yield review_comment(repo, id=number + 2, body=FEEDBACK, commit=sound, original_commit=word, line=None, **told)
    yield review_comment(repo, id=number + 3, body=FEEDBACK, commit=sound, path=word, **told)
    yield review_comment(repo, id=number + 4, body=FEEDBACK, commit=sound, side=word, **told)
    yield commit_comment(repo, id=number + 5, commit=word, body=FEEDBACK, at=at(40))
    yield pull_request(repo, number=number, head=word, at=at(30))
    yield pull_request(repo, number=number + 1, base=word, at=at(30))
    yield pull_request(repo, "closed", number=number + 2, merged=True, merge_commit=word, at=at(30))
    yield push(repo, commits=[commit(word, "Change it", at=at(30))], at=at(30))
    yield installation("created", repos=[Repo(number + 3, f"acme/{word}"), Repo(number + 4, word)], at=at(30))
    asked = issue_comment(repo, id=number + 6, body=FEEDBACK, **told)
    yield delivery(asked.event, {**asked.payload, "installation": {"id": word}})


def test_what_a_delivery_holds_leads_no_request_astray(github: StandIn, tmp_path: Path) -> None:
    """Whatever names, logins, commit ids and paths deliveries hold, only documented routes are asked."""
    with asking(tmp_path, github) as scene:
        place, coder, base, head = thread(scene)
        place.pull(head=head, base=base)
        for number, word in enumerate(HOSTILE):
            for one in hostile_deliveries(place.repo, word, 100_000 + 100 * number):
                answer = deliver(scene.service, one)
                assert answer.status_code in {202, 422}, (word, one.event, answer.text)
        scene.send(place.reply(22, 21, commit=head))
        place.until(22, "artifact_parent_comment", coder)
        until(lambda: "pending" not in scene.statuses().values())
        time.sleep(2.5)

        fine = [name for word in ("main", "0123456") for name in (f"acme/{word}", f"{word}/widgets")]
        assert astray(github, [place.repo.name, *fine], [place.repo.id]) == []
        assert set(scene.statuses().values()) <= {"done", "ignored", "dead"}


PLANTED = {
    "repository_name": "UPDATE repository_name SET name = {word} WHERE repository_id = {id}",
    "owner": "UPDATE repository_name SET name = {word} || '/widgets' WHERE repository_id = {id}",
    "short name": "UPDATE repository_name SET name = 'acme/' || {word} WHERE repository_id = {id}",
    "pull_request.head_sha": "UPDATE pull_request SET head_sha = {word} WHERE repository_id = {id}",
    "pull_request.base_sha": "UPDATE pull_request SET base_sha = {word} WHERE repository_id = {id}",
    "object.commit_sha": "UPDATE object SET commit_sha = {word}, original_commit_sha = {word} "
    "WHERE repository_id = {id}",
    "object.path": "UPDATE object SET path = {word} WHERE repository_id = {id}",
    "object.author_login": "UPDATE object SET author_login = {word} WHERE repository_id = {id}",
    "want.head": "UPDATE want SET want_key = replace(want_key, {head}, {word}) WHERE repository_id = {id}",
    "want.base": "UPDATE want SET want_key = replace(want_key, {base}, {word}) WHERE repository_id = {id}",
    "want.path": "UPDATE want SET want_key = replace(want_key, 'src/app.py', {word}) WHERE repository_id = {id}",
    "want.login": "UPDATE want SET want_key = replace(want_key, 'maintainer', {word}) WHERE repository_id = {id}",
    "want.number": "UPDATE want SET want_key = replace(want_key, ':42', ':\"' || {word} || '\"') "
    "WHERE repository_id = {id}",
}
PLANTED_WORDS = tuple(word for word in HOSTILE if word not in {"main", "0123456"})


@pytest.mark.parametrize("authors", ["", "maintainer"], ids=["who may is asked", "who may is known"])
def test_what_is_planted_in_the_database_leads_no_request_astray(authors: str, github: StandIn, tmp_path: Path) -> None:
    """Names, commit ids, paths and logins that somebody wrote into the database are validated before they are used."""
    github.down()
    with asking(tmp_path, github, feedback_authors=authors) as scene:
        sound, coder, base, head = thread(scene)
        scene.send(sound.pull(head=head, base=base), sound.reply(22, 21, commit=head))
        planted: list[tuple[Place, str, str]] = []
        for kind, word in zip(cycle(PLANTED), PLANTED_WORDS * 3, strict=False):
            place, _, base, head = thread(scene)
            scene.send(
                place.pull(head=head, base=base),
                place.reply(22, 21, commit=head),
                place.line(11, head, base, line=10),
                place.line(12, head, base, line=10, side="LEFT"),
            )
            planted.append((place, kind, word))
        scene.wait_processed()
        places = [sound, *(place for place, *_ in planted)]
        with closing(sqlite3.connect(tmp_path / "whichrun.db", timeout=20)) as database, database:
            for place, kind, word in planted:
                pull = place.there.pulls[42]
                given = {"word": word, "id": place.repo.id, "head": pull.head_sha, "base": pull.base_sha}
                statement = re.sub(r"\{(\w+)\}", r":\1", PLANTED[kind])
                named = {name: given[name] for name in re.findall(r":(\w+)", statement) if name in given}
                assert database.execute(statement, named).rowcount > 0, (kind, word)
        github.up()
        sound.until(22, "artifact_parent_comment", coder, patience=60)
        time.sleep(3)

        names, ids = [place.repo.name for place in places], [place.repo.id for place in places]
        assert astray(github, names, ids) == []
        assert requests.get(f"{scene.service.url}/readyz", timeout=10).status_code == 200


def said_by(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """Tell all that the service says or keeps: output, answers, the database, and what doctor says."""
    service = scene.service
    yield "output", service.output().encode()
    found = scene.everything("/feedback")
    paths = [f"/v1/feedback/{item['id']}{part}" for item in found for part in ("", "/resolutions")]
    for path in ("/v1/feedback", "/v1/deliveries", "/v1/runs", "/metrics", "/readyz", "/openapi.json", *paths):
        yield path, requests.get(f"{service.url}{path}", headers=service.authorization, timeout=20).content
    for file in service.folder.iterdir():
        if file.is_file() and file.suffix != ".pem":
            yield file.name, file.read_bytes()
    for words in (["doctor"], ["doctor", "--json"], ["feedback", "--json"]):
        done = subprocess.run(
            [*COMMAND, *words], cwd=service.folder, env=environment(service.settings), capture_output=True, check=False
        )
        yield " ".join(words), done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_of_the_app_is_told(form: str, github: StandIn, tmp_path: Path) -> None:
    """Through every failure neither the private key, nor a JSON web token, nor an installation's token is told."""
    canaries = {"ghs_canaryWithoutExpiry0123456789", "ghs_canaryOfAnotherShape0123456789"}
    with StandIn() as elsewhere, asking(tmp_path, github, log_format=form) as scene:
        trouble = [
            faults.other_shape({"token": "ghs_canaryWithoutExpiry0123456789"}).on("/access_tokens").times(1),
            faults.other_shape({"token": ["ghs_canaryOfAnotherShape0123456789"], "expires_at": 7})
            .on("/access_tokens")
            .times(1),
            faults.status(401, message="Bad credentials").on("/repos/").times(1),
            faults.status(500).on("/repos/|/access_tokens").times(2),
            faults.cut().on("/repos/|/access_tokens").times(2),
            faults.malformed().on("/repos/|/graphql").times(2),
            faults.redirect(302, f"{elsewhere.url}/stolen").on("/repos/|/access_tokens").times(2),
            faults.secondary_limit(retry_after=1).on("/repos/").times(1),
        ]
        for fault in trouble:
            github.faults.add(fault)
        for _ in range(3):
            place, coder, base, head = thread(scene)
            place.pull(head=head, base=base)
            scene.send(place.reply(22, 21, commit=head), place.line(11, head, base, line=10))
        until(lambda: github.fault is None, patience=90)
        github.revoke_tokens(77)
        last, coder, base, head = thread(scene)
        last.pull(head=head, base=base)
        scene.send(last.reply(22, 21, commit=head))
        last.until(22, "artifact_parent_comment", coder, patience=60)

        secrets = canaries | {one.credential for one in github.requests if one.credential}
        secrets |= {secret.rpartition(".")[2] for secret in secrets if secret.count(".") == 2}
        secrets |= {line for line in key_pair().private_pem.decode().splitlines() if len(line) > 40}
        assert len(secrets) > 20
        assert any(secret.startswith("ghs_") for secret in secrets - canaries)
        told = [(where, secret) for where, text in said_by(scene) for secret in secrets if secret.encode() in text]
        assert told == []
        assert elsewhere.requests == []


@pytest.mark.parametrize("kind", ["garbage", "public", "missing", "cut"])
def test_a_key_that_cannot_be_read_is_named_and_not_shown(kind: str, github: StandIn, tmp_path: Path) -> None:
    """A key file that holds no private key is named by doctor, with what to do; nothing of the file is printed."""
    pem = key_pair().private_pem.decode()
    canary = pem.splitlines()[3]
    file = tmp_path / "key.pem"
    content = {"garbage": canary, "public": key_pair().public_pem.decode(), "cut": pem[: len(pem) // 2]}
    if kind in content:
        file.write_text(content[kind])
    settings = {**credentials(tmp_path, github), "github_private_key_file": str(file)}
    given = {f"WHICHRUN_{name.upper()}": text for name, text in settings.items()}
    given |= {"WHICHRUN_WEBHOOK_SECRETS": "hook", "WHICHRUN_DATABASE_URL": f"sqlite:///{tmp_path / 'doctor.db'}"}
    said = subprocess.run(
        [*COMMAND, "doctor"], cwd=tmp_path, env=environment(given), capture_output=True, text=True, check=False
    )

    assert said.returncode == 1
    assert "private key" in said.stdout
    assert said.stderr == ""
    assert canary not in said.stdout + said.stderr
