"""Which spans are runs: an agent's invocation for a repository, by the names that OpenTelemetry has for both.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/ (``invoke_agent``) and
https://opentelemetry.io/docs/specs/semconv/registry/attributes/vcs/. What those do not have is said by ``whichrun.``
and the name of a field of ``POST /v1/runs``, which goes before all else. Attributes count on the span, and below that
on the resource.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from receiver.api.bodies import NewRun
from receiver.api.trace_bodies import Span, Value
from receiver.notifying import trace_ids
from resolver import names, times
from resolver.errors import PayloadError
from resolver.marks import sessions

OURS: Final = "whichrun."
IS_RUN: Final = "whichrun.run"
"""True makes any span a run, false makes an agent's invocation none."""
INVOKED: Final = "invoke_agent"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_SAID: Final = {
    "agent_name": ("gen_ai.agent.name",),
    "agent_id": ("gen_ai.agent.id",),
    "backend": ("gen_ai.request.model", "gen_ai.provider.name"),
    "head_sha": ("vcs.ref.head.revision",),
    "branch": ("vcs.ref.head.name",),
    "number": ("vcs.change.id",),
}
"""Fields of a run, and the attributes that say them: the first that is there."""
CONVERSATION: Final = "gen_ai.conversation.id"
"""A session, as the agent's own tool names it."""
_NUMBERS: Final = frozenset({"number", "numbers"})
_OF_THE_SPAN: Final = frozenset({"run", "span_id", "trace_id", "started_at", "ended_at"})
"""What the span itself says, whatever its attributes."""


def run_of(span: Span, *, web: str) -> NewRun | None:
    """Return the run that a span is; None for any other, which is most of them.

    ``web`` is where GitHub's pages are: a repository elsewhere is none that this service knows of. Raises PayloadError,
    or pydantic's ValidationError, for one that is a run and cannot be registered.
    """
    said = span.attributes
    is_run = said.get(IS_RUN)
    if is_run is False or (is_run is not True and said.get("gen_ai.operation.name") != INVOKED):
        return None
    repository = _repository(said.get("whichrun.repository"), span, web)
    if repository is None:
        return None
    span_id, trace_id = trace_ids.span(span.span_id), trace_ids.trace(span.trace_id)
    if span_id is None or trace_id is None:
        raise PayloadError((("span_id", "is no id of a span, or its trace has none"),))
    fields: dict[str, object] = {"repository": repository, "span_id": span_id, "trace_id": trace_id}
    for field, attributes in _SAID.items():
        found = next((said[name] for name in attributes if said.get(name) not in {None, ""}), None)
        if found is not None and (field != "head_sha" or names.is_sha(str(found).lower())):
            fields[field] = found  # what a branch is at may be said in short, which names no commit
    conversation = said.get(CONVERSATION)
    if isinstance(conversation, str) and sessions.spelled(conversation) is not None:
        fields["sessions"] = [conversation]
    for name, value in said.items():
        field = name.removeprefix(OURS)
        if name.startswith(OURS) and field not in _OF_THE_SPAN | {"repository"}:
            fields[field] = value
    fields = {field: _number(value) if field in _NUMBERS else value for field, value in fields.items()}
    fields |= {"started_at": _time("started_at", span.started), "ended_at": _time("ended_at", span.ended)}
    return NewRun.model_validate_json(json.dumps(fields))


def _repository(given: Value, span: Span, web: str) -> str | None:
    """Return the full name of the repository that a span is about, however it says that; None when it says none."""
    if given is not None:
        return given if isinstance(given, str) else ""
    said = span.attributes
    address = said.get("vcs.repository.url.full")
    if isinstance(address, str):
        return _named_by(address, web)
    owner, name = said.get("vcs.owner.name"), said.get("vcs.repository.name")
    return f"{owner}/{name}" if isinstance(owner, str) and isinstance(name, str) else None


def _named_by(address: str, web: str) -> str | None:
    """Return the repository at an address, as a browser or as git has it; None for one that is not GitHub's here."""
    try:
        parts, ours = urlsplit(address), urlsplit(web)
        host = parts.hostname
    except ValueError:
        return None
    path = parts.path.strip("/").removesuffix(".git")
    prefix = ours.path.strip("/")
    inside = path.removeprefix(f"{prefix}/") if prefix else path
    return inside if host is not None and host == ours.hostname and names.is_repository(inside) else None


def _number(value: object) -> object:
    """Read numbers that came as texts, as ``vcs.change.id`` is; what is none stays, and is refused as what it is."""
    if isinstance(value, tuple):
        return [_number(one) for one in value]
    found = names.read_number(value) if isinstance(value, str) else None
    return value if found is None else found


def _time(field: str, nanoseconds: int) -> str | None:
    """Write a span's time; None where it says none. Raises PayloadError for one before any span was."""
    if nanoseconds < 0:
        raise PayloadError(((field, "is before 1970"),))
    return times.write(_EPOCH + timedelta(microseconds=nanoseconds // 1000)) if nanoseconds else None
