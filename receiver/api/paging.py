"""Lists, page by page: the cursor in the query says where a page begins, the one in the answer where the next does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request

from receiver import cursors
from receiver.api.parameters import ListParameters
from receiver.api.requests import invalid
from receiver.present import Json
from receiver.queries import Page, Span

ItemT = TypeVar("ItemT")


def span_of(parameters: ListParameters) -> Span:
    """Return the part of the list that is asked for. Raises ApiError 422 for a cursor of another list."""
    if parameters.cursor is None:
        return Span(limit=parameters.limit)
    try:
        return Span(limit=parameters.limit, before=cursors.read(parameters.cursor, of=_list_of(parameters)))
    except ValueError as error:
        raise invalid(("cursor", str(error))) from error


def page_json(page: Page[ItemT], parameters: ListParameters, write: Callable[[ItemT], Json]) -> Json:
    """Write a page of the list that the present request asked for."""
    following = None if page.last is None else cursors.write(page.last, of=_list_of(parameters))
    return {"items": [write(item) for item in page.items], "next_cursor": following}


def _list_of(parameters: ListParameters) -> str:
    """Say which list it is: the address with its filters, whatever the size of the pages."""
    return f"{request.path}?{parameters.filters()}"
