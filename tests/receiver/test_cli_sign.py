from __future__ import annotations

import json

import pytest

from tests.support.command_line import SIGNING_SECRET, answer_of, error_of, whichrun
from tests.support.tree import ROOT

VECTORS = json.loads((ROOT / "tests" / "vectors" / "metadata_v1.json").read_text())
NAMES = [vector["name"] for vector in VECTORS]
BY_NAME = dict(zip(NAMES, VECTORS, strict=True))
SIGNING = {"signing_secrets": SIGNING_SECRET}
MINIMAL = ("sign", "--span", "s1", "--repository", "acme/widgets")


def settings_of(vector: dict[str, str]) -> dict[str, str]:
    """Return the settings under which a vector was made, those that are empty left out."""
    given = {"signing_secrets": vector["secret"], "instance_id": vector["instance_id"]}
    if "," in vector["secret"] or ":" in vector["secret"]:
        given["signing_secrets"] = f"k:{vector['secret']}"
    return {name: value for name, value in given.items() if value}


def arguments_of(vector: dict[str, dict[str, str]]) -> list[str]:
    """Return the options that say what a vector's run is."""
    run = vector["run"]
    given = {
        "--span": run["span_id"],
        "--repository": f"{run['repo_owner']}/{run['repo_name']}",
        "--number": run.get("issue_or_pr_number"),
        "--workspace": run["workspace"],
        "--agent-id": run.get("agent_id"),
        "--agent-name": run.get("agent_name"),
    }
    return [text for option, value in given.items() if value is not None for text in (option, str(value))]


@pytest.mark.parametrize("name", NAMES)
def test_sign_agrees_with_the_other_implementation(name: str) -> None:
    """Every known answer comes out of `sign`: the same signature, and the same fields."""
    vector = BY_NAME[name]
    answer = answer_of(whichrun("sign", *arguments_of(vector), "--json", settings=settings_of(vector)))
    assert answer["claim"].get("sig", "") == vector["sig"]
    theirs = json.loads(vector["hidden_comment"].removeprefix("<!-- agents-run: ").removesuffix(" -->"))
    stripped = {key: value.strip() if isinstance(value, str) else value for key, value in theirs.items()}
    assert answer["claim"] == stripped
    if stripped == theirs:
        assert answer["hidden_comment"] == vector["hidden_comment"]
        assert answer["commit_trailers"].splitlines()[0] == vector["commit_trailer"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("carrier", ["hidden_comment", "commit_trailer"])
def test_verify_takes_what_the_other_implementation_wrote(name: str, carrier: str) -> None:
    """Every known answer, in both carriers, is a claim that holds, with the fields that it was made from."""
    vector = BY_NAME[name]
    settings = settings_of(vector) | {"workspace": vector["run"]["workspace"]}
    claims = answer_of(whichrun("verify", "--json", settings=settings, stdin=vector[carrier]))["claims"]
    run = vector["run"]
    expected = {
        "span_id": run["span_id"].strip(),
        "agent_name": run["agent_name"].strip(),
        "repository": f"{run['repo_owner']}/{run['repo_name']}",
        "number": run.get("issue_or_pr_number"),
        "carrier": carrier,
        "valid": True,
        "reason": None,
    }
    assert claims == [expected]


@pytest.mark.parametrize("name", NAMES)
def test_what_sign_prints_can_be_verified(name: str) -> None:
    """What `sign` prints, fed to `verify` as it is, holds twice: the hidden comment and the trailer."""
    vector = BY_NAME[name]
    settings = settings_of(vector) | {"workspace": vector["run"]["workspace"]}
    printed = whichrun("sign", *arguments_of(vector), settings=settings).stdout
    claims = answer_of(whichrun("verify", "--json", settings=settings, stdin=printed))["claims"]
    assert [(claim["carrier"], claim["valid"]) for claim in claims] == [
        ("hidden_comment", True),
        ("commit_trailer", True),
    ]


def test_sign_prints_hidden_comment_empty_line_and_trailers() -> None:
    """For people `sign` prints the hidden comment, one empty line, and the trailers; `--json` holds the same."""
    more = ("--number", "7", "--agent-name", "coder")
    printed = whichrun(*MINIMAL, *more, settings=SIGNING)
    assert (printed.exit_code, printed.stderr) == (0, "")
    answer = answer_of(whichrun(*MINIMAL, *more, "--json", settings=SIGNING))
    assert set(answer) == {"hidden_comment", "commit_trailers", "claim"}
    assert printed.stdout == f"{answer['hidden_comment']}\n\n{answer['commit_trailers']}\n"
    assert answer["commit_trailers"].splitlines()[1:] == ["Agents-Run: s1", "Agents-Agent: coder"]


def test_sign_takes_workspace_and_instance_from_the_settings() -> None:
    """Without --workspace the claim is for the workspace of the settings, and always for their instance."""
    settings = SIGNING | {"workspace": "team-x", "instance_id": "prod-a"}
    claim = answer_of(whichrun(*MINIMAL, "--json", settings=settings))["claim"]
    assert (claim["workspace"], claim["instance_id"]) == ("team-x", "prod-a")
    claim = answer_of(whichrun(*MINIMAL, "--workspace", "team-y", "--json", settings=settings))["claim"]
    assert claim["workspace"] == "team-y"


def test_sign_without_a_secret_is_unsigned_and_says_so() -> None:
    """Without a signing secret the claim is written unsigned, and standard error warns."""
    result = whichrun(*MINIMAL, "--json")
    assert answer_of(result)["claim"] == {"workspace": "default", "repo": "acme/widgets", "span_id": "s1"}
    assert "WHICHRUN_SIGNING_SECRETS" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--span", "s"),
        ("--repository", "o/n"),
        ("--span", "s", "--repository", "no-slash"),
        ("--span", "s", "--repository", "o/.."),
        ("--span", "s", "--repository", "o/n", "--number", "0"),
        ("--span", "s", "--repository", "o/n", "--number", "-1"),
        ("--span", "s", "--repository", "o/n", "--number", "many"),
        ("--span", "s", "--repository", "o/n", "--number", str(2**63)),
        ("--span", "s", "--repository", "o/n", "--agent-name", "\udcff"),
        ("--span", "s", "--repository", "o/n", "something"),
    ],
)
def test_sign_with_options_that_cannot_be_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    """What is missing, or could never be a repository or number, is a usage error: exit code 2, nothing printed."""
    result = whichrun("sign", *arguments, settings=SIGNING)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--span", "", "no span_id"),
        ("--span", "a\nb", "control character"),
        ("--agent-id", "x" * 513, "longer than 512"),
    ],
)
def test_sign_refuses_what_nobody_would_verify(option: str, value: str, rule: str) -> None:
    """A field that breaks a rule of the wire format is an error that names the rule."""
    error = error_of(whichrun(*MINIMAL, option, value, "--json", settings=SIGNING))
    assert error["code"] == "bad_claim"
    assert rule in error["message"]


def test_a_faulty_secret_is_an_error_that_does_not_show_it() -> None:
    """A ring that cannot be read is told by the setting's name, never by its content."""
    result = whichrun(*MINIMAL, settings={"signing_secrets": "visible-secret,,"})
    assert (result.exit_code, result.stdout) == (1, "")
    assert "WHICHRUN_SIGNING_SECRETS" in result.stderr
    assert "visible-secret" not in result.stderr
