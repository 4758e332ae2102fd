"""Asking GitHub for what it tells once: the secrets of an App that was just made from a manifest.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest

The code is good for an hour and for one answer. Nobody else is asked meanwhile, and no credentials are needed.
"""

from __future__ import annotations

from resolver.errors import GithubRefusedError
from resolver.github import addresses, exchange, reading, refusals, shapes
from resolver.github.exchange import Request
from resolver.github.limits import Budget
from resolver.github.sender import Sender
from resolver.ports import Clock

UNKNOWN = "GitHub does not know this code: it was used before, or is older than an hour"


class Founding:
    """Takes over Apps. Threads may share it."""

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    def take_over(self, code: str) -> shapes.CreatedAppShape:
        """Return the App that a code stands for.

        Asked only once: where GithubDownError says that no answer came, the code may be used up. Raises UnfitError
        for what is no code, GithubRefusedError for one that GitHub does not know (any more), GithubAnswerError.
        """
        request = Request(addresses.CONVERSION.fill(code=code), exchange.headers(), method="POST", repeats=False)
        response = self._sender.send(request, Budget(self._clock))
        if response.status in {401, 403, 422}:
            raise GithubRefusedError(f"GitHub refuses to hand the App over ({response.status})")
        found = refusals.present(response)
        if found is None:
            raise GithubRefusedError(UNKNOWN)
        return reading.one(shapes.CreatedAppShape, found.body)
