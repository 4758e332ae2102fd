from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from resolver.claims.reader import ClaimReader
from resolver.claims.ring import Ring
from resolver.model.runs import Carrier
from tests.support.api import REPOSITORY, REPOSITORY_ID, SHA, Api, open_api, pages, refused, refused_fields

FULL: dict[str, Any] = {
    "span_id": "428ecb0920459b24",
    "repository": REPOSITORY,
    "agent_name": "coder",
    "workspace": "default",
    "number": 42,
    "numbers": [43, 42, 44],
    "agent_id": "agent_1",
    "backend": "claude",
    "prompt_version_id": "p1",
    "prompt_ref": "main@3",
    "skill_version_ids": ["s1", "s2"],
    "guardrail_version_ids": ["g1"],
    "event_id": "e1",
    "head_sha": SHA.upper(),
    "branch": "fix/it",
    "trace_id": "t1",
    "internal": True,
    "report_id": "r1",
    "purpose": "implementation",
    "started_at": "2026-10-01T11:00:00+02:00",
    "ended_at": "2026-10-01T09:30:00.5Z",
}
LEAST = {"span_id": "s", "repository": REPOSITORY, "agent_name": "coder"}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path) as opened:
        yield opened


def test_a_run_is_registered_with_every_field(api: Api) -> None:
    """What was said of a run is what is shown of it, normalised; times are in UTC."""
    answer = api.post("/runs", FULL)
    shown = FULL | {
        "numbers": [42, 43, 44],
        "head_sha": SHA,
        "started_at": "2026-10-01T09:00:00Z",
        "ended_at": "2026-10-01T09:30:00.500000Z",
    }
    assert answer.status_code == 201
    assert answer.json is not None
    assert set(answer.json) == {"run", "hidden_comment", "commit_trailers"}
    assert answer.json["run"] == shown
    assert api.get("/runs/428ecb0920459b24").json == shown
    assert api.get("/runs").json == {"items": [shown], "next_cursor": None}


def test_what_is_not_said_is_null_or_empty(api: Api) -> None:
    """A run of nothing but the required fields starts now, and has every other field all the same."""
    run = api.post("/runs", LEAST).json["run"]  # type: ignore[index]
    lists = {"numbers", "skill_version_ids", "guardrail_version_ids"}
    said = LEAST | {"workspace": "default", "internal": False, "started_at": "2026-10-01T12:00:00Z"}
    assert set(run) == set(FULL)
    assert run == {name: [] if name in lists else None for name in FULL} | said


@pytest.mark.parametrize("signing", [True, False])
def test_the_marks_are_a_claim_of_the_run(tmp_path: Path, *, signing: bool) -> None:
    """The hidden comment and the trailers are read as claims of that run, signed when there is a key."""
    with open_api(tmp_path, **({} if signing else {"signing_secrets": Ring()})) as api:
        answer = api.register("s", agent_id="agent_1")
        reader: ClaimReader = api.services.reader
        carrier = Carrier(REPOSITORY_ID, None, SHA, api.now)
        for reading in (
            reader.read_text(answer["hidden_comment"], carrier),
            reader.read_commit(f"fix\n\n{answer['commit_trailers']}", carrier),
        ):
            (found,) = reading.sightings
            assert (found.span_id, found.repository, found.number) == ("s", REPOSITORY, 5)
            assert (found.agent_id, found.agent_name, found.workspace) == ("agent_1", "coder", "default")
            assert found.trust == ("signed" if signing else "unsigned")


SAME: list[dict[str, Any]] = [
    {},
    {"repository": "Acme/WIDGETS"},
    {"workspace": "default"},
    {"workspace": None, "branch": None, "skill_version_ids": [], "internal": False, "purpose": ""},
    {"agent_name": " coder "},
    {"numbers": [5]},
]


