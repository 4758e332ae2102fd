"""A crash before and after every statement between the arrival of a delivery and its resolution."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.service import environment
from tests.support.tree import ROOT
from tests.torture.ground import ground
from tests.torture.state import state_of
from tests.torture.undisturbed import undisturbed
from tests.torture.verdict import Verdict

EVERYTHING = range(6)


def crashes(database: str, folder: Path, *, parts: Sequence[int] = EVERYTHING, twice: bool = True) -> Verdict:
    """Crash through the statements about some parts of a chapter; the end is that without a crash, history too."""
    with ground(database, folder) as here:
        here.whichrun("migrate")
        log = here.folder / "points"
        command = [sys.executable, "-m", "tests.torture.points", here.url, str(log), *map(str, parts)]
        command += ["--twice"] if twice else []
        result = subprocess.run(command, cwd=ROOT, env=environment({}), capture_output=True, text=True, check=False)
        verdict = Verdict("crashes", database)
        if result.returncode:
            verdict.broken.append(result.stderr)
            return verdict
        found = json.loads(result.stdout)
        numbers: list[int] = found["numbers"]
        verdict.acknowledged = len(numbers)
        statuses = here.statuses()
        verdict.expect(set(statuses.values()) <= {"done"}, f"some are not done: {set(statuses.values())}")
        with here.looking() as store:
            here.compare(verdict, state_of(store, history=True), undisturbed(numbers, history=True))
        verdict.broken += here.check()
        points = [line.partition(" ") for line in log.read_text().splitlines()]
        verdict.expect(len(points) == found["points"], "some points were not reached")
        for word in ("INSERT INTO delivery ", "UPDATE delivery SET tries", "INSERT INTO resolution", "COMMIT"):
            reached = {when for when, _, sql in points if word in sql}
            wanted = {"before", "after"} if twice or word == "COMMIT" else {"before"}
            verdict.expect(reached == wanted, f"no crash around {word}")
        verdict.facts = {"points": len(points), "statements": len({sql for _, _, sql in points})}
        return verdict
