"""What is written agrees with what is there: rules, commands, routes, settings, steps, events, files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from click import Context
from werkzeug.exceptions import MethodNotAllowed, NotFound

from receiver import client_settings
from receiver.api import ROUTES
from receiver.api import document as openapi
from receiver.cli import main
from receiver.mcp.tools import TOOLS
from receiver.settings import NAMES, OTHERS
from resolver.chain import chain
from resolver.model.tokens import Scope
from resolver.payloads.events import EVENTS
from resolver.policy import Policy
from resolver.reports import contents
from resolver.reports.registry import BY_TYPE, WRITABLE
from tests.support.api import open_api
from tests.support.documents import ANSWERS, API, DEPLOY, FEEDBACK, OPERATING, WRITTEN, blocks, code, section
from tests.support.tree import ROOMS, ROOT, files

EXAMPLE = DEPLOY / "settings.example.env"
MANIFEST = DEPLOY / "app-manifest.json"

SENT_UNASKED = {"installation", "installation_repositories", "ping"}
"""Events that GitHub sends to every App; a manifest that names them is refused."""

T = TypeVar("T")
ROUTE = re.compile(r"(?:\b(GET|POST|PATCH|PUT|DELETE)\s)?(?<![a-z.])(/(?:v1/|webhooks/|healthz|readyz)[\w{}/-]*)")


def unknown(named: Iterable[T], known: Iterable[T]) -> set[T]:
    """Return the names that do not exist; some must be named, or the test looks in the wrong place."""
    found = set(named)
    assert found
    return found - set(known)


def first_column(table: str) -> list[str]:
    """Return the code that the rows of a table begin with."""
    return re.findall(r"^\| `([^`]+)`", table, flags=re.MULTILINE)


def test_every_command_is_described() -> None:
    """The guide names each command once, in its table, in the order of ``whichrun --help``."""
    assert first_column(section(OPERATING, "Command line")) == [
        f"whichrun {name}" for name in main.list_commands(Context(main))
    ]


def test_every_route_that_is_named_exists(tmp_path: Path) -> None:
    """Each route in the documents is one of the application's, with the method that stands before it."""
    missing = []
    text = "\n".join(path.read_text() for path in WRITTEN)
    named = ROUTE.findall(re.sub(r"/\$(\w+)", r"/{\1}", text))
    with open_api(tmp_path) as api:
        routes = api.app.url_map.bind("localhost")
        for method, route in named:
            try:
                routes.match(re.sub(r"{\w+}", "1", route), method or "GET")
            except NotFound:
                missing.append(f"{method} {route}")
            except MethodNotAllowed:
                missing += [f"{method} {route}"] if method else []

    assert named
    assert missing == []


def test_every_route_is_described() -> None:
    """The guide's table of routes names each route of the API, with its method, and so does the OpenAPI document."""
    declared = {f"{one.method} {one.path}" for part in ROUTES for one in part.operations}
    described = set(re.findall(r"`((?:GET|POST|PATCH|DELETE) /v1/[\w{}/-]+)`", section(API, "Asking")))
    document = openapi.document(ROUTES, "0")

    assert described == declared
    assert declared <= {f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found}
    assert {tag["name"] for tag in document["tags"]} >= {part.tag for part in ROUTES}


def test_every_scope_is_described() -> None:
    """The guide lists the scopes that a token may have, and no others."""
    (line,) = re.findall(r"^- \*\*scopes\*\*: (.*);$", API.read_text(), flags=re.MULTILINE)

    assert re.findall(r"`([^`]+)`", line) == list(Scope)


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    """The guide's tables (the service's, the client's) and the example file name exactly the settings there are."""
    example = re.findall(r"^(?:# )?(WHICHRUN_[A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)
    written = [path.read_text() for path in (*WRITTEN, EXAMPLE, ROOT / "CHANGELOG.md")]
    named = [name for text in written for name in re.findall(r"\bWHICHRUN_[A-Z_]+\b", text)]

    assert sorted(example) == sorted(NAMES)
    service, client = section(OPERATING, "Settings").split("\n### What the client reads\n")
    assert sorted(first_column(service)) == sorted(NAMES)
    assert first_column(client) == list(client_settings.NAMES)
    assert unknown((name for name in named if not name.startswith(OTHERS)), (*NAMES, *client_settings.NAMES)) == set()


def test_the_guide_names_each_tool_of_mcp() -> None:
    """The guide's table has the tools that agents are offered, in their order."""
    assert first_column(section(API, "MCP")) == [tool.name for tool in TOOLS]


def test_the_types_of_entries_are_the_same_everywhere() -> None:
    """The registry, the guide's table, the API's document and the tool that appends name the same types."""
    writable = [kind.name for kind in WRITABLE]
    schemas = openapi.document(ROUTES, "0")["components"]["schemas"]
    (tool,) = (tool for tool in TOOLS if tool.name == "append_entry")
    told = re.findall(r"(?:: |; )(\w+) [{\[]", tool.description.partition("\n")[2])
    tables = re.split(r"\n(?!\|)", section(FEEDBACK, "Reports"))
    (types,) = (first_column(table) for table in tables if table.lstrip().startswith("| type |"))

    assert [one["properties"]["type"]["const"] for one in schemas["NewEntry"]["oneOf"]] == writable
    assert told == writable
    assert types == [*BY_TYPE]


def test_the_guide_tells_what_entries_hold_and_how_they_add_up() -> None:
    """Its table has each type's family, and each field by its name, with a mark where it may be left out."""
    rows = [line.split("|") for line in section(FEEDBACK, "Reports").splitlines() if line.startswith("| `")]

    assert {row[1].strip(" `"): row[3].strip() for row in rows} == {one.name: one.family for one in BY_TYPE.values()}
    for _, name, holds, *_ in rows:
        model = BY_TYPE[name.strip(" `")].model
        if model is contents.SuggestedReviewers:
            model = contents.Reviewer
        if model is not contents.Resolution:  # told in words: it is an answer as the API gives it elsewhere
            fields = {field if one.is_required() else f"{field}?" for field, one in model.model_fields.items()}
            assert fields - set(re.findall(r"`([^`]+)`", holds)) == set(), name


def test_the_configurations_that_clients_copy_are_json() -> None:
    """Each configuration that the guide shows to clients of MCP can be read."""
    shown = [one for one in blocks(API) if one.language == "json" and one.section == "MCP" and not one.note]

    assert [list(json.loads(block.text)) for block in shown] == [["mcpServers"]] * 2


def test_the_guide_shows_the_chain_as_it_is() -> None:
    """The guide's table has the steps of the chain, in their order."""
    policy = Policy("default", None, None, frozenset(), timedelta(hours=24))
    steps = [step.__module__.rpartition(".")[2] for step in chain(policy)]

    assert first_column(section(ANSWERS, "The steps")) == steps


def test_the_app_manifest_asks_for_the_events_that_are_used() -> None:
    """A GitHub App made from the manifest sends every event that is used, and no other."""
    assert set(json.loads(MANIFEST.read_text())["default_events"]) == EVENTS.keys() - SENT_UNASKED


def test_every_file_that_is_named_exists() -> None:
    """Each path of this tree that a document names as code is there."""
    named = re.findall(rf"(?<![\w/.])(?:{'|'.join((*ROOMS, 'tests', 'deploy'))})/[\w./-]*", code(*WRITTEN))
    there = {one for path in files() for one in (path, *path.parents)}

    assert unknown((ROOT / name for name in named), there) == set()
