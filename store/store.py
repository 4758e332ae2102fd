"""The store as the other rooms see it: transactions that keep, views that read, and the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from resolver.errors import StoreError
from resolver.model.deliveries import Claimed, Delivery, NewDelivery, Recorded
from store import migrate
from store.catalogue import Catalogue
from store.database import Database
from store.inbox import Inbox
from store.ledger import Ledger


class Store:
    """A database of this service. Connections are made on first use, one for each process and thread."""

    def __init__(self, database: Database) -> None:
        """Use a database; ``open_store`` also says whether it can be reached."""
        self._db = database
        self._inbox = Inbox(database)

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        self._db.close()

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date; return the names of the migrations that were run."""
        return migrate.migrate(self._db)

    def pending_migrations(self) -> tuple[str, ...]:
        """Return the names of the migrations that wait to be run."""
        return migrate.pending(self._db)

    def ping(self) -> None:
        """Raise StoreError unless the database can be read and has the schema that this version needs."""
        waiting = self.pending_migrations()
        if waiting:
            raise StoreError(f"migrations wait to be run ({', '.join(waiting)}): run whichrun migrate")

    @contextmanager
    def transaction(self, *locks: str) -> Iterator[Ledger]:
        """Run a write transaction, all or nothing. Two that name one lock never run at once."""
        with self._db.writing(*locks):
            yield Ledger(self._db)

    @contextmanager
    def snapshot(self) -> Iterator[Catalogue]:
        """Run a read transaction: everything in it is of one moment."""
        with self._db.reading():
            yield Catalogue(self._db)

    def record(self, delivery: NewDelivery) -> Recorded:
        """Keep a delivery as it came in; it is on disk when this returns."""
        return self._inbox.record(delivery)

    def claim(self, now: datetime) -> Claimed | None:
        """Return the oldest due delivery, one at a time for a repository; its try is counted on disk already."""
        return self._inbox.claim(now)

    @contextmanager
    def processing(self, claimed: Claimed, *locks: str) -> Iterator[Ledger | None]:
        """Run the transaction that processes a delivery, and mark it done in it.

        Yields None when another worker has done so already; waits for one that is at it.
        """
        with self._inbox.processing(claimed, *locks) as mine:
            yield Ledger(self._db) if mine else None

    def fail(self, claimed: Claimed, *, error: str, retry_at: datetime | None) -> None:
        """Keep why a try failed, and when to try again: None sets the delivery aside as dead."""
        self._inbox.fail(claimed, error=error, retry_at=retry_at)

    def replay(self, guid: str, now: datetime) -> Delivery | None:
        """Make a delivery pending again from now on, with all its tries; None when there is none of that name."""
        return self._inbox.replay(guid, now)


def open_store(url: str) -> Store:
    """Open the store that a database URL names.

    Raises SettingsError for a URL that cannot be read, and StoreError, which says what to do, for a database that
    cannot be reached.
    """
    database = Database(url)
    database.check()
    return Store(database)
