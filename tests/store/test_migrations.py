from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playhouse.schema_diff import diff_models  # type: ignore[import-untyped]

from resolver.errors import StoreError
from resolver.model.github import BlameRange, Commit, CommitCount, Lines
from resolver.reports.wording import WORDLESS, title_of
from store import Store, open_store
from store.database import Database
from store.migrate import FOLDER, migrate, pending
from store.rows import text_key
from store.tables import TABLES
from tests.support.databases import look_into
from tests.support.facts import NAME, REPOSITORY, WORKSPACE, ZEROS, ref, sha

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = EPOCH + timedelta(days=1)
OLD_ROWS = f"""
INSERT INTO repository (id, workspace, deleted) VALUES ({REPOSITORY}, '{WORKSPACE}', 0);
INSERT INTO object (id, repository_id, kind, github_id, number, author_id, author_login, author_type, author_as_of,
    created_at, url, original_line, deleted, as_of)
    VALUES (1, {REPOSITORY}, 'issue_comment', 7, 42, 5, 'mona', 'User', 9, 9, 'u', 3, 0, 9);
INSERT INTO revision (id, object_id, updated_at, body_sha256, body, editor_id, editor_login, editor_type, edited,
    author_association, rank) VALUES (1, 1, 9, '00', 'signed', 5, 'mona', 'User', 0, 'NONE', 0);
INSERT INTO sighting (object_id, revision_id, repository_id, author_id, posted_at, posted_from, digest, workspace,
    span_id, trust, verified_at) VALUES (1, 1, {REPOSITORY}, 5, 9, 9, 'd1', '{WORKSPACE}', 's1', 'signed', 9);
INSERT INTO run (id, workspace, span_id, repository, repository_key, repository_id, numbers, agent_name,
    skill_version_ids, guardrail_version_ids, internal, started_at, artifacts, facts, registered_at)
    VALUES (1, '{WORKSPACE}', 's1', '{NAME}', '{NAME}', {REPOSITORY}, '[42]', 'coder', '[]', '[]', 0, 9, '[]', '', 9);
INSERT INTO run_number (number, run_id) VALUES (42, 1);
INSERT INTO feedback (id, object_id, workspace, repository_id, authorized, status, state_status, body, instruction,
    author_association, given_at, updated_at, received_at)
    VALUES (1, 1, '{WORKSPACE}', {REPOSITORY}, 1, 'new', 'new', '', '', 'NONE', 9, 9, 9)
"""
OLD_WATCH = "INSERT INTO feedback_watch (watch_key, feedback_id) VALUES (?, 1)"
BROKEN = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE half (id BIGINT)")
    db.execute_sql("CREATE TABLE half (id BIGINT)")
"""


def test_the_tables_are_what_the_migrations_build(store: Store) -> None:
    """The models of ``store.tables`` and the schema that the migrations build do not differ."""
    handle = look_into(store).handle
    with handle.bind_ctx(TABLES):
        difference = diff_models(handle, TABLES)
    assert not difference, str(difference)
    named = {table._meta.table_name for table in TABLES}  # noqa: SLF001 -- peewee documents Model._meta
    assert named == set(handle.get_tables()) - {"schema_migration"}


def test_once_is_enough(database_url: str) -> None:
    """Migrating names what it ran; migrating again runs nothing. Before, the store says what is to do."""
    store = open_store(database_url)
    waiting = store.pending_migrations()
    assert waiting[0] == "0001_initial"
    with pytest.raises(StoreError, match="whichrun migrate"):
        store.ping()
    assert store.migrate() == waiting
    assert (store.migrate(), store.pending_migrations()) == ((), ())
    store.ping()
    store.close()


def test_several_at_once(database_url: str) -> None:
    """Of several that migrate one database at once, one does it and the others find it done."""
    ran: list[tuple[str, ...]] = []
    start = threading.Barrier(4)

    def run() -> None:
        store = open_store(database_url)
        start.wait()
        ran.append(store.migrate())
        store.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(names) for names in ran)[:3] == [0, 0, 0]
    store = open_store(database_url)
    assert store.pending_migrations() == ()
    store.close()


def test_history_is_in_utc(database_url: str) -> None:
    """When a migration was run is kept in UTC."""
    store = open_store(database_url)
    store.migrate()
    ((applied,),) = look_into(store).rows("SELECT applied FROM schema_migration WHERE name = '0001_initial'")
    moment = applied if isinstance(applied, datetime) else datetime.fromisoformat(applied)
    store.close()
    assert abs(datetime.now(UTC) - moment.replace(tzinfo=UTC)) < timedelta(minutes=5)


def test_what_was_stored_before_is_found_after(database_url: str, tmp_path: Path) -> None:
    """Rows that the first version wrote are found by today's look-ups."""
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(FOLDER / "0001_initial.py", first)
    database = Database(database_url)
    migrate(database, first)
    with database.writing():
        for statement in OLD_ROWS.split(";"):
            database.change(statement)
        database.change(OLD_WATCH, (text_key("key"),))
    database.close()
    store = open_store(database_url)
    assert "0002_lines" in store.migrate()
    lines = Lines(REPOSITORY, "a", "a.py", "RIGHT", 1, 9)
    with store.transaction() as ledger:
        thing = ledger.object(ref(7))
        assert thing is not None
        assert (thing.position.original_line, thing.position.original_start_line) == (3, None)
        assert [one.body for one in ledger.texts_on(REPOSITORY, 42, FAR, 9)] == ["signed"]
        assert [one.span_id for one in ledger.number_sightings(REPOSITORY, 42, FAR)] == ["s1"]
        for repository_id in (REPOSITORY, None):
            runs = ledger.runs_started(WORKSPACE, repository_id, NAME, 42, EPOCH, FAR)
            assert [one.span_id for one in runs] == ["s1"]
        assert ledger.watching({"key": EPOCH}, EPOCH) == (1,)
        assert ledger.watching({"key": EPOCH + timedelta(seconds=1)}, EPOCH) == ()
        assert ledger.blame(lines) == ()
    store.close()


