"""The store as the other rooms see it: transactions that keep, views that read, the inbox, and what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from resolver.errors import StoreError
from resolver.model.asking import ClaimedWant
from resolver.model.deliveries import Claimed, Delivery, NewDelivery, Recorded
from resolver.model.wants import WantChange
from store import forgetting, migrate, pruning, retention
from store.answers import Answers
from store.catalogue import Catalogue
from store.database import Database
from store.forgetting import Forgotten
from store.inbox import Following, Inbox
from store.integrity import Examiner
from store.ledger import Ledger
from store.posting_queue import PostingQueue
from store.progress import Turns
from store.redeliveries import Redeliveries
from store.resolutions import Appended
from store.sessions import Sessions
from store.signing_keys import SigningKeys
from store.times import from_micros, to_micros
from store.tokens import Tokens
from store.want_queue import WantQueue

T = TypeVar("T")


class Store:
    """A database of this service. Connections are made on first use, one for each process and thread."""

    def __init__(self, database: Database) -> None:
        """Use a database; ``open_store`` also says whether it can be reached."""
        self._db = database
        self._inbox = Inbox(database)
        self._wants = WantQueue(database)
        self._redeliveries = Redeliveries(database)
        self._turns = Turns(database)
        self.postings = PostingQueue(database)
        """What is to be written on GitHub."""
        self.tokens = Tokens(database)
        """The API's tokens."""
        self.sessions = Sessions(database)
        """The page's sessions."""
        self.keys = SigningKeys(database)
        """The register of keys that claims are verified with."""
        self.answers = Answers(database)
        """GitHub's answers as they came."""
        self._tell: Callable[[Sequence[Appended]], None] = lambda _: None

    def on_resolutions(self, tell: Callable[[Sequence[Appended]], None]) -> None:
        """Have a function told what a transaction appended, in its thread, as soon as that is committed."""
        self._tell = tell

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        self._db.close()

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date; return the names of the migrations that were run."""
        return migrate.migrate(self._db)

    def pending_migrations(self) -> tuple[str, ...]:
        """Return the names of the migrations that wait to be run."""
        return migrate.pending(self._db)

    def migrations(self) -> frozenset[str]:
        """Return the names of the migrations that were run."""
        return migrate.applied(self._db)

    def schema(self) -> str:
        """Return the name of the schema of PostgreSQL that holds the tables."""
        with self._db.reading():
            return str(self._db.rows("SELECT current_schema()")[0][0])

    def ping(self) -> None:
        """Raise StoreError unless the database can be read and has the schema that this version needs."""
        waiting = self.pending_migrations()
        if waiting:
            raise StoreError(f"migrations wait to be run ({', '.join(waiting)}): run whichrun migrate")

    def time(self) -> datetime:
        """Return the present moment by the database's own clock. Raises StoreError."""
        with self._db.reading():
            return from_micros(self._db.time())

    @contextmanager
    def transaction(self, *locks: str) -> Iterator[Ledger]:
        """Run a write transaction, all or nothing. Two that name one lock never run at once."""
        with self._keeping(self._db.writing(*locks)) as (ledger, _):
            yield ledger

    @contextmanager
    def snapshot(self) -> Iterator[Catalogue]:
        """Run a read transaction: everything in it is of one moment."""
        with self._db.reading():
            yield Catalogue(self._db)

    @contextmanager
    def examining(self) -> Iterator[Examiner]:
        """Run a read transaction that looks everything over: it is of one moment, and may take long."""
        with self._db.reading():
            yield Examiner(self._db)

    def record_all(self, deliveries: Sequence[NewDelivery]) -> list[Recorded]:
        """Keep deliveries in one transaction (``Inbox.record_all``)."""
        return self._inbox.record_all(deliveries)

    def record(self, delivery: NewDelivery) -> Recorded:
        """Keep a delivery as it came in; it is on disk when this returns."""
        return self._inbox.record(delivery)

    def claim(self, now: datetime) -> Claimed | None:
        """Return the oldest due delivery, one at a time for a repository; its try is counted on disk already."""
        return next(iter(self.claim_some(now, most=1)), None)

    def claim_some(self, now: datetime, *, most: int) -> list[Claimed]:
        """Return the oldest due deliveries, those of a repository in order; their tries are counted on disk already.

        One that was tried before comes alone.
        """
        return self._inbox.claim_some(now, most=most)

    @contextmanager
    def keeping_ahead(self, claimed: Claimed, now: datetime, *locks: str) -> Iterator[Ledger | None]:
        """Run a transaction that keeps a part of what a delivery holds, before it is processed, and hold it longer.

        Yields None when it is not the claimer's any more.
        """
        with self._keeping(self._inbox.ahead(claimed, now, *locks)) as (ledger, held):
            yield ledger if held else None

    @contextmanager
    def processing(self, claimed: Claimed, *locks: str) -> Iterator[Ledger | None]:
        """Run the transaction that processes a delivery, and mark it done in it.

        Yields None when another worker has done so already; waits for one that is at it.
        """
        with self.processing_some((claimed,), *locks) as (ledger, mine):
            yield ledger if mine else None

    @contextmanager
    def processing_some(
        self, claimed: Sequence[Claimed], *locks: str, following: Following | None = None
    ) -> Iterator[tuple[Ledger, frozenset[int]]]:
        """Run one transaction that processes deliveries, mark them done in it, and claim those ``following``.

        Yields the ids of those that no other worker has done already; waits for one that is at it.
        """
        with self._keeping(self._inbox.processing_some(claimed, *locks, following=following)) as (ledger, mine):
            yield ledger, mine

    def fail(self, claimed: Claimed, *, error: str, retry_at: datetime | None) -> None:
        """Keep why a try failed, and when to try again: None sets the delivery aside as dead."""
        self._inbox.fail(claimed, error=error, retry_at=retry_at)

    def replay(self, guid: str, now: datetime) -> Delivery | None:
        """Make a delivery pending again from now on, with all its tries; None when there is none of that name.

        Raises ConflictError for one whose body is not kept any more.
        """
        return self._inbox.replay(guid, now)

    def claim_want(self, now: datetime) -> ClaimedWant | None:
        """Return the want that is due longest and that nobody holds, for a minute; its try is counted on disk already.

        One that nobody survived comes again, with one try more.
        """
        return self._wants.claim(now)

    @contextmanager
    def settling_want(self, claimed: ClaimedWant, change: WantChange, *locks: str) -> Iterator[Ledger | None]:
        """Run the transaction that keeps what became of a want: it is changed already in what the ledger tells.

        Holds the lock of the want's repository beside those given. Yields None, and changes nothing, when the want is
        settled already, or another worker has it.
        """
        with self._keeping(self._wants.settling(claimed, change, *locks)) as (ledger, mine):
            yield ledger if mine else None

    def postpone(self, claimed: ClaimedWant, change: WantChange) -> bool:
        """Change a want that stays to be asked, and nothing else; return whether its refusal is another one now."""
        return self._wants.postpone(claimed, change)

    def keep_hold(self, claimed: ClaimedWant, now: datetime) -> bool:
        """Hold a want for a minute from now on; False when it is settled already, or another worker has it."""
        return self._wants.keep_hold(claimed, now)

    def missing_guids(self, guids: Iterable[str]) -> frozenset[str]:
        """Return those GUIDs that no delivery in the inbox bears, whatever its status."""
        return self._redeliveries.missing(guids)

    def note_redelivery(self, guid: str, delivery_id: int, at: datetime) -> bool:
        """Note that GitHub is to be asked for a delivery; True only for whoever noted it first."""
        return self._redeliveries.note(guid, delivery_id, at)

    def note_redelivery_again(self, guid: str, delivery_id: int, at: datetime) -> bool:
        """Note that GitHub is to be asked for a delivery whose later attempt failed too; True once for each attempt."""
        return self._redeliveries.note_again(guid, delivery_id, at)

    def redeliveries_open(self) -> tuple[tuple[str, int, datetime], ...]:
        """Return ``(guid, delivery_id, asked_at)`` of the deliveries noted and not closed, oldest first."""
        return self._redeliveries.open()

    def close_redelivery(self, guid: str) -> None:
        """Note that nothing is left to be done about a delivery."""
        self._redeliveries.close(guid)

    def progress(self, name: str) -> dict[str, Any] | None:
        """Return the state that was saved under a name, empty while the first turn lasts; None when there is none."""
        with self.snapshot() as catalogue:
            return catalogue.progress(name)

    def save_progress(self, name: str, state: Mapping[str, Any], at: datetime) -> None:
        """Save a state, which JSON can hold, under a name."""
        with self.transaction() as ledger:
            ledger.save_progress(name, state, at)

    def take_turn(self, name: str, now: datetime, *, every: timedelta, hold: timedelta) -> dict[str, Any] | None:
        """Take a turn of recurring work for the time of ``hold``; return the state that the last one left, or empty.

        None when it is not due yet, or another worker's. With ``every`` zero it is due at once.
        """
        return self._turns.take(name, now, every=every, hold=hold)

    def hold_turn(self, name: str, now: datetime, *, hold: timedelta) -> None:
        """Hold a turn that was taken for longer, from now on."""
        self._turns.hold(name, now, hold=hold)

    def end_turn(self, name: str, state: Mapping[str, Any], now: datetime, *, every: timedelta) -> None:
        """End a turn and leave a state for the next one, which is due ``every`` from now."""
        self._turns.end(name, state, now, every=every)

    def prune(self, now: datetime) -> int:
        """Remove wants that were answered 90 days ago, and answers kept for 30; return how many rows that were."""
        return pruning.prune(self._db, now)

    def prune_deliveries(self, now: datetime, *, kept: timedelta) -> int:
        """Drop the bodies of deliveries that came before that time and are dealt with; return of how many.

        Their rows stay. In small portions with pauses between them, so that no other writer waits long.
        """
        return retention.prune_deliveries(self._db, before=to_micros(now - kept), now=to_micros(now))

    def accounts_of(self, login: str) -> dict[int, str]:
        """Return the accounts that wrote under a login, by number, each with that login."""
        return forgetting.accounts_of(self._db, login)

    def forget(self, account_id: int, now: datetime) -> Forgotten:
        """Erase what an account wrote until now; what a former call left is finished first, by its own time."""
        return forgetting.forget(self._db, account_id, to_micros(now))

    def forgetting(self) -> tuple[int, ...]:
        """Return the accounts of which something is left to be erased."""
        return forgetting.unfinished(self._db)

    @contextmanager
    def _keeping(self, transaction: AbstractContextManager[T]) -> Iterator[tuple[Ledger, T]]:
        """Run a transaction with a ledger: what changed is noted last in it, and what it appended is told after it."""
        ledger = Ledger(self._db)
        with transaction as mine:
            yield ledger, mine
            ledger.note_changes()
        if ledger.appended:
            self._tell(ledger.appended)


def open_store(url: str) -> Store:
    """Open the store that a database URL names.

    Raises SettingsError for a URL that cannot be read, and StoreError, which says what to do, for a database that
    cannot be reached.
    """
    database = Database(url)
    database.check()
    return Store(database)
