from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playhouse.schema_diff import diff_models  # type: ignore[import-untyped]

from resolver.errors import StoreError
from store import Store, open_store
from store.database import Database
from store.migrate import migrate, pending
from store.tables import TABLES
from tests.support.databases import look_into

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
    assert sorted(len(names) for names in ran) == [0, 0, 0, 1]


def test_history_is_in_utc(store: Store) -> None:
    """When a migration was run is kept in UTC."""
    ((applied,),) = look_into(store).rows("SELECT applied FROM schema_migration WHERE name = '0001_initial'")
    moment = applied if isinstance(applied, datetime) else datetime.fromisoformat(applied)
    assert abs(datetime.now(UTC) - moment.replace(tzinfo=UTC)) < timedelta(minutes=5)


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
