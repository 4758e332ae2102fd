"""SIGTERM under load: what is under way is finished, all processes end in order, and nothing is left."""

from __future__ import annotations

from pathlib import Path

from receiver.keeper import GRACE_SECONDS
from tests.support.processes import descendants, is_running
from tests.torture.ground import ground
from tests.torture.verdict import Verdict


def terminations(database: str, folder: Path, *, count: int, most: int) -> Verdict:
    """Stop and start the service ``count`` times while ``most`` deliveries are sent."""
    with ground(database, folder, WHICHRUN_WORKERS="2") as here:
        here.begin()
        load = here.load(most)
        broken: list[str] = []
        with load.running():
            for number in range(1, count + 1):
                load.wait_acknowledged(max(1, most * number // (count + 1) - len(load.acknowledged)))
                service = here.running
                everyone = descendants(service.process.pid)
                service.process.terminate()
                code = service.process.wait(GRACE_SECONDS + 30)
                left = [pid for pid in everyone if is_running(pid)]
                broken += [f"exit code {code}"] if code else []
                broken += [f"{len(left)} processes were left running"] if left else []
                broken += ["a traceback in the log"] if "Traceback" in service.output() else []
                here.start()
            load.wait_all()
        load.finish()
        here.wait_processed()
        verdict = here.judge("terminations", load, stops=count, unanswered=load.answers[0])
        verdict.broken += broken
        return verdict
