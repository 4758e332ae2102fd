"""The API as its own document describes it: what tests are made from that hold for every route."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from receiver.api import ROUTES
from receiver.api.document import document

SEGMENT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Described:
    """One operation of the document."""

    method: str
    path: str
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its operationId."""
        return str(self.said["operationId"])

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of what stands in its path."""
        return tuple(kind_of(self.path, segment) for segment in SEGMENT.findall(self.path))

    @property
    def query(self) -> dict[str, Mapping[str, Any]]:
        """The schemas of its query's parameters, by name."""
        return {one["name"]: one["schema"] for one in self.said.get("parameters", ()) if one["in"] == "query"}

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body, None when it takes none, or one of somebody else's form."""
        content = self.said.get("requestBody", {}).get("content", {})
        return None if set(content) != {"application/json"} else dict(resolved(content["application/json"]["schema"]))

    @property
    def is_stream(self) -> bool:
        """Whether its answer lasts."""
        return "text/event-stream" in self.said["responses"].get("200", {}).get("content", {})

    @property
    def needs_token(self) -> bool:
        """Whether it is one of the API's own."""
        return bool(self.said["security"])

    @property
    def scope(self) -> str | None:
        """The scope that it says it needs; None: any token will do."""
        found = re.search(r"Needs scope `([^`]+)`\.", self.said["description"])
        assert found or "Needs any token." in self.said["description"]
        return found.group(1) if found else None

    def at(self, ids: Mapping[str, Any]) -> str:
        """Return its address for some ids."""
        return SEGMENT.sub(lambda match: str(ids[kind_of(self.path, match[1])]), self.path)

    def addresses(self, ids: Mapping[str, list[Any]]) -> Iterator[str]:
        """Yield its address for every combination of ids; one that takes none has one."""
        for chosen in itertools.product(*(ids[name] for name in self.segments)):
            yield self.at(dict(zip(self.segments, chosen, strict=True)))


def kind_of(path: str, segment: str) -> str:
    """Return what stands in a path: an ``id`` is one of what the path is about."""
    about = path.removeprefix("/v1/").partition("/")[0].removesuffix("s")
    return f"{about}_id" if segment == "id" else segment


def the_document() -> Mapping[str, Any]:
    """Return the document as the service shows it."""
    return document(ROUTES, "0")


def operations() -> list[Described]:
    """Return every operation of the API that needs a token."""
    paths = the_document()["paths"]
    found = (
        Described(method.upper(), path, said) for path, methods in paths.items() for method, said in methods.items()
    )
    return [one for one in found if one.needs_token]


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to."""
    name = schema.get("$ref")
    found: Mapping[str, Any] = (
        schema if name is None else the_document()["components"]["schemas"][str(name).rpartition("/")[2]]
    )
    return found
