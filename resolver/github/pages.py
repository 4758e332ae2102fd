"""Lists, page by page: each page is asked for by its number, whatever address GitHub gives for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from resolver.errors import GithubAnswerError
from resolver.github import links, reading
from resolver.github.addresses import Form
from resolver.github.asker import Asker, Values, check
from resolver.github.exchange import Response
from resolver.model.asking import Place

T = TypeVar("T")

MOST = 100
"""More pages than GitHub gives of anything that is asked for as a whole."""


class Page(NamedTuple, Generic[T]):
    """A page of a list, and the number of the last page there is; None while GitHub does not say that."""

    items: tuple[T, ...]
    last: int | None


def page(asker: Asker, place: Place, form: Form, shape: type[T], values: Values) -> Page[T]:
    """Ask for one page, by ``page``. Of what is not there, or of an empty repository (409), there is no item."""
    number = values.get("page")
    response = asker.ask(place, form, values, absent=frozenset({409}))
    if response is None:
        return Page((), None if not isinstance(number, int) else number)
    link = response.headers.get("link")
    last = links.page(link, "last")
    if last is None and links.page(link, "next") is None and isinstance(number, int):
        last = number
    return Page(reading.many(shape, response.body), last)


def responses(
    asker: Asker, place: Place, form: Form, values: Values, *, most: int, absent: frozenset[int] = frozenset()
) -> Iterator[Response]:
    """Yield the pages of an answer, ``most`` at most; none when there is no such thing.

    Raises GithubAnswerError when a later page is missing, or there are more than ``MOST``: half a list is none.
    """
    number: int | None = 1
    for _ in range(most):
        response = asker.ask(place, form, {**values, "page": None if number == 1 else number}, absent=absent)
        if response is None:
            if number != 1:
                raise GithubAnswerError("GitHub's answer ends in the middle: it does not have the next page")
            return
        yield response
        number = links.following(response.headers.get("link"), number or 1)
        if number is None:
            return
    if most >= MOST:
        raise GithubAnswerError(f"GitHub lists more than {MOST} pages")


def items(
    asker: Asker,
    place: Place,
    form: Form,
    shape: type[T],
    values: Values,
    *,
    absent: frozenset[int] = frozenset(),
) -> Iterator[tuple[T, ...]]:
    """Yield the items of a list, page by page; what cannot be asked is refused at once, not at the first page."""
    check(place)
    form.fill(place.name, **values)
    told = responses(asker, place, form, values, most=MOST, absent=absent)
    return (reading.many(shape, response.body) for response in told)
