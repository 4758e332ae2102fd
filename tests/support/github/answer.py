"""What is answered: a status, headers and a body, and how they go over the wire."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

DOCUMENTATION = "https://docs.github.com/rest"


class Wire(enum.Enum):
    """How an answer is sent."""

    PLAIN = "plain"
    HANG = "hang"
    """Not at all: the connection stays open until the client gives up or the stand-in goes down."""
    TRICKLE = "trickle"
    """Headers at once, then the body byte by byte, ``Answer.pause`` seconds apart."""
    CUT = "cut"
    """Headers that promise the whole body, half of it, and the end of the connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``pause``, in seconds, comes before it (``PLAIN``) or before each byte (``TRICKLE``)."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = Wire.PLAIN
    pause: float = 0.0


def said(value: object, status: int = 200, **headers: str) -> Answer:
    """Answer with JSON; ``link="…"`` is a header, underscores are dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value, separators=(",", ":")).encode(), named)


def refusal(status: int, message: str, **more: object) -> Answer:
    """Answer with GitHub's shape of an error; ``more`` holds its other fields, such as ``errors``."""
    return said({"message": message, **more, "documentation_url": DOCUMENTATION, "status": str(status)}, status)


class RefusedRequestError(Exception):
    """A request is refused: ``answer`` says how."""

    def __init__(self, status: int, message: str) -> None:
        self.answer = refusal(status, message)
        super().__init__(message)


def not_found() -> RefusedRequestError:
    """What GitHub says of things that are not there, and of those that the caller may not see."""
    return RefusedRequestError(404, "Not Found")
