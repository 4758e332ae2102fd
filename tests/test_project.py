"""The tree keeps its own rules: sizes, docstrings, packages, versions, and nothing of the machine it was made on."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.tree import ROOMS, ROOT, files, pyproject

MAX_LINES = 400
MEDIAN_LINES = 120
READS_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
OF_ONE_MACHINE = re.compile(r"(?<![\w.}~-])/(?:home|root|Users|work|tmp)/[\w.]")
REGISTRY = re.compile(
    r"(?i)pypi\.(?:org|python)|pythonhosted|--(?:extra-)?index-url[ =]|--find-links[ =]|--trusted-host[ =]"
)


def relative(path: Path) -> str:
    """Name a file from the root of the tree, as failures show it."""
    return str(path.relative_to(ROOT))


def test_no_module_outgrows_its_reader() -> None:
    """A module has at most 400 lines."""
    lengths = {relative(path): len(path.read_text().splitlines()) for path in files(".py")}

    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_most_modules_are_read_in_one_sitting() -> None:
    """The median module of the rooms has fewer than 120 lines."""
    sizes = [len(path.read_text().splitlines()) for room in ROOMS for path in files(".py", under=ROOT / room)]

    assert statistics.median(sizes) < MEDIAN_LINES


def test_each_test_states_the_behaviour() -> None:
    """Every test function has a docstring: the sentence that is true when it passes."""
    silent = [
        f"{relative(path)}: {node.name}"
        for path in files(".py", under=ROOT / "tests")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]

    assert silent == []


def test_no_constant_is_stated_twice() -> None:
    """No module gives one of its constants a second value: whoever reads the first would be wrong."""
    twice = [
        f"{relative(path)}: {name}"
        for room in ROOMS
        for path in files(".py", under=ROOT / room)
        for name, count in Counter(_constants(ast.parse(path.read_text()))).items()
        if count > 1
    ]

    assert twice == []


def _constants(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def test_pyproject_lists_each_package() -> None:
    """The packages that are installed are the folders of the rooms that have an ``__init__.py``."""
    found = [path.parent for room in ROOMS for path in files(".py", under=ROOT / room) if path.name == "__init__.py"]

    assert pyproject()["tool"]["setuptools"]["packages"] == sorted(
        ".".join(path.relative_to(ROOT).parts) for path in found
    )


@pytest.mark.parametrize("room", ["resolver", "store", "migrations"])
def test_only_the_receiver_reads_the_environment(room: str) -> None:
    """Settings reach the domain and the store as arguments."""
    readers = [
        relative(path)
        for path in files(".py", under=ROOT / room)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in READS_ENVIRONMENT)
        or (isinstance(node, ast.ImportFrom) and any(name.name in READS_ENVIRONMENT for name in node.names))
    ]

    assert readers == []


def test_constraints_fit_what_pyproject_asks_for() -> None:
    """Every requirement, of every extra, is pinned in constraints.txt to a version that it allows."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and not line.lstrip().startswith("#"))
    project = pyproject()["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanting = [text for text in asked if not _is_pinned(Requirement(text), pins)]

    assert wanting == []


def test_nothing_names_a_registry_or_a_folder_of_one_machine() -> None:
    """What is committed works elsewhere: no package registry's host, no path that only one machine has."""
    found = [
        f"{relative(path)}:{number}: {match.group()}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if (match := OF_ONE_MACHINE.search(line) or REGISTRY.search(line))
    ]

    assert found == []


def test_make_help_lists_each_rule() -> None:
    """``make`` alone lists every rule of the Makefile, each with its purpose."""
    declared = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    shown = subprocess.run(["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True, check=True)
    listed = dict(line.strip().removeprefix("make ").split(maxsplit=1) for line in shown.stdout.splitlines())

    assert set(listed) == set(" ".join(declared).split())


def _is_pinned(requirement: Requirement, pins: dict[str, str]) -> bool:
    return requirement.specifier.contains(pins.get(requirement.name.lower(), "0"))
