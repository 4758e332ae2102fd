from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.claims.claim import Claim
from resolver.claims.write import write
from resolver.model.github import Kind
from tests.support.api import AGENT, REPOSITORY, SHA, Api, address, open_api, pages, refused_fields

FIELDS = {
    "confidence",
    "mode",
    "span_id",
    "run",
    "diagnostic",
    "candidates",
    "findings",
    "cause",
    "resolved_at",
}
COMMENT = address(Kind.ISSUE_COMMENT, 11, 5)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def test_an_address_is_resolved_to_its_run(api: Api) -> None:
    """A signed comment is resolved to the run that signed it, with the evidence; nothing of it is kept."""
    marks = api.register("s")
    api.see(marks["hidden_comment"], id=11, author=AGENT)
    api.wait(hours=1)
    answer = api.get("/resolve", url=COMMENT)
    assert answer.status_code == 200
    found = answer.json
    assert found is not None
    assert set(found) == FIELDS
    assert (found["confidence"], found["mode"], found["span_id"]) == ("exact", "artifact_comment", "s")
    assert found["run"] == marks["run"]
    assert (found["cause"], found["resolved_at"]) == ("asked", "2026-10-01T13:00:00Z")
    assert found["findings"]
    assert all(set(one) == {"step", "outcome", "detail", "evidence"} for one in found["findings"])
    assert pages(api, "/feedback") == []


def test_a_commit_is_resolved_to_its_run(api: Api) -> None:
    """A pushed commit with a run's trailers is resolved to that run."""
    api.push(f"fix\n\n{api.register('s')['commit_trailers']}")
    found = api.get("/resolve", url=f"https://github.com/{REPOSITORY}/commit/{SHA}").json
    assert found is not None
    assert (found["confidence"], found["span_id"]) == ("exact", "s")


def test_a_run_that_nobody_registered_is_named_all_the_same(api: Api) -> None:
    """The span of a verified claim is named; its run is null while nobody has registered it."""
    claim = Claim(span_id="unheard-of", workspace="default", repository=REPOSITORY, number=5)
    api.see(write(claim, api.services.reader.ring.current()).hidden_comment, id=11, author=AGENT)
    found = api.get("/resolve", url=COMMENT).json
    assert found is not None
    assert (found["span_id"], found["run"]) == ("unheard-of", None)


@pytest.mark.parametrize(
    "url",
    [
        COMMENT,
        f"https://github.com/{REPOSITORY}/pull/77",
        f"https://github.com/{REPOSITORY}/commit/{SHA}",
        "https://github.com/nobody/nothing/issues/1",
    ],
)
def test_what_was_never_seen_is_unresolved(api: Api, url: str) -> None:
    """An address that no delivery brought is answered: unresolved, and why."""
    answer = api.get("/resolve", url=url)
    assert answer.status_code == 200
    found = answer.json
    assert found is not None
    assert (found["confidence"], found["mode"], found["span_id"]) == ("unresolved", "unresolved", None)
    assert found["run"] is None
    assert found["diagnostic"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://github.com",
        "https://github.com/acme",
        "https://github.com/acme/widgets/issues/0",
        "https://github.com/acme/../issues/1",
        "https://github.com/acme/widgets/commit/abc",
        "ftp://github.com/acme/widgets/issues/1",
        "https://github.com/acme/widgets/issues/" + "9" * 5000,
        "https://[/acme/widgets/issues/1",
    ],
)
def test_an_address_of_nothing_on_github_is_422(api: Api, url: str) -> None:
    """What names no object of GitHub is refused, and the parameter is named."""
    assert refused_fields(api.get("/resolve", url=url)) == ["url"]


def test_an_address_is_needed(api: Api) -> None:
    """Asking about nothing is refused, and the parameter is named."""
    assert refused_fields(api.get("/resolve")) == ["url"]


def test_a_text_is_resolved_by_its_own_claim(api: Api) -> None:
    """A body or a commit message that carries a claim is about that run, whatever was delivered."""
    marks = api.register("s")
    for field, mode in (("body", "direct"), ("commit_message", "commit_trailer")):
        text = marks["hidden_comment"] if field == "body" else f"fix\n\n{marks['commit_trailers']}"
        answer = api.post("/resolve", {"repository": REPOSITORY, "number": 5, field: text})
        assert answer.status_code == 200
        found = answer.json
        assert found is not None
        assert set(found) == FIELDS
        assert (found["confidence"], found["mode"], found["span_id"]) == ("exact", mode, "s")


def test_a_question_takes_every_field_of_the_contract(api: Api) -> None:
    """All fields of a query may be given together, null where there is nothing to say."""
    question = {
        "repository": REPOSITORY,
        "number": 5,
        "body": "please\n\tdo",
        "at": "2026-10-01T12:00:00Z",
        "issue_comment_id": None,
        "review_id": None,
        "review_comment_id": 3,
        "in_reply_to_id": 4,
        "pull_request_review_id": 5,
        "commit_sha": SHA,
        "original_commit_sha": SHA.upper(),
        "path": "src/a b.py",
        "line": 7,
        "side": "LEFT",
        "commit_message": "fix\n\nit",
    }
    answer = api.post("/resolve", question)
    assert answer.status_code == 200, answer.text
    assert api.post("/resolve", dict.fromkeys(question) | {"repository": REPOSITORY}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("repository", None),
        ("repository", "widgets"),
        ("number", 0),
        ("number", "5"),
        ("body", 5),
        ("body", "x" * 262_145),
        ("body", "a\u0000"),
        ("at", "now"),
        ("issue_comment_id", -1),
        ("review_id", 1.5),
        ("review_comment_id", 2**63),
        ("in_reply_to_id", True),
        ("pull_request_review_id", []),
        ("commit_sha", "abc"),
        ("original_commit_sha", SHA + "0"),
        ("path", "a\u0000b"),
        ("line", 0),
        ("side", "left"),
        ("commit_message", "x" * 262_145),
        ("head_sha", SHA),
    ],
)
def test_a_question_that_does_not_fit_is_named(api: Api, field: str, value: object) -> None:
    """Each field of a query has its rule; what breaks it is refused by name."""
    assert refused_fields(api.post("/resolve", {"repository": REPOSITORY, field: value})) == [field]


def test_a_question_is_about_one_object(api: Api) -> None:
    """A query that names two objects contradicts itself."""
    two = {"repository": REPOSITORY, "issue_comment_id": 1, "review_id": 2}
    assert refused_fields(api.post("/resolve", two)) == ["body"]


def test_a_repository_is_needed_to_ask(api: Api) -> None:
    """A query without a repository is refused."""
    assert refused_fields(api.post("/resolve", {"number": 5})) == ["repository"]
