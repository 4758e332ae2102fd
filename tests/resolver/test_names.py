import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver import names

NO_BRANCHES = (
    "", "/", "a/", "/a", "a//b", ".a", "a/.b", "a..b", "a.", "a.lock", "a.lock/b", "@", "a@{b", "-a", "HEAD", "a b",
    "a~1", "a^", "a:b", "evil:main", "a?", "a*", "a[", "a\\b", "a\n", "\0", "a\x7f", "..", "../a", "a/../b",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["acme/widgets", "a/b", "acme-inc/widgets.js", "Acme/_", "octo_acme/...", "a" * 100 + "/" + "b" * 100]
)
def test_full_names_as_github_gives_them(name: str) -> None:
    """Letters, digits, hyphens and underscores; dots too in the second part."""
    assert names.is_repository(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "acme",
        "acme/",
        "/widgets",
        "acme/.",
        "acme/..",
        "../widgets",
        "a.b/c",
        "acme/widgets/more",
        "acme/wid gets",
        "acme/widgets\n",
        "acme/%2e%2e",
        "acmé/widgets",
        "a" * 101 + "/b",
        "a/" + "b" * 101,
    ],
)
def test_names_that_would_lead_elsewhere(name: str) -> None:
    """Whatever could change the path of an address is no full name."""
    assert not names.is_repository(name)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("a" * 40, True),
        ("0" * 64, True),
        ("a" * 39, False),
        ("A" * 40, False),
        ("g" * 40, False),
        ("a" * 40 + "\n", False),
    ],
)
def test_commit_ids_are_whole_and_lower_case(text: str, *, whole: bool) -> None:
    """A commit is named by all of its hexadecimals: 40, or 64 where the repository uses SHA-256."""
    assert names.is_sha(text) is whole


@pytest.mark.parametrize(
    "name", ["main", "release/1.0", "a", "b#1&2%", "été", "x" * 512, "a.lock.b", "head", "a@b", "a{1}"]
)
def test_branches_as_git_allows_them(name: str) -> None:
    """Nearly anything: what an address could not hold is encoded there."""
    assert names.is_branch(name)


@pytest.mark.parametrize("name", NO_BRANCHES)
def test_branches_that_would_lead_elsewhere(name: str) -> None:
    """What git refuses: among it what would name another repository, another end of a comparison, or another path."""
    assert not names.is_branch(name)


@pytest.mark.parametrize("name", ["\ud800", "main\udfff", "x" * 513])
def test_branches_that_no_address_can_hold(name: str) -> None:
    """Half a character cannot be encoded."""
    assert not names.is_branch(name)


@given(name=st.text(min_size=1, max_size=8) | st.text("a/.@{-lock~^:", min_size=1, max_size=8))
def test_git_allows_what_is_a_branch(name: str) -> None:
    """Git's own rule, or a stricter one."""
    if names.is_branch(name):
        subprocess.run(["git", "check-ref-format", "--branch", name], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("0", None),
        ("01", None),
        ("-1", None),
        ("", None),
        ("1 ", None),
        ("٣", None),
        ("9" * 9999, None),
    ],
)
def test_numbers_in_addresses(text: str, number: int | None) -> None:
    """ASCII digits without leading zeros, up to what a signed 64-bit integer holds."""
    assert names.read_number(text) == number
