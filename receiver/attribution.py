"""Who a write is attributed to: the run that a header or the token names, else the token, or the person (SPEC §6).

The header only says whose work it is. What may be done is for the token's scopes to say, and a token that is bound to
a run writes as that run, whatever the header says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from receiver.auth import Principal
from receiver.problems import ApiError
from receiver.queries import Queries
from resolver.errors import NotFoundError
from resolver.model.reports import Producer
from resolver.values import MAX_TEXT, is_plain

HEADER: Final = "X-Whichrun-Run"


def producer_of(principal: Principal, headers: Sequence[str], queries: Queries) -> Producer:
    """Return who writes, by the values of the header (none where it was not sent).

    Raises ApiError: 403 for a token that is bound to another run, 422 for what is no run of the workspace.
    """
    if principal.person is not None:  # on the page, which sends no such header
        return Producer.user(principal.person)
    named = _named(headers)
    if named is not None:
        principal.refuse_other_runs(named)
    span_id = named or principal.run
    if span_id is None:
        return Producer.agent(principal.name)
    try:
        queries.run(span_id)
    except NotFoundError:
        if named is None:
            message = f"the token is bound to run {span_id}, which is not registered yet: register it first"
            raise ApiError(422, "invalid", message) from None
        raise _unfit("names no run that is registered in this workspace") from None
    return Producer.of_run(span_id)


def _named(headers: Sequence[str]) -> str | None:
    if not headers:
        return None
    if len(headers) > 1:
        raise _unfit("is sent more than once")
    try:
        span_id = headers[0].encode("latin-1").decode().strip()  # WSGI hands bytes over as Latin-1
    except UnicodeError:
        raise _unfit("is not UTF-8") from None
    if not span_id or len(span_id) > MAX_TEXT or not is_plain(span_id):
        raise _unfit("is not the span of a run")
    if "," in span_id:  # servers join what is sent twice (RFC 9110 §5.3)
        raise _unfit("holds a comma: nobody can tell that from two spans")
    return span_id


def _unfit(message: str) -> ApiError:
    return ApiError(422, "invalid", f"{HEADER}: {message}", [{"field": HEADER, "message": message}])
