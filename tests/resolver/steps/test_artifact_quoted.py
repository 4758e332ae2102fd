"""Step 9: what the feedback quotes."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.model.answers import Answer, Confidence, Outcome
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    Person,
    Repo,
    commit_comment,
    discussion,
    discussion_comment,
    issue,
    issue_comment,
    minute,
    pull_request,
    review,
    review_comment,
)
from tests.support.world import REPO, World

EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
SAID = "The parser drops the last line of every file."
OTHER = "Nothing covers the case of an empty file."
QUOTED = f"> {SAID}\n\n/agents improve please say which files"
REVIEWER = Person(id=504, login="review-bot", type="Bot")

feedback = partial(issue_comment, REPO, id=1, at=minute(9))


def comment(world: World, id: int, agent: str, text: str = SAID, at: float = 1) -> Delivery:  # noqa: A002
    """Let an agent comment."""
    return issue_comment(REPO, id=id, author=AGENT, body=f"{text}\n{world.run(agent).hidden_comment}", at=minute(at))


def remark(id: int, text: str = SAID, at: float = 1, by: Person = MAINTAINER) -> Delivery:  # noqa: A002
    """Let a person comment."""
    return issue_comment(REPO, id=id, author=by, body=text, at=minute(at))


def quoting(*texts: str) -> Delivery:
    """Give feedback that quotes some texts, each in a block of its own."""
    blocks = ["\n".join(f"> {line}".rstrip() for line in text.split("\n")) for text in texts]
    return feedback(body="\n\nand\n\n".join(blocks) + "\n\n/agents improve please")


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


CODER = (EXACT, "artifact_quoted", "span-coder")


def test_a_quote_of_a_signed_comment(world: World) -> None:
    """Feedback that quotes a run's comment is about that run, though another run commented on the same number."""
    world.deliver(comment(world, 2, "coder"), comment(world, 3, "planner", OTHER, 2), feedback(body=QUOTED))
    assert decided(world.answer()) == CODER


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    "kind", ["pull request", "review", "review comment", "issue", "discussion", "discussion comment"]
)
def test_a_quote_of_any_text_of_the_number(world: World, kind: str, *, late: bool) -> None:
    """Bodies, reviews and comments of every kind are quoted alike, whether they arrive before the feedback or after."""
    body = f"Hello.\n\n{SAID} Really.\n\n{world.run('coder').hidden_comment}"
    texts = {
        "pull request": pull_request(REPO, body=body),
        "review": review(REPO, id=5, author=AGENT, body=body),
        "review comment": review_comment(REPO, id=5, author=AGENT, body=body),
        "issue": issue(REPO, number=42, author=AGENT, body=body),
        "discussion": discussion(REPO, number=42, author=AGENT, body=body),
        "discussion comment": discussion_comment(REPO, id=5, number=42, author=AGENT, body=body),
    }
    asked = {
        "issue": feedback(body=QUOTED, on_pull=False),
        "discussion": discussion_comment(REPO, id=1, number=42, body=QUOTED, at=minute(9)),
        "discussion comment": discussion_comment(REPO, id=1, number=42, body=QUOTED, at=minute(9)),
    }.get(kind, feedback(body=QUOTED))
    for one in (asked, texts[kind]) if late else (texts[kind], asked):
        world.deliver(one)
    assert decided(world.answer()) == CODER


def test_two_quotes_of_one_run(world: World) -> None:
    """Quotes of two comments of one run name that run; so does a quote that stands in both."""
    world.deliver(comment(world, 2, "coder"), comment(world, 3, "coder", f"{OTHER} {SAID}", 2), quoting(SAID, OTHER))
    assert decided(world.answer()) == CODER


def test_quotes_of_two_runs(world: World) -> None:
    """Feedback that quotes two runs is about neither alone; both are candidates."""
    world.deliver(comment(world, 2, "coder"), comment(world, 3, "planner", OTHER), quoting(SAID, OTHER))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_quoted", None)
    assert {one.span_id for one in world.answer().candidates} == {"span-coder", "span-planner"}


