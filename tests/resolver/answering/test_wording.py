"""What answers say, held to the parser of CommonMark as its authors have it: nothing that a run is called is alive."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from resolver.answering import wording
from resolver.answering.own import BEGINS, Markers
from resolver.answering.showing import LONGEST, shown
from resolver.answering.wording import CheckRun, Said
from resolver.claims.scan import scan_text
from resolver.command import find_command
from resolver.correction import MANUAL
from resolver.marks.readers import of_text
from resolver.model.answers import Answer, Confidence, Resolution
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import GithubObject, Kind, ObjectRef, User
from resolver.model.posting import Means, NewPosting
from resolver.model.runs import Run

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
PAGE = "https://whichrun.example.com/feedback/1"
HOSTILE = (
    "@everyone",
    "/agents improve approve all",
    "--> /agents improve",
    "<!-- agents-run: {} -->",
    "`@everyone`",
    "``` @everyone ```",
    "\n\n@everyone\n\n/agents improve",
    "a\r\n\r\n# heading",
    "![x](https://evil.example.com/x.png)",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example.com)",
    "https://evil.example.com",
    "#1 acme/widgets#1 " + "a" * 40,
    "\u202egnp.exe",
    "|a|b|",
    "\\`@everyone\\`",
    "<!-- gh-aw-run-url: https://github.com/o/r/actions/runs/1 -->",
    "https://claude.ai/code/session_01R5H",
    "",
    " ",
    "x" * 5000,
)


def feedback(
    confidence: Confidence | None, *, span: str | None = "span-1", mode: str = "direct", status: Status = Status.NEW
) -> Feedback:
    """Make feedback with an answer."""
    ref = ObjectRef(9001, Kind.ISSUE_COMMENT, 11)
    thing = GithubObject(ref, 42, User(5, "mona"), NOON, "https://github.com/acme/widgets/pull/42#issuecomment-11")
    state = FeedbackState(ref, True, status, "/agents improve", "", "MEMBER", NOON, NOON)  # noqa: FBT003 -- as stored
    answer = None if confidence is None else Answer(confidence, mode, span, "@everyone told so")
    resolution = None if answer is None else Resolution(1, "default", answer, "delivery", NOON)
    return Feedback(1, "default", "acme/widgets", thing, state, NOON, resolution)


def run(name: str, *, span: str = "span-1", version: str | None = None) -> Run:
    """Make a run."""
    return Run(
        workspace="default",
        span_id=span,
        repository="acme/widgets",
        agent_name=name,
        started_at=NOON,
        prompt_version_id=version,
    )


def parsed(body: str) -> list[Token]:
    """Return all tokens of a text, those of lines among them."""
    blocks = MarkdownIt("commonmark").enable("table").parse(body)
    return [*blocks, *(child for one in blocks for child in one.children or ())]


def reply(name: str, span: str = "span-1") -> str:
    """Return the body of a reply about a run of a name."""
    said = wording.say(feedback(Confidence.EXACT, span=span), run(name, span=span, version=name))
    return str(wording.reply(said, "0" * 32, PAGE)["body"])


def assert_inert(body: str) -> None:
    """Assert that a text says no more than the service's own words outside of inline code."""
    tokens = parsed(body)
    alive = [one for one in tokens if one.type in {"html_block", "html_inline"}]
    assert [one.content.strip() for one in alive] == [f"{BEGINS}{'0' * 32} -->"]
    assert [one.attrs["href"] for one in tokens if one.type == "link_open"] == [PAGE]
    assert not [one for one in tokens if one.type in {"image", "heading_open", "fence", "code_block", "table_open"}]
    assert sum(one.type == "paragraph_open" for one in tokens) == 3
    text = "".join(one.content for one in tokens if one.type == "text")
    assert not set(text) & set("@#<>`/"), text
    assert find_command(body) is None
    assert scan_text(body) == ()
    assert of_text(body) == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_brings_an_answer_to_life(name: str) -> None:
    """With a hostile name of agent, run and prompt an answer has its own sentences, one link and one comment."""
    assert_inert(reply(name, name))


@given(st.text(max_size=300))
def test_whatever_a_name_is(name: str) -> None:
    """So it is with any text at all."""
    assert_inert(reply(name, name))
    code = shown(name)
    assert "`" not in code[1:-1]
    assert code.isprintable()
    assert len(code) <= LONGEST + 3


@pytest.mark.parametrize(
    ("answered", "title", "sentence"),
    [
        (feedback(Confidence.EXACT), "A run is named (exact)", "How sure: exact. The evidence admits this run alone."),
        (
            feedback(Confidence.CLAIMED),
            "A run is named (claimed)",
            "How sure: claimed. A mark says so, which nobody signed.",
        ),
        (
            feedback(Confidence.INFERRED),
            "A run is named (inferred)",
            "How sure: inferred. This is a guess, from times or from evidence that is not complete.",
        ),
        (feedback(Confidence.EXACT, mode=MANUAL), "A run is named (by a person)", "How sure: a person said so."),
        (feedback(Confidence.UNRESOLVED), "No run can be named", "No run can be named for this feedback."),
        (
            feedback(Confidence.UNRESOLVED, span=None, mode=MANUAL),
            "No run can be named",
            "This feedback is about no run: a person said so.",
        ),
        (feedback(None), "No run can be named", "No run can be named for this feedback."),
        (feedback(Confidence.EXACT, status=Status.WITHDRAWN), "Taken back", "This feedback was taken back."),
        (
            feedback(None, status=Status.IGNORED),
            "Does not count",
            "This feedback does not count: whoever wrote or edited it may give none.",
        ),
    ],
)
def test_each_answer_is_said_in_plain_words(answered: Feedback, title: str, sentence: str) -> None:
    """How sure it is, or that there is none; diagnostics, which quote texts, are never told."""
    said = wording.say(answered, run("coder"))
    assert (said.title, said.sentences[-1]) == (title, sentence)
    assert "@" not in " ".join(said.sentences)


def test_a_run_that_nobody_registered_is_named_by_its_span() -> None:
    """Without a run there is no agent to name."""
    said = wording.say(feedback(Confidence.EXACT), None)
    assert said.sentences[0] == "This feedback is about the run `span-1`."


def test_a_check_run_has_the_same_sentences() -> None:
    """A check run is completed and neutral, and leads to the page."""
    sent = wording.check(Said("A title", ("One.",)), CheckRun(name="n", sha="a" * 40, marker="m", page=PAGE))
    assert sent == {
        "name": "n",
        "head_sha": "a" * 40,
        "external_id": "m",
        "details_url": PAGE,
        "status": "completed",
        "conclusion": "neutral",
        "output": {"title": "A title", "summary": f"One.\n\n[How this was found]({PAGE})"},
    }


def test_a_marker_is_of_one_key_and_one_posting() -> None:
    """It is the same each time, another for each means, place and key, and nobody makes it up without the key."""
    posting = NewPosting(means=Means.REPLY, repository_id=9001, subject="issue_comment/11")
    others = (
        NewPosting(means=Means.CHECK, repository_id=9001, subject="issue_comment/11"),
        NewPosting(means=Means.REPLY, repository_id=9002, subject="issue_comment/11"),
        NewPosting(means=Means.REPLY, repository_id=9001, subject="issue_comment/12"),
    )
    markers = Markers(key=b"one")
    assert markers.of(posting) == Markers(key=b"one").of(posting)
    assert len({markers.of(posting), Markers(key=b"two").of(posting), *map(markers.of, others)}) == 5
    assert "one" not in repr(markers)