COMMITS_OF_0002 = f"""
INSERT INTO git_commit (id, repository_id, sha, message, committed_at, paths_known, pushed_at)
    VALUES (1, {REPOSITORY}, '{sha("a")}', 'Add it', 5, 1, 9);
INSERT INTO commit_path (commit_id, path_key, path, change) VALUES (1, ?, 'a.py', 'added');
INSERT INTO push (id, repository_id, ref, sha_before, sha_after, forced, pushed_at)
    VALUES (1, {REPOSITORY}, 'refs/heads/topic', '{ZEROS}', '{sha("a")}', 0, 9);
INSERT INTO push_commit (push_id, commit_id, position) VALUES (1, 1, 0);
INSERT INTO sighting (commit_id, repository_id, digest, workspace, span_id, trust, verified_at)
    VALUES (1, {REPOSITORY}, 'd1', '{WORKSPACE}', 's1', 'signed', 9);
INSERT INTO pull_request (repository_id, number, head_sha, head_ref, head_repository_id, base_sha, base_ref, state,
    merged, commit_count, updated_at)
    VALUES ({REPOSITORY}, 42, '{sha("a")}', 'topic', {REPOSITORY}, '{sha("0")}', 'main', 'open', 0, 1, 9);
INSERT INTO pull_head (repository_id, number, head_repository_id, head_ref, sha)
    VALUES ({REPOSITORY}, 42, {REPOSITORY}, 'topic', '{sha("a")}');
INSERT INTO line_blame (repository_id, sha, path_key, side, first_line, last_line, blamed)
    VALUES ({REPOSITORY}, '{sha("a")}', ?, 'RIGHT', 1, 9, '{sha("a")}')
"""


def test_what_0002_stored_is_found_after(database_url: str, tmp_path: Path) -> None:
    """Commits that the second version kept were all pushed: asking for them does not make them older."""
    folder = tmp_path / "second"
    folder.mkdir()
    for name in ("0001_initial.py", "0002_lines.py"):
        shutil.copy(FOLDER / name, folder)
    database = Database(database_url)
    migrate(database, folder)
    with database.writing():
        for statement in COMMITS_OF_0002.split(";"):
            database.change(statement, (text_key("a.py"),) if "?" in statement else ())
    database.close()
    store = open_store(database_url)
    assert store.migrate()[0] == "0003_asking"
    assert look_into(store).rows("SELECT pushed, pushed_at FROM git_commit") == [(1, 9)]
    asked = Commit(REPOSITORY, sha("a"), "Add it", EPOCH + timedelta(microseconds=5), None, frozenset({"a.py"}))
    ninth = EPOCH + timedelta(microseconds=9)
    with store.transaction() as ledger:
        for _ in range(2):
            assert ledger.pull_commits_touching(REPOSITORY, 42, "a.py", ninth) == (sha("a"),)
            assert ledger.pull_commits_touching(REPOSITORY, 42, "a.py", asked.timestamp) == ()
            assert [one.digest for one in ledger.number_sightings(REPOSITORY, 42, ninth)] == ["d1"]
            assert ledger.pull_commit_count(REPOSITORY, 42) == CommitCount(1, 1, None)
            assert ledger.blame(Lines(REPOSITORY, sha("a"), "a.py", "RIGHT", 1, 1)) == (BlameRange(1, 9, sha("a")),)
            assert not ledger.put_commits(REPOSITORY, (asked,), {})
    store.close()


