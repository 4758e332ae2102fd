"""PostgreSQL is killed and started again under load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import requests

from tests.torture.cluster import Cluster, cluster
from tests.torture.ground import Ground
from tests.torture.load import Load
from tests.torture.verdict import Verdict

ENDINGS: dict[str, Callable[[Cluster], None]] = {
    "kill -9": Cluster.kill,
    "immediate": lambda server: server.stop("immediate"),
}


def outages(database: str, folder: Path, *, count: int, most: int) -> Verdict:
    """End the server ``count`` times, in either way, while ``most`` deliveries are sent; all goes on by itself."""
    with cluster() as server:
        here = Ground(database, folder, server.url, reach=server.socket_url)
        try:
            here.begin()
            load = here.load(most)
            share = load.shared(count)
            with load.running():
                for number in range(count):
                    load.wait_but(share)
                    _outage(here, server, load, list(ENDINGS.values())[number % len(ENDINGS)], share)
                load.wait_all()
            load.finish()
            here.wait_processed(max(120.0, most / 20))
            verdict = here.judge("outages", load, outages=count, refused=load.answers[503], slowest=load.slowest)
            verdict.expect(load.answers[503] > 0, "nothing was answered with 503: the outage was not noticed")
            return verdict
        finally:
            here.end()


def _outage(here: Ground, server: Cluster, load: Load, end: Callable[[Cluster], None], share: int) -> None:
    end(server)
    load.allow(2 * share)
    load.wait_refused(3)
    assert requests.get(f"{here.running.url}/healthz", timeout=60).status_code == 200
    server.start()