def test_a_text_that_two_runs_wrote(world: World) -> None:
    """A quote that stands in comments of two runs names neither, also when the second one arrives late."""
    world.deliver(comment(world, 2, "coder"), feedback(body=QUOTED))
    assert decided(world.answer()) == CODER
    world.deliver(comment(world, 3, "planner", at=2))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_quoted", None)


@pytest.mark.parametrize("at", [0, 2])
def test_a_text_that_a_person_wrote_too(world: World, at: float) -> None:
    """Where a person wrote the same words, the run is no more than inferred."""
    world.deliver(comment(world, 2, "coder"), feedback(body=QUOTED), remark(3, f"I say: {SAID}", at))
    assert decided(world.answer()) == (INFERRED, "artifact_quoted", "span-coder")


def test_a_quote_that_is_found_nowhere(world: World) -> None:
    """Beside a quote of unknown origin the run is no more than inferred."""
    world.deliver(comment(world, 2, "coder"), quoting(SAID, "Words from a mail that nobody saw"))
    assert decided(world.answer()) == (INFERRED, "artifact_quoted", "span-coder")


@pytest.mark.parametrize("quoted", ["what a person wrote here", "what nobody wrote anywhere"])
def test_a_quote_of_no_run_leaves_nothing_exact(world: World, quoted: str) -> None:
    """Feedback that answers a person, or an unknown text, is not surely about the one who opened the pull request."""
    world.deliver(
        pull_request(REPO, body=f"A change. {world.run('coder').hidden_comment}"),
        remark(2, "This is what a person wrote here."),
        quoting(quoted),
    )
    assert (world.answer().confidence is EXACT, world.answer().mode) == (False, "artifact_subject")


@pytest.mark.parametrize(("words", "counts"), [("abcdefghijk", False), ("abcdefghijkl", True)])
def test_a_quote_has_twelve_characters_or_more(world: World, words: str, *, counts: bool) -> None:
    """A quote of eleven characters may stand anywhere by chance: it is passed over, and spoils nothing."""
    world.deliver(
        pull_request(REPO, body=f"A change. {world.run('planner').hidden_comment}"),
        comment(world, 2, "coder", words),
        quoting(words),
    )
    mode = "artifact_quoted" if counts else "artifact_subject"
    assert (world.answer().mode, world.answer().span_id) == (mode, "span-coder" if counts else "span-planner")


@pytest.mark.parametrize(
    "wrap", ["```\n> {}\n```", "    > {}", "`> {}`", "<!--\n> {}\n-->", "\\> {}", "{}", '"{}"'],
    ids=["fence", "indent", "code", "hidden", "escaped", "repeated", "in quotation marks"],
)  # fmt: skip
def test_what_is_no_block_quote(world: World, wrap: str) -> None:
    """Only what GitHub shows as a quote is one."""
    world.deliver(comment(world, 2, "coder"), feedback(body="/agents improve this:\n\n" + wrap.format(SAID)))
    assert world.answer().mode != "artifact_quoted"


