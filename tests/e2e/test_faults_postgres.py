"""PostgreSQL is killed, and cut off."""

from __future__ import annotations

from pathlib import Path

from tests.torture.faults.networks import networks
from tests.torture.faults.outages import ENDINGS, outages


def test_a_killed_server_is_waited_for(tmp_path: Path) -> None:
    """While the server is gone deliveries are refused with 503; when it is back, all goes on by itself."""
    verdict = outages("postgresql", tmp_path, count=len(ENDINGS), most=60)
    assert verdict.is_clean, str(verdict)


def test_a_network_that_drops_everything_is_given_up(tmp_path: Path) -> None:
    """Requests that wait for a server behind a dead network are answered with 503; with it back, all goes on."""
    verdict = networks("postgresql", tmp_path, count=1, most=40)
    assert verdict.is_clean, str(verdict)
