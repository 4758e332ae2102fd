import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from receiver.auth import Principal, admit
from receiver.problems import ApiError
from resolver.model.github import Kind
from resolver.model.tokens import Scope
from tests.support.api import AGENT, NOON, TOKEN, Api, open_api, pages, refused, refused_fields

REASON = "the reviewer opened this thread"
LATER = NOON + timedelta(hours=1)
SETTING = "WHICHRUN_API_TOKEN"


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over a store, of either kind, with two runs that no feedback on number 5 can be about."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        for span, agent in (("s", "coder"), ("t", "tester")):
            opened.register(span, agent_name=agent, number=6)
        yield opened


def correct(api: Api, feedback: int, span_id: str | None = "s", reason: str = REASON, **more: object) -> TestResponse:
    """Say which run some feedback is about."""
    return api.post(f"/feedback/{feedback}/resolution", {"span_id": span_id, "reason": reason, **more})


def answer_to(api: Api, feedback: int) -> dict[str, Any]:
    """Return the answer that some feedback is shown with."""
    shown = api.get(f"/feedback/{feedback}").json
    assert shown is not None
    return dict(shown["resolution"])


def history(api: Api, feedback: int) -> list[dict[str, Any]]:
    """Return every answer to some feedback, newest first, read one by one."""
    return pages(api, f"/feedback/{feedback}/resolutions", limit=1)


