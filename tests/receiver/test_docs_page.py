"""The API's description: as a document for programs, and as a page for people that loads nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from werkzeug.test import TestResponse

from tests.support.api import Api, open_api
from tests.support.tree import ROOT

VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})


class Page(HTMLParser):
    """What stands in a page: its tags with their attributes, and whether they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def all(self, attribute: str) -> list[str]:
        """Return the values of an attribute, wherever it stands."""
        return [value for _, attributes in self.tags if (value := attributes.get(attribute)) is not None]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Open an API over an empty store."""
    with open_api(tmp_path_factory.mktemp("api")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(api: Api) -> TestResponse:
    """The page, as anybody gets it."""
    return api.client.get("/docs")


def test_the_page_names_every_route_and_shape(api: Api, page: TestResponse) -> None:
    """Each route and each shape of the document has its place on the page."""
    document = api.client.get("/openapi.json").get_json()
    ids = set(Page(page.text).all("id"))
    routes = {said["operationId"] for methods in document["paths"].values() for said in methods.values()}
    assert routes | set(document["components"]["schemas"]) <= ids
    assert all(f"{path}</code>" in page.text for path in document["paths"])


def test_the_page_loads_nothing(page: TestResponse) -> None:
    """It works without a network and runs no script: nothing is fetched, and the policy forbids that it could be."""
    read = Page(page.text)
    assert not {"script", "img", "iframe", "link", "object", "form"} & {tag for tag, _ in read.tags}
    assert read.all("src") == []
    assert all(target.startswith("#") or target == "/openapi.json" for target in read.all("href"))
    assert not re.search(r"url\(|@import", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_page_is_whole(page: TestResponse) -> None:
    """Each tag is closed, each id stands once, each link leads to one, and tables name their columns."""
    read = Page(page.text)
    ids = read.all("id")
    assert read.open == []
    assert sorted(set(ids)) == sorted(ids)
    assert {target[1:] for target in read.all("href") if target.startswith("#")} <= set(ids)
    assert {attributes.get("scope") for tag, attributes in read.tags if tag == "th"} == {"col"}
    assert ("html", {"lang": "en"}) in read.tags
    assert page.content_length is not None
    assert page.content_length < 200_000


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_what_did_not_change_is_not_sent_again(api: Api, path: str) -> None:
    """With its ETag the description is 304; it needs no token."""
    first = api.client.get(path)
    again = api.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_the_document_is_openapi(api: Api) -> None:
    """It is OpenAPI 3.1; every reference in it leads to a schema, and every operation has a name of its own."""
    answer = api.client.get("/openapi.json")
    document = answer.get_json()
    names = [said["operationId"] for methods in document["paths"].values() for said in methods.values()]
    assert document["openapi"].startswith("3.1")
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text)) <= set(document["components"]["schemas"])
    assert sorted(set(names)) == sorted(names)


def test_a_package_brings_the_page() -> None:
    """The templates, and what pages load, are among the files that an installation gets."""
    given = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["receiver"]
    receiver = ROOT / "receiver"
    brought = {path for pattern in given for path in receiver.glob(pattern)}
    wanted = {path for folder in ("templates", "pages/static") for path in (receiver / folder).rglob("*.*")}
    assert wanted <= brought
