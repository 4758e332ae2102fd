from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.support.command_line import SIGNING_SECRET, answer_of, error_of, whichrun

SIGNING = {"signing_secrets": SIGNING_SECRET}


def marks(span: str = "s1", *, number: int | None = 7, settings: dict[str, str] = SIGNING) -> tuple[str, str]:
    """Return a hidden comment and trailers for a run of the coder."""
    more = () if number is None else ("--number", str(number))
    arguments = ("--span", span, "--repository", "acme/widgets", "--agent-name", "coder", *more)
    answer = answer_of(whichrun("sign", *arguments, "--json", settings=settings))
    return answer["hidden_comment"], answer["commit_trailers"]


def claims(text: str, *arguments: str, exit_code: int = 0) -> list[dict[str, Any]]:
    """Return what `verify` says of a text."""
    result = whichrun("verify", "--json", *arguments, settings=SIGNING, stdin=text)
    assert (result.exit_code, result.stderr) == (exit_code, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)["claims"]
    return found


def hidden(values: object) -> str:
    """Return a hidden comment that holds any JSON."""
    return f"<!-- agents-run: {json.dumps(values)} -->"


def test_a_text_without_claims_holds() -> None:
    """No claim is no fault: exit code 0 and an empty list; in words, `no claims`."""
    assert claims("just words") == []
    assert claims("") == []
    assert whichrun("verify", settings=SIGNING, stdin="words").stdout == "no claims\n"


def test_all_claims_of_a_text_are_told_in_order() -> None:
    """Each claim is told, also of several runs in both carriers; one that does not hold makes the exit code 1."""
    one, two = marks("s1"), marks("s2")
    forged = one[0].replace('"s1"', '"s3"')
    found = claims(f"{one[0]}\n\n{forged}\n\n{two[1]}", exit_code=1)
    assert [(claim["span_id"], claim["valid"]) for claim in found] == [("s1", True), ("s3", False), ("s2", True)]
    assert found[1]["reason"] == "No secret of the ring verifies the claim's signature."


def test_in_a_commit_message_only_trailers_count() -> None:
    """With --commit a hidden comment is no claim, and a trailer counts wherever it stands."""
    hidden_comment, trailers = marks()
    found = claims(f"Do it\n\n{hidden_comment}\n\n  {trailers}\n\nmore words", "--commit")
    assert [(claim["carrier"], claim["valid"]) for claim in found] == [("commit_trailer", True)]


def test_in_a_comment_code_and_quotes_are_no_claims() -> None:
    """Without --commit, hidden comments follow Markdown's rules."""
    hidden_comment, _ = marks()
    assert claims(f"> {hidden_comment}") == []
    assert claims(f"```\n{hidden_comment}\n```") == []


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("--repository", "acme/gears"), "repository acme/widgets"),
        (("--number", "8"), "number 7"),
    ],
)
def test_the_place_counts_when_it_is_given(place: tuple[str, ...], reason: str) -> None:
    """A claim for another repository or number is refused, with the reason, only when the place is given."""
    hidden_comment, _ = marks()
    (claim,) = claims(hidden_comment, *place, exit_code=1)
    assert not claim["valid"]
    assert reason in claim["reason"]
    assert claim["span_id"] == "s1"


def test_the_right_place_holds_in_any_case_of_letters() -> None:
    """Repositories are compared without regard to case; a claim without a number fits any number."""
    assert claims(marks()[0], "--repository", "Acme/Widgets", "--number", "7")[0]["valid"]
    assert claims(marks(number=None)[0], "--repository", "acme/widgets", "--number", "7")[0]["valid"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"instance_id": "other"}, "another instance"),
        ({"signing_secrets": "another secret"}, "No secret of the ring"),
    ],
)
def test_a_claim_of_somebody_else_is_refused(settings: dict[str, str], reason: str) -> None:
    """A claim made for another instance, or with another secret, is refused by name of the rule."""
    (claim,) = claims(marks(settings=SIGNING | settings)[0], exit_code=1)
    assert reason in claim["reason"]
    assert claim["agent_name"] == "coder"


def test_a_claim_of_any_workspace_holds() -> None:
    """Where a claim was found is not asked unless it is given, and so neither is its workspace."""
    hidden_comment, trailers = marks(settings=SIGNING | {"workspace": "team-x"})
    assert all(claim["valid"] for claim in claims(f"{hidden_comment}\n\n{trailers}"))


def test_an_older_secret_of_the_ring_still_verifies() -> None:
    """After a rotation, what the former secret signed still holds."""
    ring = {"signing_secrets": f"new:fresh,{SIGNING_SECRET}"}
    assert whichrun("verify", settings=ring, stdin=marks()[0]).exit_code == 0


def test_an_unsigned_claim_is_refused_where_signing_is_on() -> None:
    """An unsigned claim is shown, and refused."""
    (claim,) = claims(
        hidden({"workspace": "default", "repo": "acme/widgets", "number": 7, "span_id": "s"}), exit_code=1
    )
    assert claim["reason"] == "The claim is unsigned though signing is on."
    assert (claim["span_id"], claim["agent_name"], claim["repository"], claim["number"]) == (
        "s",
        None,
        "acme/widgets",
        7,
    )


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("<!-- agents-run: not json -->", None),
        ("<!-- agents-run: [1] -->", None),
        (f"<!-- agents-run: {'[' * 5000} -->", None),
        ("Agents-Attribution: !!!", None),
        ("Agents-Attribution: /w", None),
        (f"Agents-Attribution: {base64.urlsafe_b64encode(bytes([255])).decode()}", None),
        (hidden({"v": 9, "span_id": "still readable", "number": True}), "still readable"),
        (hidden({"span_id": 5, "agent_name": ["x"], "repo": None, "number": "1"}), None),
        (hidden({"span_id": "x" * 20_000}), None),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused_with_what_can(text: str, span: str | None) -> None:
    """Whatever stands there, each claim is told with a reason; fields that cannot be read are null."""
    (claim,) = claims(text, exit_code=1)
    assert claim["reason"]
    assert not claim["valid"]
    assert (claim["span_id"], claim["agent_name"], claim["repository"], claim["number"]) == (span, None, None, None)


def test_what_a_stranger_wrote_cannot_steer_the_terminal() -> None:
    """For people a claim is one line; a control character in it is spelled out."""
    forged = hidden({"span_id": "\x1b[2J\nvalid    run s1", "agent_name": "x"})
    result = whichrun("verify", settings=SIGNING, stdin=forged)
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert "\x1b" not in result.stdout
    assert result.stdout.startswith("refused ")


def test_a_valid_claim_in_words() -> None:
    """For people a line says that it holds, who made it, and where it counts."""
    result = whichrun("verify", settings=SIGNING, stdin=marks()[1])
    assert result.stdout == "valid    run s1 by coder in acme/widgets#7 (commit trailer)\n"


def test_text_that_is_not_utf8_is_an_error() -> None:
    """Bytes that are no UTF-8 are an error, not a text without claims."""
    result = whichrun("verify", "--json", settings=SIGNING, stdin=b"caf\xe9")
    assert result.exit_code == 1
    assert error_of(result)["code"] == "not_text"


@pytest.mark.parametrize("arguments", [("--number", "0"), ("--repository", "x"), ("file.txt",)])
def test_verify_with_options_that_cannot_be_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    """What could never be a number or repository is a usage error."""
    assert whichrun("verify", *arguments, settings=SIGNING, stdin="").exit_code == 2
