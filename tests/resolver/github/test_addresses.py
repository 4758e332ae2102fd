from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import UnfitError
from resolver.github import addresses
from resolver.github.addresses import Form
from resolver.github.client import HttpGithub
from resolver.model.asking import Place
from tests.support.scripted import PLACE, Scripted, client, told

SHA = "a" * 40
FORMS = {name: form for name, form in vars(addresses).items() if isinstance(form, Form)}

HOSTILE = [
    "",
    ".",
    "..",
    "%2e%2e",
    "%2E%2E/%2E%2E",
    "a/b/c",
    "a//b",
    "/",
    "?",
    "#",
    "a?b=c",
    "a#b",
    "%00",
    "\0",
    "a\0b",
    "a\r\nHost: evil",
    "\r\n",
    "\n",
    "\\",
    "..\\..",
    "@host",
    "a@evil.example",
    "a b",
    " ",
    "\t",
    "a:b",
    ";",
    "acmé",
    "\N{FULLWIDTH SOLIDUS}",
    "\N{FULLWIDTH FULL STOP}" * 2,
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\ud800",
    "{owner}",
    "a" * 200,
]
HOSTILE_NAMES = [*HOSTILE, "acme", "acme/..", "../..", "./.", "acme/%2e%2e", "acme/widgets/pulls", "acme/widgets?"]
HOSTILE_NAMES += [f"acme/{text}" for text in HOSTILE] + [f"{text}/widgets" for text in HOSTILE]
HOSTILE_IDS: list[Any] = [0, -1, 2**63, True, False, 1.5, "1", "1/../2", b"1"]

ASKED: dict[str, Callable[[HttpGithub, Place, Any, Any], object]] = {
    "review_comment": lambda github, place, number, _: github.review_comment(place, number),
    "issue_comment": lambda github, place, number, _: github.issue_comment(place, number),
    "commit_comment": lambda github, place, number, _: github.commit_comment(place, number),
    "review by number": lambda github, place, number, _: github.review(place, number, 1),
    "review by id": lambda github, place, number, _: github.review(place, 1, number),
    "review_comments": lambda github, place, number, _: github.review_comments(place, number),
    "pull": lambda github, place, number, _: github.pull(place, number),
    "pull_commits": lambda github, place, number, _: github.pull_commits(place, number),
    "pull_files by number": lambda github, place, number, _: github.pull_files(place, number, SHA),
    "reviews": lambda github, place, number, _: github.reviews(place, number),
    "pulls": lambda github, place, number, _: github.pulls(place, number),
    "issues": lambda github, place, number, _: github.issues(place, number),
    "commits": lambda github, place, number, _: github.commits(place, number),
    "redeliver": lambda github, _, number, __: github.redeliver(number),
    "pull_files by head": lambda github, place, _, text: github.pull_files(place, 1, text),
    "commit": lambda github, place, _, text: github.commit(place, text),
    "compare from": lambda github, place, _, text: github.compare(place, text, SHA),
    "compare to": lambda github, place, _, text: github.compare(place, SHA, text),
    "holds": lambda github, place, _, text: github.holds(place, text),
    "commit_pulls": lambda github, place, _, text: github.commit_pulls(place, text),
    "blame": lambda github, place, _, text: github.blame(place, text, "src/app.py"),
    "permission": lambda github, place, _, text: github.permission(place, text),
}
BY_NUMBER = list(ASKED)[:14]
BY_TEXT = list(ASKED)[14:]


def silent() -> Scripted:
    """Make a transport that is expected to be left alone."""
    return Scripted(lambda _: told(404))


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_repository_name_is_asked_about_nowhere(name: str) -> None:
    """Whatever a row says that a repository is called: what GitHub gives no repository as a name, is not sent."""
    transport = silent()
    github = client(transport)
    for ask in (*ASKED.values(), lambda one, place, *_: one.repository(place)):
        if ask is not ASKED["redeliver"]:
            with pytest.raises(UnfitError):
                ask(github, Place(9001, name, 77), 1, SHA if ask is not ASKED["permission"] else "octocat")
    with pytest.raises(UnfitError):
        github.installation_of(name)
    assert transport.sent == []


@pytest.mark.parametrize("question", BY_NUMBER)
@pytest.mark.parametrize("number", HOSTILE_IDS)
def test_a_number_that_is_none_is_not_sent(question: str, number: object) -> None:
    """Ids and numbers are integers of 1 to 2^63-1, whatever a row holds."""
    transport = silent()
    with pytest.raises(UnfitError):
        ASKED[question](client(transport), PLACE, number, SHA)
    assert transport.sent == []


@pytest.mark.parametrize("question", BY_TEXT)
@pytest.mark.parametrize("text", [*HOSTILE, "A" * 40 + "\n", "octocat[bot]x", "octocat%5Bbot%5D", None, 7])
def test_a_commit_or_login_that_is_none_is_not_sent(question: str, text: object) -> None:
    """Commits are named by all their hexadecimals, and accounts by what GitHub gives as a login."""
    transport = silent()
    with pytest.raises(UnfitError):
        ASKED[question](client(transport), PLACE, 1, text)
    assert transport.sent == []


