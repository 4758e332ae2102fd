"""What the client side reads from the environment: the commands that ask a service, and the git hooks.

They are no settings of the service: ``receiver.settings`` leaves these names alone in the environment, and refuses them
in a ``.env``, where nobody would read them. This module imports nothing heavy: hooks run with every commit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

NAMES = ("WHICHRUN_URL", "WHICHRUN_TOKEN", "WHICHRUN_RUN", "WHICHRUN_TRAILERS")
DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """``url`` and ``token`` of the service; ``run`` is the span of the run at work, ``trailers`` its trailers' text."""

    url: str = DEFAULT_URL
    token: str | None = field(default=None, repr=False)
    run: str | None = None
    trailers: str | None = None


def load(environment: Mapping[str, str] = os.environ) -> ClientSettings:
    """Read the environment. What is empty, or nothing but white space, counts as not set."""
    url, token, run, trailers = (environment.get(name, "").strip() or None for name in NAMES)
    return ClientSettings(url=url or DEFAULT_URL, token=token, run=run, trailers=trailers)
