"""From the bytes of an answer to its shape.

``gidgethub.sansio.decipher_response`` is not used: of an answer that is none of GitHub's it raises KeyError or
TypeError, and its errors carry what the answer held. No error here quotes a value, or carries one that does.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from resolver.errors import GithubAnswerError

T = TypeVar("T")

_PLAIN = re.compile(r"[a-z_]{1,40}")
_LONGEST_MESSAGE = 2**16


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="ignore")
    message: str = ""


def one(shape: type[T], body: bytes) -> T:
    """Read one object. Raises GithubAnswerError, which names the first field that does not fit."""
    value: T = _read(_adapter(shape), body)
    return value


def many(shape: type[T], body: bytes) -> tuple[T, ...]:
    """Read a list of objects. Raises GithubAnswerError."""
    value: tuple[T, ...] = _read(_adapter(shape, is_list=True), body)
    return value


def written_one(shape: type[T], value: T) -> bytes:
    """Write what ``one`` reads; what was not told stays out."""
    return _adapter(shape).dump_json(value, exclude_unset=True)


def written_many(shape: type[T], value: tuple[T, ...]) -> bytes:
    """Write what ``many`` reads; what was not told stays out."""
    return _adapter(shape, is_list=True).dump_json(value, exclude_unset=True)


def message(body: bytes) -> str:
    """Return the sentence in an answer that is an error, to look for words in it; empty where there is none."""
    try:
        return _Refusal.model_validate_json(body).message if len(body) <= _LONGEST_MESSAGE else ""
    except ValidationError:
        return ""


def _adapter(shape: Any, *, is_list: bool = False) -> TypeAdapter[Any]:  # noqa: ANN401 -- pydantic takes any type
    return _made(shape, is_list)


@cache
def _made(shape: Any, is_list: bool) -> TypeAdapter[Any]:  # noqa: ANN401, FBT001 -- as above; the cache's key
    return TypeAdapter(tuple[shape, ...] if is_list else shape)


def _read(adapter: TypeAdapter[Any], body: bytes) -> Any:  # noqa: ANN401 -- as above
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        kind, place = first["type"], first["loc"]
    # Raised out here: pydantic's error quotes the answer, and would come along as the context of this one.
    if kind == "json_invalid":
        raise GithubAnswerError("GitHub's answer is not JSON")
    field = ".".join(str(word) if isinstance(word, int) or _PLAIN.fullmatch(word) else "?" for word in place)
    fault = "is missing" if kind == "missing" else "does not fit"
    raise GithubAnswerError(f"GitHub's answer has another shape: {field or 'all of it'} {fault}")
