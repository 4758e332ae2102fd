from __future__ import annotations

import pytest

from resolver.errors import SettingsError
from resolver.github import addresses
from resolver.github.api import api_at

PULL = addresses.PULL.fill("acme/widgets", number=5)
PAGES = addresses.PULL_COMMITS.fill("acme/widgets", number=5, page=2)


@pytest.mark.parametrize(
    ("url", "rest", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://API.GitHub.com:443", "https://api.github.com", "https://api.github.com/graphql"),
        ("https://ghe.example/api/v3", "https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
        ("https://ghe.example:8443/api/v3/", "https://ghe.example:8443/api/v3", "https://ghe.example:8443/api/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
        ("http://localhost:8080", "http://localhost:8080", "http://localhost:8080/graphql"),
        ("http://[::1]:8080", "http://[::1]:8080", "http://[::1]:8080/graphql"),
    ],
)
def test_rest_and_graphql_of_github_and_of_enterprise_servers(url: str, rest: str, graphql: str) -> None:
    """GraphQL stands beside REST's version, not under it."""
    api = api_at(url)
    assert api.url(PULL) == f"{rest}/repos/acme/widgets/pulls/5"
    assert api.url(addresses.GRAPHQL) == graphql
    assert api.url(PAGES) == f"{rest}/repos/acme/widgets/pulls/5/commits?per_page=100&page=2"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.github.com",
        "ftp://api.github.com",
        "https://",
        "https:///api",
        "https://user:secret@ghe.example",
        "https://ghe.example?x=1",
        "https://ghe.example#x",
        "https://ghe.example/../api",
        "https://ghe.example/a//b",
        "https://ghe.example/%2e",
        "https://ghe.example:port",
        "https://ghe.example:99999",
        "https://ghe example",
        "https://[ghe",
        "http://ghe.example/api/v3",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """So is one that tokens would reach in the clear, or that holds a password; no part of it is quoted."""
    with pytest.raises(SettingsError) as refused:
        api_at(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
@pytest.mark.parametrize("head", ["/repositories/9001", "/repos/acme/gadgets", "/repos/Other-Owner/w.i_d"])
def test_a_redirect_to_where_the_repository_is_now_is_followed(prefix: str, head: str) -> None:
    """By number or by name, with an origin or without, and with the query that was asked."""
    api = api_at(f"https://ghe.example{prefix}")
    for origin in ("https://ghe.example", "https://GHE.example:443", ""):
        plain = api.redirected(f"{origin}{prefix}{head}/pulls/5", PULL, 9001)
        paged = api.redirected(f"{origin}{prefix}{head}/pulls/5/commits?per_page=100&page=2", PAGES, 9001)
        assert plain is not None
        assert api.url(plain) == f"https://ghe.example{prefix}{head}/pulls/5"
        assert paged is not None
        assert api.url(paged) == f"https://ghe.example{prefix}{head}/pulls/5/commits?per_page=100&page=2"


@pytest.mark.parametrize(
    "location",
    [
        "",
        "pulls/5",
        "//evil.example/repositories/9001/pulls/5",
        "https://evil.example/repositories/9001/pulls/5",
        "https://ghe.example.evil.example/repositories/9001/pulls/5",
        "https://ghe.example@evil.example/repositories/9001/pulls/5",
        "https://evil.example@ghe.example/repositories/9001/pulls/5",
        "https://ghe.example:8443/repositories/9001/pulls/5",
        "https://ghe.example:x/repositories/9001/pulls/5",
        "http://ghe.example/repositories/9001/pulls/5",
        "https:/repositories/9001/pulls/5",
        "https://ghe.example/repositories/9002/pulls/5",
        "https://ghe.example/repositories/9001/pulls/6",
        "https://ghe.example/repositories/9001/pulls/5/",
        "https://ghe.example/repositories/9001/pulls/5?access_token=x",
        "https://ghe.example/repositories/9001/pulls/5#x",
        "https://ghe.example/repos/acme/../pulls/5",
        "https://ghe.example/repos/acme/pulls/5",
        "https://ghe.example/repos/a/b/c/pulls/5",
        "https://ghe.example/repos/a%2fb/c/pulls/5",
        "https://ghe.example/app/repos/acme/widgets/pulls/5",
        "https://ghe.example/repositories/9001\\pulls/5",
        "https://ghe.example/repositories/9001/pulls/5\r\nx: y",
        "https://ghe.example/repositories/9001/pulls/5 ",
        "https://[ghe/repositories/9001/pulls/5",
        "javascript:alert(1)",
        "/" + "a" * 5000,
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(location: str) -> None:
    """Another host, port, scheme, repository or question is none of ours."""
    assert api_at("https://ghe.example").redirected(location, PULL, 9001) is None


def test_only_the_questions_about_a_repository_are_redirected() -> None:
    """The App's own do not move."""
    api = api_at("https://ghe.example")
    assert api.redirected("https://ghe.example/app", addresses.APP.fill(), 9001) is None
    assert api.redirected("https://ghe.example/repositories/9001/pulls/5", PULL, None) is None
