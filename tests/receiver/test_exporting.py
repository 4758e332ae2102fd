"""Evaluations of runs: what goes to OpenTelemetry, Langfuse and LangSmith, and what corrects it later."""

from __future__ import annotations

import logging
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse

from receiver.notifying.hooks import Hook, Kind
from receiver.notifying.sending import HOLD
from receiver.notifying.standing import Verdict
from resolver.model.runs import Run
from store import Store
from tests.support.exported import (
    API_KEY,
    BASIC,
    OTHER_SPAN,
    PUBLIC,
    SECRET,
    SPAN,
    TRACE,
    Exporting,
    Shelf,
    attributes,
    exporting,
    langfuse,
    langsmith,
    records,
    traced_run,
)
from tests.support.notified import tell
from tests.support.runner import Handler, Runner, runner

COMMAND = "/agents improve name it better"
UUID_SPAN = "0190f1c0-3f7a-7c3e-9a53-0a3f2f6f9d61"


@pytest.fixture
def receiver() -> Iterator[Runner]:
    """Whoever takes requests here."""
    with runner() as one:
        yield one


@pytest.fixture
def otel(store: Store, receiver: Runner) -> Iterator[Exporting]:
    """A service whose evaluations go to a receiver of OTLP."""
    with exporting(store, "otlp", receiver.url) as made:
        yield made


Made = tuple[Exporting, Shelf]


@pytest.fixture(params=["langfuse", "langsmith"])
def shelved(store: Store, receiver: Runner, request: pytest.FixtureRequest) -> Iterator[Made]:
    """A service whose evaluations go to Langfuse, or to LangSmith."""
    shelf = {"langfuse": langfuse, "langsmith": langsmith}[request.param](receiver)
    with exporting(store, request.param, receiver.url) as made:
        yield made, shelf


def move_to_another(made: Exporting) -> None:
    """Have a person say that the feedback is about another run."""
    made.world.register(traced_run(OTHER_SPAN, agent="reviewer", number=7, trace=TRACE[::-1]))
    made.correct(OTHER_SPAN)


def test_feedback_is_an_event_on_the_runs_span(otel: Exporting, receiver: Runner) -> None:
    """OpenTelemetry's own decoder reads the record: its name, its trace and span, and what the conventions ask for."""
    notifier = otel.begin()
    otel.give()
    tell(notifier)
    (record,) = records(receiver)
    said = attributes(record)
    assert (record.event_name, record.trace_id.hex(), record.span_id.hex()) == (
        "gen_ai.evaluation.result", TRACE, SPAN,
    )  # fmt: skip
    assert said["gen_ai.evaluation.name"] == "maintainer_feedback"
    assert said["gen_ai.evaluation.score.label"] == "improvement_requested"
    assert said["gen_ai.evaluation.explanation"] == "name it better"
    assert said["gen_ai.agent.name"] == "coder"
    assert (said["whichrun.confidence"], said["whichrun.mode"]) == ("inferred", "inferred")
    assert said["whichrun.feedback.url"] == otel.world.feedback().object.url
    (got,) = receiver.got
    assert (got.path, got.headers["content-type"], got.headers["x-scope"]) == (
        "/v1/logs", "application/x-protobuf", "a team",
    )  # fmt: skip
    (resource,) = ExportLogsServiceRequest.FromString(got.body).resource_logs
    assert {"service.name": "whichrun"}.items() <= attributes(resource.resource).items()  # type: ignore[arg-type]


def test_a_run_of_no_trace_is_told_by_its_name(store: Store, receiver: Runner) -> None:
    """Ids that OpenTelemetry does not have are left out of the record, and stand in an attribute."""
    run = traced_run("span-coder", trace="my trace")
    with exporting(store, "otlp", receiver.url, run=run) as made:
        notifier = made.begin()
        made.give()
        tell(notifier)
    (record,) = records(receiver)
    assert (record.trace_id, record.span_id) == (b"", b"")
    assert attributes(record)["whichrun.run.span_id"] == "span-coder"