@pytest.mark.parametrize("again", SAME)
def test_the_same_call_again_is_200(api: Api, again: dict[str, Any]) -> None:
    """Saying the same again, later and in other words, changes nothing and answers the same."""
    first = api.post("/runs", LEAST | {"number": 5})
    api.wait(minutes=1)
    second = api.post("/runs", LEAST | {"number": 5} | again)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert len(pages(api, "/runs")) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"agent_name": "other"},
        {"number": 6},
        {"number": None},
        {"numbers": [5, 6]},
        {"branch": "b"},
        {"started_at": "2026-10-01T12:00:00Z"},
        {"repository": "acme/gears"},
        {"internal": True},
    ],
)
def test_other_facts_for_the_same_span_are_409(api: Api, other: dict[str, Any]) -> None:
    """A span that was registered keeps its facts."""
    first = api.post("/runs", LEAST | {"number": 5})
    refused(api.post("/runs", LEAST | {"number": 5} | other), 409)
    assert api.get("/runs/s").json == first.json["run"]  # type: ignore[index]


def test_the_time_of_day_is_a_fact_however_it_is_written(api: Api) -> None:
    """The same moment in another offset is the same fact."""
    api.post("/runs", LEAST | {"started_at": "2026-10-01T11:00:00+02:00"})
    assert api.post("/runs", LEAST | {"started_at": "2026-10-01T09:00:00.000Z"}).status_code == 200


@pytest.mark.parametrize("field", ["span_id", "repository", "agent_name"])
@pytest.mark.parametrize("value", [..., None, "", "  ", 5, ["x"]])
def test_required_fields_are_required(api: Api, field: str, value: object) -> None:
    """A run without a span, a repository or an agent's name is refused by the name of what is missing."""
    body = {name: given for name, given in LEAST.items() if name != field or value is not ...}
    if value is not ...:
        body[field] = value  # type: ignore[assignment]
    assert refused_fields(api.post("/runs", body)) == [field]


