"""What the App asks about itself.

https://docs.github.com/en/rest/apps
"""

from __future__ import annotations

from resolver.errors import GithubAnswerError
from resolver.github import addresses, links, reading, refusals, shapes
from resolver.github.app_voice import AppVoice
from resolver.github.asker import Asker
from resolver.github.exchange import Response
from resolver.model.asking import Place

_MOST_PAGES = 100


class OwnQuestions:
    """Asks as the App. Each method raises GithubDownError, GithubRefusedError or GithubAnswerError."""

    _asker: Asker
    _voice: AppVoice

    def app(self) -> shapes.AppShape:
        """Return the App."""
        return reading.one(shapes.AppShape, _there(self._voice.ask(addresses.APP.fill())).body)

    def hook(self) -> shapes.HookShape:
        """Return where GitHub sends the App's webhooks."""
        return reading.one(shapes.HookShape, _there(self._voice.ask(addresses.HOOK.fill())).body)

    def installations(self) -> tuple[shapes.InstallationShape, ...]:
        """Return all installations."""
        found: list[shapes.InstallationShape] = []
        number: int | None = 1
        for _ in range(_MOST_PAGES):
            response = _there(self._voice.ask(addresses.INSTALLATIONS.fill(page=None if number == 1 else number)))
            found += reading.many(shapes.InstallationShape, response.body)
            number = links.following(response.headers.get("link"), number or 1)
            if number is None:
                return tuple(found)
        raise GithubAnswerError(f"GitHub lists installations on more than {_MOST_PAGES} pages")

    def hook_deliveries(self, cursor: str | None = None) -> tuple[tuple[shapes.HookDeliveryShape, ...], str | None]:
        """Return 100 deliveries of the App's log, newest first, and the cursor of those before; None: there are none.

        Raises UnfitError for what is no cursor.
        """
        response = _there(self._voice.ask(addresses.HOOK_DELIVERIES.fill(cursor=cursor)))
        following = links.parameter(response.headers.get("link"), "next", "cursor")
        if following is not None and following == cursor:
            raise GithubAnswerError("GitHub's answer leads back to a page that was read")
        return reading.many(shapes.HookDeliveryShape, response.body), following

    def redeliver(self, delivery_id: int) -> bool:
        """Have a delivery sent again; False when GitHub has no such delivery any more.

        It is asked only once: when the answer is lost, GithubDownError leaves open whether GitHub will do it.
        """
        return refusals.present(self._voice.post(addresses.REDELIVERY.fill(id=delivery_id), repeats=False)) is not None

    def installation_of(self, name: str) -> shapes.InstallationShape | None:
        """Return the App's installation on a repository, by its full name. Raises UnfitError."""
        response = refusals.present(self._voice.ask(addresses.REPOSITORY_INSTALLATION.fill(name)))
        return None if response is None else reading.one(shapes.InstallationShape, response.body)

    def repository(self, place: Place) -> shapes.RepositoryShape | None:
        """Return a repository, as its installation's token reads it."""
        response = self._asker.ask(place, addresses.REPOSITORY, {})
        return None if response is None else reading.one(shapes.RepositoryShape, response.body)


def _there(response: Response) -> Response:
    """Return an answer about the App itself, which is there."""
    found = refusals.present(response)
    if found is None:
        raise GithubAnswerError(f"GitHub's answer has status {response.status}")
    return found
