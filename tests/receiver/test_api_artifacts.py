from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.changes import MOST
from resolver.claims.ring import Ring
from resolver.model.github import Kind
from tests.support.api import AGENT, REPOSITORY, SHA, Api, address, open_api, pages, refused, refused_fields

BASE = f"https://github.com/{REPOSITORY}"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def test_what_becomes_known_later_is_added(api: Api) -> None:
    """A run's end and head are set, its further numbers are added to those there; the rest stays."""
    run = api.register("s", numbers=[6])["run"]
    answer = api.patch("/runs/s", {"ended_at": "2026-10-01T15:00:00+02:00", "numbers": [7, 6]})
    later = {"ended_at": "2026-10-01T13:00:00Z", "numbers": [5, 6, 7]}
    assert (answer.status_code, answer.json) == (200, run | later)
    answer = api.patch("/runs/s", {"head_sha": SHA.upper()})
    assert answer.json == run | later | {"head_sha": SHA}
    assert api.get("/runs/s").json == answer.json
    assert [one["span_id"] for one in pages(api, "/runs", number=7)] == ["s"]


def test_completing_a_run_leaves_its_registration_alone(api: Api) -> None:
    """A run that was completed is still the same run to a second registration."""
    api.register("s")
    api.patch("/runs/s", {"numbers": [6], "head_sha": SHA})
    answer = api.post("/runs", {"span_id": "s", "repository": REPOSITORY, "agent_name": "coder", "number": 5})
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["run"]["numbers"], answer.json["run"]["head_sha"]) == ([5, 6], SHA)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"ended_at": None}, "ended_at"),
        ({"head_sha": None}, "head_sha"),
        ({"numbers": None}, "numbers"),
        ({"artifacts": None}, "artifacts"),
        ({"ended_at": "soon"}, "ended_at"),
        ({"head_sha": "abc"}, "head_sha"),
        ({"numbers": [0]}, "numbers.0"),
        ({"numbers": list(range(1, 102))}, "numbers"),
        ({"artifacts": ["nonsense"]}, "artifacts.0"),
        ({"artifacts": ["https://example.org/acme/widgets"]}, "artifacts.0"),
        ({"artifacts": [f"{BASE}/issues/5", "https://github.com/acme/gears/issues/5"]}, "artifacts.1"),
        ({"agent_name": "other"}, "agent_name"),
        ({"span_id": "s"}, "span_id"),
    ],
)
def test_a_change_that_does_not_fit_is_named(api: Api, body: dict[str, object], field: str) -> None:
    """Nulls, unknown fields, and values that break a field's rule change nothing."""
    run = api.register("s")["run"]
    assert refused_fields(api.patch("/runs/s", body)) == [field]
    assert api.get("/runs/s").json == run
    assert pages(api, "/runs/s/artifacts") == []


def test_a_run_gathers_only_so_much(api: Api) -> None:
    """Changes that are small each do not grow a run without end."""
    api.register("s")
    for start in range(1, MOST, 100):
        body = {"numbers": list(range(start, start + 100))}
        assert api.patch("/runs/s", body).status_code == 200
    refused(api.patch("/runs/s", {"numbers": [MOST + 1]}), 422)


def test_an_artifact_is_where_the_claim_was_seen(api: Api) -> None:
    """A run's artifacts are the texts and commits that carry its verified claim, newest first."""
    marks = api.register("s")
    api.see(marks["hidden_comment"], id=11, author=AGENT)
    api.wait(minutes=1)
    api.push(f"fix\n\n{marks['commit_trailers']}")
    api.see("nothing", id=12, author=AGENT)
    commit, comment = pages(api, "/runs/s/artifacts")
    assert comment == {
        "url": address(Kind.ISSUE_COMMENT, 11, 5),
        "kind": "issue_comment",
        "number": 5,
        "confirmed": True,
        "copied": False,
        "trust": "signed",
        "verified_with": "k1",
        "verified_at": "2026-10-01T12:00:00Z",
        "posted_at": "2026-10-01T12:00:00Z",
        "author": "coder[bot]",
    }
    assert commit == comment | {
        "url": f"{BASE}/commit/{SHA}",
        "kind": "commit",
        "number": None,
        "verified_at": "2026-10-01T12:01:00Z",
        "posted_at": "2026-10-01T12:01:00Z",
        "author": None,
    }


def test_a_copy_is_shown_as_one(api: Api) -> None:
    """Where another account pasted the claim, the artifact is there and says that it is a copy."""
    marks = api.register("s")
    api.see(marks["hidden_comment"], id=11, author=AGENT)
    api.wait(minutes=1)
    api.see(marks["hidden_comment"], id=12)
    assert [(one["author"], one["copied"]) for one in pages(api, "/runs/s/artifacts")] == [
        ("maintainer", True),
        ("coder[bot]", False),
    ]


