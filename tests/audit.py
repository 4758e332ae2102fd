"""``python -m tests.audit`` (``make audit``) looks for pins of constraints.txt that are known to be vulnerable.

pip-audit asks a service that knows of vulnerabilities about each pin. First it is asked about one that is known to be
vulnerable: an audit that does not find that could not find anything, and fails. pip-audit itself passes over what the
service does not answer, and ends well; here that is said loudly, as *not audited*, and is never taken for *well*. It is
no failure though: a service that is out of reach is no fault of the change that is being checked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.tree import ROOT

CONSTRAINTS: Final = ROOT / "constraints.txt"
KNOWN: Final = "jinja2==2.4.1"
"""Known to be vulnerable since 2014 (CVE-2014-1402), and for more reasons since."""
TRIES: Final = 3
PAUSE: Final = 5.0
"""Seconds between two tries."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an audit found: ``vulnerable`` tells each finding, ``unaudited`` why a pin was passed over.

    ``audited`` is how many pins the service knew about.
    """

    vulnerable: tuple[str, ...] = ()
    unaudited: tuple[str, ...] = ()
    audited: int = 0


def read(document: Mapping[str, Any]) -> Found:
    """Read what pip-audit writes with ``--format json``."""
    vulnerable, unaudited, audited = [], [], 0
    for one in document["dependencies"]:
        if "skip_reason" in one:
            unaudited.append(str(one["skip_reason"]))
            continue
        audited += 1
        for fault in one["vulns"]:
            fixed = ", ".join(fault["fix_versions"]) or "no version yet"
            names = " ".join((fault["id"], *fault.get("aliases", ())))
            vulnerable.append(f"{one['name']} {one['version']}: {names}; mended in {fixed}")
    return Found(tuple(vulnerable), tuple(unaudited), audited)


def ask(requirements: Path, options: Sequence[str] = ()) -> Found:
    """Have pip-audit look at the pins of a file; what it could not do is told as not audited."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", *options,
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=requirements.parent)
    try:
        return read(json.loads(ran.stdout))
    except (ValueError, KeyError, TypeError):
        said = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Found(unaudited=(f"pip-audit ended with exit code {ran.returncode}: {said}",))


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--osv-url", help="ask a service of this kind at this URL; without it, where packages are from")
    parser.add_argument("--constraints", type=Path, default=CONSTRAINTS)
    parser.add_argument("--tries", type=int, default=TRIES, help="how often a service that is out of reach is asked")
    given = parser.parse_args(arguments)
    options = ("--vulnerability-service", "osv", "--osv-url", given.osv_url) if given.osv_url else ()
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text(f"{KNOWN}\n")
        proof = _persist(known, options, given.tries)
    if proof.unaudited:
        return _not_audited(proof)  # nor are others asked about: whoever does not know this one knows none
    if not proof.vulnerable:
        _say(f"The audit cannot fail: {KNOWN} is known to be vulnerable, and nothing was found.")
        return 1
    _say(f"The audit can fail: {len(proof.vulnerable)} findings for {KNOWN}.")
    found = _persist(given.constraints, options, given.tries)
    for finding in found.vulnerable:
        _say(f"VULNERABLE  {finding}")
    if found.unaudited:
        _not_audited(found)
    _say(f"{found.audited} pins audited, {len(found.vulnerable)} findings, {len(found.unaudited)} not audited.")
    return 1 if found.vulnerable else 0


def _persist(requirements: Path, options: Sequence[str], tries: int) -> Found:
    """Ask until the service knows about something, a few times at most."""
    found = ask(requirements, options)
    for _ in range(tries - 1):
        if found.audited:
            break
        time.sleep(PAUSE)
        found = ask(requirements, options)
    return found


def _not_audited(found: Found) -> int:
    line = "!" * 100
    told = "\n".join(f"  {reason}" for reason in found.unaudited[:10])
    _say(f"{line}\nNOT AUDITED: the service did not answer for {len(found.unaudited)} pins.\n{told}\n{line}")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
