"""``whichrun resolve``: the service's one question, asked straight of the store."""

from __future__ import annotations

import click

from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line
from receiver.cli.params import WORKSPACE
from receiver.present import answer_json
from receiver.views import AnswerView
from resolver.model.answers import Finding


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun resolve https://github.com/acme/widgets/pull/42#discussion_r1234567",
        "whichrun resolve https://github.com/acme/widgets/issues/7#issuecomment-89 --explain",
    ),
)
@click.argument("url")
@WORKSPACE
@click.option("--explain", is_flag=True, help="Print the walk: what each step looked at, and what it made of it.")
def resolve(*, url: str, workspace: str | None, explain: bool, as_json: bool) -> None:
    """Say which run made the object at a GitHub URL.

    For feedback (a comment with /agents improve) it says which run the feedback is about. "unresolved" is an
    answer, too: the exit code is 0.
    """
    with opened.queries(workspace) as queries:
        view = queries.resolve_url(url)
    if as_json:
        print_json(answer_json(view))
        return
    for label, text in summary(view):
        print_line(f"{label:<11} {text}")
    if explain:
        click.echo()
        for number, finding in enumerate(view.answer.findings, start=1):
            print_finding(number, finding)


def summary(view: AnswerView) -> list[tuple[str, str]]:
    """Return the answer as labelled lines; those that have nothing to say are left out."""
    answer, run = view.answer, view.run
    name = answer.span_id or "none"
    if answer.span_id is not None and run is None:
        name += " (not registered)"
    lines = [
        ("run", name),
        ("agent", None if run is None else run.agent_name),
        ("confidence", str(answer.confidence)),
        ("mode", answer.mode),
        ("because", answer.diagnostic or (answer.findings[-1].detail if answer.findings else None)),
        *(
            ("candidate", f"{one.span_id or 'no run'} ({one.agent_name or '-'}): {one.reason}")
            for one in answer.candidates
        ),
    ]
    return [(label, text) for label, text in lines if text is not None]


def print_finding(number: int, finding: Finding) -> None:
    """Print one step of the walk: its outcome, its account, and what it looked at."""
    print_line(f"{number}. {finding.step}: {finding.outcome.replace('_', ' ')}")
    print_line(f"   {finding.detail}")
    for evidence in finding.evidence:
        print_line(f"   looked at {evidence}")