MARKDOWN = {
    "emphasis": ("**Note:** the _parser_ drops `last` lines", "**Note:** the _parser_ drops `last` lines"),
    "other marks": ("__Note:__ the *parser* drops `last` lines", "**Note:** the _parser_ drops `last` lines"),
    "shown text": ("**Note:** the _parser_ drops `last` lines", "Note: the parser drops last lines"),
    "link": ("see [the long guide](https://x.example/a_b) first", "see [the long guide](https://x.example/a_b) first"),
    "link's text": ("see [the long guide](https://x.example/a_b) first", "see the long guide first"),
    "bare link": ("see https://x.example/guide first", "see https://x.example/guide first"),
    "list": ("* the first finding\n* the second one", "- the first finding\n- the second one"),
    "numbers": ("1. the first finding\n2. the second one", "1. the first finding\n2. the second one"),
    "wrapped": ("the parser drops\nthe last line", "the parser drops the last line"),
    "paragraphs": ("the first finding\n\nthe second one", "the first finding\n\nthe second one"),
    "heading": ("## What was found\n\nthe parser is slow", "## What was found\n\nthe parser is slow"),
    "code": ("use this:\n\n```python\nreturn value or 0\n```", "use this:\n\n```python\nreturn value or 0\n```"),
    "entity": ("it drops a &amp; b &lt; c always", "it drops a & b < c always"),
    "escapes": ("the name is my\\_long\\_name here", "the name is my_long_name here"),
    "white space": ("the parser  drops\tthe last line ", "the parser drops the last line"),
    "carriage returns": ("the first finding\r\nthe second one", "the first finding\nthe second one"),
    "task list": ("- [ ] handle the empty file", "- [ ] handle the empty file"),
    "struck": ("this is ~~right~~ wrong, surely", "this is ~~right~~ wrong, surely"),
    "whole": (f"{SAID}\n\n{OTHER}", f"{SAID}\n\n{OTHER}"),
    "other script": ("パーサーは最後の行を落とします。はい。", "パーサーは最後の行を落とします。はい。"),
}


@pytest.mark.parametrize(("text", "quote"), MARKDOWN.values(), ids=MARKDOWN)
def test_githubs_own_quotes(world: World, text: str, quote: str) -> None:
    """GitHub's "Quote reply" writes the Markdown anew, and a selection may lose it: the words are the same."""
    world.deliver(comment(world, 2, "coder", text), comment(world, 3, "planner", OTHER[:20]), quoting(quote))
    assert decided(world.answer()) == CODER


def test_a_quote_with_its_hidden_claim(world: World) -> None:
    """Who quotes the source of a comment quotes its claim as well: the words count, the claim does not."""
    mark = world.run("coder").hidden_comment
    world.deliver(comment(world, 2, "coder"), quoting(f"{SAID}\n{mark}"))
    assert decided(world.answer()) == CODER


def test_a_quote_of_nothing_but_a_hidden_claim(world: World) -> None:
    """A claim inside a quote is no claim, and shows no words that could be found."""
    world.deliver(comment(world, 2, "coder"), comment(world, 3, "planner"), quoting(world.run("coder").hidden_comment))
    assert world.answer().confidence is not EXACT


def test_words_of_a_claim_are_not_words_of_the_text(world: World) -> None:
    """What a hidden comment holds was never read by anybody, so it is not what a quote repeats."""
    world.deliver(comment(world, 2, "coder"), quoting('"agent_name":"coder"'))
    assert decided(world.answer()) != CODER


def test_nested_quotes(world: World) -> None:
    """A quote of a person who quoted the agent answers that person: not surely the agent."""
    reply = "I do not think that this is so."
    world.deliver(
        comment(world, 2, "coder"),
        remark(3, f"> {SAID}\n\n{reply}", 2),
        quoting(f"> {SAID}\n\n{reply}"),
    )
    assert world.answer().confidence is not EXACT


def test_a_person_who_quoted_the_same_before(world: World) -> None:
    """That somebody quoted the run's words before does not make them another run's."""
    world.deliver(comment(world, 2, "coder"), remark(3, f"> {SAID}\n\nAgreed.", 2), feedback(body=QUOTED))
    assert (world.answer().mode, world.answer().span_id) == ("artifact_quoted", "span-coder")


def test_a_quote_of_the_feedback_itself(world: World) -> None:
    """Who quotes what stood in the same comment before an edit quotes no run."""
    world.deliver(
        pull_request(REPO, body=f"A change. {world.run('planner').hidden_comment}"),
        feedback(body=f"{SAID} /agents improve"),
        feedback("edited", body=f"{QUOTED}\n\n{SAID}", created_at=minute(9), was=f"{SAID} /agents improve"),
    )
    assert (world.answer().mode == "artifact_quoted", world.answer().confidence is EXACT) == (False, False)


