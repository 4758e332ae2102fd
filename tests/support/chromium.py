"""A real browser without a screen: Debian's Chromium, driven by Playwright, and axe, which looks for barriers."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, ViewportSize, sync_playwright

LEFT_OUT = "Chromium is not here"
PATIENCE = 30_000.0
"""Milliseconds for anything to appear; on a busy machine it may take some seconds."""
PHONE = (360, 740)
DESK = (1280, 900)
"""Widths and heights in CSS pixels."""


def program() -> str | None:
    """Return where Chromium is."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    """Start Chromium; end it in the end."""
    with sync_playwright() as playwright:
        # Its own sandbox needs rights that tests as root, or in a container, do not have; it sees loopback alone.
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page that is open, and all that the browser complained about: errors on the console, and of scripts."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to listen."""
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda one: self.faults.append(one.text) if one.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", self._note)

    def _note(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # whoever goes on to another page stops what was loading
            self.faults.append(f"{request.url}: {request.failure}")

    def sign_in(self, address: str, token: str) -> None:
        """Sign in at a service as whoever has its token; the list of feedback is open then."""
        self.page.goto(f"{address}/")
        self.page.get_by_label("Token").fill(token)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_role("heading", name="Feedback", exact=True).wait_for()

    @property
    def text(self) -> str:
        """Return what a person reads."""
        return self.page.inner_text("body")

    @property
    def width(self) -> int:
        """Return how wide the content is, in CSS pixels: more than the window means scrolling sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def barriers(self) -> list[str]:
        """Return what axe finds to be in the way of anybody (WCAG 2 A and AA, and its best practices)."""
        found: dict[str, Any] = Axe().run(self.page).response
        assert found["passes"], "axe looked at nothing"
        return [f"{one['id']}: {node['target']} {one['help']}" for one in found["violations"] for node in one["nodes"]]


@contextlib.contextmanager
def looking(browser: Browser, size: tuple[int, int] = DESK, *, dark: bool = False) -> Iterator[Seen]:
    """Open a window that shares nothing with any other."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    window: ViewportSize = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=window, color_scheme=scheme, reduced_motion="reduce")
    yield Seen(context.new_page())
    context.close()
