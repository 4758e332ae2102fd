"""What every test gets: no settings from outside, a working folder of its own, and the databases.

The network is closed by ``pytest-socket`` (loopback and Unix sockets excepted), warnings are errors, and the order is
random: all three stand in ``pyproject.toml``.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent

pytest_plugins = ["tests.support.databases"]

# Examples that were found here fail again everywhere: CI draws the same ones each time and prints how to repeat one.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would the services that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is not counted: what runs lines a second time, where counting them would cost most.

    Those are the tests of whole services, and of everything outside the store on the second database.
    """
    for item in items:
        room = item.path.relative_to(TESTS).parts[0]
        callspec = getattr(item, "callspec", None)
        second = callspec is not None and "postgresql" in callspec.params.values()
        if room == "e2e" or (second and room != "store"):
            item.add_marker(pytest.mark.uncounted)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the settings of whoever runs the tests, in the environment and in a `.env` file."""
    for name in os.environ:
        if name.startswith("WHICHRUN_") and not name.startswith("WHICHRUN_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
