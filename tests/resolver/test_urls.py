import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import UrlError
from resolver.model.github import Kind
from resolver.urls import Target, parse

REPOSITORY = "https://github.com/acme/widgets"
SHA = "0123456789abcdef0123456789abcdef01234567"


def at(number: int | None = None, kind: Kind | None = None, id: int | None = None, sha: str | None = None) -> Target:  # noqa: A002 -- the field's name
    """Name a target in the repository of these tests."""
    return Target("acme/widgets", number, kind, id, sha)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/pull/42", at(42, Kind.PULL_REQUEST)),
        ("/pull/42/", at(42, Kind.PULL_REQUEST)),
        ("/pull/42#issuecomment-11", at(42, Kind.ISSUE_COMMENT, 11)),
        ("/pull/42#discussion_r12", at(42, Kind.REVIEW_COMMENT, 12)),
        ("/pull/42#r12", at(42, Kind.REVIEW_COMMENT, 12)),
        ("/pull/42/files#r12", at(42, Kind.REVIEW_COMMENT, 12)),
        ("/pull/42/changes#r12", at(42, Kind.REVIEW_COMMENT, 12)),
        ("/pull/42#pullrequestreview-13", at(42, Kind.REVIEW, 13)),
        (f"/pull/42/commits/{SHA}", at(42, sha=SHA)),
        (f"/pull/42/commits/{SHA}#r12", at(42, Kind.REVIEW_COMMENT, 12)),
        ("/issues/9", at(9, Kind.ISSUE)),
        ("/issues/9#issuecomment-11", at(9, Kind.ISSUE_COMMENT, 11)),
        (f"/commit/{SHA}", at(sha=SHA)),
        (f"/commit/{SHA}#commitcomment-14", at(None, Kind.COMMIT_COMMENT, 14)),
        (f"/commit/{SHA}#r14", at(None, Kind.COMMIT_COMMENT, 14)),
        ("/discussions/7", at(7, Kind.DISCUSSION)),
        ("/discussions/7#discussioncomment-15", at(7, Kind.DISCUSSION_COMMENT, 15)),
        (f"/issues/9#issuecomment-{2**63 - 1}", at(9, Kind.ISSUE_COMMENT, 2**63 - 1)),
        ("/issues/9?notification_referrer_id=NT_x#issuecomment-11", at(9, Kind.ISSUE_COMMENT, 11)),
    ],
)
def test_every_kind_of_address_is_read(path: str, target: Target) -> None:
    """Each form that a browser shows names its object."""
    assert parse(REPOSITORY + path) == target


@pytest.mark.parametrize("host", ["https://git.example.com", "http://git.example.com:8443", "HTTPS://GitHub.com"])
def test_any_host_may_serve_github(host: str) -> None:
    """GitHub Enterprise has the same paths on hosts and ports of its own."""
    assert parse(f"{host}/acme/widgets/issues/9") == at(9, Kind.ISSUE)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "empty"),
        ("acme/widgets#9", "https://"),
        ("ftp://github.com/acme/widgets/issues/9", "https://"),
        ("https:///acme/widgets/issues/9", "https://"),
        ("javascript:alert(1)", "https://"),
        ("https://github.com:99999/acme/widgets/issues/9", "port"),
        ("https://github.com:0/acme/widgets/issues/9", "https://"),
        ("https://[github.com/acme/widgets/issues/9", "host"),
        ("https://me:secret@github.com/acme/widgets/issues/9", "credentials"),
        ("https://@github.com/acme/widgets/issues/9", "credentials"),
        (f"{REPOSITORY}/issues/9\n", "character"),
        (f"{REPOSITORY}/iss\tues/9", "character"),
        (f"{REPOSITORY}/issues/\N{ARABIC-INDIC DIGIT NINE}", "character"),
        (f"{REPOSITORY}/issues/9" + "#" * 3000, "longer"),
        ("https://github.com/", "repository"),
        ("https://github.com/acme", "repository"),
        ("https://github.com/acme/../issues/9", "repository"),
        ("https://github.com/../widgets/issues/9", "repository"),
        ("https://github.com/a%2Fb/widgets/issues/9", "repository"),
        ("https://github.com//acme/widgets/issues/9", "repository"),
        (REPOSITORY, "not that of"),
        (f"{REPOSITORY}/issues", "not that of"),
        (f"{REPOSITORY}/issues/9/10", "not that of"),
        (f"{REPOSITORY}/issues/nine", "not that of"),
        (f"{REPOSITORY}/blob/main/README.md", "not that of"),
        (f"{REPOSITORY}/issues/0", "number"),
        (f"{REPOSITORY}/issues/{2**63}", "number"),
        (f"{REPOSITORY}/issues/{'9' * 1900}", "number"),
        (f"{REPOSITORY}/issues/9#issuecomment-0", "number"),
        (f"{REPOSITORY}/issues/9#issuecomment-", "after #"),
        (f"{REPOSITORY}/issues/9#discussion_r12", "after #"),
        (f"{REPOSITORY}/pull/42#nonsense", "after #"),
        (f"{REPOSITORY}/pull/42/files", "no comment"),
        (f"{REPOSITORY}/commit/{SHA[:7]}", "whole commit id"),
        (f"{REPOSITORY}/discussions/7#issuecomment-11", "after #"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str, told: str) -> None:
    """A refusal says what is wrong with the address."""
    with pytest.raises(UrlError, match=told):
        parse(url)


PIECES = st.sampled_from(
    [
        "https://",
        "http:",
        "//",
        "/",
        "github.com",
        "acme",
        "..",
        "pull",
        "issues",
        "42",
        "#",
        "r",
        "issuecomment-",
        "[",
        "@",
        ":",
        "?",
        "%00",
        SHA,
    ]
)


@given(url=st.text() | st.lists(PIECES, max_size=14).map("".join))
def test_no_text_raises_anything_else(url: str) -> None:
    """Any text is a target or a UrlError."""
    with contextlib.suppress(UrlError):
        assert isinstance(parse(url), Target)
