"""The stand-in itself: a world that is asked over HTTP, and keeps what it was asked."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Self

from requests.structures import CaseInsensitiveDict

from tests.support.builders import Delivery
from tests.support.github import routing
from tests.support.github.answer import Answer, refusal
from tests.support.github.asked import Recorded
from tests.support.github.faults import Fault, Faults
from tests.support.github.server import Server
from tests.support.github.told import tell
from tests.support.github.world import World


class StandIn(World):
    """GitHub, for as long as the ``with`` lasts, at ``url`` (which ends with ``prefix``, such as ``/api/v3``).

    Leaving raises AssertionError when the stand-in itself failed at something it was asked.
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix)
        self.faults = Faults()
        self.errors: list[str] = []
        self._requests: list[Recorded] = []
        self._server: Server | None = Server(0, self._take, self.errors.append)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        self.is_up = False

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is None and self.errors:
            raise AssertionError("the stand-in failed: " + "\n".join(self.errors))

    @property
    def fault(self) -> Fault | None:
        """The first fault that is switched on."""
        return self.faults.first()

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        """Switch a fault on instead of all others, or (None) all off."""
        self.faults.clear()
        if fault is not None:
            self.faults.add(fault)

    @property
    def requests(self) -> list[Recorded]:
        """Every request so far, in order, those that suffered from a fault among them."""
        return list(self._requests)

    def tell(self, *deliveries: Delivery) -> None:
        """Keep what deliveries tell of, so that the API tells the same (see ``told``)."""
        for delivery in deliveries:
            tell(self, delivery)

    def asked(self, pattern: str, *, method: str | None = None) -> list[Recorded]:
        """Return the requests whose target holds a regular expression."""
        return [
            request
            for request in self.requests
            if method in {None, request.method} and re.search(pattern, request.target)
        ]

    def forget(self) -> None:
        """Forget the requests so far."""
        self._requests.clear()

    def up(self) -> None:
        """Listen, at the same port as before."""
        if not self.is_up and self._server is not None:
            self._server.start()
            self.is_up = True

    def down(self) -> None:
        """End all connections, and refuse new ones."""
        if self.is_up and self._server is not None:
            self._server.stop()
            self._server = Server(self.port, self._take, self.errors.append)
            self.is_up = False

    def close(self) -> None:
        """End it for good."""
        if self._server is not None:
            if self.is_up:
                self._server.stop()
            else:
                self._server.server_close()
        self._server, self.is_up = None, False

    def _take(self, method: str, target: str, headers: CaseInsensitiveDict[str], body: bytes) -> Answer:
        request = Recorded(method, target, headers, body, self.clock())
        self._requests.append(request)
        if not method:
            return refusal(400, "Bad Request")
        fault = self.faults.take(request)
        if fault is None:
            return routing.answer(self, request)
        return fault.effect(request, lambda: routing.answer(self, request))
