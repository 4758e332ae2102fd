"""`whichrun import`: what becomes of the runs, artifacts and feedback of an eloylp/agents database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from resolver.model.github import Kind
from tests.support.agents_db import AgentsDb, agents_db, marks, metadata
from tests.support.api import AGENT, REPOSITORY, SHA, Api, open_api
from tests.support.command_line import answer_of, whichrun
from tests.support.databases import look_into
from tests.support.tree import ROOT
from tests.torture.state import state_of

Import = Callable[..., Result]

VECTORS = ROOT / "tests" / "vectors" / "metadata_v1.json"


@pytest.fixture
def api(migrated_url: str, tmp_path: Path) -> Iterator[Api]:
    """A service, on either database."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def old(tmp_path: Path) -> AgentsDb:
    """The other tool's database."""
    return agents_db(tmp_path / "agents.db")


@pytest.fixture
def bring(api: Api, old: AgentsDb) -> Import:
    """Return a function that runs the command on the service's store."""
    settings = {"database_url": api.services.settings.database_url, "signing_secrets": "k1:secret-for-tests"}
    return lambda *arguments, **more: whichrun("import", str(old.path), *arguments, settings=settings | more)


def passed_over(result: Result) -> list[str]:
    """Return why rows were passed over; there are some."""
    assert result.exit_code == 1, result.stderr
    told: list[str] = json.loads(result.stdout)["passed_over"]
    return told


def artifacts(api: Api, span: str = "span-1") -> list[dict[str, Any]]:
    """Return what a run made."""
    found = api.get(f"/runs/{span}/artifacts").json
    assert found is not None
    return list(found["items"])


def test_runs_become_runs(api: Api, old: AgentsDb, bring: Import) -> None:
    """A run of the other tool is here what its agent would have registered, from its start on."""
    old.run(head_sha=SHA.upper(), branch="feature", prompt_version_id="p7", prompt_ref="coder")
    document = answer_of(bring("--json"))

    assert document["runs"] == {"read": 1, "new": 1, "known": 0, "passed_over": 0}
    run = api.get("/runs/span-1").json
    assert run is not None
    assert (run["repository"], run["numbers"], run["agent_id"], run["agent_name"]) == (
        REPOSITORY, [5], "agent_1", "coder",
    )  # fmt: skip
    assert (run["backend"], run["skill_version_ids"], run["prompt_version_id"]) == ("claude", ["s1", "s2"], "p7")
    assert (run["head_sha"], run["branch"], run["event_id"]) == (SHA, "feature", "event-span-1")
    assert run["started_at"] == "2026-10-01T09:00:00.123456Z"


def test_what_its_agents_signed_keeps_verifying(api: Api, old: AgentsDb, bring: Import) -> None:
    """With the same secret a text that was signed for the other tool leads to the imported run, exactly."""
    old.run()
    answer_of(bring("--json"))
    api.see(f"Done. {marks('span-1').hidden_comment}", id=11, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.wait(minutes=1)
    given = api.give(id=12, kind=Kind.REVIEW_COMMENT, reply_to=11)

    found = api.get(f"/feedback/{given}").json
    assert found is not None
    assert (found["resolution"]["confidence"], found["resolution"]["run"]["span_id"]) == ("exact", "span-1")


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())[:2], ids=lambda vector: vector["name"])
def test_claims_that_the_other_tool_wrote_verify(old: AgentsDb, bring: Import, vector: dict[str, Any]) -> None:
    """A claim from its own code, kept with an artifact, verifies with its secret and its instance id as settings."""
    run = vector["run"]
    columns = {name: run.get(name, "") for name in ("agent_id", "agent_name")}
    old.run(run["span_id"], issue_or_pr_number=run["issue_or_pr_number"], **columns)
    claim = vector["hidden_comment"].removeprefix("<!-- agents-run: ").removesuffix(" -->")
    old.artifact(run["span_id"], id=11, metadata_json=claim)

    document = answer_of(
        bring("--json", signing_secrets=vector["secret"], instance_id=vector["instance_id"] or "default")
    )
    assert document["artifacts"]["new"] == 1


