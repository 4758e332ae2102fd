"""A pull request in a real repository, whose commits nobody has told the service of, and feedback on its lines."""

from __future__ import annotations

from pathlib import Path

from resolver.model.answers import Answer, Finding
from resolver.settle import PATIENCE
from tests.support import builders as told
from tests.support.asked_world import AskedWorld
from tests.support.builders import Delivery, delivery, minute
from tests.support.clone import Clone, NewCommit
from tests.support.world import REPO

IMPROVE = "/agents improve please handle the empty case"
PATH = "src/app.py"
NUMBER = 42
BASE = [f"base {number}" for number in range(1, 21)]


class Story:
    """A pull request in a real repository, whose commits nobody has told the service of."""

    def __init__(self, asking: AskedWorld, folder: Path) -> None:
        self.asking = asking
        self.clone = Clone(folder / "widgets.git").make()
        asking.repo.clone = self.clone
        self.shas: list[str] = []

    def write(self, *commits: tuple[str, list[str] | None], path: str = PATH) -> None:
        """Write commits, one on the other: each a message, and the lines of the file then."""
        told_of = [
            NewCommit(message, {path: None if lines is None else text(lines)}, parents=[n - 1] if n else [])
            for n, (message, lines) in enumerate(commits)
        ]
        self.shas = self.clone.write(told_of)

    def open(self, *, base: int = 0, head: int = -1, number: int = NUMBER, **more: object) -> None:
        """Open a pull request between two of the commits, which GitHub knows of."""
        self.asking.repo.add_pull(number, head_sha=self.shas[head], base_sha=self.shas[base], **more)  # type: ignore[arg-type]

    def comment(self, line: int, *, at: int = -1, base: int = 0, side: str = "RIGHT", path: str = PATH) -> Answer:
        """Give feedback on a line, ask for all that is wanted, and return the answer."""
        sha = self.shas[at]
        shown = self.clone.hunk(self.shas[base], sha, path, line=line, side=side)
        self.asking.world.deliver(on_line(sha, line, side=side, path=path, hunk=shown))
        return self.settled()

    def settled(self) -> Answer:
        """Let time pass, ask, and return the answer to the only feedback."""
        self.asking.world.now += PATIENCE
        self.asking.ask()
        return self.asking.world.answer()


def text(lines: list[str]) -> str:
    """Write lines as a file has them."""
    return "".join(f"{line}\n" for line in lines)


def on_line(
    sha: str, line: int, *, first: int | None = None, side: str = "RIGHT", path: str = PATH, hunk: str | None = None
) -> Delivery:
    """Tell of feedback on a line of a commit."""
    made = told.review_comment(
        REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), commit=sha, line=line, original_line=line, side=side,
        path=path, diff_hunk=hunk or "",
    )  # fmt: skip
    made.payload["comment"] |= {"start_line": first, "original_start_line": first}
    return delivery(made.event, made.payload)


def reply(to: int) -> Delivery:
    """Tell of feedback in reply to a comment."""
    return told.review_comment(REPO, id=1, number=NUMBER, body=IMPROVE, at=minute(60), in_reply_to_id=to)


def decided(answer: Answer) -> tuple[str, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


def finding(answer: Answer, step: str) -> Finding:
    """Return what a step found."""
    return next(one for one in answer.findings if one.step == step)
