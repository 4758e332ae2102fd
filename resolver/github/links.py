"""The ``Link`` header: which pages there are. Its addresses are looked at, and never asked.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from resolver import names
from resolver.errors import GithubAnswerError

_LINK = re.compile(r"<([^<>]{0,4096})>((?:\s*;\s*[^;,<>]{1,200}){1,10})")
_LONGEST = 2**14


def page(header: str | None, relation: str) -> int | None:
    """Return the number of the page that a relation leads to (``next``, ``last``).

    None where there is no such relation. Raises GithubAnswerError where it names no page.
    """
    text = parameter(header, relation, "page")
    if text is None:
        return None
    number = names.read_number(text)
    if number is None:
        raise GithubAnswerError("GitHub's answer leads to a page that has no number")
    return number


def following(header: str | None, present: int) -> int | None:
    """Return the number of the page after the present one; None at the end. Raises GithubAnswerError for a circle."""
    number = page(header, "next")
    if number is not None and number <= present:
        raise GithubAnswerError("GitHub's answer leads back to a page that was read")
    return number


def parameter(header: str | None, relation: str, name: str) -> str | None:
    """Return a parameter of the query that a relation leads to; None where there is no such relation.

    Raises GithubAnswerError where the relation lacks the parameter.
    """
    for address, rest in _LINK.findall((header or "")[:_LONGEST]):
        words = {word.strip().replace('"', "").lower() for word in rest.split(";")}
        if f"rel={relation}" in words:
            found = _query(address).get(name)
            if not found:
                raise GithubAnswerError(f"GitHub's answer leads to a page without a {name}")
            return found[0]
    return None


def _query(address: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(address).query, max_num_fields=50)
    except ValueError:
        return {}