def test_an_artifact_is_an_address_and_proves_nothing(api: Api, old: AgentsDb, bring: Import) -> None:
    """Where a claim was seen is the row's word: the run says it made that, unconfirmed, and no answer rests on it."""
    old.run()
    old.artifact(id=11, source_type="pull_request_review_comment", github_review_id=100, github_review_comment_id=11)
    answer_of(bring("--json"))
    (said,) = artifacts(api)
    assert said["url"] == f"https://github.com/{REPOSITORY}/pull/5#discussion_r11"
    assert (said["confirmed"], said["trust"]) == (False, None)

    given = api.give(id=12, kind=Kind.REVIEW_COMMENT, reply_to=11)
    found = api.get(f"/feedback/{given}").json
    assert found is not None
    assert found["resolution"]["confidence"] != "exact"


def test_an_artifact_is_exact_once_its_text_is_known(api: Api, old: AgentsDb, bring: Import) -> None:
    """As soon as the text itself is delivered, or read by backfill, the claim in it counts as any other."""
    old.run()
    old.artifact(id=11, source_type="pull_request_review_comment", github_review_comment_id=11)
    answer_of(bring("--json"))
    api.see(f"Look. {marks('span-1').hidden_comment}", id=11, kind=Kind.REVIEW_COMMENT, author=AGENT)

    (said,) = artifacts(api)
    assert (said["confirmed"], said["trust"]) == (True, "signed")


@pytest.mark.parametrize(
    ("columns", "address"),
    [
        ({}, "issues/5#issuecomment-11"),
        ({"source_type": "pull_request_review", "github_review_id": 7}, "pull/5#pullrequestreview-7"),
        ({"source_type": "pull_request_review_comment"}, "pull/5#discussion_r11"),
        ({"source_type": "commit", "commit_sha": SHA}, f"commit/{SHA}"),
    ],
)
def test_each_kind_of_artifact_has_its_address(
    api: Api, old: AgentsDb, bring: Import, columns: dict[str, Any], address: str
) -> None:
    """The address is made of what the row says it is, whatever stands in its source_url."""
    old.run()
    old.artifact(id=11, source_url="https://example.com/", **columns)
    answer_of(bring("--json"))
    assert [said["url"] for said in artifacts(api)] == [f"https://github.com/{REPOSITORY}/{address}"]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"metadata_json": metadata("span-1", secret="of others")}, "No secret of the ring"),
        ({"metadata_json": metadata("span-2")}, "of another run"),
        ({"metadata_json": ""}, "not a JSON object"),
        ({"metadata_json": '{"workspace":"default","span_id":"span-1"}'}, "unsigned"),
        ({"repo_name": "gadgets"}, "for the repository acme/widgets"),
        ({"source_type": "gist"}, "source_type 'gist'"),
        ({"github_comment_id": 0}, "id of the issue_comment is missing"),
        ({"issue_or_pr_number": 0}, "issue_or_pr_number is missing"),
        ({"span_id": "span-9", "metadata_json": metadata("span-9")}, "there is no run span-9"),
    ],
)
def test_an_artifact_that_does_not_fit_is_passed_over(
    api: Api, old: AgentsDb, bring: Import, columns: dict[str, Any], reason: str
) -> None:
    """A claim that does not verify, or is not the row's, and a row that names nothing are named with their number."""
    old.run()
    old.artifact(id=11, **columns)
    (told,) = passed_over(bring("--json"))
    assert told.startswith("artifacts, row 1: ")
    assert reason in told
    assert artifacts(api) == []


def test_the_wrong_secret_is_said_so(old: AgentsDb, bring: Import) -> None:
    """Where no claim verifies at all, it says that the other tool's secret is missing, and how many claims that are."""
    old.run()
    old.artifact(id=11)
    result = bring(signing_secrets="k1:another")
    assert "1 claims of artifacts do not verify: No secret of the ring" in result.stderr
    assert "put that tool's signing secret and instance id into the settings" in result.stderr


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"repo_owner": ""}, "not the full name of a repository"),
        ({"agent_name": " "}, "agent_name"),
        ({"created_at": "yesterday"}, "'yesterday' is no time"),
        ({"issue_or_pr_number": -1}, "issue_or_pr_number is not between"),
        ({"issue_or_pr_number": "five"}, "issue_or_pr_number is no number"),
        ({"branch": b"\xff"}, "branch is no text"),
        ({"branch": "a\0b"}, "branch holds a NUL"),
        ({"head_sha": "abc"}, "head_sha"),
        ({"span_id": None}, "span_id is NULL"),
        ({"span_id": "a/b"}, "span_id"),
        ({"workspace_id": "elsewhere"}, "the workspace elsewhere is none of"),
    ],
)
def test_a_run_that_does_not_fit_is_passed_over(
    api: Api, old: AgentsDb, bring: Import, columns: dict[str, Any], reason: str
) -> None:
    """A row that no agent could have registered is named with its number; all others are taken."""
    old.run("span-0")
    old.run(**columns) if "span_id" not in columns else old.run(span=columns["span_id"])
    old.run("span-2")
    (told,) = passed_over(bring("--json"))
    assert told.startswith("runs, row 2: ")
    assert reason in told
    runs = api.get("/runs").json
    assert runs is not None
    assert [run["span_id"] for run in runs["items"]] == ["span-2", "span-0"]


