"""`whichrun import`: feedback of another tool, and how its links compare with the answers here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from resolver.model.github import GithubObject, Kind, ObjectRef, ObjectSeen, RepositorySeen, Revision
from resolver.model.runs import NO_CLAIMS
from tests.support.agents_db import START, AgentsDb, agents_db, go_time, marks
from tests.support.api import AGENT, NOON, PERSON, REPOSITORY, REPOSITORY_ID, SHA, Api, address, open_api
from tests.support.command_line import answer_of, whichrun
from tests.support.signing import KEY, key_file

Import = Callable[..., Result]
REMARK = "/agents improve be brief"


@pytest.fixture
def api(migrated_url: str, tmp_path: Path) -> Iterator[Api]:
    """A service, on either database."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


@pytest.fixture
def old(tmp_path: Path) -> AgentsDb:
    """The other tool's database, with two runs."""
    made = agents_db(tmp_path / "agents.db")
    made.run("span-1")
    made.run("span-2")
    return made


@pytest.fixture
def bring(api: Api, old: AgentsDb) -> Import:
    """Return a function that runs the command on the service's store."""
    settings = {"database_url": api.services.settings.database_url, "signing_secrets": "k1:secret-for-tests"}
    return lambda *arguments, **more: whichrun("import", str(old.path), *arguments, settings=settings | more)


def only_link(document: dict[str, Any]) -> dict[str, Any]:
    """Return the only link that was compared."""
    (link,) = document["links"]["items"]
    assert document["links"][link["comparison"]] == 1
    return dict(link)


def replied(api: Api, span: str = "span-1") -> int:
    """Let an agent have written a signed line comment, and a maintainer answered with feedback; return its id."""
    api.see(f"Look. {marks(span).hidden_comment}", id=11, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.wait(minutes=1)
    return api.give(id=12, kind=Kind.REVIEW_COMMENT, reply_to=11)


def a_reply(old: AgentsDb, span: str, **columns: str | int) -> None:
    """Add that reply as the other tool kept it."""
    old.feedback(
        id=0, span=span, source_type="pull_request_review_comment", github_review_comment_id=12,
        github_parent_comment_id=11, issue_number=0, pr_number=5, raw_body=REMARK, **columns,
    )  # fmt: skip


def shown_only(api: Api, body: str = REMARK) -> None:
    """Keep a comment as whoever asked GitHub for evidence does: a command in it is nothing that was given."""
    ref = ObjectRef(REPOSITORY_ID, Kind.ISSUE_COMMENT, 900)
    thing = GithubObject(ref, 5, PERSON, NOON, address(Kind.ISSUE_COMMENT, 900, 5))
    with api.services.store.transaction() as ledger:
        ledger.put_repository(RepositorySeen(REPOSITORY_ID, REPOSITORY, NOON), "default")
        ledger.put_object(ObjectSeen(thing, Revision(NOON, body, PERSON, author_association="MEMBER")), NO_CLAIMS)


def test_a_link_that_holds_is_equal(api: Api, old: AgentsDb, bring: Import) -> None:
    """The same run with the same confidence needs no words."""
    answer_of(bring("--json"))
    replied(api)
    a_reply(old, "span-1")
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["span_id"], link["confidence"]) == ("equal", "span-1", "exact")
    assert link["why"] == []


def test_a_link_that_does_not_hold_is_different(api: Api, old: AgentsDb, bring: Import) -> None:
    """Where evidence leads to another run, both are told, and what each step saw."""
    answer_of(bring("--json"))
    replied(api)
    a_reply(old, "span-2")
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["old_span_id"], link["span_id"]) == ("different", "span-2", "span-1")
    assert link["mode"] == "artifact_parent_comment"
    assert any(line.startswith("artifact_parent_comment: ") for line in link["why"])
    result = bring()
    assert "links: 0 equal, 1 different, 0 unknown" in result.stdout
    assert ": span-2 (exact) there, span-1 (exact, artifact_parent_comment) here" in result.stdout


def test_a_link_that_nobody_can_judge_is_unknown(old: AgentsDb, bring: Import) -> None:
    """Where the comment was never delivered, it says so: nothing is known against the link, nor for it."""
    a_reply(old, "span-1", github_created_at=go_time(START - timedelta(days=2)))
    document = answer_of(bring("--json"))
    link = only_link(document)
    assert (link["comparison"], link["span_id"], link["status"]) == ("unknown", None, None)
    assert link["why"][0] == "no delivery or backfill has brought this comment"
    assert document["feedback"] == {"read": 1, "new": 0, "known": 0, "passed_over": 0, "unseen": 1, "statuses": 0}


def test_a_claim_in_the_row_s_own_text_is_judged(old: AgentsDb, bring: Import) -> None:
    """Feedback that was never delivered is answered by what its row says: a claim pasted into its text verifies."""
    old.feedback(id=900, span="span-2", raw_body=f"{REMARK} {marks('span-1').hidden_comment}")
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["span_id"], link["mode"]) == ("different", "span-1", "direct")


def test_neither_naming_a_run_is_equal(old: AgentsDb, bring: Import) -> None:
    """No run there and none here is the same answer."""
    old.feedback(id=900)
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["span_id"], link["confidence"]) == ("equal", None, "unresolved")


