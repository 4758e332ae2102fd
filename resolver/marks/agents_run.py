"""``Agents-Run: <span>``: our own trailer, where it stands without the claim that it repeats (SPEC §2.1).

It names a run, and anybody can write it. Beside an ``Agents-Attribution`` it is no mark: the claim there is verified or
refused, and what a refused claim says must not come back by its readable copy (``readers`` sees to that).
"""

from __future__ import annotations

import re

from resolver.model.marks import Mark, MarkKind

_SPAN = re.compile(r"[!-.0-~]{1,128}")
"""One segment of an address, as a span has to be (``receiver.api.bodies``)."""


def read(value: str) -> Mark | None:
    """Read the value of the trailer; None for what names no run."""
    return Mark(MarkKind.AGENTS_RUN, None, value) if _SPAN.fullmatch(value) else None
