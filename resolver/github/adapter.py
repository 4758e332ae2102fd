"""Connections whose answers come by a deadline, or not at all, for whoever sends with ``requests``.

The library's own times hold for each silence: an answer that comes byte by byte would never end.
"""

from __future__ import annotations

from typing import Any

import requests.adapters

from resolver.github.deadline import Deadline, hurried


class DeadlineAdapter(requests.adapters.HTTPAdapter):
    """Connections, to a host or to a proxy, that keep to ``deadline``."""

    def __init__(self, deadline: Deadline) -> None:
        """Keep to a deadline; whoever sends begins it anew for each exchange."""
        self.deadline = deadline
        self._response_class = hurried(deadline)
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- as the base class takes them
        """Return the pool for a request: every connection comes from here, whatever it leads to."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        usual = pool.ConnectionCls
        if getattr(usual, "response_class", None) is not self._response_class:
            pool.ConnectionCls = type(usual.__name__, (usual,), {"response_class": self._response_class})
        return pool
