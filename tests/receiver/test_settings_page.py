"""The settings of signing in to the page through GitHub."""

from __future__ import annotations

import pytest

from receiver.settings import load
from resolver.errors import SettingsError

HIDDEN = "kept-to-ourselves"


def test_a_client_id_wants_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The App's client id without its secret is an error; nobody signs in before some are named; no secret shows."""
    monkeypatch.setenv("WHICHRUN_GITHUB_CLIENT_ID", "Iv1.0123456789abcdef")
    with pytest.raises(SettingsError, match="WHICHRUN_GITHUB_CLIENT_SECRET: is missing"):
        load()
    monkeypatch.setenv("WHICHRUN_GITHUB_CLIENT_SECRET", HIDDEN)
    settings = load()
    assert HIDDEN not in repr(settings)
    assert not settings.signs_in
    monkeypatch.setenv("WHICHRUN_PAGE_USERS", "octocat")
    assert load().signs_in


def test_names_are_accounts_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may sign in is named by login, in any case, or by id; nothing else is taken, and a stray comma is nobody."""
    monkeypatch.setenv("WHICHRUN_PAGE_USERS", "@OctoCat, 583231")
    assert load().page_users == frozenset({"octocat", "583231"})
    for wrong in (",", "two words", "a/b"):
        monkeypatch.setenv("WHICHRUN_PAGE_USERS", wrong)
        with pytest.raises(SettingsError, match="WHICHRUN_PAGE_USERS"):
            load()
