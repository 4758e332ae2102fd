"""What was asked: a request as it came over the wire, and the words that it is made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from requests.structures import CaseInsensitiveDict

from tests.support.github.answer import RefusedRequestError


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came: ``target`` is what stood between method and version, not decoded or tidied in any way.

    A request line that HTTP does not allow is kept too: ``method`` is empty then, and ``target`` the whole line.
    ``headers`` are found by any spelling of their names; ``at`` is when it came, in UTC.
    """

    method: str
    target: str
    headers: CaseInsensitiveDict[str]
    body: bytes
    at: datetime

    @property
    def raw_path(self) -> str:
        """The path exactly as on the wire, with the stand-in's prefix, up to the question mark."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, decoded; of one that stands there twice, the last."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def authorization(self) -> str | None:
        """The ``Authorization`` header."""
        return self.headers.get("Authorization")

    @property
    def credential(self) -> str:
        """What stands in the ``Authorization`` header after its scheme; empty where there is none."""
        scheme, _, credential = (self.authorization or "").partition(" ")
        return credential.strip() if scheme.lower() in {"bearer", "token"} else ""

    def words(self, prefix: str) -> list[str]:
        """Return the path's segments after a prefix, each decoded: an encoded slash separates nothing.

        Raises RefusedRequestError where the path does not begin with the prefix.
        """
        if not self.raw_path.startswith(f"{prefix}/"):
            raise RefusedRequestError(404, "Not Found")
        return [unquote(word) for word in self.raw_path.removeprefix(f"{prefix}/").split("/")]

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object; nothing at all is an empty one. Raises RefusedRequestError for others."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            raise RefusedRequestError(400, "Problems parsing JSON") from None
        if not isinstance(value, dict):
            raise RefusedRequestError(400, "Body should be a JSON object")
        return value