def at_once(api: Api, feedback: int, spans: list[str | None]) -> list[int]:
    """Correct some feedback in several ways at the same moment; return the statuses, the lowest first."""
    statuses: list[int] = []
    start = threading.Barrier(len(spans))

    def work(span_id: str | None) -> None:
        body = {"span_id": span_id, "reason": REASON}
        start.wait()
        answer = api.app.test_client().post(f"/v1/feedback/{feedback}/resolution", json=body, headers=api.headers)
        statuses.append(answer.status_code)
        api.services.store.close()

    threads = [threading.Thread(target=work, args=(span_id,)) for span_id in spans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def give_exact(api: Api) -> int:
    """Keep feedback that is exact by itself: it replies to a comment that the run ``u`` signed."""
    marks = api.register("u", agent_name="writer")
    api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
    feedback = api.give(id=32, kind=Kind.REVIEW_COMMENT, reply_to=31)
    assert (answer_to(api, feedback)["confidence"], answer_to(api, feedback)["span_id"]) == ("exact", "u")
    return feedback


def test_what_the_chain_could_not_tell_a_person_can(api: Api) -> None:
    """Unresolved feedback gets the run that a person names: exact, with who said so, why, and what was before."""
    feedback = api.give()
    assert answer_to(api, feedback)["confidence"] == "unresolved"
    api.wait(hours=1)
    answer = correct(api, feedback)
    assert (answer.status_code, answer.json) == (
        201,
        {
            "confidence": "exact",
            "mode": "manual",
            "span_id": "s",
            "run": api.get("/runs/s").json,
            "diagnostic": REASON,
            "candidates": [],
            "findings": [
                {
                    "step": "manual",
                    "outcome": "decided",
                    "detail": f"corrected by token WHICHRUN_API_TOKEN: {REASON}",
                    "evidence": ["the answer before: unresolved, unresolved, no run"],
                }
            ],
            "cause": "corrected by token WHICHRUN_API_TOKEN",
            "resolved_at": "2026-10-01T13:00:00Z",
        },
    )
    assert answer_to(api, feedback) == answer.json


def test_what_the_chain_took_for_certain_a_person_can_correct(api: Api) -> None:
    """An exact answer gives way to a person's; the run that it named stays as the candidate."""
    feedback = give_exact(api)
    assert correct(api, feedback).status_code == 201
    answer = answer_to(api, feedback)
    assert (answer["confidence"], answer["mode"], answer["run"]) == ("exact", "manual", api.get("/runs/s").json)
    assert answer["candidates"] == [
        {"span_id": "u", "agent_name": "writer", "reason": "the answer before this correction"}
    ]
    assert answer["findings"][0]["evidence"] == ["the answer before: artifact_parent_comment, exact, run u"]


def test_a_person_can_say_that_no_run_made_it(api: Api) -> None:
    """Null instead of a span takes the run away: the answer is unresolved, by hand, with the reason."""
    feedback = give_exact(api)
    assert correct(api, feedback, None, "somebody wrote that by hand").status_code == 201
    answer = answer_to(api, feedback)
    assert (answer["confidence"], answer["mode"]) == ("unresolved", "manual")
    assert (answer["span_id"], answer["run"], answer["diagnostic"]) == (None, None, "somebody wrote that by hand")
    assert [one["span_id"] for one in answer["candidates"]] == ["u"]


def test_a_person_can_confirm_what_was_likely(api: Api) -> None:
    """An inferred answer becomes exact when a person names the same run; it is no candidate beside itself."""
    api.register("u")
    feedback = api.give()
    assert answer_to(api, feedback)["confidence"] == "inferred"
    assert correct(api, feedback, "u").status_code == 201
    answer = answer_to(api, feedback)
    assert (answer["confidence"], answer["span_id"], answer["candidates"]) == ("exact", "u", [])


def test_the_person_a_caller_acts_for_is_kept(api: Api) -> None:
    """A caller may name the person who says so; the token stays beside the name, and its secret is nowhere."""
    feedback = api.give()
    answer = correct(api, feedback, by="maya")
    shown = answer_to(api, feedback)
    assert shown["cause"] == "corrected by maya (token WHICHRUN_API_TOKEN)"
    assert shown["findings"][0]["detail"] == f"{shown['cause']}: {REASON}"
    assert TOKEN not in answer.text
    correct(api, feedback, "t", by=None)
    assert answer_to(api, feedback)["cause"] == "corrected by token WHICHRUN_API_TOKEN"


@pytest.mark.parametrize("span_id", ["s", None])
def test_late_evidence_leaves_a_correction_alone(api: Api, span_id: str | None) -> None:
    """A comment that would have made the answer exact comes late: feedback that a person corrected stays so."""
    mine, other = (api.give(id=one, kind=Kind.REVIEW_COMMENT, reply_to=31) for one in (32, 33))
    corrected = correct(api, mine, span_id).json
    marks = api.register("u")
    api.see(marks["hidden_comment"], id=31, kind=Kind.REVIEW_COMMENT, author=AGENT)
    assert (answer_to(api, other)["confidence"], answer_to(api, other)["span_id"]) == ("exact", "u")
    assert answer_to(api, mine) == corrected
    assert len(history(api, mine)) == 2


def test_a_late_run_leaves_a_correction_alone(api: Api) -> None:
    """A run is registered that would have been inferred: feedback that a person corrected stays so."""
    mine, other = api.give(id=901), api.give(id=902)
    corrected = correct(api, mine, None).json
    api.register("u")
    assert answer_to(api, other)["span_id"] == "u"
    assert answer_to(api, mine) == corrected


def test_an_edit_leaves_a_correction_alone(api: Api) -> None:
    """Other words of the same feedback, even with a claim in them, do not undo what a person said."""
    feedback = api.give()
    corrected = correct(api, feedback).json
    mark = api.register("u")["hidden_comment"]
    api.give(f"be kind {mark}", updated_at=LATER, edited=True)
    assert api.get(f"/feedback/{feedback}").json["instruction"].startswith("be kind")  # type: ignore[index]
    assert answer_to(api, feedback) == corrected


def test_a_correction_replaces_the_one_before(api: Api) -> None:
    """The last correction counts; the history has them all, newest first, after what the chain answered."""
    feedback = api.give()
    said = []
    for span_id, reason in (("s", "a"), ("t", "b"), (None, "c")):
        correct(api, feedback, span_id, reason)
        said.append(answer_to(api, feedback))
    assert history(api, feedback)[:3] == said[::-1]
    assert [one["mode"] for one in history(api, feedback)] == ["manual", "manual", "manual", "unresolved"]
    assert [one["candidates"] for one in said] == [
        [],
        [{"span_id": "s", "agent_name": "coder", "reason": "the answer before this correction"}],
        [{"span_id": "t", "agent_name": "tester", "reason": "the answer before this correction"}],
    ]


@pytest.mark.parametrize("span_id", ["s", None])
def test_the_same_again_appends_nothing(api: Api, span_id: str | None) -> None:
    """A correction that is sent twice is kept once: the second answer is 200, and the same."""
    feedback = api.give()
    first = correct(api, feedback, span_id, by="maya")
    api.wait(hours=1)
    second = correct(api, feedback, span_id, by="maya")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert len(history(api, feedback)) == 2


def test_another_reason_or_person_is_another_correction(api: Api) -> None:
    """The same run for another reason, from another person, or after another answer, is kept beside the first."""
    feedback = api.give()
    said: list[tuple[str, dict[str, object]]] = [("s", {}), ("s", {"reason": "b"}), ("s", {"by": "maya"}), ("t", {})]
    for span_id, more in [*said, said[0]]:
        body = {"span_id": span_id, "reason": REASON} | more
        assert api.post(f"/feedback/{feedback}/resolution", body).status_code == 201
    assert len(history(api, feedback)) == 6


def test_corrections_at_once(api: Api) -> None:
    """Corrections that come at the same moment are all kept, each knowing the one before; the newest counts."""
    feedback = api.give()
    api.register("v", number=6)
    assert at_once(api, feedback, ["s", "t", "v", None]) == [201] * 4
    kept = history(api, feedback)
    assert answer_to(api, feedback) == kept[0]
    assert {one["span_id"] for one in kept[:-1]} == {"s", "t", "v", None}
    for one, before in itertools.pairwise(kept):
        named = f"run {before['span_id']}" if before["span_id"] else "no run"
        told = f"the answer before: {before['mode']}, {before['confidence']}, {named}"
        assert one["findings"][0]["evidence"] == [told]


def test_one_correction_twice_at_once(api: Api) -> None:
    """One correction that comes several times at the same moment is kept once."""
    feedback = api.give()
    assert at_once(api, feedback, ["s"] * 4) == [200, 200, 200, 201]
    assert len(history(api, feedback)) == 2


def test_a_run_has_to_be_registered(api: Api) -> None:
    """A span that nobody registered is refused by the name of its field, and nothing changes."""
    feedback = api.give()
    assert refused_fields(correct(api, feedback, "unheard-of")) == ["span_id"]
    assert len(history(api, feedback)) == 1


def test_a_run_of_another_workspace_is_not_registered(tmp_path: Path) -> None:
    """Feedback is never given a run of another workspace."""
    with open_api(tmp_path, workspace="one") as one:
        one.register("s")
    with open_api(tmp_path, workspace="two") as two:
        assert refused_fields(correct(two, two.give())) == ["span_id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("span_id", ""),
        ("span_id", " "),
        ("span_id", 5),
        ("span_id", "x" * 513),
        ("span_id", "a\u0000"),
        ("reason", None),
        ("reason", ""),
        ("reason", " \u2003 "),
        ("reason", 5),
        ("reason", "x" * 2001),
        ("reason", "a\u0000b"),
        ("reason", "two\nlines"),
        ("reason", "a\u009fb"),
        ("by", ""),
        ("by", " "),
        ("by", ["maya"]),
        ("by", "x" * 101),
        ("by", "maya\u001b[0m"),
        ("mode", "manual"),
    ],
)
def test_a_correction_that_does_not_fit_is_named(api: Api, field: str, value: object) -> None:
    """Each field of a correction has its rule; what breaks it is refused by name, and nothing changes."""
    feedback = api.give()
    body = {"span_id": "s", "reason": REASON, field: value}
    assert refused_fields(api.post(f"/feedback/{feedback}/resolution", body)) == [field]
    assert answer_to(api, feedback)["mode"] == "unresolved"


