"""The questions that callers may ask, each answered from one consistent view of the store.

The HTTP API, the command line and later MCP all ask here, for one workspace: what belongs to another is not there.
A new question is a method here first, then a line in each surface. Errors are those of ``resolver.errors``:
NotFoundError for what is not there, StoreError for what cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from receiver.artifacts import Artifact, Artifacts
from receiver.signals import Signal, Signals
from receiver.views import AnswerView, ChangeView, FeedbackView, Page, Span, paged, run_of, runs_named, view_of
from receiver.wiring import Services
from resolver import urls
from resolver.ask import Question
from resolver.errors import NotFoundError
from resolver.model.answers import Answer, Confidence
from resolver.model.changes import Change
from resolver.model.deliveries import Delivery, DeliveryStatus
from resolver.model.feedback import Feedback, Status
from resolver.model.github import Revision
from resolver.model.runs import Run
from resolver.model.statistics import By, Count, Statistics
from resolver.model.tokens import Token
from store import Catalogue
from store.deliveries import Whose
from store.pruning import forgotten_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs: those of a repository (full name), number and agent name; None asks for any."""

    repository: str | None = None
    number: int | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFilter:
    """Which feedback; None asks for any.

    ``run`` is the span and ``agent`` the agent name of the run that it was resolved to; ``since`` keeps what was
    updated at that time or later.
    """

    repository: str | None = None
    number: int | None = None
    status: Status | None = None
    confidence: Confidence | None = None
    agent: str | None = None
    run: str | None = None
    since: datetime | None = None


MOST_STATISTICS = timedelta(days=366)
"""The longest time that is counted at once."""
USUAL_STATISTICS = timedelta(days=30)
USUAL = (By.AGENT, By.MODE, By.REPOSITORY, By.DAY)
"""What is always counted by."""
_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
"""No calendar goes back further."""

EARLIER_AT_ONCE = 100
"""Answers that are read together when earlier ones are looked through."""

ASKED = "asked"
"""The cause of an answer that nothing but a question called for; such answers are not kept."""


