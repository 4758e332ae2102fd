"""What can be measured, section by section: each stands alone, and brings its own baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.bench import growth, hosts, idle, kills, lists, postgres, pushes, slow_disk, stalled, webhook
from tests.bench.figure import Figure, Scale

SECTIONS: dict[str, Callable[[Scale], Iterable[Figure]]] = {
    "webhook": webhook.figures,
    "slow-disk": slow_disk.figures,
    "pushes": pushes.figures,
    "stalled": stalled.figures,
    "postgres": postgres.figures,
    "hosts": hosts.figures,
    "kills": kills.figures,
    "idle": idle.figures,
    "scanning": lists.scanned,
    "reading": lists.read,
    "reports": lists.reported,
    "again": lists.grown,
    "growth": growth.on_sqlite,
    "growth-postgres": growth.on_postgres,
}
