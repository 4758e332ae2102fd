"""The ``.env`` file: which names it sets, and that every line of it can be read.

pydantic-settings takes the values from it; of a line that it cannot read it says so in a log and goes on without,
which would start a service without the setting that stands there.
"""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import Binding, parse_stream

from resolver.errors import SettingsError


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
