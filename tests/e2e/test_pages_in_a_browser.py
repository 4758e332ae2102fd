"""The page as people use it: the demonstration's service in a real browser, with mouse and keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from receiver.cli.demo import play
from receiver.demo.service import Service
from receiver.demo.service import running as service_running
from tests.support import chromium
from tests.support.chromium import DESK, PHONE, Seen, looking

pytestmark = pytest.mark.skipif(chromium.program() is None, reason=chromium.LEFT_OUT)

PAGES = ("/", "/?confidence=unresolved", "/reports", "/runs", "/statistics")
MOST_BYTES = 100_000
"""Of the first page, with all that it loads."""
_SIZES = """Object.fromEntries(
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .map(one => [one.name, one.encodedBodySize]))"""
PICTURES = os.environ.get("WHICHRUN_TEST_PICTURES")
"""A folder to put pictures of the pages into, for people to look at."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Return the demonstration's service, with its story played."""
    with service_running() as service:
        play(service)
        yield service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser."""
    with chromium.running() as browser:
        yield browser


def picture(seen: Seen, name: str) -> None:
    """Take a picture, where anybody wants one."""
    if PICTURES is not None:
        seen.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def stories(seen: Seen, service: Service) -> list[str]:
    """Return the paths of all stories and runs that the lists lead to."""
    found: list[str] = []
    for start, pattern in (("/", r"/feedback/\d+"), ("/runs", r"/runs/[^/]+")):
        seen.page.goto(f"{service.address}{start}")
        links = seen.page.eval_on_selector_all("main a", "links => links.map(link => link.getAttribute('href'))")
        found += dict.fromkeys(link for link in links if re.fullmatch(pattern, link))
    return found


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_in_anybodys_way(service: Service, browser: Browser, size: tuple[int, int], *, dark: bool) -> None:
    """On every page, light or dark, wide or narrow, axe finds no barrier, the browser no fault; nothing sticks out."""
    with looking(browser, size, dark=dark) as seen:
        seen.page.goto(f"{service.address}/sign-in")
        barriers = {"/sign-in": seen.barriers()}
        seen.sign_in(service.address, service.token)
        paths = [*PAGES, *stories(seen, service)]
        assert len(paths) > 12
        for path in paths:
            seen.page.goto(f"{service.address}{path}")
            barriers[path] = seen.barriers()
            assert seen.width <= size[0], f"{path} is {seen.width} pixels wide"
            picture(
                seen, f"{re.sub('[^a-z0-9]+', '-', path).strip('-') or 'list'}-{size[0]}-{'dark' if dark else 'light'}"
            )
        assert not {path: found for path, found in barriers.items() if found}
        assert seen.faults == []


def test_by_keyboard_alone(service: Service, browser: Browser) -> None:
    """Whoever has no mouse signs in, skips to the content, follows feedback to its story and writes a note."""
    with looking(browser) as seen:
        page, press = seen.page, seen.page.keyboard.press
        page.goto(f"{service.address}/")
        page.get_by_label("Token").focus()
        page.keyboard.type(service.token)
        press("Enter")
        page.get_by_role("heading", name="Feedback", exact=True).wait_for()
        press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the content"
        press("Enter")
        for _ in range(30):
            press("Tab")
            if "ask for an example first" in str(page.evaluate("document.activeElement.textContent")):
                break
        press("Enter")
        page.get_by_role("heading", name="The walk").wait_for()
        page.get_by_label("Text").focus()
        page.keyboard.type("Seen, and written down without a mouse.")
        press("Tab")
        press("Enter")
        page.get_by_text("Seen, and written down without a mouse.").first.wait_for()
        assert seen.faults == []


def test_a_story_says_why(service: Service, browser: Browser) -> None:
    """One feedback is shown with the line it is on, its run, and each step of the walk with what it looked at."""
    with looking(browser) as seen:
        seen.sign_in(service.address, service.token)
        seen.page.get_by_role("link", name="do not flag loops over a constant").click()
        seen.page.get_by_role("heading", name="The walk").wait_for()
        steps = seen.page.locator("ol.walk > li")
        assert steps.count() >= 2
        assert steps.last.get_attribute("class") == "decided"
        assert "the comment replied to was signed by run" in steps.last.inner_text()
        steps.last.locator("summary").click()
        assert steps.last.locator("a[href^='https://github.com/']").first.is_visible()
        assert seen.page.locator("table.hunk, .hunk").first.is_visible()
        assert "pr-reviewer" in seen.text
        assert seen.faults == []


def test_a_correction_by_hand(service: Service, browser: Browser) -> None:
    """Who knows better corrects an answer, and finds it in the story, in the log and behind the filter."""
    with looking(browser) as seen:
        seen.sign_in(service.address, service.token)
        seen.page.get_by_role("link", name="shorter sentences, please").click()
        seen.page.get_by_text("Correct the answer").click()
        seen.page.get_by_label("Run (its span").fill("")
        seen.page.get_by_label("Why").first.fill("a person wrote that line")
        seen.page.get_by_role("button", name="Correct", exact=True).click()
        seen.page.get_by_text("a person wrote that line").first.wait_for()
        assert seen.page.locator("ol.timeline").get_by_text("manual").first.is_visible()
        assert seen.faults == []


def test_the_list_is_filtered_and_live(service: Service, browser: Browser) -> None:
    """A filter leaves what it names; the list goes on asking for what is new, without loading the page again."""
    with looking(browser) as seen:
        seen.sign_in(service.address, service.token)
        everything = seen.page.locator("ul.cards > li").count()
        seen.page.get_by_label("Confidence").select_option("inferred")
        seen.page.get_by_role("button", name="Filter").click()
        seen.page.wait_for_url("**/?*confidence=inferred*")
        assert 0 < seen.page.locator("ul.cards > li").count() < everything
        seen.page.evaluate("window.loaded = true")
        with seen.page.expect_response(lambda one: "after=" in one.url) as asked:
            pass
        assert asked.value.ok
        assert seen.page.evaluate("window.loaded") is True
        assert seen.faults == []


def test_the_first_page_is_small(service: Service, browser: Browser) -> None:
    """Whoever opens the page for the first time loads less than 100 KB, from this service alone."""
    with looking(browser) as seen:
        seen.sign_in(service.address, service.token)
        seen.page.wait_for_load_state("networkidle")
        sizes: dict[str, int] = seen.page.evaluate(_SIZES)
        assert len(sizes) >= len(("the page", "its style", "its script"))
        assert all(url.startswith(service.address) for url in sizes)
        assert 0 < sum(sizes.values()) < MOST_BYTES, sizes
