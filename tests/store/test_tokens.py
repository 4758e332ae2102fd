from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.errors import StoreError
from resolver.model.tokens import Scope, Token, TokenGrant
from store import Store
from tests.support.databases import look_into
from tests.support.facts import NOON, after

GRANT = TokenGrant(workspace="north", name="reader", scopes=frozenset({Scope.RUNS_READ, Scope.ADMIN}))
FULL = replace(GRANT, run="span-1", expires_at=after(60), scopes=frozenset(Scope))


def add(store: Store, word: str = "s1", grant: TokenGrant = GRANT, *, at: float = 0) -> Token:
    """Keep a token."""
    return store.tokens.add(grant, secret=word, at=after(at))


@pytest.mark.parametrize("grant", [GRANT, FULL, replace(GRANT, name="n\u202e<b>'; DROP TABLE token--")])
def test_kept_as_it_was(store: Store, grant: TokenGrant) -> None:
    """A token comes back by its secret and by its id, with all that it allows, and as one that was never used."""
    token = add(store, grant=grant)
    assert token == Token(token.id, grant, NOON, None, None)
    assert store.tokens.with_secret("s1") == store.tokens.get(token.id) == token


def test_no_other_secret_finds_it(store: Store) -> None:
    """Nothing but the very secret finds a token: no hash of it, no prefix, no text that cannot be encoded."""
    add(store)
    kept = bytes((look_into(store).row("SELECT secret_sha256 FROM token") or (b"",))[0])
    assert len(kept) == 32
    for given in ("", "s", "S1", "s1 ", "s1\0", kept.hex(), kept.decode("latin-1"), "\ud800"):
        assert store.tokens.with_secret(given) is None


def test_a_secret_is_used_once(store: Store) -> None:
    """Two tokens never have one secret: the second is refused, and nothing is kept of it."""
    add(store)
    with pytest.raises(StoreError):
        add(store, grant=FULL)
    assert len(store.tokens.listed(None, before=None, limit=9)) == 1


def test_revoking_holds_and_is_counted_once(store: Store) -> None:
    """The first revocation counts, with its time; a later one, or one of what is no token, changes nothing."""
    token = add(store)
    assert store.tokens.revoke(token.id, after(1))
    assert not store.tokens.revoke(token.id, after(2))
    assert not store.tokens.revoke(token.id + 1, after(2))
    found = store.tokens.get(token.id)
    assert found is not None
    assert found.revoked_at == after(1)
    assert not found.is_valid(after(0))


def test_one_of_many_revocations_at_once_counts(store: Store) -> None:
    """Of many who revoke a token at the same moment one did so."""
    token = add(store)
    start, counted = threading.Barrier(4), []

    def revoke() -> None:
        start.wait()
        counted.append(store.tokens.revoke(token.id, NOON))
        store.close()

    threads = [threading.Thread(target=revoke) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [False, False, False, True]


@pytest.mark.parametrize(("minutes", "valid"), [(0, True), (59.99, True), (60, False), (61, False)])
def test_valid_until_it_expires(store: Store, minutes: float, *, valid: bool) -> None:
    """A token is valid before its time is over, and not from that moment on; one without a time always."""
    assert add(store, grant=FULL).is_valid(after(minutes)) is valid
    assert add(store, "s2").is_valid(after(10**6))


def test_lists_are_of_one_workspace_newest_first(store: Store) -> None:
    """A workspace's tokens come page by page, and no other's; without a workspace all do."""
    grants = [GRANT, replace(GRANT, workspace="south"), GRANT, GRANT, replace(GRANT, workspace="North")]
    made = [add(store, f"s{number}", grant) for number, grant in enumerate(grants)]
    first = store.tokens.listed("north", before=None, limit=2)
    assert [position for position, _ in first] == [made[3].id, made[2].id]
    rest = store.tokens.listed("north", before=first[-1][0], limit=2)
    assert rest == ((made[0].id, made[0]),)
    assert [token for _, token in store.tokens.listed(None, before=None, limit=9)] == made[::-1]
    assert store.tokens.listed("nobody's", before=None, limit=9) == ()


def test_a_use_is_noted_once_a_minute(store: Store) -> None:
    """A use is written when the last one is a minute old; an older moment never replaces a newer one."""

    def used(minutes: float) -> object:
        token = store.tokens.get(made.id)
        assert token is not None
        store.tokens.note_use(token, after(minutes))
        return getattr(store.tokens.get(made.id), "used_at", None)

    made = add(store)
    assert used(0) == after(0)
    assert used(0.99) == after(0)
    assert used(1) == after(1)
    assert used(-5) == after(1)
    stale = replace(made, used_at=None)
    store.tokens.note_use(stale, after(1) - timedelta(seconds=30))
    assert getattr(store.tokens.get(made.id), "used_at", None) == after(1)