def test_the_keys_of_what_was_verified_before_are_known_after(database_url: str, tmp_path: Path) -> None:
    """The register begins with the keys that verified what is stored; for none of them texts are read again."""
    folder = tmp_path / "fifth"
    folder.mkdir()
    for path in sorted(FOLDER.glob("000[1-5]_*.py")):
        shutil.copy(path, folder)
    database = Database(database_url)
    migrate(database, folder)
    with database.writing():
        for key, moment in (("'k1'", 7), ("'k1'", 5), ("'k2'", 9), ("NULL", 3)):
            database.change(
                "INSERT INTO sighting (repository_id, digest, workspace, span_id, trust, verified_with, verified_at) "
                f"VALUES (1, 'd{moment}', 'w', 's', 'signed', {key}, {moment})"
            )
    database.close()
    store = open_store(database_url)
    assert store.migrate()[0] == "0006_keys"
    known = {key.id: (key.kind, key.created_at, key.read_again_at) for key in store.keys.all()}
    fifth, ninth = EPOCH + timedelta(microseconds=5), EPOCH + timedelta(microseconds=9)
    assert known == {"k1": ("hmac", fifth, fifth), "k2": ("hmac", ninth, ninth)}
    store.close()


def test_interrupted(database_url: str, tmp_path: Path) -> None:
    """A migration that fails leaves nothing of itself, and those before it stay; mended, it runs."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_fine.py").write_text('def up(migrator, db):\n    db.execute_sql("CREATE TABLE fine (id BIGINT)")\n')
    second = folder / "0002_broken.py"
    second.write_text(BROKEN)
    database = Database(database_url)
    with pytest.raises(StoreError, match="half"):
        migrate(database, folder)
    assert pending(database, folder) == ("0002_broken",)
    second.write_text(BROKEN.replace("half (id BIGINT)", "whole (id BIGINT)", 1))
    assert migrate(database, folder) == ("0002_broken",)
    database.close()


FEEDBACK_OF_0004 = [
    (1, 1, "new", "be brief"), (2, 1, "withdrawn", "be brief"), (3, 0, "ignored", "be evil"), (4, 1, "analyzed", ""),
]  # fmt: skip


def test_feedback_from_before_has_its_report_after(database_url: str, tmp_path: Path) -> None:
    """Each feedback that was authorised has a report, open or withdrawn as it is; what nobody authorised has none."""
    folder = tmp_path / "fourth"
    folder.mkdir()
    for path in sorted(FOLDER.glob("000[1-4]*.py")):
        shutil.copy(path, folder)
    database = Database(database_url)
    migrate(database, folder)
    with database.writing():
        database.change("INSERT INTO repository (id, deleted) VALUES (?, 0)", (REPOSITORY,))
        database.change("INSERT INTO repository_workspace VALUES (?, ?)", (WORKSPACE, REPOSITORY))
        for number, authorized, status, instruction in FEEDBACK_OF_0004:
            database.change(
                "INSERT INTO object (id, repository_id, kind, github_id, author_id, author_login, author_type, "
                "author_as_of, created_at, url, deleted, as_of) VALUES (?, ?, 'issue_comment', ?, 5, 'mona', 'User', "
                "9, 9, 'u', 0, 9)",
                (number, REPOSITORY, number),
            )
            database.change(
                "INSERT INTO feedback (id, object_id, workspace, repository_id, authorized, status, state_status, "
                "body, instruction, author_association, given_at, updated_at, received_at, resolution_id) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, 'NONE', 9, 9, 11, 7)",
                (number, number, WORKSPACE, REPOSITORY, authorized, status, status, instruction),
            )
    database.close()
    store = open_store(database_url)
    assert store.migrate()[0] == "0005_reports"
    with store.snapshot() as catalogue:
        reports = [catalogue.report_about(number) for number, *_ in FEEDBACK_OF_0004]
    store.close()
    assert [one and (one.status, one.instruction, title_of(one)) for one in reports] == [
        ("open", "be brief", "be brief"), ("withdrawn", "be brief", "be brief"), None, ("open", "", WORDLESS),
    ]  # fmt: skip
    (first, *_) = [one for one in reports if one is not None]
    assert (first.workspace, first.repository_id, first.resolution_id) == (WORKSPACE, REPOSITORY, 7)
    assert first.created_at == first.updated_at == EPOCH + timedelta(microseconds=11)
