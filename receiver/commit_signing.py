"""Which commits are signed, and when: the rules of the two hooks (see ``receiver.commit_hooks``).

A commit that is only carried over (cherry-pick, rebase, a squash in a rebase; conflicts or not) keeps the message and
the author that it had, and is left as it is: whoever moves a commit did not make it, and a second run's claim would
take the first one's answer its certainty. Amending and rewording sign.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from receiver.client_settings import ClientSettings
from receiver.commit_message import Cleaning, Message
from receiver.git import GitError, git, path_of
from receiver.run_trailers import trailers_of

NO_EDITOR = ":"
"""What git calls the editor when nobody will edit the message."""

_SQUASHING = ("message-squash", "message-fixup")
"""Files of a rebase that puts commits together."""

_PICKED = re.compile(r"^(?:pick|p|(?:merge|m) -[Cc]) ([0-9a-f]{4,64})\b")
"""A line of a rebase's list that makes a commit anew."""


class Signer:
    """Signs the messages of one repository's commits, in the working folder of a hook.

    ``environment`` is the hook's, by which git knows the repository. Raises GitError.
    """

    def __init__(self, settings: ClientSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._edited = environment.get("GIT_EDITOR") != NO_EDITOR
        self._cleaning = Cleaning.of(environment)
        self._git_folder = path_of(git("rev-parse", "--git-dir", environment=environment), Path.cwd())
        self._own_folder = self._git_folder / "whichrun"
        self._template = self._own_folder / "template"

    def prepare(self, path: Path, source: str | None) -> bool:
        """Sign a message that has words already; return whether it carries the trailers now.

        One that an editor will open without words of its own, or with a template, is left to ``finish``. Raises
        UnsignedError, GitError, OSError.
        """
        message = Message.read(path, self._cleaning.marker)
        self._remember(message if source == "template" else None)
        strip = self._cleaning.strips(edited=self._edited)
        written = message.lines(strip=strip or source is None)
        if not written or source == "template" or self._is_carried_over(message, amended=source == "commit"):
            return False
        return self._sign(path, message, strip=strip)

    def finish(self, path: Path) -> bool:
        """Sign a message as the editor left it; return whether it carries the trailers now.

        Where nothing was written it stays without trailers, so that git still gives up the commit. Raises as above.
        """
        message = Message.read(path, self._cleaning.marker)
        written = message.lines(strip=True)
        if not written or written == self._remembered() or self._is_carried_over(message):
            return False
        trailers = trailers_of(self._settings, self._own_folder)
        if self._edited and set(written) <= set(trailers.lines):  # all else was deleted, to give up the commit
            replace(message, head="").write(path)
            return False
        return self._sign(path, message, strip=self._cleaning.strips(edited=self._edited))

    def _sign(self, path: Path, message: Message, *, strip: bool) -> bool:
        trailers = trailers_of(self._settings, self._own_folder)
        signed = message.signed(trailers, strip=strip, environment=self._environment)
        if signed != message:
            signed.write(path)
        return True

    def _is_carried_over(self, message: Message, *, amended: bool = False) -> bool:
        """Whether git makes a commit anew whose author and words are another's: see this module's docstring."""
        if any((self._git_folder / "rebase-merge" / name).exists() for name in _SQUASHING):
            return True
        try:
            git("rev-parse", "--verify", "--quiet", "CHERRY_PICK_HEAD", environment=self._environment)
        except GitError:
            return not amended and self._is_picked_in_a_rebase(message)
        return True

    def _is_picked_in_a_rebase(self, message: Message) -> bool:
        """Whether a rebase has just picked a commit of these words: after a conflict nothing else tells of it."""
        try:
            done = (self._git_folder / "rebase-merge" / "done").read_text(errors="replace").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return False
        picked = _PICKED.match(done[-1]) if done else None
        if picked is None:
            return False
        original = git("log", "-1", "--format=%B", picked[1], environment=self._environment)
        words = replace(message, head=original.decode("utf-8", "surrogateescape")).lines(strip=True)
        return words == message.lines(strip=True)

    def _remember(self, template: Message | None) -> None:
        """Keep what the template says until the editor is closed: ``commit-msg`` is not told about it."""
        if template is None:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._template.unlink()
        else:
            self._own_folder.mkdir(mode=0o700, exist_ok=True)
            self._template.write_bytes("\n".join(template.lines(strip=True)).encode("utf-8", "surrogateescape"))

    def _remembered(self) -> list[str] | None:
        try:
            return self._template.read_bytes().decode("utf-8", "surrogateescape").split("\n")
        except (FileNotFoundError, NotADirectoryError):
            return None
