"""The kinds of values that bodies and query parameters hold, each with its rule, in one place.

SQLite keeps what PostgreSQL refuses (NUL in texts, ids beyond 2^63), so both are refused here, where they come in.
Strings are taken without the white space around them, as claims are (SPEC §2.1).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, WithJsonSchema

from resolver import names, times, urls
from resolver.errors import UrlError

MAX_TEXT: Final = 512
"""Characters, as in a claim's fields."""
MAX_BODY: Final = 262_144
"""Characters: several times what GitHub lets anybody write in one comment."""
MAX_ITEMS: Final = 100
"""Items in one list of a body."""

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def is_plain(text: str) -> bool:
    """Say whether a text holds no control character."""
    return text.isprintable() or all(unicodedata.category(character) != "Cc" for character in text)


def plain(text: str) -> str:
    """Return a text without the white space around it. Raises ValueError when it holds a control character."""
    if not is_plain(text):
        raise ValueError("holds a control character")
    return text.strip()


def filled(text: str) -> str:
    """Return a text. Raises ValueError when nothing is left of it."""
    if not text:
        raise ValueError("is empty")
    return text


def without_nul(text: str) -> str:
    """Return a text. Raises ValueError when it holds a NUL character."""
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


def repository(text: str) -> str:
    """Return a repository's full name. Raises ValueError for anything else."""
    if not names.is_repository(text):
        raise ValueError("is not the full name of a repository: owner/name is expected")
    return text


def sha(text: str) -> str:
    """Return a whole commit id, lower case. Raises ValueError for anything else."""
    if not names.is_sha(text.lower()):
        raise ValueError("is not a whole commit id: 40 or 64 hexadecimals are expected")
    return text.lower()


def time(value: object) -> datetime:
    """Read a time. Raises ValueError when it is not RFC 3339 with an offset."""
    if not isinstance(value, str) or _RFC3339.fullmatch(value) is None:
        raise ValueError("is not an RFC 3339 time with an offset, such as 2026-10-01T09:00:00Z")
    try:
        return times.parse(value.upper())
    except OverflowError as error:
        raise ValueError("is a time that UTC cannot express") from error


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


PLAIN: Final = r"[^\u0000-\u001f\u007f-\u009f]"
SHA_PATTERN: Final = "(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})"
SAYS: Final = r"[^\u0000-\u001f\u007f-\u009f\s]"


def told(pattern: str, length: int = MAX_TEXT) -> WithJsonSchema:
    """Return how a text's rule is told to callers; it is checked by the functions above."""
    return WithJsonSchema({"type": "string", "maxLength": length, "pattern": f"^{pattern}$"})


Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(plain), told(f"{PLAIN}*")]
"""A text that may be empty: nothing is said then."""
FilledText = Annotated[Text, AfterValidator(filled), told(f"{PLAIN}*{SAYS}{PLAIN}*")]
LongText = Annotated[str, StringConstraints(max_length=MAX_BODY), AfterValidator(without_nul)]
"""A text of several lines; it is read and never kept."""
RepositoryName = Annotated[Text, AfterValidator(repository), told("[A-Za-z0-9_-]{1,100}/[A-Za-z0-9._-]{1,100}")]
Sha = Annotated[Text, AfterValidator(sha), told(SHA_PATTERN)]
Time = Annotated[datetime, BeforeValidator(time)]
Number = Annotated[int, Strict(), Field(ge=1, le=names.MAX_ID)]
"""An id or number in JSON."""
NumberText = Annotated[int, Field(ge=1, le=names.MAX_ID), BeforeValidator(number)]
"""An id or number in an address."""
Address = Annotated[str, StringConstraints(max_length=2048), AfterValidator(address)]
"""The address of an artifact."""
