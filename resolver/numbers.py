"""Which issues a pull request closes, by the keywords that GitHub reads in its body.

https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from resolver.passages import read

_CLOSING = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+"
    r"(?:(?P<repository>[\w-]{1,100}/[\w.-]{1,100})?#|https?://[^\s/]{1,255}/(?P<linked>[\w-]{1,100}/[\w.-]{1,100})/issues/)"
    r"(?P<number>[1-9][0-9]{0,17})\b",
    re.IGNORECASE,
)


def closes(body: str, names: Iterable[str]) -> frozenset[int]:
    """Return the numbers of the same repository that a pull request with this body closes.

    Only ordinary text closes: no code, no quote, no comment (pull request templates are full of them).
    """
    own = {name.lower() for name in names}
    numbers = set()
    for match in _CLOSING.finditer(read(body).prose):
        repository = match["repository"] or match["linked"]
        if repository is None or repository.lower() in own:
            numbers.add(int(match["number"]))
    return frozenset(numbers)
