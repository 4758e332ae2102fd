"""The alert rules and the dashboard say what is there: metrics, their labels, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from receiver.metrics.instruments import instruments
from tests.support.api import open_api
from tests.support.inbox import deliver
from tests.support.metrics import samples
from tests.support.programs import PROMTOOL_LEFT_OUT, complaints, installed
from tests.support.tree import ROOT

ALERTS = ROOT / "deploy" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
RUNBOOK = ROOT / "deploy" / "runbook.md"
PAGE = ROOT / "deploy" / "metrics.md"
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Return the panels that show something."""
    found = json.loads(DASHBOARD.read_text())["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    """Return every expression, by where it stands; Grafana's own interval is a time."""
    alerts = {rule["alert"]: rule["expr"] for rule in rules()}
    shown = {f"{one['title']} {target['refId']}": target["expr"] for one in panels() for target in one["targets"]}
    return {name: text.replace("$__rate_interval", "5m") for name, text in (alerts | shown).items()}


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    """Return what an expression selects."""
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(expression), visit)
    ranges = re.findall(r"(\w+)(?:\{[^}]*\})?\[", expression)
    assert {one.name for one in found} >= set(ranges)
    return found


def rows() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the type and the labels of each metric: tests hold this page against what ``/metrics`` tells."""
    table = re.findall(r"^\| `(whichrun_\w+)` \| (\w+) \| ([^|]*)\|", PAGE.read_text(), flags=re.MULTILINE)
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in table}


def series() -> dict[str, frozenset[str]]:
    """Return the labels of everything that can be selected."""
    return {
        f"{name}{suffix}": labels | ({"le"} if suffix == "_bucket" else set())
        for name, (kind, labels) in rows().items()
        for suffix in SUFFIXES.get(kind, ("",))
    }


@pytest.fixture
def told(tmp_path: Path) -> Iterator[dict[tuple[str, tuple[tuple[str, str], ...]], float]]:
    """Return what ``/metrics`` tells after a delivery, and after something was asked of GitHub."""
    with open_api(tmp_path) as api:
        deliver(api.client, b"{}")
        instruments().github_remaining.labels("core").set(1)
        instruments().github_reset.labels("core").set(1)
        yield samples(api.client.get("/metrics").text)


@pytest.mark.parametrize("where", expressions())
def test_every_expression_selects_what_is_served(where: str) -> None:
    """Each can be read as PromQL, and names metrics that there are, by labels that they have."""
    there = series()
    chosen = selectors(expressions()[where])
    assert chosen
    for one in chosen:
        assert one.name in there
        assert {matcher.name for matcher in one.matchers.matchers} <= there[one.name]


def test_labels_that_are_summed_by_exist() -> None:
    """What an expression is summed by is a label of what it sums."""
    there = series()
    for text in expressions().values():
        labels = {label.strip() for names in re.findall(r" by \(([^)]*)\)", text) for label in names.split(",")}
        assert labels <= {label for one in selectors(text) for label in there[str(one.name)]}


def test_values_of_labels_are_served(told: dict[tuple[str, tuple[tuple[str, str], ...]], float]) -> None:
    """Each value that a label is compared with is one that ``/metrics`` tells."""
    compared = [
        (str(one.name), matcher.name, value)
        for text in expressions().values()
        for one in selectors(text)
        for matcher in one.matchers.matchers
        for value in matcher.value.split("|")
    ]
    served = {(name, label, value) for name, labels in told for label, value in labels}
    assert compared
    assert set(compared) - served == set()


def test_everything_that_is_told_is_shown() -> None:
    """Each metric stands in a panel of the dashboard."""
    shown = {str(one.name) for panel in panels() for target in panel["targets"]
             for one in selectors(target["expr"].replace("$__rate_interval", "5m"))}  # fmt: skip
    names = {name for name in rows() if any(f"{name}{suffix}" in shown for suffix in ("", *SUFFIXES["histogram"]))}
    assert set(rows()) - names == set()


def test_the_dashboard_can_be_imported() -> None:
    """Panels have numbers of their own, do not overlap, and take whatever data source is chosen."""
    document = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in document["panels"]]
    places = [panel["gridPos"] for panel in document["panels"]]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]

    assert len(set(ids)) == len(ids)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert {one["datasource"]["uid"] for panel in panels() for one in (panel, *panel["targets"])} == {"${datasource}"}
    assert [one["name"] for one in document["templating"]["list"]] == ["datasource"]
    assert all(panel["description"] and panel["title"] for panel in panels())


def test_every_alert_says_what_to_do() -> None:
    """Each has a severity, a sentence, and a section of the runbook that exists."""
    headings = re.findall(r"^#+ (.*)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "look"}
        assert set(rule["annotations"]) == {"summary", "runbook"}
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (file, anchor in anchors) == ("runbook.md", True)


def test_whatever_wakes_somebody_is_an_alert() -> None:
    """Each metric that metrics.md names as a reason to be woken stands in a rule that does so."""
    section = PAGE.read_text().split("## What to be woken for")[1].split("Worth a look")[0]
    waking = [rule["expr"] for rule in rules() if rule["labels"]["severity"] == "page"]
    wakes = {str(one.name) for text in waking for one in selectors(text)}
    assert set(re.findall(r"`(whichrun_\w+)`", section)) - wakes == set()


@pytest.mark.skipif(not installed("promtool"), reason=PROMTOOL_LEFT_OUT)
def test_prometheus_itself_takes_the_rules() -> None:
    """``promtool check rules`` has nothing to say."""
    assert complaints("promtool", "check", "rules", ALERTS) == ""
