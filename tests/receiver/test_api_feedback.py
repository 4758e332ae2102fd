from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from resolver.model.github import Kind, Position, User
from tests.support.api import (
    AGENT,
    NOON,
    REPOSITORY,
    REPOSITORY_ID,
    SHA,
    Api,
    address,
    open_api,
    pages,
    refused,
    refused_fields,
)

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over an empty store, of either kind."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


def spans(api: Api, **filters: str | int) -> str:
    """Return the numbers of the feedback that a list holds, in its order."""
    return "".join(str(one["number"]) for one in pages(api, "/feedback", **filters))


def test_feedback_is_shown_with_its_resolution(api: Api) -> None:
    """One piece of feedback has every field of the contract, and in it the run that it is about."""
    marks = api.register("s")
    api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.wait(minutes=1)
    position = Position(
        path="src/a.py",
        line=3,
        original_line=2,
        side="RIGHT",
        commit="f" * 40,
        original_commit=SHA,
        diff_hunk="@@ -1 +1 @@\n+x",
    )
    number = api.give("be brief", id=32, kind=Kind.REVIEW_COMMENT, reply_to=31, position=position)
    shown = api.get(f"/feedback/{number}").json
    assert shown is not None
    resolution = shown.pop("resolution")
    assert shown == {
        "id": number,
        "workspace": "default",
        "repository": REPOSITORY,
        "repository_id": REPOSITORY_ID,
        "number": 5,
        "source": "pull_request_review_comment",
        "github_id": 32,
        "url": address(Kind.REVIEW_COMMENT, 32, 5),
        "author": "maintainer",
        "author_association": "MEMBER",
        "authorized": True,
        "status": "new",
        "body": "/agents improve be brief",
        "instruction": "be brief",
        "path": "src/a.py",
        "line": 3,
        "side": "RIGHT",
        "diff_hunk": "@@ -1 +1 @@\n+x",
        "commit_sha": SHA,
        "created_at": "2026-10-01T12:01:00Z",
        "updated_at": "2026-10-01T12:01:00Z",
        "report_id": "1",
    }
    assert (resolution["confidence"], resolution["mode"]) == ("exact", "artifact_parent_comment")
    assert resolution["run"] == marks["run"]
    assert resolution["cause"] == "a test"
    whole = shown | {"resolution": resolution}
    for path in ("/feedback", "/runs/s/feedback"):
        assert pages(api, path) == [whole]


def test_ignored_feedback_has_no_resolution(api: Api) -> None:
    """What a stranger wrote is kept, and not resolved."""
    number = api.give(association="NONE")
    shown = api.get(f"/feedback/{number}").json
    assert shown is not None
    assert (shown["authorized"], shown["status"], shown["resolution"]) == (False, "ignored", None)


def test_feedback_is_filtered(api: Api) -> None:
    """Feedback is found by what it is on, its status, its answer and the run it is about; filters narrow each other."""
    marks = api.register("s")
    api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
    api.wait(minutes=1)
    api.give(id=32, kind=Kind.REVIEW_COMMENT, reply_to=31)
    api.give(id=41, number=6)
    api.give(id=42, number=7, association="NONE")
    api.wait(hours=1)
    api.patch(f"/feedback/{api.give(id=43, number=8)}", {"status": "analyzed"})
    assert spans(api) == "8765"
    assert spans(api, repository="Acme/Widgets") == "8765"
    assert spans(api, repository="acme/gears") == ""
    assert spans(api, number=6) == "6"
    assert [spans(api, status=one) for one in ("new", "analyzed", "failed", "ignored")] == ["65", "8", "", "7"]
    assert [spans(api, confidence=one) for one in ("exact", "inferred", "unresolved")] == ["5", "", "86"]
    assert [spans(api, agent=one) for one in ("coder", "tester")] == ["5", ""]
    assert [spans(api, run=one) for one in ("s", "t")] == ["5", ""]
    assert spans(api, since="2026-10-01T15:01:00+02:00") == "8"
    assert spans(api, since="2026-10-01T12:01:00Z") == "8765"
    assert spans(api, since="2026-10-01T12:01:00.000001Z", status="analyzed", number=8) == "8"


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_pages_of_feedback_neither_skip_nor_repeat(api: Api, limit: int) -> None:
    """Every piece is given once, newest first."""
    for number in range(1, 6):
        api.give(id=number, number=number)
    assert spans(api, limit=limit) == "54321"


def test_the_feedback_of_an_unknown_run_is_404(api: Api) -> None:
    """A list about a run needs the run."""
    refused(api.get("/runs/s/feedback"), 404)


@pytest.mark.parametrize("status", ["analyzed", "failed", "new"])
def test_a_reader_sets_the_status(api: Api, status: str) -> None:
    """A reader says how far feedback was dealt with; nothing else of it changes."""
    number = api.give()
    before = api.get(f"/feedback/{number}").json
    assert before is not None
    answer = api.patch(f"/feedback/{number}", {"status": status})
    assert (answer.status_code, answer.json) == (200, before | {"status": status})
    assert api.get(f"/feedback/{number}").json == answer.json


