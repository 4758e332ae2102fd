"""`whichrun doctor` on the own side: settings, keys, the database and what waits in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from receiver import doctor_store
from receiver.doctor_store import drift
from resolver.model.asking import Asked, Need, Want
from resolver.model.deliveries import DeliveryStatus
from resolver.model.wants import WantChange
from tests.support.api import Api
from tests.support.command_line import whichrun
from tests.support.examined import (
    ALL,
    SIGNING_SECRET,
    examined,
    faults_in,
    good_settings,
    only,
    outcomes,
    well_kept_store,
    well_known_app,
)
from tests.support.github import StandIn
from tests.support.history import NUMBER


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub that knows the App as it should be."""
    with well_known_app() as opened:
        yield opened


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service that is well."""
    with well_kept_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(github: StandIn, api: Api, tmp_path: Path) -> dict[str, str]:
    """Return the settings of a set-up that is well."""
    return good_settings(github, tmp_path)


def test_a_set_up_that_is_well(settings: dict[str, str]) -> None:
    """Where all is well every check says so, in order, and the exit code is 0."""
    result, checks = examined(settings)
    assert result.exit_code == 0
    assert [check["name"] for check in checks] == list(ALL)
    assert {check["outcome"] for check in checks} == {"ok"}
    shown = whichrun("doctor", settings=settings).stdout
    assert shown.splitlines()[-1] == "nothing is wrong"


def test_both_databases_are_well(settings: dict[str, str], migrated_url: str) -> None:
    """SQLite and PostgreSQL can be looked over, the database's own clock too."""
    found = outcomes(settings, database_url=migrated_url)
    assert {found[name] for name in ALL[:12]} == {"ok"}


def test_nothing_is_changed_at_github(settings: dict[str, str], github: StandIn) -> None:
    """It only looks: every request is a GET, and no token is asked for."""
    examined(settings)
    assert {request.method for request in github.requests} == {"GET"}


def test_without_an_app_nothing_of_it_is_wrong(settings: dict[str, str], github: StandIn) -> None:
    """Without App credentials the checks of the App are not checked, in one line for people, and the exit code is 0."""
    without = settings | {"github_app_id": "", "github_private_key_file": ""}
    result, checks = examined(without)
    assert result.exit_code == 0
    assert {check["outcome"] for check in checks[8:]} == {"not_checked"}
    assert github.requests == []
    (line,) = (one for one in whichrun("doctor", settings=without).stdout.splitlines() if "not checked" in one)
    assert "app, github_clock" in line


def test_settings_that_cannot_be_read(settings: dict[str, str]) -> None:
    """Each setting that is unknown or malformed is a line of its own; the rest is not checked."""
    found = faults_in(settings, bnd="x")
    assert "WHICHRUN_BND is not a setting" in only(found, "settings")[0]
    _, checks = examined(settings, workers="0", retention_days="none")
    assert [one["message"].split(":")[0] for one in checks if one["outcome"] == "wrong"] == [
        "WHICHRUN_WORKERS", "WHICHRUN_RETENTION_DAYS",
    ]  # fmt: skip
    assert [one["name"] for one in checks if one["outcome"] == "not_checked"] == list(ALL[1:])


def test_keys_that_are_missing(settings: dict[str, str]) -> None:
    """A missing webhook secret and missing signing secrets are named, with what follows from it."""
    (webhook, signing) = faults_in(settings, webhook_secrets="", signing_secrets="")
    assert "no webhook secret" in webhook[1]
    assert "whichrun init" in webhook[2]
    assert "claims are stored as unsigned" in signing[1]


def test_keys_that_are_alike(settings: dict[str, str]) -> None:
    """Two items of a ring with one secret are named by their ids, never by the secret."""
    found = faults_in(settings, signing_secrets=f"new:{SIGNING_SECRET},old:{SIGNING_SECRET}")
    assert only(found, "key_ring")[0] == "WHICHRUN_SIGNING_SECRETS: new and old are the same secret"


def test_a_database_that_is_not_there(settings: dict[str, str], tmp_path: Path) -> None:
    """Without its database the App is looked at all the same; no database is made."""
    found = faults_in(settings, database_url=f"sqlite:///{tmp_path / 'none.db'}")
    assert "there is no database at" in only(found, "database")[0]
    assert not (tmp_path / "none.db").exists()
    looked = outcomes(settings, database_url=f"sqlite:///{tmp_path / 'none.db'}")
    assert {name for name, outcome in looked.items() if outcome == "not_checked"} == {
        "migrations", "database_clock", "inbox", "asking", "signing_keys", "repositories", "missed_deliveries",
    }  # fmt: skip
    assert looked["app"] == looked["delivery_log"] == "ok"


