"""Comments on lines of real commits, each kind with the blame fetched and without."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.bench.accuracy.kinds.registry import KINDS
from tests.bench.accuracy.story import Story
from tests.bench.accuracy.tracing import Edit, Step, Traced, insert, remove, rewrite


def traced(tell: Callable[[Traced], None]) -> Callable[[Traced], None]:
    """Add a kind twice: with the blame of its lines, and without."""

    def play(story: Story, *, blamed: bool) -> None:
        tell(Traced(story, blamed, knows_base=story.rng.random() < 0.7))

    for blamed in (True, False):
        KINDS[f"{tell.__name__}_{'blamed' if blamed else 'unblamed'}"] = partial(play, blamed=blamed)
    return tell


def as_it_was(lines: list[str]) -> list[str]:
    """Write the base."""
    return lines


BASE = Step(None, as_it_was)


def added(text: str, at: int = 10) -> Edit:
    """Add three lines that say who wrote them."""
    return insert(at, *(f"    {text} {number}" for number in range(3)))


@traced
def added_by_the_only_run(trace: Traced) -> None:
    """One run's commits, one of which wrote the line."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(coder, added("coder")), *[Step(coder, added("more", 20))] * trace.story.rng.randrange(2))
    trace.ask(trace.story.rng.randrange(10, 13))


@traced
def added_by_one_of_two_runs(trace: Traced) -> None:
    """Two runs wrote in the file, apart from each other."""
    coder, planner = trace.story.run("coder"), trace.story.run("planner")
    trace.begin(BASE, Step(coder, added("coder")), Step(planner, added("planner", 20)))
    trace.ask(trace.story.rng.choice((11, 21)))


@traced
def rewritten_by_the_second_run(trace: Traced) -> None:
    """The second run rewrote a line of the first."""
    coder, fixer = trace.story.run("coder"), trace.story.run("fixer")
    trace.begin(BASE, Step(coder, added("coder")), Step(fixer, rewrite(11, "    fixed")))
    trace.ask(trace.story.rng.choice((10, 11, 12)))


@traced
def beside_a_persons_lines_below(trace: Traced) -> None:
    """A person's commit lies under the run's; either's line is asked about."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(None, added("person")), Step(coder, added("coder", 20)))
    trace.ask(trace.story.rng.choice((11, 21)))


@traced
def beside_a_persons_lines_on_top(trace: Traced) -> None:
    """A person pushed onto the run's commit; either's line is asked about."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(coder, added("coder")), Step(None, added("person", 20)))
    trace.ask(trace.story.rng.choice((11, 21)))


@traced
def a_runs_line_rewritten_by_a_person(trace: Traced) -> None:
    """A person mended one of the run's lines."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(coder, added("coder")), Step(None, rewrite(11, "    by hand")))
    trace.ask(11)


@traced
def context_by_a_person(trace: Traced) -> None:
    """The diff shows the line, and nobody of the pull request wrote it."""
    trace.begin(BASE, Step(trace.story.run("coder"), added("coder")))
    trace.ask(trace.story.rng.choice((8, 9, 13, 14)))


@traced
def context_by_a_former_run(trace: Traced) -> None:
    """Another run wrote the line, for another pull request, which was merged."""
    trace.knows_base = True
    former = trace.story.run("planner", number=trace.story.number - 5, hours_ago=400)
    trace.begin(Step(former, as_it_was), Step(trace.story.run("coder"), added("coder")))
    trace.ask(trace.story.rng.choice((8, 9, 13, 14)))


@traced
def context_by_a_squash_merge_of_two(trace: Traced) -> None:
    """The line came with a squash merge that carries the claims of two runs."""
    trace.knows_base = True
    one, other = (trace.story.run(number=trace.story.number - 5, hours_ago=400) for _ in range(2))
    trace.begin(Step(one, as_it_was, also=(other,)), Step(trace.story.run("coder"), added("coder")))
    trace.ask(9)


@traced
def context_by_a_squash_merge_of_one(trace: Traced) -> None:
    """The line came with a squash merge that carries one run's claim twice."""
    trace.knows_base = True
    one = trace.story.run(number=trace.story.number - 5, hours_ago=400)
    trace.begin(Step(one, as_it_was, also=(one,)), Step(trace.story.run("coder"), added("coder")))
    trace.ask(13)


