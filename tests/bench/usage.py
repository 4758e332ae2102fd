"""How much processor time a service has used: far steadier than rates on a machine that others use too."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.processes import command_of, descendants

_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_TIME = 11
"""Where the four times begin in ``/proc/PID/stat`` behind the name: user, system, and both of children that ended."""


def processor_seconds(pid: int, word: str = "") -> float:
    """Return the seconds, user and system, that a process and all that it started have used (proc(5), ``stat``).

    With a word only those count whose command line holds it. Children that have ended count with their parent.
    """
    everyone = [pid, *descendants(pid)]
    return sum(_ticks(one) for one in everyone if word in command_of(one)) / _TICKS


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[_FIRST_TIME : _FIRST_TIME + 4]))