def test_a_database_that_is_down(settings: dict[str, str]) -> None:
    """A PostgreSQL that does not answer is one line, which does not show the password of its URL."""
    pytest.importorskip("psycopg")
    down = "postgresql://me:canary-password@127.0.0.1:9/whichrun"
    message, remedy = only(faults_in(settings, database_url=down), "database")
    assert "PostgreSQL" in message
    assert "WHICHRUN_DATABASE_URL" in remedy


def test_a_database_url_that_is_none(settings: dict[str, str]) -> None:
    """A URL that nobody can read is told without being shown; nothing else can be looked at."""
    found = faults_in(settings, database_url="oracle://me:canary@db")
    assert found[0][0] == "database"


def test_a_schema_that_is_not_up_to_date(settings: dict[str, str], tmp_path: Path) -> None:
    """Migrations that wait are named; the App is looked at all the same."""
    (tmp_path / "new.db").touch()
    message, remedy = only(faults_in(settings, database_url=f"sqlite:///{tmp_path / 'new.db'}"), "migrations")
    assert "0001_initial" in message
    assert "whichrun migrate" in remedy


def test_deliveries_that_were_set_aside(settings: dict[str, str], api: Api) -> None:
    """Dead deliveries are counted with their commonest reasons, and how to replay them."""
    for number in range(3):
        api.record(f"dead-{number}", DeliveryStatus.DEAD, "it broke")
    message, remedy = only(faults_in(settings), "inbox")
    assert message == "3 deliveries set aside: it broke (3 times)"
    assert "whichrun replay --status dead" in remedy


@pytest.mark.parametrize(("minutes", "said"), [(10, "10 minutes"), (300, "5 hours"), (4500, "3 days")])
def test_deliveries_that_nobody_takes(settings: dict[str, str], api: Api, minutes: float, said: str) -> None:
    """An inbox that nobody works on is wrong after five minutes, not before."""
    api.record("new")
    assert outcomes(settings)["inbox"] == "ok"
    api.wait(minutes=-minutes)
    api.record("old", DeliveryStatus.FAILED, "no luck")
    message, remedy = only(faults_in(settings), "inbox")
    assert message == f"2 deliveries waiting, the oldest for {said}; tried in vain: no luck"
    assert "worker" in remedy


def test_more_is_counted_than_is_told(settings: dict[str, str], api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many deliveries with many reasons some are looked at, and the commonest reasons told."""
    monkeypatch.setattr(doctor_store, "PAGE", 2)
    monkeypatch.setattr(doctor_store, "MOST_PAGES", 3)
    for number, reason in enumerate("zzabcddd"):
        api.record(f"dead-{number}", DeliveryStatus.DEAD, reason)
    message, _ = only(faults_in(settings), "inbox")
    assert message == "at least 6 deliveries set aside: d (3 times); a; b; and 1 other reason"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            WantChange(Asked.DEAD, datetime.now(UTC), error="GitHub's answer is not JSON"),
            "1 question to GitHub given up",
        ),
        (
            WantChange(Asked.WAITING, datetime.now(UTC), refusal="the App is suspended", counts=False),
            "may not be asked",
        ),
    ],
)
def test_questions_that_github_was_not_asked(settings: dict[str, str], api: Api, change: WantChange, said: str) -> None:
    """What was given up, and what GitHub may not be asked, is said with the reason."""
    store = api.services.store
    with store.transaction() as ledger:
        ledger.put_wants([Want(Need.COMMIT, NUMBER, sha="a" * 40)], api.now, due=api.now)
    claimed = store.claim_want(api.now)
    assert claimed is not None
    with store.settling_want(claimed, change) as mine:
        assert mine is not None
    message, _ = only(faults_in(settings), "asking")
    assert said in message
    assert str(change.error or change.refusal) in message


@pytest.mark.parametrize(("seconds", "said"), [(31, "behind"), (-31, "ahead of")])
def test_a_clock_that_is_wrong(seconds: float, said: str) -> None:
    """A clock that differs by more than 30 seconds is wrong, and it is said which way."""
    check = drift("clock", "GitHub's clock", seconds, "set it")
    assert check.outcome == "wrong"
    assert check.message == f"this machine's clock is 31 seconds {said} GitHub's clock"
    assert drift("clock", "GitHub's clock", seconds - seconds / 31, "set it").outcome == "ok"


def test_people_who_cannot_sign_in_are_told(settings: dict[str, str]) -> None:
    """Where people are named who may sign in through GitHub, and the App cannot ask who they are, that is a fault."""
    shown = whichrun("doctor", settings=settings | {"page_users": "octocat"})
    assert shown.exit_code == 1
    assert "WHICHRUN_PAGE_USERS names people" in shown.stdout
    credentials = {"github_client_id": "Iv1.0123456789abcdef", "github_client_secret": "secret"}
    assert whichrun("doctor", settings=settings | credentials | {"page_users": "octocat"}).exit_code == 0
