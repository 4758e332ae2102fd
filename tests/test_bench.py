"""The table of benchmarks keeps its figures, marks what fell, and is written as it was kept; no time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import document, kept, kills, slow_disk
from tests.bench.__main__ import main
from tests.bench.figure import QUICK, Figure
from tests.bench.kept import Taken
from tests.bench.sections import SECTIONS
from tests.bench.usage import processor_seconds


def figure(ratio: float | None, *, more: bool = True, goal: float | None = None) -> Figure:
    """Make a row."""
    return Figure(
        key="rate", name="deliveries on disk", here="9/s", ratio=ratio, more=more, goal=goal, bound="the disk"
    )


def test_the_document_says_what_was_kept() -> None:
    """``deploy/benchmarks.md`` is what the kept figures make of it, so that neither changes alone."""
    assert document.FILE.read_text() == document.written(kept.read())


def test_what_is_kept_belongs_to_sections_that_can_be_measured_again() -> None:
    """Each kept section exists, and a figure's key names one figure."""
    found = kept.read()
    keys = [figure.key for taken in found.values() for figure in taken.figures]

    assert found.keys() <= SECTIONS.keys()
    assert len(keys) == len(set(keys))


def test_figures_come_back_as_they_were_kept(tmp_path: Path) -> None:
    """Writing and reading gives the same figures, those without a ratio too."""
    figures = (figure(0.5, goal=0.55), Figure(key="b", name="other", left_out="no compiler"))
    sections = {"webhook": Taken("2026-10-01 12:00 UTC", "abc", {"cores": "2"}, 0.5, figures)}

    assert kept.read(tmp_path / "none.json") == {}
    kept.write(sections, tmp_path / "kept.json")
    assert kept.read(tmp_path / "kept.json") == sections


@pytest.mark.parametrize(
    ("before", "now", "more", "fell"),
    [
        (1.0, 0.76, True, False),
        (1.0, 0.74, True, True),
        (1.0, 1.3, False, False),
        (1.0, 1.4, False, True),
        (1.0, 2.0, True, False),
        (1.0, None, True, True),
        (None, 0.1, True, False),
    ],
)
def test_what_fell_by_more_than_a_quarter_is_marked(
    before: float | None, now: float | None, *, more: bool, fell: bool
) -> None:
    """A ratio that lost more than a quarter fell, whichever direction is the good one; so did one that is gone."""
    assert figure(now, more=more).fell(figure(before, more=more)) is fell


def test_a_goal_is_met_from_its_own_side() -> None:
    """A rate has to reach its goal, a time has to stay within it; without a goal there is nothing to meet."""
    assert figure(0.6, goal=0.55).met
    assert figure(0.5, goal=0.55).met is False
    assert figure(2.0, goal=2.5, more=False).met
    assert figure(2.0).met is None


def test_the_document_tells_what_is_missed_left_out_and_bounded() -> None:
    """A row says when its goal is missed or it was left out, and below stands what bounds it."""
    figures = (figure(0.5, goal=0.55), Figure(key="b", name="other", left_out="no compiler"))
    text = document.written({"webhook": Taken("2026-10-01 12:00 UTC", "abc", {"cores": "2"}, 0.5, figures)})

    assert "| deliveries on disk | 9/s |  | 0.5 | ≥ 0.55, **missed** |" in text
    assert "| other | left out: no compiler |" in text
    assert "- **deliveries on disk**: the disk" in text


@pytest.mark.parametrize("arguments", [["--only", "nonsense"], ["--quick", "--keep"]])
def test_what_cannot_be_measured_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown section, or keeping rough figures, is wrong usage: exit code 2, with a sentence."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "no such section" in capsys.readouterr().err or "--keep" in arguments


def test_processor_time_counts_children_that_have_ended() -> None:
    """What a child used counts with its parent, also when the child is gone; a word picks processes out."""
    spend = "import time\nwhile time.process_time() < 0.3: pass"
    script = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spend!r}]); print('done', flush=True); input()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as parent:  # type: ignore[call-overload]
        assert parent.stdout.readline() == b"done\n"
        assert processor_seconds(parent.pid) >= 0.3
        assert processor_seconds(parent.pid, "no such word") == 0
        parent.stdin.close()


def test_without_a_compiler_the_row_says_that_it_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can slow the disk, there is a row that says so, and no figure."""
    monkeypatch.setenv("PATH", "")
    (row,) = slow_disk.figures(QUICK)
    assert row.left_out
    assert row.ratio is None


def test_losses_are_cited_from_the_last_torture(tmp_path: Path) -> None:
    """What was lost over the kills is what was kept of it; a database without enough of them is left out."""
    one = {"at": "2026-10-01", "commit": "abc", "kills": 300, "acknowledged": 100_000, "lost": 1, "doubled": 0}
    path = tmp_path / "torture.json"
    path.write_text(json.dumps({"SQLite": one, "PostgreSQL": one | {"kills": 20}}))
    sqlite, postgres = kills.figures(QUICK, path)

    assert sqlite.here == "1 lost, 0 doubled"
    assert sqlite.met is False
    assert "only 20 kills" in postgres.left_out
    assert all(row.left_out for row in kills.figures(QUICK, tmp_path / "none.json"))
