"""What fuzzing keeps is replayed: every input of the corpus and every seed, without a fuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import reference, registry
from tests.fuzz.given import CARRIER, MARK, READER, SPANS, with_marks
from tests.fuzz.targets import comments

TARGETS = {name: registry.load(name) for name in registry.names()}
KEPT = [(target.name, path) for target in TARGETS.values() for path in target.kept()]
MOST_FILES, MOST_BYTES = 300, 500_000


@pytest.mark.parametrize(("name", "path"), KEPT, ids=[f"{name}-{path.name}" for name, path in KEPT])
def test_a_kept_input_does_no_harm(name: str, path: Path) -> None:
    """What must hold for every input of a target holds for this one, which reached something or was a fault once."""
    TARGETS[name].check(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_do_no_harm(name: str) -> None:
    """Each target begins with inputs that pass, and some are kept of what it reached."""
    target = TARGETS[name]
    assert target.seeds
    for seed in target.seeds:
        target.check(seed)
    assert target.kept()


def test_the_corpus_stays_small() -> None:
    """All that is kept fits into a clone: few files, few bytes, of targets that are there."""
    assert len(KEPT) <= MOST_FILES
    assert sum(path.stat().st_size for _, path in KEPT) <= MOST_BYTES
    assert {path.name for path in registry.CORPUS.iterdir()} == set(TARGETS)


@pytest.mark.parametrize("frame", ["```\n{}\n```", "> {}", "    {}", "`{}`", "<pre>{}</pre>", "<!-- {}", "<x a='{}'>"])
def test_the_second_opinion_sees_code_and_quotes(frame: str) -> None:
    """The parsers that ours is held against show no claim where there is none: the oracle can fail."""
    said, _ = reference.ordinary(with_marks(frame.format(MARK)))

    assert f'"span_id":"{SPANS[0]}"' not in said or said.startswith(" <!--")


def test_a_claim_taken_from_code_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that took a claim from a code block would be found out by the target for comments."""
    whole = f"Text {MARK}"
    real = READER.read_text(with_marks(whole), CARRIER)

    class Lax:
        """Takes every claim for one in ordinary text."""

        def read_text(self, *_: object) -> object:
            return real

    comments.check(whole.encode())
    monkeypatch.setattr(comments, "READER", Lax())
    with pytest.raises(AssertionError, match="taken from code"):
        comments.check(f"```\n{MARK}\n```".encode())
