"""``kill -9`` of any process under load, at random moments."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from random import Random

from tests.support.processes import named
from tests.support.service import Service
from tests.torture.ground import Ground, ground
from tests.torture.verdict import Verdict

KINDS = ("everything", "keeper", "web master", "web worker", "worker")


def kills(database: str, folder: Path, *, count: int, most: int, seed: int = 0, pause: float = 0.0) -> Verdict:
    """Kill ``count`` times while ``most`` deliveries are sent; what dies comes again, the keeper by hand."""
    random = Random(seed)  # noqa: S311 -- of no secret
    order = [KINDS[number % len(KINDS)] for number in range(count)]
    random.shuffle(order)
    with ground(database, folder, WHICHRUN_WORKERS="2") as here:
        here.begin()
        load = here.load(most, pause=pause)
        with load.running():
            for number, kind in enumerate(order, 1):
                share = most * number // (count + 1) - len(load.acknowledged)
                load.wait_acknowledged(random.randint(1, max(1, share)))
                _kill(here, kind, random)
            load.wait_all()
        load.finish()
        here.wait_processed(max(120.0, most / 20))
        return here.judge("kills", load, kills=count, unanswered=load.answers[0], seed=seed)


def _kill(here: Ground, kind: str, random: Random) -> None:
    service = here.running
    if kind == "everything":
        here.running.kill()
    elif kind == "keeper":  # the others are told by the kernel, and finish
        service.process.kill()
        service.process.wait()
    else:
        victims = _victims(service, kind)
        if victims:  # else one that died before is not back yet
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(victims), signal.SIGKILL)
    if service.process.poll() is not None:
        here.start()


def _victims(service: Service, kind: str) -> list[int]:
    if kind == "worker":
        return named(service.process.pid, "receiver.worker")
    web = sorted(named(service.process.pid, "receiver.web"))
    return web[:1] if kind == "web master" else web[1:]
