"""The trailers of the run at work: from the environment, from the last commit's copy, or from the service.

Whatever they come from, they are checked before they go into a commit: they are exactly what ``resolver.claims.write``
writes, and they name the run. Whether the signature holds only the service can say.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from receiver.client_settings import ClientSettings
from resolver.claims import base64url, block, jws
from resolver.claims.claim import Claim
from resolver.claims.trailers import find_trailers
from resolver.errors import ClaimError, SettingsError, WhichrunError

_FIT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class UnsignedError(WhichrunError):
    """A commit of a run cannot be signed. It is stopped: unsigned, it would be attributed to nobody."""

    reason = "no_trailers"

    def __init__(self, why: object) -> None:
        super().__init__(
            f"the commit is stopped, because it cannot be signed: {why}; "
            "unset WHICHRUN_RUN and WHICHRUN_TRAILERS to commit without a signature"
        )


@dataclass(frozen=True, slots=True)
class Trailers:
    """Trailers that were checked: ``lines`` without line ends, ``attribution`` the value of the first."""

    lines: tuple[str, ...]
    attribution: str


def trailers_of(settings: ClientSettings, folder: Path) -> Trailers:
    """Return the trailers of the run that the settings name; ``folder`` is where copies are kept.

    Raises UnsignedError, which says what to do.
    """
    try:
        if settings.trailers is not None:
            return read(settings.trailers, run=settings.run, source="WHICHRUN_TRAILERS")
        if settings.run is None:
            raise SettingsError("neither WHICHRUN_RUN nor WHICHRUN_TRAILERS is set")
        return _copied(folder, settings.run) or _asked(settings, settings.run, folder)
    except WhichrunError as error:
        raise UnsignedError(error) from error


def read(text: str, *, run: str | None, source: str) -> Trailers:
    """Check a text. Raises ClaimError when it is anything but the three trailers of the run (of any run for None)."""
    lines = tuple(text.replace("\r\n", "\n").strip("\n").split("\n"))
    values = list(find_trailers(text))
    if len(values) != 1:
        raise ClaimError(f"{source} is not the trailers of a run: there is no Agents-Attribution, or more than one")
    claim = _claim(values[0], source)
    expected = [f"Agents-Attribution: {values[0]}", f"Agents-Run: {claim.span_id}", f"Agents-Agent: {claim.agent_name}"]
    if list(lines) != (expected if claim.agent_name else expected[:2]):
        raise ClaimError(
            f"{source} is not the trailers of a run: Agents-Attribution, Agents-Run and Agents-Agent, "
            "each on a line, that say the same"
        )
    if run is not None and claim.span_id != run.strip():
        raise ClaimError(f"{source} is of the run {claim.span_id}, and WHICHRUN_RUN names {run}")
    return Trailers(lines, values[0])


def _claim(value: str, source: str) -> Claim:
    try:
        if jws.looks_like_jws(value):
            return jws.parse(value).claim
        return block.parse(base64url.decode(value).decode()).claim
    except (ValueError, ClaimError) as error:
        raise ClaimError(f"{source} is not the trailers of a run: {error}") from error


def _asked(settings: ClientSettings, run: str, folder: Path) -> Trailers:
    """Ask the service, and keep a copy."""
    from receiver.client import Client  # noqa: PLC0415 - most commits find a copy, and need no network

    if settings.token is None:
        raise SettingsError("WHICHRUN_TOKEN is not set, with which the service is asked for the run's trailers")
    text = Client.at(settings.url, token=settings.token).marks(run).commit_trailers
    trailers = read(text, run=run, source=f"the answer of {settings.url}")
    _keep(folder, run, text)
    return trailers


def _copied(folder: Path, run: str) -> Trailers | None:
    """Return the copy that an earlier commit left; one that is damaged counts as none, and is replaced."""
    path = _path(folder, run)
    try:
        return read(path.read_text(encoding="utf-8"), run=run, source=str(path))
    except (OSError, UnicodeDecodeError, ClaimError):
        return None


def _keep(folder: Path, run: str, text: str) -> None:
    """Keep a copy, readable by its owner alone. Without one, the next commit asks again: no error."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)  # mode 0600 from the start
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(_path(folder, run))
    except OSError:
        return


def _path(folder: Path, run: str) -> Path:
    name = (
        run if _FIT.fullmatch(run) else f"sha256-{hashlib.sha256(run.encode('utf-8', 'surrogateescape')).hexdigest()}"
    )
    return folder / f"{name}.trailers"
