"""What ``/metrics`` tells, as values: read by the library's own parser, and compared with what it told before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, tuple[tuple[str, str], ...]]
"""A name, and its labels in order."""


def families(text: str) -> Iterator[Metric]:
    """Read what was told."""
    yield from text_string_to_metric_families(text)


def samples(text: str) -> dict[Sample, float]:
    """Return the values by their names and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    """Return one value; 0 where it is not told."""
    return samples(text).get((name, tuple(sorted(labels.items()))), 0.0)


@dataclass
class Told:
    """What an application tells since this was made: all tests of a process share its instruments."""

    client: FlaskClient
    before: Mapping[Sample, float] = field(init=False)

    def __post_init__(self) -> None:
        """Remember what was told before."""
        self.before = samples(self.text())

    def text(self) -> str:
        """Ask."""
        answer = self.client.get("/metrics")
        assert answer.status_code == 200, answer.text
        return answer.text

    def more(self, name: str, **labels: str) -> float:
        """Return by how much a value has grown."""
        key = (name, tuple(sorted(labels.items())))
        return samples(self.text()).get(key, 0.0) - self.before.get(key, 0.0)