@dataclass(frozen=True, slots=True)
class Queries:
    """The questions of one workspace."""

    services: Services
    workspace: str

    def run(self, span_id: str) -> Run:
        """Return a run."""
        with self.services.store.snapshot() as catalogue:
            return self._run(catalogue, span_id)

    def names_of(self, run: Run) -> frozenset[str]:
        """Return the names by which a run's repository is or was known, in lower case."""
        with self.services.store.snapshot() as catalogue:
            known = catalogue.repository_named(self.workspace, run.repository)
        return frozenset(name.lower() for name in (run.repository, *(() if known is None else known.names)))

    def runs(self, which: RunFilter, span: Span) -> Page[Run]:
        """Return registered runs."""
        with self.services.store.snapshot() as catalogue:
            return paged(
                catalogue.runs(self.workspace, **asdict(which), before=span.before, limit=span.limit + 1), span
            )

    def artifacts(self, span_id: str, span: Span) -> Page[Artifact]:
        """Return what a run made: where its claim was seen, then what it said it made and no delivery has shown."""
        with self.services.store.snapshot() as catalogue:
            run = self._run(catalogue, span_id)
            shelf = Artifacts(catalogue, self.services.policy, run, self.services.clock())
            found = shelf.listed(before=span.before, limit=span.limit + 1)
            return paged(found, span)

    def signals(self, span_id: str, span: Span) -> Page[tuple[int, Signal]]:
        """Return what people did, without words, to what a run made; each with its id."""
        with self.services.store.snapshot() as catalogue:
            run = self._run(catalogue, span_id)
            found = Signals(catalogue, self.services.policy, run).listed(before=span.before, limit=span.limit + 1)
            return paged([(number, (number, signal)) for number, signal in found], span)

    def feedback_list(self, which: FeedbackFilter, span: Span) -> Page[FeedbackView]:
        """Return feedback with its newest resolution and run."""
        with self.services.store.snapshot() as catalogue:
            rows = catalogue.feedback_list(self.workspace, **asdict(which), before=span.before, limit=span.limit + 1)
            page = paged(rows, span)
            runs = runs_named(catalogue, self.workspace, (one.resolution for one in page.items))
            return Page(tuple(FeedbackView(one, run_of(one.resolution, runs)) for one in page.items), page.last)

    def feedback_of(self, span_id: str, span: Span) -> Page[FeedbackView]:
        """Return the feedback that was resolved to a registered run."""
        self.run(span_id)
        return self.feedback_list(FeedbackFilter(run=span_id), span)

    def feedback(self, feedback_id: int) -> FeedbackView:
        """Return one piece of feedback with its newest resolution and run."""
        with self.services.store.snapshot() as catalogue:
            one = self._feedback(catalogue, feedback_id)
            return FeedbackView(one, run_of(one.resolution, runs_named(catalogue, self.workspace, (one.resolution,))))

    def resolutions(self, feedback_id: int, span: Span) -> Page[AnswerView]:
        """Return every answer that was given for one piece of feedback."""
        with self.services.store.snapshot() as catalogue:
            self._feedback(catalogue, feedback_id)
            page = paged(catalogue.resolutions(feedback_id, before=span.before, limit=span.limit + 1), span)
            runs = runs_named(catalogue, self.workspace, page.items)
            return Page(tuple(view_of(one, run_of(one, runs)) for one in page.items), page.last)

    def revisions(self, feedback_id: int, span: Span) -> Page[Revision]:
        """Return every version of one feedback's text; positions count from the oldest."""
        with self.services.store.snapshot() as catalogue:
            self._feedback(catalogue, feedback_id)
            versions = catalogue.feedback_revisions(feedback_id)
        numbered = [(len(versions) - index, version) for index, version in enumerate(versions)]
        before = len(versions) + 1 if span.before is None else span.before
        return paged([(position, one) for position, one in numbered if position < before], span)

    def changes(self, *, after: int, limit: int) -> tuple[ChangeView, ...]:
        """Return what changed about feedback behind the change with an id, oldest first."""
        with self.services.store.snapshot() as catalogue:
            found = catalogue.changes(self.workspace, after=after, limit=limit)
            return tuple(self._changed(catalogue, change) for change in found)

    def newest_change(self) -> int:
        """Return the id of the newest change, whether it is kept still or not; 0 before the first."""
        with self.services.store.snapshot() as catalogue:
            gone = forgotten_changes(catalogue, self.workspace)
            return max(catalogue.newest_change(self.workspace), gone)

    def forgotten_changes(self) -> int:
        """Return the id up to which changes may be gone."""
        with self.services.store.snapshot() as catalogue:
            return forgotten_changes(catalogue, self.workspace)

    def runs_named_before(self, change: Change) -> tuple[Run, ...]:
        """Return the registered runs that a feedback's answers before that of a change named, the latest first.

        A change that left no answer comes behind all of them.
        """
        named: dict[str, Run] = {}
        before = change.resolution_id
        with self.services.store.snapshot() as catalogue:
            while rows := catalogue.resolutions(change.feedback_id, before=before, limit=EARLIER_AT_ONCE):
                told = [one for _, one in rows if one.answer.confidence is not Confidence.UNRESOLVED]
                runs = runs_named(catalogue, self.workspace, told)
                named |= {run.span_id: run for one in told if (run := run_of(one, runs)) is not None}
                before = rows[-1][0]
        return tuple(named.values())

    def statistics(
        self, since: datetime | None, until: datetime | None, *, more: Iterable[By] = ()
    ) -> Statistics | None:
        """Count the feedback given in a time, by default the last 30 days; None for no time, or more than a year.

        By agent, mode, repository and day, and by what is asked for as well.
        """
        until = until or self.services.clock()
        since = since or until - min(USUAL_STATISTICS, until - _FIRST_MOMENT)
        if not timedelta(0) < until - since <= MOST_STATISTICS:
            return None
        with self.services.store.snapshot() as catalogue:
            groups = {by: catalogue.feedback_counts(self.workspace, by, since, until) for by in (*USUAL, *more)}
        total = {one: sum(count.by_confidence[one] for count in groups[By.DAY]) for one in Confidence}
        return Statistics(since, until, Count(None, total), groups)

    def tokens(self, span: Span) -> Page[Token]:
        """Return the workspace's tokens, those that are not valid any more among them."""
        listed = self.services.store.tokens.listed(self.workspace, before=span.before, limit=span.limit + 1)
        return paged(listed, span)

    def deliveries(self, status: DeliveryStatus | None, span: Span) -> Page[Delivery]:
        """Return what the inbox keeps of the workspace's repositories; the service's own also sees what is nobody's."""
        with self.services.store.snapshot() as catalogue:
            whose, limit = self._whose(), span.limit + 1
            return paged(catalogue.deliveries(whose, status=status, before=span.before, limit=limit), span)

    def delivery(self, guid: str) -> Delivery:
        """Return one delivery."""
        with self.services.store.snapshot() as catalogue:
            found = catalogue.delivery(guid, self._whose())
        if found is None:
            raise NotFoundError(f"there is no delivery {guid}")
        return found

    def _whose(self) -> Whose:
        return Whose(self.workspace, or_nobodys=self.workspace == self.services.settings.workspace)

    def resolve_url(self, url: str) -> AnswerView:
        """Say which run made the object at a GitHub address. Raises UrlError for any other address."""
        target = urls.parse(url)
        with self.services.store.snapshot() as catalogue:
            return self._told(catalogue, self.services.asker.about_url(catalogue, target, workspace=self.workspace))

    def resolve_text(self, question: Question) -> AnswerView:
        """Say which run a text in some place is about, whether GitHub has shown it to this service or not."""
        with self.services.store.snapshot() as catalogue:
            return self._told(catalogue, self.services.asker.about_text(catalogue, question, workspace=self.workspace))

    def _told(self, catalogue: Catalogue, answer: Answer) -> AnswerView:
        run = None if answer.span_id is None else catalogue.run(self.workspace, answer.span_id)
        return AnswerView(answer, run, ASKED, self.services.clock())

    def _run(self, catalogue: Catalogue, span_id: str) -> Run:
        found = catalogue.run(self.workspace, span_id)
        if found is None:
            raise NotFoundError(f"there is no run {span_id}")
        return found

    def _feedback(self, catalogue: Catalogue, feedback_id: int) -> Feedback:
        found = catalogue.feedback(feedback_id)
        if found is None or found.workspace != self.workspace:
            raise NotFoundError(f"there is no feedback {feedback_id}")
        return found

    def _changed(self, catalogue: Catalogue, change: Change) -> ChangeView:
        """Return a change with its feedback as it was then: with the status and the answer of that time."""
        feedback = self._feedback(catalogue, change.feedback_id)
        then = None if change.resolution_id is None else catalogue.resolution(change.resolution_id)
        feedback = replace(feedback, resolution=then, state=replace(feedback.state, status=change.status))
        return ChangeView(change, FeedbackView(feedback, run_of(then, runs_named(catalogue, self.workspace, (then,)))))
