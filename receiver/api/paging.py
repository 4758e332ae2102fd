"""Lists, page by page: the cursor in the query says where a page begins, the one in the answer where the next does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request

from receiver import cursors
from receiver.api.bodies import NoBody
from receiver.api.parameters import ListParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call
from receiver.shapes import List
from receiver.views import Page, Span

ItemT = TypeVar("ItemT")
ShapeT = TypeVar("ShapeT")
ListT = TypeVar("ListT", bound=ListParameters)


def span_of(call: Call[ListT, NoBody]) -> Span:
    """Return the part of the list that is asked for. Raises ApiError 422 for a cursor of another list."""
    return span(call.query, of=_list_of(call))


def span(parameters: ListParameters, *, of: str) -> Span:
    """Return the part that some parameters ask for, of a list that ``of`` says which it is. Raises as above."""
    if parameters.cursor is None:
        return Span(limit=parameters.limit)
    try:
        return Span(limit=parameters.limit, before=cursors.read(parameters.cursor, of=of))
    except ValueError as error:
        raise invalid(("cursor", str(error))) from error


def page_json(page: Page[ItemT], call: Call[ListT, NoBody], write: Callable[[ItemT], ShapeT]) -> List[ShapeT]:
    """Write a page of the list that a call asked for."""
    following = None if page.last is None else cursors.write(page.last, of=_list_of(call))
    return {"items": [write(item) for item in page.items], "next_cursor": following}


def _list_of(call: Call[ListT, NoBody]) -> str:
    """Say which list it is: whose, its address and its filters, whatever the size of the pages."""
    return f"{call.principal.workspace}\n{request.path}?{call.query.filters()}"
