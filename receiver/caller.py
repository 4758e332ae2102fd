"""Whoever asks over HTTP, and what they may ask and change: the same for the API's routes and for the pages."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.auth import Principal
from receiver.changes import Changes
from receiver.current import services
from receiver.queries import Queries
from receiver.report_changes import ReportChanges
from receiver.report_queries import ReportQueries


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent the present request, bounded by their workspace."""

    principal: Principal

    @property
    def queries(self) -> Queries:
        """What may be asked in the caller's workspace."""
        return Queries(services(), self.principal.workspace)

    @property
    def changes(self) -> Changes:
        """What may be changed in the caller's workspace."""
        return Changes(services(), self.principal.workspace)

    @property
    def reports(self) -> ReportQueries:
        """What may be asked about reports there."""
        return ReportQueries(services(), self.principal.workspace)

    @property
    def report_changes(self) -> ReportChanges:
        """What may be changed about reports there."""
        return ReportChanges(services(), self.principal.workspace)
