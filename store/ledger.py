"""Writing: what the domain keeps, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from store.blame import BlameLedger
from store.commits import CommitLedger
from store.entries import EntryLedger
from store.feedback import FeedbackLedger
from store.marks import MarkLedger
from store.object_ledger import ObjectLedger
from store.origins import OriginLedger
from store.permissions import PermissionLedger
from store.postings import PostingLedger
from store.progress import ProgressLedger
from store.pulls import PullLedger
from store.reports import ReportLedger
from store.repositories import RepositoryLedger
from store.resolutions import ResolutionLedger
from store.runs import RunLedger
from store.signals import SignalLedger
from store.wants import WantLedger


class Ledger(
    PullLedger,
    ObjectLedger,
    CommitLedger,
    BlameLedger,
    OriginLedger,
    MarkLedger,
    SignalLedger,
    RunLedger,
    RepositoryLedger,
    FeedbackLedger,
    ResolutionLedger,
    PermissionLedger,
    WantLedger,
    ProgressLedger,
    ReportLedger,
    EntryLedger,
    PostingLedger,
):
    """Facts, and the writing of them: ``resolver.ports.Ledger``, each subject in a module of its own."""

    def lock(self, names: Iterable[str]) -> None:
        """Hold locks until the end of the transaction (PostgreSQL); those held already cost nothing.

        SQLite has one writer at a time, which is the one lock that it needs. What was read without them is read
        again with them.
        """
        if self._db.lock(names):
            self._forget()

    def lock_late(self, names: Iterable[str]) -> None:
        """Do so, where others of their kind are held already: raises LateLockError instead of waiting for one."""
        if self._db.lock_late(names):
            self._forget()

    def _forget(self) -> None:
        self.forget_objects()
        self.forget_repositories()
