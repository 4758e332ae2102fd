"""What a test changes inside the processes of a real service, so that the product itself holds no hooks for tests.

``injecting(…)`` is the environment for ``Service``; Python's own ``sitecustomize`` then calls ``install`` in each of
its processes before anything else. Which of them is meant is told by the module that it was started to run.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from tests.support.tree import ROOT

VARIABLE: Final = "WHICHRUN_TEST_TORTURE"
FOLDER: Final = Path(__file__).parent / "injected"


def injecting(**what: object) -> dict[str, str]:
    """Return the environment in which the processes of a service are changed as ``CHANGES`` says, by these names."""
    return {VARIABLE: json.dumps(what), "PYTHONPATH": os.pathsep.join((str(FOLDER), str(ROOT)))}


def install() -> None:
    """Change this process as the environment says."""
    for name, value in json.loads(os.environ.get(VARIABLE, "{}")).items():
        module, change = CHANGES[name]
        if module is None or module in sys.orig_argv:
            change(value)


def _kills_its_worker(guid: str) -> None:
    """Have one delivery kill whoever processes it."""
    _around_processing(guid, lambda: os.kill(os.getpid(), signal.SIGKILL))


def _fails(guid: str) -> None:
    """Have one delivery fail with an error that nobody expects, in the middle of its transaction."""

    def fail() -> None:
        raise RuntimeError("poison")

    _around_processing(guid, fail)


def _around_processing(guid: str, act: Callable[[], None]) -> None:
    from store import Store  # noqa: PLC0415 -- only the processes that are changed import it here

    processing = Store.processing_some

    @contextmanager
    def poisoned(self: Store, claimed: Any, *locks: str, **more: Any) -> Iterator[Any]:  # noqa: ANN401 -- as replaced
        with processing(self, claimed, *locks, **more) as (ledger, mine):
            if any(one.guid == guid for one in claimed):
                act()
            yield ledger, mine

    Store.processing_some = poisoned  # type: ignore[method-assign]


def _clock(file: str) -> None:
    """Put every clock forward by the seconds that stand in a file, whenever it is looked at: negative is back."""
    from receiver import wiring  # noqa: PLC0415 -- as above
    from store import times  # noqa: PLC0415 -- as above
    from store.database import Database  # noqa: PLC0415 -- as above

    def ahead() -> timedelta:
        return timedelta(seconds=float(Path(file).read_text() or "0"))

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead()

    by_database = Database.time
    wiring.datetime = times.datetime = Shifted  # type: ignore[attr-defined]
    Database.time = lambda self: by_database(self) + int(ahead().total_seconds()) * 1_000_000  # type: ignore[method-assign]


def _acknowledges_early(seconds: float) -> None:
    """Break the promise: keep a delivery some time after it was acknowledged."""
    from resolver.model.deliveries import Recorded  # noqa: PLC0415 -- as above
    from store import Store  # noqa: PLC0415 -- as above

    record = Store.record_all

    def later(store: Store, deliveries: Any) -> None:  # noqa: ANN401 -- as the method it replaces
        time.sleep(seconds)
        record(store, deliveries)
        store.close()

    def early(self: Store, deliveries: Any) -> list[Recorded]:  # noqa: ANN401 -- as above
        threading.Thread(target=later, args=(self, deliveries)).start()
        return [Recorded.STORED for _ in deliveries]

    Store.record_all = early  # type: ignore[method-assign]


def _forgets_before_it_works(file: str) -> None:
    """Break the promise: note a delivery as done in a transaction of its own, before the one that takes it in.

    The first time there is a moment between the two that lasts until the process is killed; a file says so.
    """
    from store.inbox import Inbox  # noqa: PLC0415 -- as above

    processing = Inbox.processing_some

    @contextmanager
    def forgetful(self: Inbox, claimed: Any, *locks: str, **_more: Any) -> Iterator[frozenset[int]]:  # noqa: ANN401
        with processing(self, claimed) as mine:
            pass
        if not Path(file).exists():
            Path(file).touch()
            threading.Event().wait()
        with self._db.writing(*locks):
            yield mine

    Inbox.processing_some = forgetful  # type: ignore[method-assign]


def _dies_while_saving(number: int) -> None:
    """Have a command die in the transaction that saves its progress for the ``number``-th time."""
    from store.progress import ProgressLedger  # noqa: PLC0415 -- as above

    save, left = ProgressLedger.save_progress, iter(range(number - 1))

    def dying(self: ProgressLedger, name: str, state: Mapping[str, Any], at: datetime) -> None:
        save(self, name, state, at)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    ProgressLedger.save_progress = dying  # type: ignore[method-assign]


def _one_at_a_time(_: object) -> None:
    """Have each delivery written by a commit of its own."""
    from receiver import batches  # noqa: PLC0415 -- as above

    batches.MOST = 1


CHANGES: Final[dict[str, tuple[str | None, Callable[[Any], None]]]] = {
    "kills_its_worker": ("receiver.worker", _kills_its_worker),
    "fails": ("receiver.worker", _fails),
    "clock": (None, _clock),
    "dies_while_saving": ("receiver.cli", _dies_while_saving),
    "one_at_a_time": ("receiver.web", _one_at_a_time),
    "acknowledges_early": ("receiver.web", _acknowledges_early),
    "forgets_before_it_works": ("receiver.worker", _forgets_before_it_works),
}
"""Each change by its name: the module whose process is changed (None: all), and what changes it."""
