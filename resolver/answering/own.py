"""What marks a text as this service's own: a hidden comment that it begins with, and that no claim or command follows.

A bot's text that begins with the mark is taken for an answer, whoever the bot is: it holds no claim and no command. So
an answer that comes back as a delivery starts nothing, and one that an agent imitates is evidence for nothing. What
people write is read as ever: a copied mark does not silence them.
"""

from __future__ import annotations

import hmac
from typing import Final

from resolver.model.github import User
from resolver.model.posting import NewPosting

BEGINS: Final = "<!-- whichrun: answer "
"""What every answer begins with."""
ENDS: Final = " -->"
_LENGTH: Final = 32


class Markers:
    """Names postings by what nobody else can make up, and always by the same: a message authentication code.

    So one that was made by a process that died is found, also where a backup has forgotten it. Nothing shows the key.
    """

    def __init__(self, *, key: bytes) -> None:
        """Use a key that only this service has, for as long as it has it."""
        self._key = key

    def of(self, posting: NewPosting) -> str:
        """Return the name of a posting: 32 hexadecimals."""
        said = f"{posting.means}\n{posting.repository_id}\n{posting.subject}"
        return hmac.digest(self._key, said.encode(), "sha256").hex()[:_LENGTH]


def mark(marker: str) -> str:
    """Return the hidden comment that an answer begins with."""
    return f"{BEGINS}{marker}{ENDS}"


def is_own(author: User, body: str) -> bool:
    """Whether a text is, or pretends to be, an answer of this service."""
    return author.type == "Bot" and body.startswith(BEGINS)
