"""How a request is read: its query and its body become models, or an error that names what is wrong with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from receiver.api.bodies import Body, NoBody
from receiver.api.parameters import Parameters
from receiver.body import read, refuse_larger
from receiver.problems import ApiError
from resolver import names
from resolver.errors import NotFoundError, PayloadError
from resolver.values import MAX_TEXT, is_plain

MAX_BODY: Final = 1024 * 1024
"""Bytes in a body."""
MAX_DETAILS: Final = 20
"""Problems told of one request: a body of nothing but unknown fields is answered no longer than this."""

BodyT = TypeVar("BodyT", bound=Body)
ParametersT = TypeVar("ParametersT", bound=Parameters)


def read_query(model: type[ParametersT]) -> ParametersT:
    """Read the query of the address. Raises ApiError 422 for anything that the model does not name."""
    given = request.args.to_dict(flat=False)
    repeated = [name for name, values in given.items() if len(values) > 1]
    if repeated:
        raise invalid(*((name, "is given more than once") for name in repeated))
    unplain = [name for name, (value,) in given.items() if not is_plain(value)]
    if unplain:
        raise invalid(*((name, "holds a control character") for name in unplain))
    try:
        return model.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise explained(error, noun="query parameter") from error


def read_body(model: type[BodyT]) -> BodyT:
    """Read a JSON body.

    Raises ApiError: 413 when it is too large, 415 when it is said to be something else, 400 when it is not JSON,
    422 when it does not fit the model or gives a field twice.
    """
    refuse_larger(request, limit=MAX_BODY)
    if request.mimetype != "application/json" or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType("the body has to be sent as application/json, without a Content-Encoding")
    return _fitting(model, read(request, limit=MAX_BODY))


def read_no_body() -> None:
    """Accept a request without a body, or with an empty object, whatever content type it names."""
    refuse_larger(request, limit=MAX_BODY)
    raw = read(request, limit=MAX_BODY)
    if raw:
        _fitting(NoBody, raw)


def _name(text: str) -> str:
    """Return a name that stands in the path. Raises NotFoundError for one that nothing can bear."""
    if len(text) > MAX_TEXT or not is_plain(text):
        raise NotFoundError("there is nothing of this name")
    return text


def _id(text: str) -> int:
    """Return an id that stands in the path. Raises NotFoundError when it is not one."""
    found = names.read_number(text)
    if found is None:
        raise NotFoundError("there is nothing with this id")
    return found


IDS: Final = ("id", "entry_id")
SEGMENTS: Final[Mapping[str, Callable[[str], int | str]]] = {
    "span_id": _name,
    "guid": _name,
    **dict.fromkeys(IDS, _id),
}
"""How what stands in a path is read, by its name."""


def invalid(*problems: tuple[str, str]) -> ApiError:
    """Return the error for values that cannot be taken: each problem is a field and what is wrong with it."""
    details = [{"field": field[:MAX_TEXT], "message": message} for field, message in problems[:MAX_DETAILS]]
    first = details[0]
    return ApiError(422, "invalid", f"{first['field']}: {first['message']}", details)


@contextmanager
def explaining() -> Iterator[None]:
    """Make the problems that the domain finds in a body those of the request. Raises ApiError 422."""
    try:
        yield
    except PayloadError as error:
        raise invalid(*error.problems) from error


def _fitting(model: type[BodyT], raw: bytes) -> BodyT:
    try:
        fitting = model.model_validate_json(raw)
    except ValidationError as error:
        if any(fault["type"] == "json_invalid" for fault in error.errors(include_input=False, include_url=False)):
            raise ApiError(400, "not_json", "the body is not JSON") from error
        raise explained(error, noun="field") from error
    _refuse_repeated(raw)
    return fitting


def _refuse_repeated(raw: bytes) -> None:
    """Raise ApiError 422 for a field that is given twice: pydantic takes the last one without a word.

    ``raw`` fits a model already, so it is shallow and names known fields alone.
    """
    repeated: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        times = Counter(name for name, _ in pairs)
        repeated.extend(name for name, count in times.items() if count > 1)

    json.loads(raw, object_pairs_hook=note)
    if repeated:
        raise invalid(*((name, "is given more than once") for name in repeated))


def explained(error: ValidationError, *, noun: str) -> ApiError:
    """Return the error for what does not fit a model of ours: each fault by the field that it is in."""
    problems = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        field = ".".join(str(part) for part in fault["loc"]) or "body"
        message = f"is not a known {noun}" if fault["type"] == "extra_forbidden" else fault["msg"]
        problems.append((field, message.removeprefix("Value error, ")))
    return invalid(*problems)
