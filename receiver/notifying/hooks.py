"""Who is told of changes: a URL that follows the changes of one workspace, in the words of its kind."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from receiver.notifying.message import TOLD
from receiver.settings import Settings
from receiver.settings_notify import Address
from resolver.model.changes import ChangeKind


class Kind(enum.StrEnum):
    """How a change is said there."""

    WEBHOOK = "webhook"
    """A signed notification (``receiver.notifying.message``)."""
    OTLP = "otlp"
    LANGFUSE = "langfuse"
    LANGSMITH = "langsmith"


EXPORTED = TOLD | {ChangeKind.UPDATED}
"""The changes that an evaluation may have to follow: a text that was edited, a command that was restored."""

_SETTINGS = {
    Kind.WEBHOOK: "WHICHRUN_NOTIFY_URLS",
    Kind.OTLP: "WHICHRUN_OTLP_ENDPOINT",
    Kind.LANGFUSE: "WHICHRUN_LANGFUSE_URL",
    Kind.LANGSMITH: "WHICHRUN_LANGSMITH_URL",
}


@dataclass(frozen=True, slots=True)
class Hook:
    """A URL, ``shown`` without its query (which may hold a secret), and the workspace whose changes it gets."""

    workspace: str
    url: str = field(repr=False)
    shown: str
    kind: Kind = Kind.WEBHOOK

    @property
    def turn(self) -> str:
        """The name under which the store keeps where it stands: another URL, workspace or kind is another one."""
        of_kind = () if self.kind is Kind.WEBHOOK else (self.kind.value,)
        named = "\n".join((*of_kind, self.workspace, self.url))
        return f"notifications {hashlib.sha256(named.encode()).hexdigest()[:32]}"

    @property
    def told(self) -> frozenset[ChangeKind]:
        """The kinds of change that it may have to be told of."""
        return TOLD if self.kind is Kind.WEBHOOK else EXPORTED

    @property
    def setting(self) -> str:
        """The setting that names it."""
        return _SETTINGS[self.kind]


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Return whom the settings name, each once."""
    named = (
        Hook(address.workspace or settings.workspace, address.url, address.shown, kind)
        for kind, address in _named(settings)
    )
    return tuple(dict.fromkeys(named))


def _named(settings: Settings) -> Iterator[tuple[Kind, Address]]:
    for address in settings.notify_urls:
        yield Kind.WEBHOOK, address
    for kind, exported in (
        (Kind.OTLP, settings.otlp_endpoint),
        (Kind.LANGFUSE, settings.langfuse_url),
        (Kind.LANGSMITH, settings.langsmith_url),
    ):
        if exported is not None:
            yield kind, exported
