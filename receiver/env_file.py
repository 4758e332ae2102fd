"""The ``.env`` file: which names it sets, that every line of it can be read, and how its values are changed.

pydantic-settings takes the values from it; of a line that it cannot read it says so in a log and goes on without,
which would start a service without the setting that stands there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from resolver.errors import SettingsError

_PLAIN = re.compile(r"[A-Za-z0-9._~:@/+=,-]+")
"""What may stand in the file without quotes."""


def names_in(path: Path) -> tuple[str, ...]:
    """Return the names that a file sets; none when it is not there.

    Raises SettingsError, which shows no line and no value, for what is no file or holds a line that sets nothing.
    """
    if path.is_dir():
        raise SettingsError(f"{path} is a folder, not a file with settings: move it away")
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file {path} cannot be read: {type(error).__name__}") from None
    faults = [f"{path}, line {_line(one)}: write NAME=VALUE, or # before a remark" for one in bindings if _is_bad(one)]
    if faults:
        raise SettingsError("\n".join(faults))
    return tuple(one.key for one in bindings if one.key is not None)


def _is_bad(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)


def _line(binding: Binding) -> int:
    """Return the line at which a statement begins; the empty lines before it belong to it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def values_in(path: Path) -> dict[str, str]:
    """Return what a file sets, as it stands there, by names in upper case; of a name that is set twice, the last value.

    Raises SettingsError as ``names_in`` does.
    """
    names_in(path)
    return {one.key.upper(): one.value or "" for one in _bindings(_text(path)) if one.key is not None}


def changed(path: Path, values: Mapping[str, str], *, head: str, remark: str) -> str:
    """Return a file's text with other values, each where its name stood; new names follow at the end, below a remark.

    All else stays as it is. ``head`` begins a file that is not there yet. Raises SettingsError as ``names_in`` does.
    """
    names_in(path)
    left, pieces = dict(values), []
    for one in _bindings(_text(path)):
        text = one.original.string
        name = None if one.key is None else one.key.upper()
        if name in values:  # and a second time it goes: the last one would count
            space = text[: len(text) - len(text.lstrip())]
            text = f"{space}{name}={_quoted(left.pop(name))}\n" if name in left else space
        pieces.append(text)
    before = "".join(pieces) or head
    if left:
        before += "" if before.endswith("\n") else "\n"
        before += f"\n# {remark}\n" + "".join(f"{name}={_quoted(value)}\n" for name, value in left.items())
    return before


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _bindings(text: str) -> list[Binding]:
    return list(parse_stream(io.StringIO(text)))


def _quoted(value: str) -> str:
    """Write a value so that it is read as it is."""
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
