"""What a tool is: a name, a few words, what it takes and answers, and how it asks the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import mcp_types as types
from pydantic import ValidationError

from receiver.client import Client
from receiver.mcp.schemas import Arguments, Result, schema_of

ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


class UnfitArgumentsError(Exception):
    """Arguments that do not fit: each problem is a field and what is wrong with it."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Tool(Generic[ArgumentsT]):
    """One tool. ``ask`` raises UnfitArgumentsError and the client's errors.

    ``writes`` says that it changes things, ``adds`` that the same call again may add more, ``destroys`` that it takes
    something away.
    """

    name: str
    description: str
    arguments: type[ArgumentsT]
    result: type[Result]
    ask: Callable[[Client, ArgumentsT], Result]
    writes: bool = False
    adds: bool = False
    destroys: bool = False

    def described(self) -> types.Tool:
        """Return what agents are told of it."""
        return types.Tool(
            name=self.name,
            description=self.description,
            input_schema=schema_of(self.arguments),
            output_schema=schema_of(self.result),
            annotations=types.ToolAnnotations(
                read_only_hint=not self.writes,
                destructive_hint=self.destroys,
                idempotent_hint=not self.adds,
                open_world_hint=False,
            ),
        )

    def call(self, client: Client, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the service, and return the answer as JSON values."""
        try:
            read = self.arguments.model_validate(arguments)
        except ValidationError as error:
            raise UnfitArgumentsError(*map(_problem, error.errors(include_input=False, include_url=False))) from error
        return self.ask(client, read).written()


def _problem(fault: Any) -> tuple[str, str]:  # noqa: ANN401 - pydantic's ErrorDetails, a TypedDict
    field = ".".join(map(str, fault["loc"])) or "arguments"
    message = "is not a known argument" if fault["type"] == "extra_forbidden" else str(fault["msg"])
    return field, message
