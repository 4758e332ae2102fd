"""A claim, of either version, normalised and valid by construction (SPEC §2.1, §2.2)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from resolver.errors import ClaimError

DEFAULT_INSTANCE = "default"
MAX_FIELD = 512  # characters
MAX_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who made something: the fields of a claim, white space around each taken off.

    ``number`` 0 becomes None, an empty ``instance_id`` becomes ``default``. ``repository`` (``owner/name``) stays as
    it was given and is compared in lower case, as it is signed: two claims are equal when they sign the same. Raises
    ClaimError when a field holds a control character or half a surrogate pair, is longer than 512 characters, when
    the number is out of range or the span is missing.
    """

    span_id: str
    workspace: str = ""
    repository: str = field(default="", compare=False)
    number: int | None = None
    agent_id: str = ""
    agent_name: str = ""
    instance_id: str = ""
    signed_repository: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("span_id", "workspace", "repository", "agent_id", "agent_name", "instance_id"):
            object.__setattr__(self, name, _field(name, getattr(self, name)))
        if not self.span_id:
            raise ClaimError("The claim has no span_id.")
        if self.number is not None and not 0 <= self.number <= MAX_NUMBER:
            raise ClaimError("The claim's number is not between 1 and 2^63-1.")
        object.__setattr__(self, "number", self.number or None)
        object.__setattr__(self, "instance_id", self.instance_id or DEFAULT_INSTANCE)
        object.__setattr__(self, "signed_repository", self.repository.lower())


def _field(name: str, value: str) -> str:
    """Return a field without white space around it; raise ClaimError when it breaks a rule."""
    if len(value) > MAX_FIELD:
        raise ClaimError(f"The claim's field {name} is longer than {MAX_FIELD} characters.")
    for char in value:
        category = unicodedata.category(char)
        if category == "Cc":
            # A newline would make the signed string ambiguous; no other control character is of use either.
            raise ClaimError(f"The claim's field {name} holds a control character.")
        if category == "Cs":
            raise ClaimError(f"The claim's field {name} holds half a surrogate pair.")
    return value.strip()
