"""Requests made from the service's own document, and what its answers broke of it: schemathesis, as its engine runs it.

Its plugin for pytest makes tests while they are collected, before there is a service; the engine takes one that runs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.engine import events, from_schema

from receiver.attribution import HEADER
from tests.support.contract import kind_of

LONGER = "WHICHRUN_TEST_FUZZ_EXAMPLES"
"""How many requests to make of each operation and way, where an hour may be spent on it; each time others then."""

EXCUSED: Mapping[str, str] = {
    "cursor": "is opaque: none but one that was given out leads anywhere",
    "after": "is opaque likewise, and goes with the format jsonl",
    "base": "goes with the format agent-trace, as head and repository do",
    "head": "as above",
    "url": "is the address of something on GitHub, which no pattern tells",
    "artifacts": "are such addresses",
    "until": "has to be later than since, and not by more than a year",
    "expires_at": "has to be yet to come",
    "workspace": "is the token's own, or needs the operator's",
    "scopes": "hold no admin where the token is bound to a run",
    "span_id": "has to be a segment of an address; in a correction, that of a registered run",
    "repository": "is neither . nor .. after its slash",
    "X-Whichrun-Run": "is the span of a registered run",
    "content": "is of the type of the entry that is edited; its repository is as above, and lines end where they begin",
    "type": "is that of the entry that is edited",
    "reason": "goes with a status, where it is a report's",
    "snoozed_until": "goes with the status snoozed, and has to be yet to come",
    "body": "says what fields may not stand side by side, or that nothing is changed",
    "at": "has to be a time that UTC can express, as all times",
    "since": "as above",
    "started_at": "as above",
    "ended_at": "as above",
}
"""Fields whose rule a schema does not say: requests that fit the schema are refused by these alone."""
SOME_ENTRIES = frozenset({"note", "finding", "suggested_reviewers"})
"""The types of entries that are made up in every run: of each, every field is got wrong in some way."""
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "429", "431"]
"""Statuses by which bad data is refused: nothing that is not wanted is a fault of the service."""
NO_INTEGER = "Input should be a valid integer"
"""5.0 is an integer to JSON Schema; here it is refused as what it is."""


@dataclass
class Found:
    """What came of it: ``asked`` counts answers by operation and status, ``faults`` says what was broken, and how."""

    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def statuses(self, label: str) -> set[int]:
        """Return the statuses that an operation (``GET /v1/runs``) answered with."""
        return {status for name, status in self.asked if name == label}

    def note(self, event: events.ScenarioFinished) -> None:
        """Take in what one operation answered."""
        recorder = event.recorder
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                self.asked[recorder.label, interaction.response.status_code] += 1
        for case, checks in recorder.checks.items():
            interaction = recorder.interactions[case]
            for check in checks:
                if check.failure_info is not None and not _is_excused(check.name, interaction):
                    request, response = interaction.request, interaction.response
                    answer = None if response is None else (response.status_code, response.content[:300])
                    sent = f"{request.method} {request.uri[-500:]} {(request.body or b'')[:500]!r}"
                    self.faults.append(f"{recorder.label}: {check.name}: {sent}: {answer}")


def narrowed(document: dict[str, Any], ids: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return a document without what lasts, whose paths and headers often name what is there (``ids``, by name)."""
    paths = {path: methods for path, methods in document["paths"].items() if not path.endswith("/stream")}
    described = ((path, said) for path, methods in paths.items() for said in methods.values())
    for path, parameter in ((path, one) for path, said in described for one in said.get("parameters", ())):
        if parameter["in"] == "path":
            known = {"enum": ids[kind_of(path, parameter["name"])]}
            parameter["schema"] = {"anyOf": [known, parameter["schema"]]}
        elif parameter["name"] == HEADER:
            parameter["schema"] = {"anyOf": [{"enum": ids["span_id"]}, parameter["schema"]]}
    for said in (said for methods in paths.values() for said in methods.values()):
        said.get("requestBody", {}).get("content", {}).pop("application/x-protobuf", None)  # made up by no schema
    entries = document["components"]["schemas"]["NewEntry"]["oneOf"]
    entries[:] = [one for one in entries if longer() or one["title"] in SOME_ENTRIES]
    return {**document, "paths": paths}


def longer() -> str | None:
    """Return how many requests to make of each operation, where the environment asks for more than usual."""
    return os.environ.get(LONGER)


def fuzz(
    document: dict[str, Any],
    headers: Mapping[str, str],
    *,
    app: Any = None,  # noqa: ANN401 - any WSGI application
    url: str | None = None,
    examples: int,
    phases: tuple[str, ...],
) -> Found:
    """Make requests of every operation, to an application or (``url``) a service, and check what it answers.

    The same ones each time, unless the environment asks for more.
    """
    more = longer()
    generation = {"max-examples": int(more or examples), "deterministic": not more, "database": "none"}
    configured: dict[str, Any] = {
        "headers": dict(headers),
        "generation": generation | {"no-shrink": True},
        "continue-on-failure": True,
        "workers": 1,
        "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
        # In process the check for ignored tokens cannot send its requests (schemathesis 4.32); over HTTP it does.
        "checks": {"ignored_auth": {"enabled": app is None}, "negative_data_rejection": {"expected-statuses": REFUSED}},
    }
    if url is not None:
        configured["base-url"] = url
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(configured))
    if app is not None:
        schema.app = app
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found.note(event)
        elif isinstance(event, events.NonFatalError):
            found.errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            found.errors.append(repr(event.exception))
    return found


def _is_excused(check: str, interaction: Any) -> bool:  # noqa: ANN401 - schemathesis does not export its type
    """Whether a request that fits the schema was refused for nothing but what a schema cannot say."""
    if check != "positive_data_acceptance" or interaction.response is None:
        return False
    if interaction.response.status_code != 422:
        return False
    details = interaction.response.json()["error"]["details"]
    return bool(details) and all(
        one["field"].partition(".")[0] in EXCUSED or one["message"] == NO_INTEGER for one in details
    )
