"""Addresses and names: each is one that GitHub gives or refused, and none leads a request elsewhere."""

from __future__ import annotations

from urllib.parse import quote

from resolver import names, urls
from resolver.errors import GithubAnswerError, UnfitError, UrlError
from resolver.github import addresses, links
from tests.fuzz.given import text

WORDS = (
    "https://github.com/acme/widgets", "/pull/1", "/issues/1", "/commit/", "#issuecomment-1", "#discussion_r1",
    "..", "%2e%2e",
    "%2f", "\\", "@", "?", "#", "//", "0" * 40, "\u0661", "[::1]", ":80", ";", '; rel="next"',
    "<https://a/b?page=2>", "refs/",
)  # fmt: skip
SEEDS = (
    "https://github.com/acme/widgets/pull/42#issuecomment-1", "https://github.com/acme/widgets/commit/" + "0" * 40,
    '<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=9>; rel="last"', "acme/..", "main",
)  # fmt: skip


def check(data: bytes) -> None:
    """What is read is whole and sound; what is asked stays below the repository that is asked about."""
    given = text(data)
    _check_url(given)
    _check_link(given)
    for form, values in (
        (addresses.PERMISSION, {"login": given}), (addresses.COMMIT, {"sha": given}), (addresses.HOOK_DELIVERIES,
        {"cursor": given}),
        (addresses.SINCE_COMMIT, {"sha": "0" * 40, "branch": given}),
    ):  # fmt: skip
        for repository in ("acme/widgets", given):
            _check_form(form, repository if form.of_repository else None, values)


def _check_url(given: str) -> None:
    try:
        target = urls.parse(given)
    except UrlError:
        return
    assert names.is_repository(target.repository)
    assert target.sha is None or names.is_sha(target.sha)
    assert all(number is None or 1 <= number <= names.MAX_ID for number in (target.number, target.id))
    assert not {"..", "."} & set(target.repository.split("/"))


def _check_link(given: str) -> None:
    try:
        page = links.page(given, "next")
    except GithubAnswerError:
        return
    assert page is None or 1 <= page <= names.MAX_ID


def _check_form(form: addresses.Form, repository: str | None, values: dict[str, str]) -> None:
    try:
        address = form.fill(repository, **values)
    except UnfitError:
        return
    assert address.path.isascii()
    assert not {"", ".", ".."} & set(address.path.split("/")[1:])
    assert not set(address.path + address.query) & set(" \\#\n\r\t<>")
    expected = form.template.partition("?")[0].partition("{?")[0].count("/") + (3 if form.of_repository else 0)
    assert address.path.count("/") == expected
    assert quote(address.path, safe="/%:.~-_[]@!$&'()*+,;=") == address.path