@traced
def several_lines_of_one_run(trace: Traced) -> None:
    """The comment covers lines of one run, among another's."""
    coder, planner = trace.story.run("coder"), trace.story.run("planner")
    trace.begin(BASE, Step(coder, added("coder")), Step(planner, added("planner", 13)))
    trace.ask(12, first=trace.story.rng.choice((10, 11)))


@traced
def several_lines_of_two_runs(trace: Traced) -> None:
    """The comment covers lines of both."""
    coder, planner = trace.story.run("coder"), trace.story.run("planner")
    trace.begin(BASE, Step(coder, added("coder")), Step(planner, added("planner", 13)))
    trace.ask(trace.story.rng.choice((13, 15)), first=trace.story.rng.choice((10, 12)))


@traced
def several_lines_of_a_run_and_a_person(trace: Traced) -> None:
    """The comment covers lines of a run, and lines that a person wrote before or after."""
    trace.begin(BASE, Step(trace.story.run("coder"), added("coder")))
    trace.ask(*trace.story.rng.choice(((12,), (14,))), first=trace.story.rng.choice((8, 9)))


@traced
def removed_by_the_only_run(trace: Traced) -> None:
    """The comment stands on a removed line."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(coder, remove(10, 2)), Step(coder, added("coder", 20)))
    trace.ask(trace.story.rng.choice((10, 11)), side="LEFT", removers=(coder,))


@traced
def removed_by_a_person(trace: Traced) -> None:
    """A person removed the line, a run worked elsewhere in the file, before or after."""
    steps = [Step(trace.story.run("coder"), added("coder", 22)), Step(None, remove(10))]
    trace.begin(BASE, *(reversed(steps) if trace.story.rng.random() < 0.5 else steps))
    trace.ask(10, side="LEFT", removers=(None,))


@traced
def removed_by_one_of_two_runs(trace: Traced) -> None:
    """Two runs removed lines."""
    coder, fixer = trace.story.run("coder"), trace.story.run("fixer")
    trace.begin(BASE, Step(coder, remove(20)), Step(fixer, remove(10)))
    line, remover = trace.story.rng.choice(((20, coder), (10, fixer)))
    trace.ask(line, side="LEFT", removers=(remover,))


@traced
def several_removed_lines(trace: Traced) -> None:
    """The comment covers removed lines, which one run or two removed."""
    coder, fixer = trace.story.run("coder"), trace.story.run("fixer")
    second = trace.story.rng.choice((coder, fixer))
    trace.begin(BASE, Step(coder, remove(10)), Step(second, remove(10)))
    trace.ask(11, first=10, side="LEFT", removers=(coder, second))


@traced
def in_a_renamed_file(trace: Traced) -> None:
    """A run renamed the file and added to it: its own line, or one that moved along."""
    coder = trace.story.run("coder")
    trace.begin(BASE, Step(coder, added("coder"), path="src/main.py"))
    trace.ask(trace.story.rng.choice((9, 11, 13)))


@traced
def in_a_file_renamed_by_another(trace: Traced) -> None:
    """One run wrote the line, another renamed the file."""
    coder, fixer = trace.story.run("coder"), trace.story.run("fixer")
    trace.begin(BASE, Step(coder, added("coder")), Step(fixer, added("fixer", 20), path="src/main.py"))
    trace.ask(trace.story.rng.choice((11, 21)))


@traced
def after_a_rebase(trace: Traced) -> None:
    """The branch was rebased and forced; the comment is on the new commits."""
    coder, fixer = trace.story.run("coder"), trace.story.run("fixer")
    steps = (Step(coder, added("coder")), Step(fixer, added("fixer", 20)))
    trace.begin(BASE, *steps)
    trace.push_again(BASE, *steps)
    trace.ask(trace.story.rng.choice((11, 21)))


@traced
def picked_from_another_pull_request(trace: Traced) -> None:
    """A person picked another run's commit, with its claim, onto this branch."""
    coder, other = trace.story.run("coder"), trace.story.run("planner", number=trace.story.number + 3)
    trace.begin(BASE, Step(coder, added("coder")), Step(other, added("picked", 20)))
    trace.ask(21)
