"""Kinds of values that come in from callers, each with its rule, in one place: texts, names, commit ids, numbers.

SQLite keeps what PostgreSQL refuses (NUL in texts, ids beyond 2^63), so both are refused here, where they come in.
Strings of one line are taken without the white space around them, as claims are (SPEC §2.1).
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, Field, Strict, StringConstraints, WithJsonSchema

from resolver import names
from resolver.marks import sessions

MAX_TEXT: Final = 512
"""Characters, as in a claim's fields."""


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


def session(text: str) -> str:
    """Return a session's name in its one spelling. Raises ValueError for what cannot be one."""
    name = sessions.spelled(text)
    if name is None:
        raise ValueError("is no name of a session: visible ASCII characters are expected, and no space")
    return name


def sha(text: str) -> str:
    """Return a whole commit id, lower case. Raises ValueError for anything else."""
    if not names.is_sha(text.lower()):
        raise ValueError("is not a whole commit id: 40 or 64 hexadecimals are expected")
    return text.lower()


PLAIN: Final = r"[^\u0000-\u001f\u007f-\u009f]"
SHA_PATTERN: Final = "(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})"
SAYS: Final = r"[^\u0000-\u001f\u007f-\u009f\s]"
FILLED: Final = f"{PLAIN}*{SAYS}{PLAIN}*"
"""What a text of one line looks like that says something."""


def told(pattern: str, length: int = MAX_TEXT) -> WithJsonSchema:
    """Return how a text's rule is told to callers; it is checked by the functions above."""
    return WithJsonSchema({"type": "string", "maxLength": length, "pattern": f"^{pattern}$"})


Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(plain), told(f"{PLAIN}*")]
"""A text that may be empty: nothing is said then."""
FilledText = Annotated[Text, AfterValidator(filled), told(FILLED)]
RepositoryName = Annotated[Text, AfterValidator(repository), told("[A-Za-z0-9_-]{1,100}/[A-Za-z0-9._-]{1,100}")]
Sha = Annotated[Text, AfterValidator(sha), told(SHA_PATTERN)]
Session = Annotated[Text, AfterValidator(session), told("[!-~]+")]
"""A name by which another tool knows a run, in its one spelling."""
Number = Annotated[int, Strict(), Field(ge=1, le=names.MAX_ID)]
"""An id or number in JSON."""