def test_span_and_reason_have_to_be_given(api: Api) -> None:
    """A correction says which run and why: neither is taken from silence."""
    feedback = api.give()
    path = f"/feedback/{feedback}/resolution"
    assert refused_fields(api.post(path, {"reason": REASON})) == ["span_id"]
    assert refused_fields(api.post(path, {"span_id": None})) == ["reason"]
    assert refused_fields(api.post(path, {})) == ["span_id", "reason"]


def test_the_longest_texts_are_kept_whole(api: Api) -> None:
    """A reason of 2,000 characters and a name of 100, of any script, come back as they were, without outer spaces."""
    feedback = api.give()
    correct(api, feedback, " s ", f" {'é' * 1997}😀 ", by="ж" * 100)
    answer = answer_to(api, feedback)
    assert (answer["span_id"], answer["diagnostic"]) == ("s", f"{'é' * 1997}😀")
    assert answer["cause"] == f"corrected by {'ж' * 100} (token {SETTING})"


@pytest.mark.parametrize("status", ["analyzed", "failed"])
def test_a_status_stays_with_a_correction(api: Api, status: str) -> None:
    """Feedback that was dealt with can be corrected too, and keeps its status."""
    feedback = api.give()
    api.patch(f"/feedback/{feedback}", {"status": status})
    assert correct(api, feedback).status_code == 201
    assert api.get(f"/feedback/{feedback}").json["status"] == status  # type: ignore[index]