EDITED = f"All is well now. {OTHER}"


@pytest.mark.parametrize("first", ["feedback", "edit"])
def test_an_edit_after_the_feedback(world: World, first: str) -> None:
    """The text as it stood when it was quoted counts, though another run has rewritten the comment since."""
    mark = world.run("planner").hidden_comment
    edit = issue_comment(
        REPO, "edited", id=2, author=AGENT, body=f"{EDITED}\n{mark}", at=minute(20), created_at=minute(1),
        was=f"{SAID}\n{world.run('coder').hidden_comment}",
    )  # fmt: skip
    told = [comment(world, 2, "coder"), edit, feedback(body=QUOTED)]
    for one in told if first == "edit" else reversed(told):
        world.deliver(one)
    assert decided(world.answer()) == CODER


def test_an_edit_before_the_feedback(world: World) -> None:
    """Words that were gone when the feedback was given are quoted from nowhere; the new ones are the new run's."""
    old, mark = f"{SAID}\n{world.run('coder').hidden_comment}", world.run("planner").hidden_comment
    sticky = partial(issue_comment, REPO, id=2, author=AGENT, created_at=minute(1))
    world.deliver(
        sticky(body=old, at=minute(1)),
        sticky("edited", body=f"{EDITED}\n{mark}", at=minute(5), was=old),
        feedback(body=QUOTED),
        feedback(id=7, body=f"> {OTHER}\n\n/agents improve"),
    )
    answers = {url[-1]: one.resolution.answer for url, one in world.all_feedback().items() if one.resolution}
    assert answers["1"].confidence is not EXACT
    assert decided(answers["7"]) == (EXACT, "artifact_quoted", "span-planner")


def test_a_comment_deleted_after_the_feedback(world: World) -> None:
    """A quoted comment that was deleted since stood there when the feedback was given."""
    body = f"{SAID}\n{world.run('coder').hidden_comment}"
    world.deliver(comment(world, 2, "coder"), feedback(body=QUOTED))
    world.deliver(issue_comment(REPO, "deleted", id=2, author=AGENT, body=body, at=minute(1)))
    assert world.answer().span_id == "span-coder"


def test_what_was_written_later_does_not_count(world: World) -> None:
    """A run or person that repeats the words after the feedback was not quoted by it."""
    world.deliver(
        comment(world, 2, "coder"), feedback(body=QUOTED), comment(world, 3, "planner", at=10), remark(4, at=11)
    )
    assert decided(world.answer()) == CODER


def test_other_numbers_and_repositories_do_not_count(world: World) -> None:
    """The same words on another number, or under the same number elsewhere, are not what was quoted."""
    elsewhere, text = Repo(id=9002, name="acme/gadgets"), f"{SAID}\n{world.run('planner', number=43).hidden_comment}"
    world.deliver(
        comment(world, 2, "coder"),
        issue_comment(REPO, id=3, number=43, author=AGENT, body=text, at=minute(1)),
        issue_comment(elsewhere, id=4, body=SAID, at=minute(1)),
        feedback(body=QUOTED),
    )
    assert decided(world.answer()) == CODER


def test_a_quote_of_another_number_is_found_nowhere(world: World) -> None:
    """A quote is looked for on its own number alone."""
    text = f"{SAID}\n{world.run('planner', number=43).hidden_comment}"
    world.deliver(issue_comment(REPO, id=3, number=43, author=AGENT, body=text, at=minute(1)), feedback(body=QUOTED))
    assert decided(world.answer()) == (UNRESOLVED, "unresolved", None)


def test_a_copy_is_a_persons_text(world: World) -> None:
    """An outsider who pastes an agent's comment, mark and all, makes it unsure; a copy alone speaks for nobody."""
    copy = f"{SAID}\n{world.run('coder').hidden_comment}"
    world.deliver(comment(world, 2, "coder"), remark(3, copy, 2, OUTSIDER), feedback(body=QUOTED))
    assert decided(world.answer()) == (INFERRED, "artifact_quoted", "span-coder")


