"""What the client asks about reports, and writes into their logs (SPEC §6).

Whoever writes may name a run that the entry is attributed to: the service holds the name against the workspace and
the token. What an entry holds is for the service to check.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from receiver.client_answers import object_of
from receiver.client_asking import TRIES, UNDONE, Asker, query_of, segment
from receiver.client_wire import ClientError, Transport

RUN_HEADER = "X-Whichrun-Run"
MAX_SPAN = 512
"""Characters, as in ``resolver.values``, which would load pydantic."""


@dataclass(frozen=True)
class Appended:
    """An entry as the service keeps it; not ``new`` when it was there already, and says just this."""

    entry: dict[str, Any]
    new: bool


class ReportAsker(Asker):
    """The questions about reports. ``run`` is the span that writes are attributed to, unless they name another.

    None attributes them to whatever the token is for: its run, or its name. Raises ClientError for what is no span.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
        run: str | None = None,
    ) -> None:
        super().__init__(transport, tries=tries, sleep=sleep)
        self._run = run
        self._attributed(None)

    def writing_as(self, run: str) -> Self:
        """Return a client over the same transport that writes as a run. Raises ClientError for what is no span."""
        return type(self)(self._transport, tries=self._tries, sleep=self._sleep, run=run)

    def report_page(self, **filters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return one page of reports, newest first: ``items`` and ``next_cursor``. None filters nothing."""
        return object_of(self._sent("GET", "/v1/reports", query=query_of(filters)), items=list)

    def report(self, report_id: str) -> dict[str, Any]:
        """Return a report."""
        return object_of(self._sent("GET", _path(report_id)))

    def entry_page(self, report_id: str, **filters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return one page of a report's log, newest first: ``items`` and ``next_cursor``. None filters nothing."""
        return object_of(self._sent("GET", f"{_path(report_id)}/entries", query=query_of(filters)), items=list)

    def append_entry(self, report_id: str, type_: str, content: Any, *, run: str | None = None) -> Appended:  # noqa: ANN401
        """Append an entry; return it, or the one that says just this already. Most types add up: see UNDONE."""
        body, headers = {"type": type_, "content": content}, self._attributed(run)
        answer = self._sent("POST", f"{_path(report_id)}/entries", body=body, headers=headers, again=UNDONE)
        return Appended(object_of(answer), new=answer.status == HTTPStatus.CREATED)

    def edit_entry(self, report_id: str, entry_id: int, content: Any, *, run: str | None = None) -> dict[str, Any]:  # noqa: ANN401
        """Give an entry another content; return it. The same content changes nothing."""
        path, headers = _path(report_id, entry_id), self._attributed(run)
        return object_of(self._sent("PATCH", path, body={"content": content}, headers=headers))

    def delete_entry(self, report_id: str, entry_id: int, *, run: str | None = None) -> None:
        """Take an entry out of the log. Once it is out it is not found any more: see UNDONE."""
        self._sent("DELETE", _path(report_id, entry_id), headers=self._attributed(run), again=UNDONE)

    def _attributed(self, run: str | None) -> Mapping[str, str] | None:
        """Return the header that names the run which writes. Raises ClientError for what is no span."""
        named = self._run if run is None else run
        return None if named is None else {RUN_HEADER: _header(named)}


def _path(report_id: str, entry_id: int | None = None) -> str:
    path = f"/v1/reports/{segment(report_id)}"
    return path if entry_id is None else f"{path}/entries/{entry_id}"


def _header(span_id: str) -> str:
    """Return a span as a header has it: the bytes of UTF-8, each as one character of Latin-1 (RFC 9110 §5.5)."""
    line = span_id.strip()
    if not line or len(line) > MAX_SPAN or any(unicodedata.category(character) in {"Cc", "Cs"} for character in line):
        raise ClientError("run: is not the span of a run; nothing was sent")
    return line.encode().decode("latin-1")