def test_a_status_holds_until_the_text_changes(api: Api) -> None:
    """The same delivery again leaves a reader's status alone; an edit makes the feedback new."""
    number = api.give()
    api.patch(f"/feedback/{number}", {"status": "analyzed"})
    api.give()
    assert api.get(f"/feedback/{number}").json["status"] == "analyzed"  # type: ignore[index]
    api.give("be kind", updated_at=LATER, edited=True)
    shown = api.get(f"/feedback/{number}").json
    assert shown is not None
    assert (shown["status"], shown["instruction"]) == ("new", "be kind")


@pytest.mark.parametrize("status", ["ignored", "withdrawn", "done", "", "NEW", None, 1, ["new"], {}])
def test_a_reader_sets_no_other_status(api: Api, status: object) -> None:
    """What GitHub decides, and what is no status, is refused."""
    number = api.give()
    assert refused_fields(api.patch(f"/feedback/{number}", {"status": status})) == ["status"]
    assert refused_fields(api.patch(f"/feedback/{number}", {})) == ["status"]
    assert api.get(f"/feedback/{number}").json["status"] == "new"  # type: ignore[index]


def test_ignored_feedback_keeps_its_status(api: Api) -> None:
    """Nobody can lift a stranger's feedback into the list of work."""
    number = api.give(association="NONE")
    assert "ignored" in refused(api.patch(f"/feedback/{number}", {"status": "new"}), 409)["message"]


def test_withdrawn_feedback_keeps_its_status(api: Api) -> None:
    """Nobody can bring back what its author took back."""
    number = api.give()
    api.see("never mind", id=900, updated_at=LATER, edited=True)
    assert "withdrawn" in refused(api.patch(f"/feedback/{number}", {"status": "new"}), 409)["message"]
    assert api.get(f"/feedback/{number}").json["body"] == "/agents improve be brief"  # type: ignore[index]


def test_each_answer_is_kept(api: Api) -> None:
    """The resolutions of feedback are listed newest first, with cause, findings and run."""
    number = api.give()
    api.wait(seconds=1)
    marks = api.register("s", started_at="2026-10-01T11:00:00Z")
    newest, oldest = pages(api, f"/feedback/{number}/resolutions", limit=1)
    assert (oldest["confidence"], oldest["cause"], oldest["run"]) == ("unresolved", "a test", None)
    assert oldest["resolved_at"] == "2026-10-01T12:00:00Z"
    assert (newest["confidence"], newest["mode"], newest["span_id"]) == ("inferred", "inferred", "s")
    assert (newest["cause"], newest["run"]) == ("run s registered", marks["run"])
    assert newest["findings"]
    assert api.get(f"/feedback/{number}").json["resolution"] == newest  # type: ignore[index]


def test_candidates_are_shown_with_their_reasons(api: Api) -> None:
    """Where several runs may be meant, none is named, and each is listed with the reason."""
    for span, agent in (("s", "coder"), ("t", "tester")):
        api.register(span, agent_name=agent)
    api.wait(minutes=1)
    resolution = api.get(f"/feedback/{api.give()}").json["resolution"]  # type: ignore[index]
    assert (resolution["confidence"], resolution["span_id"], resolution["run"]) == ("unresolved", None, None)
    assert resolution["diagnostic"]
    candidates = resolution["candidates"]
    assert sorted((one["span_id"], one["agent_name"]) for one in candidates) == [("s", "coder"), ("t", "tester")]
    assert all(set(one) == {"span_id", "agent_name", "reason"} and one["reason"] for one in candidates)


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_each_version_of_the_text_is_kept(api: Api, limit: int) -> None:
    """The revisions of feedback are listed newest first, each with who wrote it."""
    number = api.give("one")
    api.give("two", updated_at=LATER, edited=True)
    api.see("three", id=900, updated_at=LATER + timedelta(hours=1), edited=True, author=User(9, "else"))
    found = pages(api, f"/feedback/{number}/revisions", limit=limit)
    assert found == [
        {
            "body": body,
            "author_association": "MEMBER",
            "editor": editor,
            "edited": edited,
            "updated_at": f"2026-10-01T{hour}:00:00Z",
        }
        for body, editor, edited, hour in (
            ("three", "else", True, 14),
            ("/agents improve two", "maintainer", True, 13),
            ("/agents improve one", "maintainer", False, 12),
        )
    ]


def test_feedback_of_another_workspace_is_404(tmp_path: Path) -> None:
    """What belongs to another workspace is not there: neither listed, nor shown, nor changed."""
    with open_api(tmp_path, workspace="one") as one:
        number = one.give()
    with open_api(tmp_path, workspace="two") as two:
        assert pages(two, "/feedback") == []
        for path in ("", "/resolutions", "/revisions"):
            refused(two.get(f"/feedback/{number}{path}"), 404)
        refused(two.patch(f"/feedback/{number}", {"status": "failed"}), 404)
