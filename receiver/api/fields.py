"""The kinds of values that only addresses and bodies of this API hold: times, numbers in a query, addresses.

The kinds that the domain knows too stand in ``resolver.values``.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from resolver import names, times, urls
from resolver.errors import UrlError
from resolver.values import without_nul

MAX_BODY: Final = 262_144
"""Characters: several times what GitHub lets anybody write in one comment."""
MAX_ITEMS: Final = 100
"""Items in one list of a body."""

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def time(value: object) -> datetime:
    """Read a time. Raises ValueError when it is not RFC 3339 with an offset."""
    if not isinstance(value, str) or _RFC3339.fullmatch(value) is None:
        raise ValueError("is not an RFC 3339 time with an offset, such as 2026-10-01T09:00:00Z")
    try:
        return times.parse(value.upper())
    except OverflowError as error:
        raise ValueError("is a time that UTC cannot express") from error


def flag(value: object) -> bool:
    """Read a flag as it stands in an address. Raises ValueError when it is neither true nor false."""
    if value not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return value == "true"


def number(value: object) -> int:
    """Read a number as it stands in an address. Raises ValueError when it is not 1 to 2^63-1 in ASCII digits."""
    found = names.read_number(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"is not a number between 1 and {names.MAX_ID}")
    return found


def address(text: str) -> str:
    """Return the address of something on GitHub. Raises ValueError for any other text."""
    try:
        urls.parse(text)
    except UrlError as error:
        raise ValueError(str(error)) from error
    return text


LongText = Annotated[str, StringConstraints(max_length=MAX_BODY), AfterValidator(without_nul)]
"""A text of several lines; it is read and never kept."""
Time = Annotated[datetime, BeforeValidator(time)]
NumberText = Annotated[int, Field(ge=1, le=names.MAX_ID), BeforeValidator(number)]
"""An id or number in an address."""
Address = Annotated[str, StringConstraints(max_length=2048), AfterValidator(address)]
"""The address of an artifact."""