def test_without_a_key_artifacts_are_unsigned(tmp_path: Path) -> None:
    """An unsigned claim is shown with the trust that it deserves."""
    with open_api(tmp_path, signing_secrets=Ring()) as api:
        api.see(api.register("s")["hidden_comment"], id=11, author=AGENT)
        (artifact,) = pages(api, "/runs/s/artifacts")
        assert (artifact["trust"], artifact["verified_with"]) == ("unsigned", None)


def test_an_address_is_confirmed_by_its_delivery(api: Api) -> None:
    """What a run says it made is listed as not confirmed until a delivery has brought it, signed or not."""
    marks = api.register("s")
    said = [f"{BASE}/pull/6", f"{BASE}/issues/5#issuecomment-11", f"{BASE}/commit/{SHA}"]
    api.patch("/runs/s", {"artifacts": said})
    api.patch("/runs/s", {"artifacts": said[:1]})
    waiting = pages(api, "/runs/s/artifacts")
    nothing_yet = dict.fromkeys(("trust", "verified_with", "verified_at", "posted_at", "author"))
    assert waiting == [
        {"url": said[2], "kind": "commit", "number": None, "confirmed": False, "copied": False} | nothing_yet,
        {"url": said[1], "kind": "issue_comment", "number": 5, "confirmed": False, "copied": False} | nothing_yet,
        {"url": said[0], "kind": "pull_request", "number": 6, "confirmed": False, "copied": False} | nothing_yet,
    ]
    api.see(marks["hidden_comment"], id=11, author=AGENT)
    api.push(f"fix\n\n{marks['commit_trailers']}")
    found = {one["url"]: (one["confirmed"], one["trust"]) for one in pages(api, "/runs/s/artifacts")}
    assert found == {said[2]: (True, "signed"), said[1]: (True, "signed"), said[0]: (False, None)}
    api.see("unsigned", id=60, kind=Kind.PULL_REQUEST, number=6, author=AGENT)
    assert pages(api, "/runs/s/artifacts")[-1] == waiting[-1] | {"confirmed": True}


def test_what_was_delivered_unsigned_is_confirmed_and_no_evidence(api: Api) -> None:
    """An unsigned object or commit at a named address confirms it; who made it stays unproven."""
    api.register("s")
    said = [
        f"{BASE}/pull/5#pullrequestreview-12",
        f"{BASE}/issues/5#issuecomment-11",
        f"{BASE}/issues/5",
        f"{BASE}/discussions/5",
        f"{BASE}/commit/{SHA}",
        f"{BASE}/commit/{'f' * 40}",
    ]
    api.patch("/runs/s", {"artifacts": said})
    api.see("unsigned", id=11, author=AGENT)
    api.see("unsigned", id=50, kind=Kind.PULL_REQUEST, author=AGENT, deleted=True)
    api.push("fix")
    found = {one["url"]: one["confirmed"] for one in pages(api, "/runs/s/artifacts")}
    assert found == dict(zip(said, [False, True, True, False, True, False], strict=True))
    assert {one["trust"] for one in pages(api, "/runs/s/artifacts")} == {None}
    assert api.get("/resolve", url=said[1]).get_json()["confidence"] != "exact"


def test_a_subject_is_confirmed_by_its_number(api: Api) -> None:
    """GitHub shows a pull request at the address of an issue of the same number, too: both mean the same."""
    marks = api.register("s")
    api.patch("/runs/s", {"artifacts": [f"{BASE}/issues/5"]})
    api.see(marks["hidden_comment"], id=50, kind=Kind.PULL_REQUEST, author=AGENT)
    assert [one["confirmed"] for one in pages(api, "/runs/s/artifacts")] == [True]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_pages_of_artifacts_neither_skip_nor_repeat(api: Api, limit: int) -> None:
    """Pages lead from what was seen to what was only said, each artifact once."""
    marks = api.register("s")
    for number in (11, 12, 13):
        api.see(marks["hidden_comment"], id=number, author=AGENT)
    api.patch("/runs/s", {"artifacts": [f"{BASE}/issues/5#issuecomment-{number}" for number in (21, 12, 22)]})
    found = [one["url"].rpartition("-")[2] for one in pages(api, "/runs/s/artifacts", limit=limit)]
    assert found == ["13", "12", "11", "22", "21"]


def test_addresses_on_other_hosts_are_made_from_the_api_address(tmp_path: Path) -> None:
    """On a GitHub Enterprise server, commits are shown at its own address."""
    with open_api(tmp_path, github_api_url="https://ghe.example/api/v3") as api:
        api.push(f"fix\n\n{api.register('s')['commit_trailers']}")
        assert pages(api, "/runs/s/artifacts")[0]["url"] == f"https://ghe.example/{REPOSITORY}/commit/{SHA}"
