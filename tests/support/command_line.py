"""``whichrun`` called inside the test's own process, with no settings but those that the test gives."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from click.testing import CliRunner, Result

from receiver.cli import main

SIGNING_SECRET = "a secret of the tests"


def whichrun(*arguments: str, settings: Mapping[str, str] | None = None, stdin: bytes | str | None = None) -> Result:
    """Run a command; ``settings`` by their names in lower case without ``WHICHRUN_``.

    Only SystemExit ends the command: any other exception is a traceback, and fails the test.
    """
    environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("WHICHRUN_")}
    environment |= {f"WHICHRUN_{name.upper()}": value for name, value in (settings or {}).items()}
    return CliRunner().invoke(main, arguments, env=environment, input=stdin, catch_exceptions=False)


def answer_of(result: Result) -> Any:  # noqa: ANN401 - whatever the command says
    """Return what a command that succeeded printed with ``--json``."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def error_of(result: Result) -> dict[str, Any]:
    """Return the error that a command printed with ``--json``; nothing stands on standard output then."""
    assert result.exit_code != 0
    assert result.stdout == ""
    error: dict[str, Any] = json.loads(result.stderr)["error"]
    assert set(error) == {"code", "message", "details"}
    return error
