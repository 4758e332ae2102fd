from __future__ import annotations

from tests.support.api import refused
from tests.support.inbox import Inbox, app_over


def test_the_process_is_healthy_whatever_it_depends_on() -> None:
    """``/healthz`` answers while the store is out of reach: a restart would not mend that."""
    answer = app_over(Inbox(broken=True)).test_client().get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_when_nothing_is_missing() -> None:
    """``/readyz`` answers 200 when the store is there and its schema up to date."""
    answer = app_over(Inbox()).test_client().get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_not_ready_without_a_store() -> None:
    """``/readyz`` says that the store is out of reach."""
    answer = app_over(Inbox(broken=True)).test_client().get("/readyz")

    assert refused(answer, 503)["code"] == "store_unavailable"


def test_not_ready_before_its_migrations() -> None:
    """``/readyz`` names the migrations that are missing, and the command that applies them."""
    answer = app_over(Inbox(pending=("0002_more",))).test_client().get("/readyz")

    error = refused(answer, 503)
    assert error["code"] == "migrations_pending"
    assert "0002_more" in error["message"]
    assert "whichrun migrate" in error["message"]
