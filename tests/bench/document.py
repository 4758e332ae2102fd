"""Writes ``deploy/benchmarks.md`` from the figures that were kept, so that the two cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.kept import Kept, Taken
from tests.support.tree import ROOT

FILE = ROOT / "deploy" / "benchmarks.md"

HEAD = """\
# Figures

`make bench ARGS=--keep` measured these and wrote this file from `benchmarks.json`, which stands beside it: what is
changed here by hand is lost. Each figure is a ratio to something that was measured in the same run, on the same
machine, mostly to "bare": plain Flask under gunicorn with two sync workers that checks the signature and nothing else.
Payloads are octokit's examples, over loopback. What a ratio has to reach stands under "wanted".

`make bench` measures again and marks what fell by more than a quarter since; `ARGS="--only webhook,idle"` takes some of
the sections, `ARGS=--quick` all of them, roughly, in about a minute.
"""


def written(kept: Kept) -> str:
    """Return the whole document."""
    return "\n".join([HEAD, *(line for name, taken in kept.items() for line in _section(name, taken))]).rstrip() + "\n"


def write(kept: Kept, path: Path = FILE) -> None:
    """Write the document."""
    path.write_text(written(kept))


def _section(name: str, taken: Taken) -> Iterator[str]:
    yield f"## {name}\n"
    machine = ", ".join(f"{name} {value}" for name, value in taken.machine.items())
    yield f"Commit {taken.commit}, {taken.at}; {machine}; load average {taken.busy:.1f} at the start.\n"
    yield "| figure | here | against | ratio | wanted |"
    yield "|---|---:|---:|---:|---|"
    yield from map(_row, taken.figures)
    yield ""
    for bound in dict.fromkeys(figure.bound for figure in taken.figures if figure.bound):
        names = [figure.name for figure in taken.figures if figure.bound == bound]
        yield f"- **{'; '.join(names)}**: {bound}"
    yield ""


def _row(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    wanted = figure.wanted + {True: "", False: ", **missed**", None: ""}[figure.met]
    here = f"left out: {figure.left_out}" if figure.left_out else figure.here
    return f"| {figure.name} | {here} | {figure.against} | {ratio} | {wanted} |"
