"""Feedback in its workspaces, the statuses that readers give it, and what it waits for."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from resolver.errors import NotFoundError, StoreError
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import ObjectRef
from store.changes import ChangeLedger
from store.database import Row
from store.part import Part
from store.repositories import RepositoryFacts
from store.resolutions import RESOLUTION, to_resolution
from store.rows import OBJECT, OBJECT_WIDTH, text_key, to_object
from store.times import from_micros, to_micros

_STATE = (
    "f.id, f.workspace, f.authorized, f.status, f.body, f.instruction, f.author_association, f.given_at, "
    "f.updated_at, f.received_at, f.erased_at, f.final_at"
)
_NAME = """
(SELECT n.name FROM repository_name n WHERE n.repository_id = f.repository_id
 ORDER BY n.as_of DESC, n.name DESC LIMIT 1)
"""
_REPORT = "(SELECT q.id FROM report q WHERE q.feedback_id = f.id)"
COLUMNS = f"{OBJECT}, {_STATE}, {_NAME}, {_REPORT}, {RESOLUTION}"
JOINS = "JOIN object o ON o.id = f.object_id LEFT JOIN resolution x ON x.id = f.resolution_id"
FEEDBACK = f"SELECT {COLUMNS} FROM feedback f {JOINS}"
"""Reads feedback with its object, its repository's current name, its report's id and its newest resolution: for
``to_feedback``."""

_BY_ID = f"{FEEDBACK} WHERE f.id = ?"
_BY_REF = f"{FEEDBACK} WHERE o.repository_id = ? AND o.kind = ? AND o.github_id = ? ORDER BY f.id"
_PLACE = "SELECT o.id, o.number FROM object o WHERE o.repository_id = ? AND o.kind = ? AND o.github_id = ?"
_ADD = """
INSERT INTO feedback (object_id, workspace, repository_id, number, authorized, state_status, body, instruction,
    author_association, given_at, updated_at, status, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (object_id, workspace) DO NOTHING RETURNING id
"""
_KEPT = """
SELECT authorized, state_status, body, instruction, author_association, given_at, updated_at, status, status_at,
    number, resolution_id, id
FROM feedback WHERE object_id = ? AND workspace = ?
"""
_MEND = """
UPDATE feedback SET authorized = ?, state_status = ?, body = ?, instruction = ?, author_association = ?,
    given_at = ?, updated_at = ?, status = ?, status_at = ?, number = ?
WHERE id = ?
"""
_UNANSWER = (
    "UPDATE feedback SET resolution_id = NULL, confidence = NULL, mode = NULL, span_id = NULL, agent_name = NULL "
    "WHERE id = ?"
)
_SET_STATUS = "UPDATE feedback SET status = ?, status_at = ? WHERE id = ?"
_GIVEN_STATUS = "SELECT status_at IS NOT NULL FROM feedback WHERE id = ?"
_WATCHED = """
SELECT f.given_at, w.watch_key FROM feedback f LEFT JOIN feedback_watch w ON w.feedback_id = f.id WHERE f.id = ?
"""
_WATCH = "INSERT INTO feedback_watch (watch_key, given_at, feedback_id) VALUES"
_MEND_WATCH = "UPDATE feedback_watch SET given_at = ? WHERE feedback_id = ?"
_UNWATCH = "DELETE FROM feedback_watch WHERE watch_key = ? AND given_at = ? AND feedback_id = ?"
_REPOSITORIES = "SELECT f.repository_id FROM wanted CROSS JOIN feedback f WHERE f.id = wanted.column1"
_WATCHING = """
SELECT f.id FROM wanted CROSS JOIN feedback_watch w JOIN feedback f ON f.id = w.feedback_id
WHERE w.watch_key = wanted.column1 AND w.given_at >= wanted.column2 AND f.received_at > ?
"""

_UNANSWERED = frozenset({Status.IGNORED, Status.WITHDRAWN})
"""What asks for nothing has no answer that counts, whatever was answered before."""


class FeedbackFacts(Part):
    """Looking feedback up."""

    def feedback(self, feedback_id: int) -> Feedback | None:
        """Return one feedback with its newest resolution."""
        row = self._db.row(_BY_ID, (feedback_id,))
        return None if row is None else to_feedback(row)

    def feedback_on(self, ref: ObjectRef) -> tuple[Feedback, ...]:
        """Return the feedback that an object holds, one for each workspace that it was kept in."""
        return tuple(map(to_feedback, self._db.rows(_BY_REF, (ref.repository_id, ref.kind.value, ref.id))))

    def has_given_status(self, feedback_id: int) -> bool:
        """Whether a reader gave the feedback the status that it has."""
        row = self._db.row(_GIVEN_STATUS, (feedback_id,))
        return row is not None and bool(row[0])


class FeedbackLedger(FeedbackFacts, RepositoryFacts, ChangeLedger):
    """Keeping feedback."""

    def put_feedback(self, state: FeedbackState, at: datetime) -> tuple[int, ...]:
        """Keep what a comment asks for, once in each workspace of its repository; return the ids of the feedback.

        In a workspace that the repository has left it stays as it was. A reader's status holds until the text changes:
        it is reset to ``state.status`` then. Feedback that is ignored or withdrawn has no newest resolution; its
        history stays. The object and its repository must be kept already.
        """
        ref = state.ref
        place = self._db.row(_PLACE, (ref.repository_id, ref.kind.value, ref.id))
        workspaces = self.workspaces_of(ref.repository_id)
        if place is None or not workspaces:
            raise StoreError(f"{ref.kind} {ref.id} and repository {ref.repository_id} must be kept before feedback")
        return tuple(self._put(place, workspace, state, at) for workspace in sorted(workspaces))

    def _put(self, place: Row, workspace: str, state: FeedbackState, at: datetime) -> int:
        object_id, number = place
        told = _told(state)
        values = (object_id, workspace, state.ref.repository_id, number, *told, state.status.value, to_micros(at))
        added = self._db.row(_ADD, values)
        if added is not None:
            self.touch(added[0], new=True)
            return int(added[0])
        kept = self._db.rows(self._db.locking(_KEPT), (object_id, workspace))[0]
        feedback_id = int(kept[11])
        self.touch(feedback_id)
        status = (state.status.value, None) if _asks_anew(kept, told) else kept[7:9]
        if (*told, *status, number) != kept[:10]:
            self._db.change(_MEND, (*told, *status, number, feedback_id))
            if kept[5] != told[5]:
                self._db.change(_MEND_WATCH, (told[5], feedback_id))
        if state.status in _UNANSWERED and kept[10] is not None:
            self._db.change(_UNANSWER, (feedback_id,))
        return feedback_id

    def set_feedback_status(self, feedback_id: int, status: Status, at: datetime) -> None:
        """Keep the status that a reader gives; it holds until the text changes. Raises NotFoundError."""
        self.touch(feedback_id)
        if not self._db.change(_SET_STATUS, (status.value, to_micros(at), feedback_id)):
            raise NotFoundError(f"there is no feedback {feedback_id}")

    def watch(self, feedback_id: int, keys: frozenset[str]) -> None:
        """Replace the keys of the facts that could change a feedback's answer."""
        wanted = {text_key(key) for key in keys}
        rows = self._db.rows(_WATCHED, (feedback_id,))
        watched = {bytes(key) for _, key in rows if key is not None}
        for given_at in {row[0] for row in rows}:
            for key in sorted(watched - wanted):
                self._db.change(_UNWATCH, (key, given_at, feedback_id))
            new = [(key, given_at, feedback_id) for key in sorted(wanted - watched)]
            self._db.insert(_WATCH, new, "ON CONFLICT DO NOTHING")

    def repositories_of(self, feedback_ids: Iterable[int]) -> frozenset[int]:
        """Return the ids of the repositories that some pieces of feedback stand in."""
        rows = self._db.rows_among(_REPOSITORIES, [(feedback_id,) for feedback_id in feedback_ids])
        return frozenset(repository_id for (repository_id,) in rows)

    def watching(self, news: Mapping[str, datetime], since: datetime) -> tuple[int, ...]:
        """Return the ids of feedback received after ``since`` that the news can matter to, in order of id.

        It watches one of the keys, and was given at the key's time or later.
        """
        keys = [(text_key(key), to_micros(moment)) for key, moment in news.items()]
        rows = self._db.rows_among(_WATCHING, keys, (to_micros(since),))
        return tuple(sorted({feedback_id for (feedback_id,) in rows}))


def to_feedback(row: Row) -> Feedback:
    """Read what ``FEEDBACK`` selects."""
    thing = to_object(row)
    feedback_id, workspace, authorized, status, body, instruction, association, *rest = row[OBJECT_WIDTH:]
    given_at, updated_at, received_at, erased_at, final_at, name, report_id, *resolution = rest
    state = FeedbackState(
        ref=thing.ref,
        authorized=bool(authorized),
        status=Status(status),
        body=body,
        instruction=instruction,
        author_association=association,
        given_at=from_micros(given_at),
        updated_at=from_micros(updated_at),
    )
    resolved = None if resolution[0] is None else to_resolution(tuple(resolution))
    return Feedback(
        id=feedback_id,
        workspace=workspace,
        repository=name,
        object=thing,
        state=state,
        received_at=from_micros(received_at),
        resolution=resolved,
        report_id=report_id,
        erased=erased_at is not None,
        final=final_at is not None,
    )


def _told(state: FeedbackState) -> tuple[int | str, ...]:
    return (
        int(state.authorized),
        state.status.value,
        state.body,
        state.instruction,
        state.author_association,
        to_micros(state.given_at),
        to_micros(state.updated_at),
    )


def _asks_anew(kept: Row, told: tuple[int | str, ...]) -> bool:
    """Whether the derived status, the text or its time is another: a reader's status speaks of the former one."""
    return (kept[1], kept[2], kept[6]) != (told[1], told[2], told[6])