def test_words_put_under_an_agents_mark(world: World) -> None:
    """Words that an outsider wrote under a copied mark are not the run's."""
    forged = f"{OTHER}\n{world.run('coder').hidden_comment}"
    world.deliver(comment(world, 2, "coder"), remark(3, forged, 2, OUTSIDER), quoting(OTHER))
    assert (world.answer().mode == "artifact_quoted", world.answer().confidence is EXACT) == (False, False)


def test_an_unsigned_comment_of_a_signed_review(world: World) -> None:
    """A bare inline comment speaks for the run that signed its review; without that review it speaks for nobody."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        review_comment(REPO, id=2, review_id=100, author=REVIEWER, body=SAID, at=minute(1)), feedback(body=QUOTED)
    )
    assert world.answer().confidence is not EXACT
    world.deliver(review(REPO, id=100, author=REVIEWER, body=f"Verdict {mark}", at=minute(1)))
    assert decided(world.answer()) == (EXACT, "artifact_quoted", "span-pr-reviewer")


def test_a_pasted_claim_comes_first(world: World) -> None:
    """A claim in the feedback's own text decides, whatever it quotes."""
    body = f"{QUOTED}\n\n{world.run('planner').hidden_comment}"
    world.deliver(comment(world, 2, "coder"), feedback(body=body))
    assert decided(world.answer()) == (EXACT, "direct", "span-planner")


def test_a_reply_is_about_the_comment_replied_to(world: World) -> None:
    """What a reply replies to comes before what it quotes."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        comment(world, 2, "coder"),
        review_comment(REPO, id=3, author=REVIEWER, body=f"leaks {mark}", at=minute(2)),
        review_comment(REPO, id=1, in_reply_to_id=3, body=QUOTED, at=minute(9)),
    )
    assert decided(world.answer()) == (EXACT, "artifact_parent_comment", "span-pr-reviewer")


def test_a_review_that_quotes(world: World) -> None:
    """A review as a whole may quote as well."""
    world.deliver(comment(world, 2, "coder"), review(REPO, id=1, body=QUOTED, at=minute(9)))
    assert decided(world.answer()) == CODER


@pytest.mark.parametrize(
    "told",
    [
        feedback(body="/agents improve"),
        commit_comment(REPO, id=1, commit="a" * 40, body=QUOTED, at=minute(9)),
    ],
    ids=["no quote", "no number"],
)
def test_where_no_quote_can_be_found(world: World, told: Delivery) -> None:
    """Feedback without a quote, or without a number whose texts could be looked at, names no run by one."""
    world.deliver(comment(world, 2, "coder"), told)
    assert world.answer().mode != "artifact_quoted"
    findings = [one for one in world.answer().findings if one.step == "artifact_quoted"]
    assert all(one.outcome in {Outcome.NOT_APPLICABLE, Outcome.NOTHING} and one.detail for one in findings)


def test_a_run_nobody_registered(world: World) -> None:
    """The quoted run is named though nobody registered it, and exact once somebody does."""
    body = f"{SAID}\n{world.run('coder', register=False).hidden_comment}"
    world.deliver(issue_comment(REPO, id=2, author=AGENT, body=body, at=minute(1)), feedback(body=QUOTED))
    assert decided(world.answer()) == (UNRESOLVED, "artifact_quoted", "span-coder")
    world.run("coder")
    assert decided(world.answer()) == CODER


def test_an_unsigned_claim(world: World) -> None:
    """Where there is no key, the quoted run is no more than inferred."""
    open_world = World(world.store, secrets="")
    open_world.deliver(comment(open_world, 2, "coder"), feedback(body=QUOTED))
    assert decided(open_world.answer()) == (INFERRED, "artifact_quoted", "span-coder")