def test_a_run_that_is_here_with_other_facts_stays(api: Api, old: AgentsDb, bring: Import) -> None:
    """What an agent registered here stands; the row that says otherwise is passed over."""
    api.register("span-1", agent_name="reviewer")
    old.run()
    (told,) = passed_over(bring("--json"))
    assert told == "runs, row 1: span span-1 was registered with other facts"
    run = api.get("/runs/span-1").json
    assert run is not None
    assert run["agent_name"] == "reviewer"


def test_other_repositories_are_passed_over(old: AgentsDb, bring: Import) -> None:
    """Where the settings name the repositories, rows of others are not taken, as over the API."""
    old.run()
    (told,) = passed_over(bring("--json", repositories="acme/gadgets"))
    assert told == "runs, row 1: acme/widgets is none of WHICHRUN_REPOSITORIES"


def test_one_workspace_alone_can_be_taken(api: Api, old: AgentsDb, bring: Import) -> None:
    """With --workspace the rows of others are left alone, and are no fault."""
    old.run("span-1")
    old.run("span-2", workspace_id="elsewhere")
    document = answer_of(bring("--json", "--workspace", "default"))
    assert document["runs"] == {"read": 1, "new": 1, "known": 0, "passed_over": 0}


def test_rows_keep_their_workspace(api: Api, old: AgentsDb, bring: Import) -> None:
    """A run goes to the workspace that its claims name, where this service has one of that name."""
    old.run("span-2", workspace_id="team")
    answer_of(bring("--json", workspaces="acme/gadgets=team"))
    with api.services.store.snapshot() as catalogue:
        assert catalogue.run("team", "span-2") is not None
        assert catalogue.run("default", "span-2") is None


def test_done_again_it_changes_nothing(api: Api, old: AgentsDb, bring: Import) -> None:
    """A second import finds everything here already; the store and its history are what they were."""
    for number in range(60):
        old.run(f"span-{number}")
        old.artifact(f"span-{number}", id=1000 + number)
    api.give(id=900)
    old.feedback(id=900, status="analyzed")
    answer_of(bring("--json"))
    database = look_into(api.services.store)
    before = state_of(database, history=True)
    document = answer_of(bring("--json"))

    assert [document[table]["new"] for table in ("runs", "artifacts", "feedback")] == [0, 0, 0]
    assert [document[table]["known"] for table in ("runs", "artifacts", "feedback")] == [60, 60, 1]
    assert document["feedback"]["statuses"] == 0
    assert state_of(database, history=True) == before


def test_the_store_is_sound_afterwards(api: Api, old: AgentsDb, bring: Import) -> None:
    """What an import keeps passes ``whichrun check``: each row, each reference, and each answer once more."""
    old.run()
    old.artifact(id=11)
    api.see(f"Look. {marks('span-1').hidden_comment}", id=11, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.give(id=900)
    old.feedback(id=900, span="span-1", status="failed")
    answer_of(bring("--json"))
    url = api.services.settings.database_url
    answer_of(whichrun("check", "--json", settings={"database_url": url, "signing_secrets": "k1:secret-for-tests"}))


def test_a_trial_changes_nothing(api: Api, old: AgentsDb, bring: Import) -> None:
    """With --dry-run all is counted as it would be, and neither the store nor its progress is another."""
    old.run()
    old.run("span-2", created_at="never")
    old.artifact(id=11)
    api.give(id=900)
    old.feedback(id=900, status="analyzed")
    database = look_into(api.services.store)
    before = state_of(database, history=True)
    document = json.loads(bring("--json", "--dry-run").stdout)

    assert document["dry_run"] is True
    assert document["runs"] == {"read": 2, "new": 1, "known": 0, "passed_over": 1}
    assert document["artifacts"]["new"] == 1
    assert document["feedback"]["statuses"] == 1
    assert state_of(database, history=True) == before
    assert database.rows("SELECT name FROM progress WHERE name >= 'import' AND name < 'imporu'") == []