def test_another_run_is_told_of_both(otel: Exporting, receiver: Runner) -> None:
    """The run that is named now gets the evaluation, and the one that was gets one that takes it back."""
    notifier = otel.begin()
    otel.give()
    move_to_another(otel)
    tell(notifier)
    first, second, third = map(attributes, records(receiver))
    assert [one["whichrun.run.span_id"] for one in (first, second, third)] == [SPAN, OTHER_SPAN, SPAN]
    assert [one["gen_ai.evaluation.score.label"] for one in (first, second, third)] == [
        "improvement_requested", "improvement_requested", "reassigned",
    ]  # fmt: skip
    assert third["gen_ai.evaluation.explanation"] == f"it is about the run {OTHER_SPAN}"
    assert first["whichrun.evaluation.id"] == third["whichrun.evaluation.id"] != second["whichrun.evaluation.id"]
    assert len({one["log.record.uid"] for one in (first, second, third)}) == 3


def test_records_that_are_rejected_are_not_sent_again(otel: Exporting, receiver: Runner) -> None:
    """A partial success says that the receiver threw records away: that is an error in the log, and no second try."""
    answer = ExportLogsServiceResponse()
    answer.partial_success.rejected_log_records = 1
    answer.partial_success.error_message = "no room"

    def reject(handler: Handler) -> None:
        body = answer.SerializeToString()
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    receiver.script = [reject]
    verdicts: list[Verdict] = []
    otel.begin()
    notifier = otel.notifier(lambda _, verdict: verdicts.append(verdict))
    otel.give()
    otel.give(12)
    tell(notifier)
    assert verdicts == [Verdict.PASSED_OVER, Verdict.SENT]
    assert len(records(receiver)) == 2


def test_feedback_is_kept_there_once(shelved: Made) -> None:
    """It fits what the service takes, and names the run, what is said, and what the maintainer wrote."""
    made, shelf = shelved
    notifier = made.begin()
    made.give()
    tell(notifier)
    ((name, kept),) = shelf.kept.items()
    assert uuid.UUID(name).version == 5
    assert kept["value"] == "improvement_requested"
    assert kept["comment"] == "name it better"
    expected = {
        "langfuse": {
            "name": "maintainer_feedback", "traceId": TRACE, "observationId": SPAN, "dataType": "CATEGORICAL",
        },
        "langsmith": {
            "key": "maintainer_feedback",
            "trace_id": str(uuid.UUID(TRACE)),
            "run_id": f"00000000-0000-0000-{SPAN[:4]}-{SPAN[4:]}",
        },
    }  # fmt: skip
    assert kept.items() >= expected[shelf.name].items()


def test_later_words_replace_the_earlier_ones(shelved: Made) -> None:
    """An edited text, a withdrawal and a restored command change what is there; there is never a second one."""
    made, shelf = shelved
    notifier = made.begin()
    made.give()
    seen = []
    for at, (was, body) in enumerate(
        [(COMMAND, "/agents improve rename it"), ("/agents improve rename it", "never mind"), ("never mind", COMMAND)],
        2,
    ):
        made.edit(body, was=was, at=at)
        tell(notifier)
        (kept,) = shelf.kept.values()
        seen.append((kept["value"], kept["comment"]))
    assert seen == [
        ("improvement_requested", "rename it"), ("withdrawn", ""), ("improvement_requested", "name it better"),
    ]  # fmt: skip


def test_another_run_takes_the_feedback_over(shelved: Made) -> None:
    """The former run's is taken back under its own id; where no run is named any more, all are taken back."""
    made, shelf = shelved
    notifier = made.begin()
    made.give()
    tell(notifier)
    move_to_another(made)
    tell(notifier)
    assert shelf.values == {SPAN: "reassigned", OTHER_SPAN: "improvement_requested"}
    made.correct(None)
    tell(notifier)
    assert shelf.values == {SPAN: "reassigned", OTHER_SPAN: "reassigned"}
    made.correct(SPAN)
    tell(notifier)
    assert shelf.values == {SPAN: "improvement_requested", OTHER_SPAN: "reassigned"}


