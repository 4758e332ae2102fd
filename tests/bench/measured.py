"""What a request to the API costs, asked for in this process: so it is the service's own time that is taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.support.api import Api
from tests.support.databases import noting


@dataclass(frozen=True, slots=True)
class Cost:
    """The median of the times that a request took, in seconds, and how many statements it took at most."""

    median: float
    statements: int


def measured(api: Api, ask: Callable[[int], TestResponse], *, rounds: int) -> Cost:
    """Ask so often, with the number of the round, and return what that costs."""
    seconds, statements = [], 0
    with noting(api.services.store) as ran:
        for number in range(rounds):
            ran.clear()
            begun = time.perf_counter()
            answer = ask(number)
            seconds.append(time.perf_counter() - begun)
            statements = max(statements, len(ran))
            assert answer.status_code in {200, 201}, answer.text
    return Cost(statistics.median(seconds), statements)