BAD: list[tuple[str, object]] = [
    ("span_id", "x" * 513),
    ("span_id", "a\nb"),
    ("span_id", "a\u0000"),
    ("span_id", "a\u0085b"),
    ("span_id", "a/b"),
    ("span_id", ".."),
    ("agent_name", "co\u0007der"),
    ("agent_id", "a\tb"),
    ("branch", "x" * 513),
    ("purpose", 7),
    ("repository", "widgets"),
    ("repository", "../widgets"),
    ("repository", "acme/widgets/x"),
    ("repository", "acme/.."),
    ("repository", "https://github.com/acme/widgets"),
    ("workspace", "other"),
    ("workspace", "Default"),
    ("number", 0),
    ("number", -1),
    ("number", 2**63),
    ("number", 5.0),
    ("number", "5"),
    ("number", True),
    ("numbers.1", [1, 0]),
    ("numbers", 5),
    ("numbers", list(range(1, 102))),
    ("skill_version_ids.0", [""]),
    ("skill_version_ids.0", [None]),
    ("skill_version_ids.1", ["a", "b\u0000"]),
    ("skill_version_ids", "s1"),
    ("guardrail_version_ids", ["g"] * 101),
    ("head_sha", "abc"),
    ("head_sha", "g" * 40),
    ("head_sha", "a" * 41),
    ("internal", "yes"),
    ("internal", 1),
    ("started_at", "2026-10-01"),
    ("started_at", "2026-10-01T12:00:00"),
    ("started_at", "2026-13-01T12:00:00Z"),
    ("started_at", 1_790_000_000),
    ("ended_at", "9999-12-31T23:59:59-14:00"),
    ("ended_at", "20261001T120000Z"),
    ("numbres", [1]),
    ("artifacts", []),
    ("id", 1),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_value_that_does_not_fit_is_named(api: Api, field: str, value: object) -> None:
    """Each field has its rule; what breaks it is refused by name, and nothing is kept."""
    assert refused_fields(api.post("/runs", LEAST | {field.partition(".")[0]: value})) == [field]
    assert pages(api, "/runs") == []


def test_the_longest_values_are_kept(tmp_path: Path, migrated_url: str) -> None:
    """What is just short enough is kept and shown as it is, on either store."""
    longest = LEAST | {
        "span_id": "s" * 512,
        "agent_name": "ü" * 512,
        "branch": "😀" * 512,
        "number": 2**63 - 1,
        "numbers": list(range(1, 101)),
        "head_sha": "a" * 64,
        "skill_version_ids": ["x" * 512] * 100,
    }
    with open_api(tmp_path, database_url=migrated_url) as api:
        answer = api.post("/runs", longest)
        assert answer.status_code == 201, answer.text
        shown = api.get(f"/runs/{'s' * 512}").json
        assert answer.json is not None
        assert shown is not None
    assert answer.json["run"] == shown
    assert shown == shown | longest | {"numbers": [2**63 - 1, *range(1, 101)]}


def test_a_claim_that_nobody_could_read_is_refused(api: Api) -> None:
    """A run whose claim would be too long to be read back is refused, not registered without a voice."""
    long = {"agent_name": "<" * 512, "agent_id": ">" * 512, "span_id": "&" * 512}
    assert refused_fields(api.post("/runs", LEAST | long)) == ["body"]
    assert pages(api, "/runs") == []


def test_a_repository_that_is_not_served_is_422(tmp_path: Path) -> None:
    """Where WHICHRUN_REPOSITORIES names repositories, runs of others are refused; names have no case."""
    with open_api(tmp_path, repositories=frozenset({REPOSITORY})) as api:
        assert api.post("/runs", LEAST | {"repository": "Acme/Widgets"}).status_code == 201
        assert refused_fields(api.post("/runs", LEAST | {"repository": "acme/gears"})) == ["repository"]


def test_the_workspace_is_that_of_the_token(tmp_path: Path) -> None:
    """Runs of one workspace are not there for another, which may use the same span."""
    with open_api(tmp_path, workspace="one") as one:
        one.register("s")
    with open_api(tmp_path, workspace="two", api_token=SecretStr("token-for-tests")) as two:
        assert pages(two, "/runs") == []
        for path in ("/runs/s", "/runs/s/artifacts", "/runs/s/feedback"):
            refused(two.get(path), 404)
        refused(two.patch("/runs/s", {"numbers": [6]}), 404)
        assert two.register("s", agent_name="other")["run"]["workspace"] == "two"


def test_runs_are_filtered(api: Api) -> None:
    """Runs are found by repository, by any of their numbers, and by agent; filters narrow each other."""
    api.register("a", number=5, numbers=[6])
    api.register("b", number=6, agent_name="tester")
    api.register("c", number=5, repository="acme/gears")
    found = {
        "a,b,c": {},
        "a,b": {"repository": "Acme/widgets"},
        "a": {"repository": REPOSITORY, "number": 5},
        "b": {"agent": "tester", "number": 6},
        "a,c": {"number": 5},
        "": {"agent": "nobody"},
    }
    for spans, filters in found.items():
        assert ",".join(sorted(run["span_id"] for run in pages(api, "/runs", **filters))) == spans  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_neither_skip_nor_repeat(api: Api, limit: int) -> None:
    """Every run is given once, newest first, whatever the size of the pages; runs that come meanwhile are left out."""
    spans = [f"s{index}" for index in range(7)]
    for span in spans:
        api.register(span)
    first = api.get("/runs", limit=limit, number=5).json
    assert first is not None
    api.register("new")
    seen, cursor = [run["span_id"] for run in first["items"]], first["next_cursor"]
    while cursor is not None:
        page = api.get("/runs", limit=limit, number=5, cursor=cursor).json
        assert page is not None
        assert 0 < len(page["items"]) <= limit
        seen += [run["span_id"] for run in page["items"]]
        cursor = page["next_cursor"]
    assert seen == spans[::-1]


def test_a_cursor_belongs_to_its_list(api: Api) -> None:
    """A cursor that was altered, or is used with other filters or on another list, is refused; the limit may differ."""
    for index in range(3):
        api.register(f"s{index}")
    cursor = api.get("/runs", limit=1, number=5).json["next_cursor"]  # type: ignore[index]
    assert api.get("/runs", limit=2, number=5, cursor=cursor).status_code == 200
    assert refused_fields(api.get("/runs", limit=1, cursor=cursor)) == ["cursor"]
    assert refused_fields(api.get("/feedback", number=5, cursor=cursor)) == ["cursor"]
    altered = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    assert refused_fields(api.get("/runs", number=5, cursor=altered)) == ["cursor"]


def test_a_span_of_any_characters_is_found_by_its_address(api: Api) -> None:
    """Spans are encoded in addresses like any text."""
    for span in ("a b", "ü%?#", "a+b", "x;y=1"):
        run = api.register(span)["run"]
        path = "".join(f"%{byte:02x}" for byte in span.encode())
        assert api.client.get(f"/v1/runs/{path}", headers=api.headers).json == run