def test_what_failed_is_sent_again(shelved: Made) -> None:
    """While the service is down nothing is lost, and what came twice is there once."""
    made, shelf = shelved
    notifier = made.begin()
    shelf.runner.script = [503, 429]
    made.give()
    move_to_another(made)
    for _ in range(3):
        tell(notifier)
        made.wait(seconds=2)
    tell(notifier)
    assert shelf.values == {SPAN: "reassigned", OTHER_SPAN: "improvement_requested"}


def test_a_wrong_key_is_told_without_being_shown(shelved: Made, caplog: pytest.LogCaptureFixture) -> None:
    """A service that does not let us in is tried again; the log says what it answered, and no key."""
    made, shelf = shelved
    caplog.set_level(logging.DEBUG)
    shelf.needs = (shelf.needs[0], "another key")
    notifier = made.begin()
    made.give()
    tell(notifier)
    assert shelf.kept == {}
    assert "did not take chg_1: it answered 401" in caplog.text
    assert not [key for key in (PUBLIC, SECRET, BASIC.partition(" ")[2], API_KEY) if key in caplog.text]


class Killed(BaseException):
    """A kill: nothing is done after it."""


def test_a_kill_between_sending_and_saving_leaves_one(shelved: Made) -> None:
    """A worker that is killed after the service took the evaluation has it sent again, under the same id."""
    made, shelf = shelved

    def kill(hook: Hook, verdict: Verdict) -> None:
        raise Killed

    made.begin()
    made.give()
    with pytest.raises(Killed):
        made.notifier(kill).work_once()
    made.wait(seconds=HOLD.total_seconds())
    tell(made.notifier())
    assert len([got for got in shelf.runner.got if got.method == "POST"]) == 2
    assert shelf.values == {SPAN: "improvement_requested"}


@pytest.mark.parametrize(
    ("kind", "shelve", "run"),
    [
        ("langfuse", langfuse, traced_run(SPAN, trace=None)),
        ("langsmith", langsmith, traced_run("span-coder", trace="my trace")),
    ],
)
def test_a_run_that_has_no_place_there_is_left_out(
    kind: str, shelve: Callable[[Runner], Shelf], run: Run, store: Store, receiver: Runner
) -> None:
    """Nothing is sent of it, and what comes after it is."""
    shelf = shelve(receiver)
    with exporting(store, kind, receiver.url, run=run) as made:
        notifier = made.begin()
        made.give()
        tell(notifier)
        assert receiver.got == []
        move_to_another(made)
        tell(notifier)
    assert shelf.values == {OTHER_SPAN: "improvement_requested"}


def test_ids_of_ones_own_are_kept(store: Store, receiver: Runner) -> None:
    """A run whose span is a UUID is LangSmith's run of that name."""
    shelf = langsmith(receiver)
    with exporting(store, "langsmith", receiver.url, run=traced_run(UUID_SPAN, trace=None)) as made:
        notifier = made.begin()
        made.give()
        tell(notifier)
    (kept,) = shelf.kept.values()
    assert kept["run_id"] == UUID_SPAN
    assert "trace_id" not in kept


def test_each_kind_stands_by_itself(otel: Exporting) -> None:
    """Two kinds at one address have a position each, and an address that was notified keeps the one that it had."""
    hook = otel.notifier().hook
    assert len({replace(hook, kind=kind).turn for kind in Kind}) == len(Kind)
    assert replace(hook, workspace="default", url="https://a.example", kind=Kind.WEBHOOK).turn == (
        "notifications 57dba31cf4c4f9831d56972e71b273f2"
    )


def test_whoever_exports_nothing_loads_nothing_of_it() -> None:
    """A worker that only notifies brings in neither protobuf nor the words of other kinds."""
    code = "import sys; import receiver.worker, receiver.notifying.sending; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "receiver.notifying.sending" in loaded
    unwanted = {"google.protobuf", "opentelemetry", "receiver.notifying.evaluations", "receiver.notifying.otlp"}
    assert unwanted.isdisjoint(loaded)
