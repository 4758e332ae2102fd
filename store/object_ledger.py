"""Keeping objects: each with all its versions, and the claims that were read in each."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from resolver.errors import StoreError
from resolver.model.github import GithubObject, ObjectRef, ObjectSeen, Revision
from resolver.model.runs import Reading, Sighting
from resolver.revisions import in_order
from store.database import Database, Row, Values
from store.hashes import revision_hash, text_hash, values_hash
from store.merging import Stated, merge_objects, merge_revisions
from store.objects import ObjectFacts
from store.rows import OBJECT, OBJECT_WIDTH, REVISION, from_texts, to_object, to_revision
from store.times import from_micros, to_micros

_COLUMNS = (
    "number, author_id, author_login, author_type, created_at, url, reply_to, review_id, path, line, start_line, "
    "original_line, original_start_line, side, start_side, subject_type, commit_sha, original_commit_sha, diff_hunk, "
    "state, deleted, thread, as_of, author_as_of"
)
# What was written by whoever was forgotten since is not taken in again (``store.forgetting``).
# By one key: a list of two, and the later of what it finds, would take longer than the rest of the statement.
_GONE = "SELECT a.forgotten_at FROM forgotten_account a WHERE a.account_id = ? AND a.forgotten_at >= ?"
_GONE_EITHER = f"COALESCE(({_GONE}), ({_GONE}))"
_LOGIN = f"CASE WHEN ({_GONE}) IS NOT NULL THEN 'ghost' ELSE ? END"
_ADD = f"""
INSERT INTO object (repository_id, kind, github_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, {_LOGIN}, {", ".join("?" * 21)})
ON CONFLICT (repository_id, kind, github_id) DO NOTHING RETURNING id, author_login
"""
_KNOWN = f"""
SELECT {OBJECT}, o.id, o.as_of, o.author_as_of FROM object o
WHERE o.repository_id = ? AND o.kind = ? AND o.github_id = ?
"""
_MEND = f"UPDATE object SET {_COLUMNS.replace(', ', ' = ?, ')} = ? WHERE id = ?".replace(
    "author_login = ?", f"author_login = {_LOGIN}"
)
_MEND_AUTHOR = "UPDATE sighting SET author_id = ?, number = ? WHERE object_id = ?"
_MEND_NUMBER = "UPDATE revision SET number = ? WHERE object_id = ?"
_ADD_ANY = """
INSERT INTO revision (object_id, updated_at, body_sha256, body, editor_id, editor_login, editor_type, edited,
    author_association, previous_body, rank, refusals, repository_id, number, sha256,
    erased_at)
VALUES (?, ?, ?, CASE WHEN (gone) IS NOT NULL THEN '' ELSE ? END, ?, ?, ?, ?, ?,
    CASE WHEN (gone) IS NOT NULL THEN NULL ELSE ? END, 0, ?, ?, ?, ?, (gone))
ON CONFLICT (object_id, updated_at, body_sha256) DO NOTHING RETURNING id, erased_at
"""
_ADD_REVISION = _ADD_ANY.replace("(gone)", f"({_GONE})")
_ADD_EDITED = _ADD_ANY.replace("(gone)", _GONE_EITHER)
_SIBLINGS = f"SELECT {REVISION}, r.id, r.rank, r.body_sha256 FROM revision r WHERE r.object_id = ? AND r.updated_at = ?"
_MEND_REVISION = """
UPDATE revision SET editor_id = ?, editor_login = ?, editor_type = ?, edited = ?, author_association = ?,
    previous_body = ? WHERE id = ?
"""
_RANK = "UPDATE revision SET rank = ? WHERE id = ?"
_REFUSALS = "UPDATE revision SET refusals = ? WHERE id = ?"
_ADD_SIGHTINGS = """
INSERT INTO sighting (object_id, revision_id, commit_id, repository_id, number, author_id, posted_at, digest,
    workspace, span_id, agent_id, agent_name, claim_repository, claim_number, trust, verified_with, verified_at, proof,
    sha256)
VALUES
"""
# A version was written at its time; only the first one known may be as old as its object.
EARLIEST = """
(SELECT CASE WHEN s.revision_id = (
        SELECT r.id FROM revision r WHERE r.object_id = o.id ORDER BY r.updated_at, r.rank LIMIT 1
    ) AND o.created_at < s.posted_at THEN o.created_at ELSE s.posted_at END
 FROM object o WHERE o.id = s.object_id)
