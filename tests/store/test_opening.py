from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from resolver.errors import SettingsError, StoreError
from store import Store, open_store
from store.address import postgres_database
from tests.support.databases import look_into
from tests.support.facts import NOON, delivery, repository


@pytest.mark.parametrize(
    "url",
    [
        "",
        "whichrun.db",
        "mysql://localhost/x",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/x.db",
        "sqlite:///x.db?mode=ro",
        "postgresql://u:hush@host/name?nonsense=1",
        "postgres+psycopg://u:hush\u2100@host/name",
        "sqlite://[hush]/x.db",
    ],
)
def test_urls_that_name_no_database(url: str) -> None:
    """A URL that cannot be read is the operator's to mend, and is never quoted: it may hold a password."""
    with pytest.raises(SettingsError) as caught:
        open_store(url)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_sqlite_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is named from the working folder or from the root, with escapes for what a URL cannot hold."""
    monkeypatch.chdir(tmp_path)
    for url, name in (("sqlite:///here.db", "here.db"), (f"sqlite:///{tmp_path}/a%20b.db", "a b.db")):
        store = open_store(url)
        store.migrate()
        store.close()
        assert (tmp_path / name).is_file()


def test_a_file_stays_the_same_when_the_folder_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store stays with its file, wherever the process goes."""
    store = open_store("sqlite:///here.db")
    store.migrate()
    store.close()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.ping()
    store.close()
    assert os.listdir() == []  # noqa: PTH208 -- of the working folder


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A database in a folder that is not there is refused with what to do; the folder is not made."""
    with pytest.raises(StoreError, match="create it"):
        open_store(f"sqlite:///{tmp_path}/none/x.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A file that is no database is refused by name, and left as it is."""
    garbage = tmp_path / "x.db"
    garbage.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match=r"x\.db.*not a database"):
        open_store(f"sqlite:///{garbage}")
    assert garbage.read_bytes().startswith(b"no database")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    """A folder in the place of the file is refused."""
    (tmp_path / "x.db").mkdir()
    with pytest.raises(StoreError, match="cannot use the database"):
        open_store(f"sqlite:///{tmp_path}/x.db")


def test_a_folder_that_cannot_be_written() -> None:
    """A folder in which no file can be made is refused at start."""
    with pytest.raises(StoreError, match="cannot use the database"):
        open_store("sqlite:////proc/x.db")


def test_a_server_that_is_not_there() -> None:
    """A PostgreSQL server that does not answer is refused with what to check, and without the password."""
    with pytest.raises(StoreError, match=r"PostgreSQL.*check its URL") as caught:
        open_store("postgresql://u:hush@127.0.0.1:1/x")
    assert "hush" not in str(caught.value)


def test_a_full_disk(tmp_path: Path) -> None:
    """When the disk is full a delivery is not taken and nothing is lost; with room again it is."""
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    store.migrate()
    store.record(delivery("g1"))
    database = look_into(store)
    ((pages,),) = database.rows("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        store.record(delivery("g2", body=os.urandom(2**20)))
    database.rows("PRAGMA max_page_count = 100000")
    store.record(delivery("g2"))
    with store.snapshot() as catalogue:
        assert [one.guid for _, one in catalogue.deliveries(status=None, before=None, limit=9)] == ["g2", "g1"]
    store.close()


def test_values_that_no_column_can_hold(store: Store) -> None:
    """A value that the database cannot hold is an error of the store, and the next transaction is fine."""
    with pytest.raises(StoreError), store.transaction() as ledger:
        ledger.put_repository(repository(number=2**63), "default")
    with pytest.raises(StoreError), store.transaction() as ledger:
        ledger.put_repository(repository("\ud800"), "default")
    with store.transaction() as ledger:
        assert ledger.put_repository(repository(), "default")


def test_before_the_schema(database_url: str) -> None:
    """Without its schema the store answers nothing, rather than that there is nothing."""
    store = open_store(database_url)
    with pytest.raises(StoreError):
        store.claim(NOON)
    with pytest.raises(StoreError), store.snapshot() as catalogue:
        catalogue.delivery("g1")
    store.close()


def test_durable_and_careful() -> None:
    """SQLite commits to the disk, with a write-ahead log and foreign keys."""
    store = open_store("sqlite:///x.db")
    database = look_into(store)
    pragmas = {name: database.row(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": ("wal",), "synchronous": (2,), "foreign_keys": (1,)}
    store.close()


def test_postgres_never_waits_for_ever() -> None:
    """Connecting, waiting and running are bounded on PostgreSQL; what the URL itself says comes last and wins."""
    parameters = postgres_database("postgres://h/x?connect_timeout=9&options=-c%20lock_timeout%3D1s").connect_params
    assert "connect_timeout" not in parameters
    assert parameters["tcp_user_timeout"] > 0
    options = parameters["options"]
    assert "synchronous_commit=on" in options
    assert "statement_timeout" in options
    assert options.index("lock_timeout=10s") < options.index("lock_timeout=1s")


def test_the_database_s_clock(store: Store) -> None:
    """The database tells the present moment by its own clock, in UTC: here that of this machine."""
    before = datetime.now(UTC)
    found = store.time()
    second = timedelta(seconds=1)
    assert before - second < found < datetime.now(UTC) + second
