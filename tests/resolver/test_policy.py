"""Who may give feedback, and who is an agent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resolver.model.github import User
from resolver.policy import Policy, is_named

MAINTAINER = User(1, "Maintainer")
BOT = User(2, "helper[bot]", "Bot")


def policy(authors: set[str] | None = None) -> Policy:
    """Make a policy with a list of feedback authors, or none."""
    listed = None if authors is None else frozenset(authors)
    return Policy("default", listed, None, frozenset(), timedelta(hours=24))


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
def test_without_a_list_the_association_decides(association: str) -> None:
    """Owners, members and collaborators may give feedback where no list says who may."""
    assert policy().may_give_feedback(MAINTAINER, association)


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER", "MANNEQUIN", "owner", ""])
def test_without_a_list_others_may_not(association: str) -> None:
    """No other association may, whatever it is called."""
    assert not policy().may_give_feedback(MAINTAINER, association)


def test_bots_only_by_name() -> None:
    """A bot may give feedback only when the list names it, whatever its association."""
    assert not policy().may_give_feedback(BOT, "MEMBER")
    assert policy({"helper[bot]"}).may_give_feedback(BOT, "NONE")


def test_a_list_replaces_the_association() -> None:
    """With a list, an owner who is not on it may not; logins are compared in any case."""
    assert not policy({"somebody"}).may_give_feedback(MAINTAINER, "OWNER")
    assert policy({"maintainer"}).may_give_feedback(MAINTAINER, "NONE")


def test_an_empty_list_lets_nobody() -> None:
    """A list that names nobody lets nobody give feedback."""
    assert not policy(set()).may_give_feedback(MAINTAINER, "OWNER")


def test_a_login_of_digits_is_not_an_id() -> None:
    """An account that took an id's digits as its login is not the account of that id."""
    assert is_named(User(4711, "real"), frozenset({"4711"}))
    assert not is_named(User(99, "4711"), frozenset({"4711"}))


def test_an_editor_is_vouched_for_by_the_list_alone() -> None:
    """Without a list only the author's own edits stay authorised; with one, those of whom it names."""
    other = User(3, "other")
    assert policy().may_edit_feedback(MAINTAINER, MAINTAINER)
    assert not policy().may_edit_feedback(other, MAINTAINER)
    assert policy({"maintainer", "other"}).may_edit_feedback(other, MAINTAINER)
    assert not policy({"maintainer"}).may_edit_feedback(other, MAINTAINER)
