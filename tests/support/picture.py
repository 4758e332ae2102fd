"""Takes the README's picture of the page: ``python -m tests.support.picture FILE`` (``make picture``)."""

from __future__ import annotations

import sys
from pathlib import Path

from receiver.cli.demo import play
from receiver.demo.service import running
from tests.support import chromium
from tests.support.chromium import looking

SIZE = (1040, 1010)
"""What is in the picture: the first screen of a story."""


def take(file: Path) -> None:
    """Play the demonstration, and take a picture of one feedback's story."""
    with running() as service, chromium.running() as browser, looking(browser, SIZE) as seen:
        play(service)
        seen.sign_in(service.address, service.token)
        seen.page.get_by_role("link", name="do not flag loops over a constant").click()
        seen.page.get_by_role("heading", name="The walk").wait_for()
        seen.page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