def test_an_equal_run_that_is_no_longer_sure_is_told(old: AgentsDb, bring: Import) -> None:
    """What was exact there and is a guess here is the same run, and shown with the reasons all the same."""
    old.execute("DELETE FROM run_attributions WHERE span_id = 'span-2'")
    old.feedback(id=900, span="span-1")
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["old_confidence"], link["confidence"]) == ("equal", "exact", "inferred")
    assert link["why"]
    assert "equal: https://github.com/acme/widgets/issues/5#issuecomment-900: span-1 (exact)" in bring().stdout


def test_an_artifact_row_makes_nothing_exact(old: AgentsDb, bring: Import) -> None:
    """A link that rested on an artifact whose text is not known here is no more than unknown."""
    old.artifact("span-1", id=11, source_type="pull_request_review_comment", github_review_comment_id=11)
    a_reply(old, "span-1", github_created_at=go_time(START - timedelta(days=2)))
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["confidence"]) == ("unknown", "unresolved")


def test_feedback_comes_alive_where_its_comment_is_known(api: Api, old: AgentsDb, bring: Import) -> None:
    """A comment that was only fetched as evidence is feedback once the other tool says that it was given."""
    shown_only(api)
    assert api.get("/feedback").json == {"items": [], "next_cursor": None}
    old.feedback(id=900, span="span-1")
    document = answer_of(bring("--json"))

    assert document["feedback"]["new"] == 1
    answer = api.get("/feedback").json
    assert answer is not None
    (item,) = answer["items"]
    assert (item["github_id"], item["status"], item["instruction"]) == (900, "new", "be brief")
    assert item["resolution"]["cause"] == "import"
    assert item["report_id"] is not None


def test_feedback_without_our_command_is_passed_over(api: Api, old: AgentsDb, bring: Import) -> None:
    """The tool's former tag is no command here."""
    shown_only(api, "be brief #ai_improvement")
    old.feedback(id=900, raw_body="be brief #ai_improvement", tag="#ai_improvement")
    result = bring("--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)["passed_over"]
    assert told == "feedback, row 1: the comment that is known here holds no command /agents improve"


def test_who_may_give_feedback_is_decided_here(api: Api, old: AgentsDb, bring: Import) -> None:
    """Feedback of somebody who may not give it here is ignored, whatever the other tool thought, and says so."""
    api.give(id=900, association="NONE")
    old.feedback(id=900, span="span-1")
    link = only_link(answer_of(bring("--json")))
    assert (link["comparison"], link["status"], link["confidence"]) == ("different", "ignored", None)
    assert link["why"] == ["its author may not give feedback here"]


def test_a_status_that_was_given_there_is_kept(api: Api, old: AgentsDb, bring: Import) -> None:
    """What was analyzed there is analyzed here, unless its text is another or a reader here has said otherwise."""
    ids = {number: api.give(id=number) for number in (900, 901, 902)}
    api.patch(f"/feedback/{ids[902]}", {"status": "new"})
    for number, body in ((900, REMARK), (901, "/agents improve something else"), (902, REMARK)):
        old.feedback(id=number, raw_body=body, status="analyzed")
    document = answer_of(bring("--json"))

    assert document["feedback"]["statuses"] == 1
    found = [(api.get(f"/feedback/{ids[number]}").json or {})["status"] for number in (900, 901, 902)]
    assert found == ["analyzed", "new", "new"]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"source_type": "push"}, "source_type 'push'"),
        ({"github_comment_id": 0}, "the id of the issue_comment is missing"),
        ({"raw_body": None}, "raw_body is NULL"),
        ({"line": "ten"}, "line is no number"),
    ],
)
def test_feedback_that_does_not_fit_is_passed_over(
    old: AgentsDb, bring: Import, columns: dict[str, Any], reason: str
) -> None:
    """A row that names no comment is named with its number, and has no link."""
    if columns.get("raw_body", "") is None:
        old.execute("DROP TABLE self_improvement_feedback")
        old.execute(
            "CREATE TABLE self_improvement_feedback "
            "(repo_owner, repo_name, source_type, github_comment_id, raw_body, linked_span_id, link_confidence)",
            "INSERT INTO self_improvement_feedback VALUES ('acme', 'widgets', 'issue_comment', 9, NULL, '', '')",
        )
    else:
        old.feedback(id=900, **columns) if "github_comment_id" not in columns else old.feedback(id=0)
    result = bring("--json")
    document = json.loads(result.stdout)
    (told,) = document["passed_over"]
    assert told.startswith("feedback, row 1: ")
    assert reason in told
    assert document["links"]["items"] == []
    assert result.exit_code == 1


def test_rows_that_only_the_question_refuses_have_no_link(old: AgentsDb, bring: Import) -> None:
    """A row whose comment is unseen and whose commit is none is passed over when it is compared."""
    old.feedback(id=900, commit_sha="abc", file_path="a.py")
    old.feedback(id=901, commit_sha=SHA, file_path="a.py")
    result = bring("--json")
    document = json.loads(result.stdout)
    assert [link["row"] for link in document["links"]["items"]] == [2]
    (told,) = document["passed_over"]
    assert told.startswith("feedback, row 1: commit_sha: is not a whole commit id")


def test_old_secrets_stand_beside_new_keys(api: Api, old: AgentsDb, bring: Import, tmp_path: Path) -> None:
    """With a key for claims of version 2 the old secret still verifies what the other tool's runs signed."""
    old.artifact("span-1", id=11)
    document = answer_of(bring("--json", signing_key_file=str(key_file(tmp_path, KEY))))
    assert document["artifacts"]["new"] == 1
