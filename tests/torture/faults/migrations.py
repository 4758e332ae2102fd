"""Migrators that run at once and are killed at random points, over what the first version kept."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

from store.database import Database
from tests.support.service import environment
from tests.support.tree import ROOT
from tests.torture.ground import Ground, ground
from tests.torture.migrators import fill_first_version
from tests.torture.state import state_of
from tests.torture.verdict import Verdict

MOST_KILLS = 12
"""Kills on the way from the first version to the present one."""
_ON_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
_ON_POSTGRES = """
SELECT 'column', table_name, column_name, CONCAT(data_type, is_nullable, column_default, collation_name)
FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
"""


def migrations(database: str, folder: Path, *, rounds: int, seed: int = 0) -> Verdict:
    """Kill migrators, finish with ``whichrun migrate``, and compare schema and rows with an undisturbed one's."""
    verdict = Verdict("migrations", database)
    random = Random(seed)  # noqa: S311 -- of no secret
    killed = 0
    with ground(database, folder) as calm:
        fill_first_version(calm.url)
        calm.whichrun("migrate")
        with calm.looking() as store:
            schema, rows = schema_of(store), state_of(store, history=True)
    for _ in range(rounds):
        with ground(database, folder) as here:
            command = [
                sys.executable,
                "-m",
                "tests.torture.migrators",
                here.url,
                str(random.randint(0, 2**31)),
                str(MOST_KILLS),
            ]
            result = subprocess.run(command, cwd=ROOT, env=environment({}), capture_output=True, text=True, check=False)
            verdict.expect(result.returncode == 0, f"a migrator failed: {result.stderr}")
            killed += int(result.stdout or 0)
            _finish(here, verdict)
            with here.looking() as store:
                verdict.expect(schema_of(store) == schema, "the schema differs from an undisturbed one")
                here.compare(verdict, state_of(store, history=True), rows)
    verdict.acknowledged = rows.total()
    verdict.expect(killed >= rounds, "too few were killed")
    verdict.facts = {"rounds": rounds, "kills": killed}
    return verdict


def schema_of(store: Database) -> Counter[tuple[object, ...]]:
    """Return all that a schema consists of. Where it stands (the name of a PostgreSQL schema) is left out."""
    if not store.is_postgres:
        return Counter(store.rows(_ON_SQLITE))
    ((name,),) = store.rows("SELECT current_schema()")
    return Counter(tuple(str(part).replace(f"{name}.", "") for part in row) for row in store.rows(_ON_POSTGRES))


def _finish(here: Ground, verdict: Verdict) -> None:
    result = here.whichrun("migrate", "--json")
    verdict.expect(result.returncode == 0, f"whichrun migrate: {result.stderr}")
    result = here.whichrun("migrate", "--json")
    verdict.expect('"applied": []' in result.stdout, "whichrun migrate did something the second time")
