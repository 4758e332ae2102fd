"""Who puts a change into the words of a receiver: one speaker for each kind, brought in when it is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from receiver.notifying.hooks import Hook, Kind
from receiver.notifying.message import Webhook
from receiver.notifying.wire import Reply, Request
from receiver.queries import Queries
from receiver.views import ChangeView
from receiver.wiring import Services


class Speaker(Protocol):
    """Makes requests of changes, and says what answers to them mean."""

    def requests(self, view: ChangeView, at: datetime) -> tuple[Request, ...]:
        """Return what is to be sent of a change at a time, in this order; nothing where it matters to nobody there."""
        ...

    def read(self, reply: Reply) -> Reply:
        """Return an answer as it is meant, where its status does not say all."""
        ...


def speaker_of(services: Services, hook: Hook) -> Speaker:
    """Return who speaks to a URL."""
    settings = services.settings
    if hook.kind is Kind.WEBHOOK:
        return Webhook(hook.url, settings.notify_secrets)
    from receiver.notifying.evaluations import Evaluations  # noqa: PLC0415 - only where something is exported

    evaluations = Evaluations(Queries(services, hook.workspace), services.policy.web, settings.instance_id)
    if hook.kind is Kind.OTLP:
        from receiver.notifying.otlp import Otlp  # noqa: PLC0415 - it brings protobuf

        return Otlp(hook.url, settings.otlp_headers, evaluations)
    if hook.kind is Kind.LANGFUSE:
        from receiver.notifying.langfuse import Langfuse  # noqa: PLC0415 - only where it is used

        return Langfuse.of(hook.url, settings, evaluations)
    from receiver.notifying.langsmith import Langsmith  # noqa: PLC0415 - as above

    return Langsmith.of(hook.url, settings, evaluations)
