from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosts import NETWORKS, Network, impossible, two_hosts
from tests.support.own_postgres import LEFT_OUT, own_postgres, programs
from tests.support.pair import Pair, die_in_turn, feedback, pair

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1", NETWORKS])


@pytest.fixture
def network() -> Iterator[Network]:
    """Two hosts; where they cannot be made, the test is left out, and says why."""
    reason = impossible() or (None if programs() else LEFT_OUT)
    if reason is not None:
        pytest.skip(reason)
    with two_hosts() as made:
        yield made


@pytest.fixture
def both(network: Network, tmp_path: Path) -> Iterator[Pair]:
    """A service on each host, which share one PostgreSQL outside of both."""
    with own_postgres(network.outside, trusted=network.cidr) as url, pair(tmp_path, url, network) as made:
        yield made


def test_two_hosts_share_one_database_and_lose_or_double_nothing(both: Pair) -> None:
    """Whichever host dies under load, each acknowledged delivery is processed once, and both hosts have worked."""
    outcome = die_in_turn(both, deaths=2, between=20)

    assert len(outcome.acknowledged) >= 60
    assert outcome.lost == frozenset()
    assert outcome.doubled == frozenset()
    assert min(outcome.worked) > 0


def test_a_loss_would_be_seen(both: Pair) -> None:
    """A delivery that counts as acknowledged and never came is reported as lost: the look that finds nothing can."""
    both.acknowledged.add(999_999)

    outcome = both.outcome()

    assert outcome.lost == {999_999}
    assert feedback(999_999).guid
