"""Which targets there are: the modules of ``tests.fuzz.targets``, and what each of them brings."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.fuzz import targets

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True, slots=True)
class Target:
    """A parser under attack.

    ``check`` takes any bytes; ``seeds`` gives inputs to begin with, ``words`` what the language of the inputs is made
    of, ``longest`` how many bytes an input may have.
    """

    name: str
    check: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...]
    longest: int

    @property
    def corpus(self) -> Path:
        """The folder of the inputs that are kept."""
        return CORPUS / self.name

    def kept(self) -> list[Path]:
        """Return the inputs that are kept, in the order of their names."""
        return sorted(self.corpus.iterdir()) if self.corpus.is_dir() else []


def names() -> tuple[str, ...]:
    """Return the names of all targets."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(targets.__path__)))


def load(name: str) -> Target:
    """Import a target."""
    module = importlib.import_module(f"{targets.__name__}.{name}")
    return Target(
        name=name,
        check=module.check,
        seeds=tuple(_bytes(module, "SEEDS")),
        words=tuple(getattr(module, "WORDS", ())),
        longest=int(getattr(module, "LONGEST", 2048)),
    )


def _bytes(module: ModuleType, name: str) -> Iterable[bytes]:
    for seed in getattr(module, name, ()):
        yield seed if isinstance(seed, bytes) else str(seed).encode("utf-8", "surrogateescape")
