"""The App that the set-up made, as the service remembers it: no secret, only what leads people to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from receiver.wiring import Services, web_of

if TYPE_CHECKING:  # the service itself is spared its memory
    from resolver.github.shapes import CreatedAppShape

_NAME: Final = "set-up"
"""What it is kept under, beside where other work stands (``store.progress``)."""


@dataclass(frozen=True, slots=True)
class Founded:
    """An App: its number and name, and its page at GitHub."""

    id: int
    name: str
    url: str

    @property
    def installation_url(self) -> str:
        """Where it is installed."""
        return f"{self.url}/installations/new"


def founded_of(app: CreatedAppShape, api_url: str) -> Founded:
    """Return what is remembered of an App; its page has to be at the GitHub that the service asks."""
    web = web_of(api_url)
    return Founded(app.id, app.name, app.html_url if app.html_url.startswith(f"{web}/") else f"{web}/apps/{app.slug}")


def remember(services: Services, founded: Founded) -> None:
    """Keep it. Raises StoreError."""
    services.store.save_progress(_NAME, asdict(founded), services.clock())


def remembered(services: Services) -> Founded | None:
    """Return it; None where no set-up made the App that the settings name. Raises StoreError."""
    kept = services.store.progress(_NAME)
    founded = None if kept is None else Founded(kept["id"], kept["name"], kept["url"])
    return founded if founded is not None and founded.id == services.settings.github_app_id else None
