"""How often Python looks for objects that hold each other, in a process that takes deliveries in all day long.

By itself it does so after each 700 new objects, which is some times for each delivery, and goes through all modules and
models now and then: five to eight hundredths of the processor time, in which nothing is ever found. What is made of
a delivery does not hold itself, and goes as soon as it is done.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 10_000
"""How many come, less those that went, until the youngest are gone through."""


def look_seldom() -> None:
    """Look seldom from now on, and never at what there is already: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
