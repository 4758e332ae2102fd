"""Writing: what the domain keeps, in one transaction."""

from __future__ import annotations

from store.commits import CommitLedger
from store.feedback import FeedbackLedger
from store.object_ledger import ObjectLedger
from store.pulls import PullLedger
from store.repositories import RepositoryLedger
from store.resolutions import ResolutionLedger
from store.runs import RunLedger


class Ledger(PullLedger, ObjectLedger, CommitLedger, RunLedger, RepositoryLedger, FeedbackLedger, ResolutionLedger):
    """Facts, and the writing of them: ``resolver.ports.Ledger``, each subject in a module of its own."""
