from __future__ import annotations

from itertools import permutations

import pytest

from resolver.model.asking import Access, Permission
from store import Store
from tests.support.facts import REPOSITORY, after

TOLD = tuple(
    Permission(REPOSITORY, 8, access, after(at))
    for access, at in ((Access.WRITE, 0), (Access.NONE, 5), (Access.ADMIN, 9))
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_first_answer_since(store: Store, order: tuple[int, ...]) -> None:
    """An account may do what GitHub first said at the time or later, in whatever order the answers came."""
    with store.transaction() as ledger:
        assert [ledger.put_permission(TOLD[index]) for index in order] == [True] * 3
        assert not ledger.put_permission(TOLD[0])
    with store.snapshot() as catalogue:
        found = [catalogue.permission(REPOSITORY, 8, after(at)) for at in (-5, 0, 0.1, 5, 9, 9.1)]
        assert catalogue.permission(REPOSITORY, 9, after(-5)) is None
        assert catalogue.permission(REPOSITORY + 1, 8, after(-5)) is None
    assert found == [TOLD[0], TOLD[0], TOLD[1], TOLD[1], TOLD[2], None]