"""
_MEND_EARLIEST = f"""
UPDATE sighting AS s SET posted_from = {EARLIEST}
WHERE s.object_id = ? AND (s.posted_from IS NULL OR s.posted_from <> {EARLIEST})
"""


class ObjectLedger(ObjectFacts):
    """Keeping objects. What was read of one in this transaction is remembered until it is kept anew."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        super().__init__(database)
        self._read_objects: dict[ObjectRef, GithubObject | None] = {}
        self._read_revisions: dict[ObjectRef, tuple[Revision, ...]] = {}

    def forget_objects(self) -> None:
        """Read objects again."""
        self._read_objects.clear()
        self._read_revisions.clear()

    def object(self, ref: ObjectRef) -> GithubObject | None:
        """Return an object, deleted or not."""
        if ref not in self._read_objects:
            self._read_objects[ref] = super().object(ref)
        return self._read_objects[ref]

    def revisions(self, ref: ObjectRef) -> tuple[Revision, ...]:
        """Return every version of an object's text, oldest first."""
        if ref not in self._read_revisions:
            self._read_revisions[ref] = super().revisions(ref)
        return self._read_revisions[ref]

    def add_object(self, seen: ObjectSeen, reading: Reading) -> bool:
        """Keep an object that nobody knew, its revision, and the claims read in it; False when it is known already."""
        self._read_objects.pop(seen.object.ref, None)
        self._read_revisions.pop(seen.object.ref, None)
        new = self._add_object(seen, reading)
        if new is not None and reading.sightings:
            self._add_sightings(*new, seen.object, seen.revision, reading)
            self._db.change(_MEND_EARLIEST, (new[0],))
        return new is not None

    def put_object(self, seen: ObjectSeen, reading: Reading) -> bool:
        """Keep an object, its revision, and the claims read in it; say whether anything of it was new."""
        if self.add_object(seen, reading):
            return True
        object_id, thing, changed = self._mend_object(seen)
        revision_id, revised = self._keep_revision(object_id, thing, seen.revision, reading)
        sighted = self._add_sightings(object_id, revision_id, thing, seen.revision, reading)
        self._db.change(_MEND_EARLIEST, (object_id,))
        if sighted and not revised:  # read again with other keys, which verified more
            self._db.change(_REFUSALS, (from_texts(reading.refusals), revision_id))
        return changed or revised or sighted > 0

    def _add_object(self, seen: ObjectSeen, reading: Reading) -> tuple[int, int] | None:
        """Keep an object that nobody knew, with its revision; return their rows' ids, None when it is known.

        Most are new, and read at once by whoever has them kept: what is known of one need not be asked for.
        """
        thing, revision = seen.object, seen.revision
        stated = Stated(thing, revision.updated_at, revision.updated_at)
        added = self._db.row(_ADD, (*_key(thing.ref), *_values(stated)))
        if added is None:
            return None
        object_id, login = added
        first = self._add_revision(object_id, thing, revision, reading)
        if first is None:
            raise StoreError(f"the row of {thing.ref.kind} {thing.ref.id} is new, and has a version already")
        revision_id, erased_at = first
        if login == thing.author.login and erased_at is None:  # nobody was forgotten
            self._read_objects[thing.ref], self._read_revisions[thing.ref] = thing, (revision,)
        return object_id, revision_id

    def _mend_object(self, seen: ObjectSeen) -> tuple[int, GithubObject, bool]:
        """Keep what is new about an object; return its row's id, the object as it is now, and whether it changed."""
        as_of = seen.revision.updated_at
        object_id, before = self._known_object(seen.object.ref)
        after = merge_objects(before, Stated(seen.object, as_of, as_of))
        if after != before:
            self._db.change(_MEND, (*_values(after), object_id))
            self._mend_copies(object_id, before.thing, after.thing)
        return object_id, after.thing, after.thing != before.thing

    def _mend_copies(self, object_id: int, before: GithubObject, after: GithubObject) -> None:
        """Mend what versions and claims repeat of their object."""
        if (after.author.id, after.number) != (before.author.id, before.number):
            self._db.change(_MEND_AUTHOR, (after.author.id, after.number, object_id))
        if after.number != before.number:
            self._db.change(_MEND_NUMBER, (after.number, object_id))

    def _known_object(self, ref: ObjectRef) -> tuple[int, Stated]:
        row = self._db.rows(self._db.locking(_KNOWN), _key(ref))[0]
        object_id, as_of, author_as_of = row[OBJECT_WIDTH:]
        return object_id, Stated(to_object(row), from_micros(as_of), from_micros(author_as_of))

    def _add_sightings(
        self, object_id: int, revision_id: int, thing: GithubObject, revision: Revision, reading: Reading
    ) -> int:
        place = (thing.ref.repository_id, thing.number)
        owner = (object_id, revision_id, None, *place, thing.author.id, to_micros(revision.updated_at))
        return add_sightings(self._db, [(owner, sighting) for sighting in reading.sightings])

    def _add_revision(self, object_id: int, thing: GithubObject, revision: Revision, reading: Reading) -> Row | None:
        """Keep a version; return its row's id, and when its writer was forgotten; None when it is known."""
        updated_at, body_sha256 = to_micros(revision.updated_at), text_hash(revision.body)
        key = (object_id, updated_at, body_sha256)
        place = (thing.ref.repository_id, thing.number)
        sha256 = revision_hash(_key(thing.ref), updated_at, body_sha256)
        whose: tuple[int, ...] = (thing.author.id, updated_at)
        add = _ADD_REVISION
        if revision.edited and revision.editor.id != thing.author.id:
            whose, add = (*whose, revision.editor.id, updated_at), _ADD_EDITED
        *editor, previous_body = _told(revision)
        texts = (*whose, revision.body, *editor, *whose, previous_body)
        return self._db.row(add, (*key, *texts, from_texts(reading.refusals), *place, sha256, *whose))

    def _keep_revision(
        self, object_id: int, thing: GithubObject, revision: Revision, reading: Reading
    ) -> tuple[int, bool]:
        added = self._add_revision(object_id, thing, revision, reading)
        body_sha256 = text_hash(revision.body)
        siblings = self._siblings(object_id, revision.updated_at)
        revision_id = siblings[body_sha256][0] if added is None else int(added[0])
        if added is None:
            before = siblings[body_sha256][1]
            after = before if before.erased else merge_revisions(before, revision)
            if after == before:
                return revision_id, False
            self._db.change(_MEND_REVISION, (*_told(after), revision_id))
            siblings = self._siblings(object_id, revision.updated_at)
        self._rank_revisions(siblings)
        return revision_id, True

    def _siblings(self, object_id: int, updated_at: datetime) -> dict[bytes, tuple[int, Revision, int]]:
        """Return the revisions of one second by the hashes of their texts: row id, revision, rank."""
        rows = self._db.rows(_SIBLINGS, (object_id, to_micros(updated_at)))
        return {bytes(row[11]): (row[9], to_revision(row), row[10]) for row in rows}

    def _rank_revisions(self, siblings: dict[bytes, tuple[int, Revision, int]]) -> None:
        if any(revision.erased for _, revision, _ in siblings.values()):
            for rank, (revision_id, _, _) in enumerate(sorted(siblings.values(), key=lambda one: one[2])):
                self._db.change(_RANK, (rank, revision_id))  # nobody can tell any more: they stay as they were
            return
        ordered = in_order(revision for _, revision, _ in siblings.values())
        for rank, revision in enumerate(ordered):
            revision_id, _, ranked = siblings[text_hash(revision.body)]
            if ranked != rank:
                self._db.change(_RANK, (rank, revision_id))


