"""The documents can be read from the first to the last: no link is broken, no chapter is off the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.documents import (
    CHAPTERS,
    CONTRIBUTING,
    GUIDE,
    README,
    anchors,
    every_document,
    links,
    section,
    title,
)
from tests.support.tree import ROOT

SCREEN = 80
"""Lines of the README, at most."""
NUMBERED = CHAPTERS[:-1]
LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)\)")


def led_to(document: Path, text: str) -> list[tuple[str, Path]]:
    """Return the words and the file of each link in a part of a document."""
    return [(words, (document.parent / target).resolve()) for words, target in LINK.findall(text)]


def leads_somewhere(document: Path, target: str) -> bool:
    """Whether a link of a document leads to a file that is there, and to a heading of it where it names one."""
    name, _, anchor = target.partition("#")
    path = document.parent / name if name else document
    return path.exists() and (not anchor or anchor in anchors(path))


def test_every_relative_link_leads_somewhere() -> None:
    """Links between the documents resolve, to their headings too."""
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in every_document()
        for target in links(path)
        if not leads_somewhere(path, target)
    ]

    assert broken == []


def test_the_readme_leads_through_the_chapters_in_their_order() -> None:
    """Its table has a row for each chapter, by its title, with a line that says what it tells."""
    table = section(README, "The guide, in the order of reading")
    rows = re.findall(r"^\| (\[.*?\)) \| (.+) \|$", table, flags=re.MULTILINE)

    assert [led_to(README, link)[0] for link, _ in rows] == [(title(path), path) for path in CHAPTERS]
    assert all(told for _, told in rows)


def test_the_guide_has_no_chapter_that_is_not_in_the_table() -> None:
    """The folder holds the numbered chapters, and nothing else; each is called by its number."""
    assert sorted(GUIDE.iterdir()) == list(NUMBERED)
    assert [title(path).split(".")[0] for path in NUMBERED] == [path.name.split("-")[0] for path in NUMBERED]


@pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=lambda number: CHAPTERS[number].name)
def test_each_chapter_says_what_one_knows_after_it_and_where_to_go_on(number: int) -> None:
    """It begins with what its reader will know, and ends with links to the chapters before and after it."""
    chapter = CHAPTERS[number]
    text = chapter.read_text()
    before = CHAPTERS[number - 1] if number else README
    after = CHAPTERS[number + 1] if number + 1 < len(CHAPTERS) else README
    names = {one: title(one) for one in CHAPTERS} | {README: "README"}
    last = text.rstrip("\n").rpartition("\n")[2]

    assert text.startswith(f"# {title(chapter)}\n\nAfter this chapter ")
    assert re.fullmatch(r"Before: \[.*\]\(.*\)\. Next: \[.*\]\(.*\)\.", last)
    assert led_to(chapter, last) == [(names[before], before), (names[after], after)]


def test_every_document_is_found_from_the_readme() -> None:
    """Whoever follows the links of the README, and theirs, comes to each document of the tree."""
    found, ahead = {README}, [README]
    while ahead:
        here = ahead.pop()
        reached = {(here.parent / target.partition("#")[0]).resolve() for target in links(here)}
        new = {path for path in reached if path.suffix == ".md"} - found
        found |= new
        ahead += new

    assert found == set(every_document())


def test_the_readme_fits_on_one_screen() -> None:
    """It has at most so many lines, a picture of the page, and the way to how one works on it."""
    assert len(README.read_text().splitlines()) <= SCREEN
    assert "deploy/page.png" in links(README)
    assert CONTRIBUTING.name in links(README)