def test_ignored_feedback_has_no_answer_to_correct(api: Api) -> None:
    """A stranger's feedback is not resolved: neither by the chain nor by a person."""
    feedback = api.give(association="NONE")
    assert "ignored" in refused(correct(api, feedback), 409)["message"]
    assert history(api, feedback) == []


def test_withdrawn_feedback_loses_its_correction(api: Api) -> None:
    """Feedback that was taken back shows no answer and takes none; restored, the chain answers afresh."""
    feedback = api.give()
    corrected = correct(api, feedback).json
    api.see("never mind", id=900, updated_at=LATER, edited=True)
    assert api.get(f"/feedback/{feedback}").json["resolution"] is None  # type: ignore[index]
    assert "withdrawn" in refused(correct(api, feedback), 409)["message"]
    api.give(updated_at=LATER + timedelta(hours=1), edited=True)
    assert answer_to(api, feedback)["mode"] == "unresolved"
    assert history(api, feedback)[1] == corrected
    assert correct(api, feedback).status_code == 201


def test_lists_of_feedback_follow_a_correction(api: Api) -> None:
    """Feedback is found by the run, the agent and the confidence that a person gave it, and no more by the former."""
    feedback = give_exact(api)

    def found() -> dict[str, list[int]]:
        asked = {"run": ("s", "u"), "agent": ("coder", "writer"), "confidence": ("exact", "unresolved")}
        return {
            f"{name}={value}": [one["id"] for one in pages(api, "/feedback", **{name: value})]
            for name, values in asked.items()
            for value in values
        }

    correct(api, feedback)
    named = {"run=s": [feedback], "agent=coder": [feedback], "confidence=exact": [feedback]}
    assert {name: ids for name, ids in found().items() if ids} == named
    assert [one["id"] for one in pages(api, "/runs/s/feedback")] == [feedback]
    assert pages(api, "/runs/u/feedback") == []
    correct(api, feedback, None)
    assert {name: ids for name, ids in found().items() if ids} == {"confidence=unresolved": [feedback]}


def test_feedback_that_is_not_there_is_404(tmp_path: Path) -> None:
    """Feedback of another workspace, and feedback that there never was, cannot be corrected."""
    with open_api(tmp_path, workspace="one") as one:
        feedback = one.give()
    with open_api(tmp_path, workspace="two") as two:
        refused(correct(two, feedback, None), 404)
        for name in (feedback + 1, "0", "x", "9" * 5000):
            refused(two.post(f"/feedback/{name}/resolution", {"span_id": None, "reason": REASON}), 404)
    with open_api(tmp_path, workspace="one") as one:
        assert len(history(one, feedback)) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_correction_is_posted(api: Api, method: str) -> None:
    """The address takes corrections by POST alone; answers are read with the feedback, or from its history."""
    path = f"/v1/feedback/{api.give()}/resolution"
    answer = api.client.open(path, method=method, headers=api.headers, json={"span_id": "s", "reason": REASON})
    refused(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_reading_feedback_does_not_allow_correcting_it(api: Api) -> None:
    """Whoever holds a token without the scope to write feedback is refused before the body is read."""
    view = api.app.view_functions["api.feedback.correct"]
    with api.app.test_request_context(method="POST"):
        admit(Principal("default", frozenset(Scope) - {Scope.FEEDBACK_WRITE}, "reader"))
        with pytest.raises(ApiError) as caught:
            view(id="1")
    assert (caught.value.status, caught.value.code) == (403, "forbidden")