def add_sightings(database: Database, owned: Iterable[tuple[Values, Sighting]]) -> int:
    """Add claims, each with the columns of its owner; return how many were not there yet.

    A row that is there keeps the key that verified it: retiring a key never unlinks (SPEC §2.3).
    """
    read = ((owner, _claim(sighting), sighting.proof) for owner, sighting in owned)
    rows = [(*owner, *claim, proof, values_hash(claim)) for owner, claim, proof in read]
    return database.insert(_ADD_SIGHTINGS, rows, "ON CONFLICT DO NOTHING")


def _claim(sighting: Sighting) -> tuple[int | str | None, ...]:
    return (
        sighting.digest,
        sighting.workspace,
        sighting.span_id,
        sighting.agent_id,
        sighting.agent_name,
        sighting.repository,
        sighting.number,
        sighting.trust.value,
        sighting.verified_with,
        to_micros(sighting.verified_at),
    )


def _key(ref: ObjectRef) -> tuple[int, str, int]:
    return ref.repository_id, ref.kind.value, ref.id


def _told(revision: Revision) -> tuple[int | str | None, ...]:
    editor = revision.editor
    told = (revision.author_association, revision.previous_body)
    return (editor.id, editor.login, editor.type, int(revision.edited), *told)


def _values(stated: Stated) -> tuple[int | str | None, ...]:
    """Return the values of ``_COLUMNS``."""
    thing: GithubObject = stated.thing
    author, position = thing.author, thing.position
    return (
        thing.number,
        author.id,
        *(author.id, to_micros(stated.author_as_of)),  # whether the login is not to be kept any more
        author.login,
        author.type,
        to_micros(thing.created_at),
        thing.url,
        thing.reply_to,
        thing.review_id,
        position.path,
        position.line,
        position.start_line,
        position.original_line,
        position.original_start_line,
        position.side,
        position.start_side,
        position.subject_type,
        position.commit,
        position.original_commit,
        position.diff_hunk,
        thing.state,
        int(thing.deleted),
        thing.thread,
        to_micros(stated.as_of),
        to_micros(stated.author_as_of),
    )
