"""What the domain asks of a store about signals."""

from __future__ import annotations

from typing import Protocol

from resolver.model.signals import SignalSeen


class SignalLedger(Protocol):
    """Keeping signals."""

    def put_signal(self, signal: SignalSeen) -> bool:
        """Keep a signal, once; return whether it is new."""
        ...
