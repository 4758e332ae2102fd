"""`whichrun token`, over a real SQLite file, and the tokens that it makes at the real API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.api import Api, open_api, refused
from tests.support.command_line import answer_of, error_of, whichrun

Call = Callable[..., Result]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service with a fresh store; the command line is pointed at the same file."""
    with open_api(tmp_path) as opened:
        yield opened


@pytest.fixture
def call(api: Api, tmp_path: Path) -> Call:
    """Return a function that runs a command on the store of ``api``."""

    def run(*arguments: str) -> Result:
        return whichrun(*arguments, settings={"database_url": f"sqlite:///{tmp_path / 'api.db'}"})

    return run


def ask(api: Api, secret: str, path: str = "/v1/runs") -> int:
    """Return the status that a token gets at an address."""
    return api.client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_token_that_is_made_is_printed_once_and_works(api: Api, call: Call) -> None:
    """`token create` prints the secret alone on standard output; it opens what its scopes say, and nothing else."""
    shown = call("token", "create", "reader", "--scope", "runs:read")
    assert shown.exit_code == 0
    secret = shown.stdout.strip()
    assert (ask(api, secret), ask(api, secret, "/v1/feedback")) == (200, 403)
    listed = call("token", "list")
    assert "reader" in listed.stdout
    assert secret not in listed.stdout + call("token", "list", "--json").stdout


def test_a_revoked_token_is_refused_at_once(api: Api, call: Call) -> None:
    """`token revoke` ends a token; the list still shows it, as revoked. A second time changes nothing."""
    made = answer_of(call("token", "create", "coder", "--scope", "runs:read", "--json"))
    assert ask(api, made["token"]) == 200
    assert answer_of(call("token", "revoke", str(made["id"]), "--json"))["revoked_at"] is not None
    answer = api.client.get("/v1/runs", headers={"Authorization": f"Bearer {made['token']}"})
    assert refused(answer, 401)["message"] == "the token was revoked"
    assert call("token", "revoke", str(made["id"])).exit_code == 0
    assert "revoked" in call("token", "list").stdout


def test_tokens_of_other_workspaces_and_runs(api: Api, call: Call) -> None:
    """The operator makes tokens for any workspace and binds them to a run; the list can be narrowed to one."""
    options = ("--workspace", "platform", "--run", "span-9", "--days", "30", "--json")
    made = answer_of(call("token", "create", "runner", "--scope", "runs:write", *options))
    assert (made["workspace"], made["run"]) == ("platform", "span-9")
    assert made["expires_at"] is not None
    call("token", "create", "other", "--scope", "runs:read")
    names = {one["name"] for one in answer_of(call("token", "list", "--workspace", "platform", "--json"))["items"]}
    assert names == {"runner"}
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert api.client.get("/v1/token", headers=headers).json["workspace"] == "platform"  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scope", "runs:read", "--expires-at", "2001-01-01T00:00:00Z"), "expires_at: is over already"),
        (("--scope", "admin", "--run", "s"), "scopes: hold admin"),
        (("--scope", "runs:read", "--workspace", "a\nb"), "workspace: write 1 to 512 printable characters"),
    ],
)
def test_what_cannot_be_a_token_is_refused(call: Call, arguments: tuple[str, ...], said: str) -> None:
    """A token that ends before it begins, or that could make others though it is one run's, is refused with why."""
    assert said in error_of(call("token", "create", "x", *arguments, "--json"))["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "x"),
        ("create", "x", "--scope", "everything"),
        ("create", "x", "--scope", "runs:read", "--days", "1", "--expires-at", "2099-01-01T00:00:00Z"),
        ("revoke", "none"),
    ],
)
def test_wrong_usage(call: Call, arguments: tuple[str, ...]) -> None:
    """Wrong usage is exit code 2."""
    assert call("token", *arguments).exit_code == 2


def test_a_token_that_never_was_cannot_be_revoked(call: Call) -> None:
    """An id that no token has is an error with exit code 1."""
    assert error_of(call("token", "revoke", "999", "--json"))["code"] == "not_found"
