"""Says loudly, at the end of a session, what did not run for want of a program or of root's rights."""

from __future__ import annotations

import pytest

from tests.support import chromium, hosts, nginx, own_postgres, programs

REASONS = (
    chromium.LEFT_OUT,
    nginx.LEFT_OUT,
    hosts.LEFT_OUT,
    own_postgres.LEFT_OUT,
    programs.PROMTOOL_LEFT_OUT,
    programs.SYSTEMD_LEFT_OUT,
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each reason, and how many tests it kept from running."""
    skipped = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()) if _has_reason(report)]
    counts = {reason: sum(reason in one for one in skipped) for reason in REASONS}
    if any(counts.values()):
        terminalreporter.section("Left out", sep="!", red=True, bold=True)
    for reason, count in counts.items():
        if count:
            terminalreporter.line(f"{count} tests did not run: {reason}.", red=True)


def _has_reason(report: pytest.TestReport) -> bool:
    return isinstance(report.longrepr, tuple)
