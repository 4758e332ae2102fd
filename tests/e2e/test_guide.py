"""The commands of every document are run as they are written, and print what is shown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.agents_db import agents_db
from tests.support.databases import postgres_url
from tests.support.documents import (
    ANSWERS,
    API,
    CONCEPTS,
    FEEDBACK,
    OPERATING,
    PART,
    RUNBOOK,
    SET_UP,
    SIGNING,
    TRYING,
    every_document,
    scripts,
)
from tests.support.printed import holds, prints
from tests.support.reader import Reader, reading
from tests.support.service import until
from tests.support.told import Told
from tests.support.tree import ROOT

RUN = [document for document in every_document() if scripts(document)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Sit somebody down who reads."""
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(reading(tmp_path, lambda: stack.enter_context(postgres_url())))


def installed(reader: Reader) -> None:
    """Do what chapter 1 begins with."""
    for block, _ in scripts(SET_UP):
        if not block.section:
            reader.do(block)


def set_up(reader: Reader) -> Told:
    """Do what chapter 1 has its reader do by hand; then something is to be told."""
    installed(reader)
    for block, _ in scripts(SET_UP):
        if block.section == "By hand":
            reader.do(block)
    return Told(reader)


def before_signing(reader: Reader) -> None:
    """Have something that an agent will commit."""
    told = set_up(reader)
    (reader.folder / "parser.py").write_text("")
    told.git("commit", "--quiet", "--allow-empty", "-m", "Begin")
    told.git("add", "parser.py")


def with_the_pull_request(reader: Reader) -> None:
    """Have the pull request that the examples are about."""
    set_up(reader).pull_request()


def with_what_was_pushed(reader: Reader) -> None:
    """Have the pull request, and commits from v1.0 to now that a push told of."""
    told = set_up(reader)
    told.pull_request()
    told.pushed()


def with_another_tools_file(reader: Reader) -> None:
    """Have a database of the tool that the chapter imports from."""
    set_up(reader)
    agents_db(reader.folder / "agents.db").run("a1b2c3d4e5f60718")


BEFORE: dict[Path, Callable[[Reader], object]] = {
    CONCEPTS: installed,
    ANSWERS: with_the_pull_request,
    SIGNING: before_signing,
    API: with_what_was_pushed,
    FEEDBACK: with_the_pull_request,
    OPERATING: with_another_tools_file,
    TRYING: set_up,
    RUNBOOK: with_the_pull_request,
}
"""What is there before a document is read. Where nothing is, it begins in a new clone."""


def something_happens(reader: Reader) -> None:
    """While somebody follows the changes, a maintainer remarks on something, until it is seen."""
    told, numbers = Told(reader), iter(range(1000))

    def seen() -> bool:
        if "event: feedback.resolved" in reader.printed:
            return True
        told.remark(next(numbers))
        told.wait()
        return False

    until(seen)


def test_a_command_that_fails_is_noticed(reader: Reader) -> None:
    """Whichever command of a block it is, by itself or in a pipe: that block fails, and says what the command said."""
    reader.run("echo well")
    assert reader.printed == "well\n"
    with pytest.raises(AssertionError, match="no-such-folder"):
        reader.run("ls no-such-folder | cat\necho well")


def test_a_service_that_ends_at_its_start_is_noticed(reader: Reader) -> None:
    """A service that does not come up fails its block, with what it said."""
    reader.run("make install\nexport PATH=$PWD/.venv/bin:$PATH")
    with pytest.raises(AssertionError, match="WHICHRUN_WEBHOOK_SECRETS"):
        reader.run("whichrun serve")


@pytest.mark.parametrize("document", RUN, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_commands_of_a_document_do_what_it_says(document: Path, reader: Reader) -> None:
    """From its top to its end, in one shell, each command succeeds; what is shown after it is what it printed."""
    if document in BEFORE:
        BEFORE[document](reader)
    for block, output in scripts(document):
        reader.do(block)
        if "/v1/feedback/stream" in block.text:
            something_happens(reader)
        if output is not None:
            shown, printed = reader.as_own(output.text), reader.printed
            fits = holds(shown, printed) if output.note == PART else prints(shown, printed, known=reader.known)
            assert fits, f"{output} shows\n{shown}\nand what is printed is\n{printed}"