@pytest.mark.parametrize("place", [Place(0, "acme/widgets", 77), Place(2**63, "a/b", 77), Place(1, "a/b", -7)])
def test_a_place_with_numbers_that_are_none_is_not_asked_about(place: Place) -> None:
    """The repository's id goes into the request for a token, the installation's into its path."""
    transport = silent()
    with pytest.raises(UnfitError):
        client(transport).pull(place, 1)
    assert transport.sent == []


@pytest.mark.parametrize("path", ["", "\0", "a\0b", "\ud800", "a" * 4097, None, 7])
def test_a_path_that_no_file_has_is_not_sent(path: Any) -> None:  # noqa: ANN401 -- that is the fault
    """A file's path travels in a variable; one that git could not hold is refused all the same."""
    transport = silent()
    with pytest.raises(UnfitError):
        client(transport).blame(PLACE, SHA, path)
    assert transport.sent == []


@pytest.mark.parametrize("cursor", ["", "a b", "\r\n", "\0", "é", "a" * 513, 7])
def test_a_cursor_that_is_none_is_not_sent(cursor: Any) -> None:  # noqa: ANN401 -- that is the fault
    """Cursors come from GitHub, and are held to be printable."""
    transport = silent()
    with pytest.raises(UnfitError):
        client(transport).hook_deliveries(cursor)
    assert transport.sent == []


def test_a_time_without_offset_is_not_sent() -> None:
    """Nobody knows which moment it is."""
    transport = silent()
    with pytest.raises(UnfitError):
        client(transport).issues(PLACE, 1, datetime(2026, 10, 1))  # noqa: DTZ001 -- that is the fault
    assert transport.sent == []


@given(text=st.text())
def test_any_text_as_a_name_leads_to_its_own_path_or_nowhere(text: str) -> None:
    """The decoded segments of a path are the given names, or there is no path."""
    for name in (text, f"acme/{text}", f"{text}/widgets"):
        try:
            address = addresses.PULL.fill(name, number=5)
        except UnfitError:
            continue
        segments = address.path.split("/")
        assert [unquote(segment) for segment in segments] == ["", "repos", *name.split("/"), "pulls", "5"]
        assert not {".", ".."} & set(segments)


@given(text=st.text())
def test_any_text_in_a_place_is_held_as_it_is_or_refused(text: str) -> None:
    """Nothing but a login, a commit or a cursor gets in, and it stays in its place."""
    for form, place in ((addresses.PERMISSION, "login"), (addresses.COMMIT, "sha")):
        try:
            address = form.fill("acme/widgets", **{place: text})
        except UnfitError:
            continue
        words = [unquote(word) for word in address.path.split("/")]
        assert words[5] == text
        assert len(words) == len(form.fill("acme/widgets", sha=SHA, login="a").path.split("/"))
    try:
        address = addresses.HOOK_DELIVERIES.fill(cursor=text)
    except UnfitError:
        return
    assert address.path == "/app/hook/deliveries"
    assert unquote(address.query) == f"per_page=100&cursor={text}"


@given(text=st.text() | st.text("ab/.@{-:^~", max_size=9))
def test_any_text_as_a_branch_stays_one_end_of_a_comparison(text: str) -> None:
    """A branch's name is one segment of the path with the commit, dots between them, or there is no path."""
    try:
        address = addresses.SINCE_COMMIT.fill("acme/widgets", sha=SHA, branch=text)
    except UnfitError:
        return
    head, _, ends = address.path.rpartition("/")
    assert head == "/repos/acme/widgets/compare"
    assert unquote(ends).split("...") == [SHA, text]
    assert ":" not in unquote(ends)


@given(number=st.integers())
def test_any_integer_is_an_id_or_refused(number: int) -> None:
    """From 1 to 2^63-1, in plain digits."""
    try:
        address = addresses.PULL.fill("acme/widgets", number=number)
    except UnfitError:
        assert not 1 <= number < 2**63
        return
    assert address.path == f"/repos/acme/widgets/pulls/{number}"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_says_which_value_is_missing(form: Form) -> None:
    """An empty place would make another path of it."""
    if "{id}" in form.template or "{number}" in form.template or "{sha}" in form.template:
        with pytest.raises(UnfitError, match="GitHub cannot be asked"):
            form.fill("acme/widgets" if form.of_repository else None)


def test_values_are_encoded() -> None:
    """Brackets, colons and signs of comparison mean something in an address."""
    login = addresses.PERMISSION.fill("acme/widgets", login="renovate[bot]")
    since = addresses.ISSUES.fill("acme/widgets", page=2, since=datetime(2026, 10, 1, 9, tzinfo=UTC))
    cursor = addresses.HOOK_DELIVERIES.fill(cursor="v1_1&x=#")
    assert login.path == "/repos/acme/widgets/collaborators/renovate%5Bbot%5D/permission"
    assert since.query.endswith("per_page=100&page=2&since=2026-10-01T09%3A00%3A00Z")
    assert cursor.query == "per_page=100&cursor=v1_1%26x%3D%23"
