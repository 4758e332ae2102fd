"""Looking the whole store over: what the store itself can tell, and every answer once more, as of one moment."""

from __future__ import annotations

from receiver.wiring import Services
from resolver.model.integrity import Examined
from resolver.recheck import recheck


def check(services: Services) -> Examined:
    """Return what is wrong in the store. Changes nothing, and holds no writer up. Raises StoreError."""
    examined = Examined()
    with services.store.examining() as examiner:
        examiner.examine(examined, services.clock())
        recheck(examiner, services.policy, services.clock, examined)
    return examined
