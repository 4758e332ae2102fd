"""Services that evaluations go to, as far as whichrun speaks to them, and a whichrun that sends some there."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from receiver.changes import Changes
from receiver.notifying.hooks import hooks_of
from receiver.notifying.sending import Count, Notifier
from receiver.notifying.wire import Network, Poster
from receiver.settings import Settings
from receiver.wiring import Services, now, wire
from resolver.correction import Correction
from resolver.model.reports import Producer, ProducerKind
from resolver.model.runs import Run
from store import Store
from tests.support.builders import issue_comment, minute
from tests.support.runner import Handler, Runner
from tests.support.world import REPO, World

RECORDED = Path(__file__).parent / "recorded"
SECONDS = 0.5
"""That an exchange may take here."""

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN, OTHER_SPAN = "00f067aa0ba902b7", "428ecb0920459b24"
PUBLIC, SECRET = "pk-lf-of-the-tests", "sk-lf-of-the-tests"
BASIC = f"Basic {base64.b64encode(f'{PUBLIC}:{SECRET}'.encode()).decode()}"
API_KEY = "lsv2-of-the-tests"


@dataclass
class Shelf:
    """A service that keeps what it is sent by its id: it takes what fits the recorded shapes, and nothing else."""

    name: str
    runner: Runner
    needs: tuple[str, str]
    """The header that lets in, and its value."""
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin to answer."""
        self.shapes = json.loads((RECORDED / f"{self.name}.json").read_text())
        self.runner.otherwise = self.answer

    def answer(self, handler: Handler) -> None:
        """Keep what the newest request holds, and answer it."""
        got = self.runner.got[-1]
        header, value = self.needs
        if got.headers.get(header) != value:
            reply(handler, 401, {"detail": "who are you?"})
            return
        *_, last = got.path.split("/")
        sent = got.document
        shape = self.shapes["change" if got.method == "PATCH" else "request"]
        checker = Draft202012Validator(shape, format_checker=Draft202012Validator.FORMAT_CHECKER)
        faults = [fault.message for fault in checker.iter_errors(sent)]
        if faults:
            reply(handler, 422, {"detail": faults})
        elif got.method == "PATCH":
            self.kept[last] |= sent
            self._accept(handler, last)
        elif self.name == "langsmith" and sent["id"] in self.kept:
            reply(handler, 409, {"detail": "there is feedback with this id"})
        else:
            self.kept[sent["id"]] = sent
            self._accept(handler, sent["id"])

    def _accept(self, handler: Handler, key: str) -> None:
        answer = self.shapes["answer"]
        reply(handler, answer["status"], {one: self.kept[key].get(one) for one in answer["body"]})

    @property
    def values(self) -> dict[str, str]:
        """What is said of each run, by its span."""
        return {facts(one)["whichrun.run.span_id"]: one["value"] for one in self.kept.values()}


def facts(kept: dict[str, Any]) -> dict[str, str]:
    """Return what goes with a score, or with feedback."""
    found: dict[str, str] = kept.get("metadata") or kept["feedback_source"]["metadata"]
    return found


def reply(handler: Handler, status: int, document: dict[str, Any]) -> None:
    """Answer JSON."""
    body = json.dumps(document).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def langfuse(runner: Runner) -> Shelf:
    """Have a runner be Langfuse."""
    return Shelf("langfuse", runner, ("authorization", BASIC))


def langsmith(runner: Runner) -> Shelf:
    """Have a runner be LangSmith."""
    return Shelf("langsmith", runner, ("x-api-key", API_KEY))


def records(runner: Runner) -> list[LogRecord]:
    """Return the log records that a receiver of OTLP got, read by OpenTelemetry's own decoder."""
    return [
        record
        for got in runner.got
        for resource in ExportLogsServiceRequest.FromString(got.body).resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]


def attributes(record: LogRecord) -> dict[str, str]:
    """Return the attributes of a record, all of which are texts."""
    return {one.key: one.value.string_value for one in record.attributes}


def settings_for(kind: str, url: str) -> dict[str, str]:
    """Return the settings that send evaluations to a service."""
    return {
        "otlp": {"otlp_endpoint": url, "otlp_headers": "x-scope=a%20team"},
        "langfuse": {"langfuse_url": url, "langfuse_public_key": PUBLIC, "langfuse_secret_key": SECRET},
        "langsmith": {"langsmith_url": url, "langsmith_api_key": API_KEY},
    }[kind]


def traced_run(span: str, *, agent: str = "coder", number: int = 42, trace: str | None = TRACE) -> Run:
    """Return a run whose runner told its trace."""
    return Run(
        workspace="default",
        span_id=span,
        repository=REPO.name,
        agent_name=agent,
        started_at=datetime.fromisoformat(minute(0)),
        number=number,
        numbers=(number,),
        trace_id=trace,
    )


@dataclass
class Exporting:
    """A world with one traced run, and the services over its store that send evaluations."""

    world: World
    services: Services
    stop: threading.Event = field(default_factory=threading.Event)

    def notifier(self, count: Count | None = None) -> Notifier:
        """Return a worker's part in sending to the service that the settings name first."""
        poster = Poster(Network(seconds=SECONDS), clock=self.world.clock, stopped=self.stop.is_set)
        return Notifier(self.services, hooks_of(self.services.settings)[0], poster, self.stop, count)

    def begin(self) -> Notifier:
        """Return one that knows the present already, and tells all that comes."""
        notifier = self.notifier()
        assert notifier.work_once()
        return notifier

    def give(self, number: int = 11, body: str = "/agents improve name it better") -> None:
        """Have a maintainer write feedback; it is about the only run."""
        self.world.deliver(issue_comment(REPO, id=number, body=body, at=minute(1)))

    def edit(self, body: str, *, was: str, at: int, number: int = 11) -> None:
        """Have the maintainer write something else in its place."""
        self.world.deliver(
            issue_comment(REPO, "edited", id=number, body=body, at=minute(at), created_at=minute(1), was=was)
        )

    def correct(self, span: str | None) -> None:
        """Have a person say which run the only feedback is about."""
        feedback = self.world.feedback()
        Changes(self.services, "default").correct(
            feedback.id,
            Correction(span_id=span, reason="I was there", by="maya"),
            producer=Producer(ProducerKind.USER, "maya"),
        )

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.world.now += timedelta(**span)


@contextmanager
def exporting(store: Store, kind: str, url: str, *, run: Run | None = None) -> Iterator[Exporting]:
    """Put a world with one run together, whose evaluations go to one service, at the present time."""
    world = World(store)
    world.now = now()
    world.register(run or traced_run(SPAN))
    settings = Settings.model_validate(settings_for(kind, url))
    yield Exporting(world, wire(settings, store=store, clock=world.clock))
