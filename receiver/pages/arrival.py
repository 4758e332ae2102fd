"""Whether deliveries arrive: what one watches after the set-up, until the first one is there and verified.

What the inbox holds was signed by GitHub, for nothing else is kept. Of what was refused only the number is known.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from receiver.current import services
from receiver.founded import remembered
from receiver.metrics.scrape import refusals
from receiver.pages.rendering import is_part, render
from receiver.pages.visitor import Visitor, page
from receiver.views import Span
from resolver.model.tokens import Scope

PATH: Final = "/first-delivery"
MOST: Final = 5
"""Deliveries that are shown: the newest."""

blueprint = Blueprint("arrival", __name__)


@blueprint.get(PATH)
@page(Scope.ADMIN)
def show(visitor: Visitor) -> Response | str:
    """Show what has arrived. htmx asks again with what it shows: while that is the same nothing is sent.

    Where the page is that of a service about to start (``receiver.setting_up``), it is loaded anew.
    """
    if is_part() and request.args.get("after") == "":  # shown by the set-up, which knew no more
        return Response(status=204, headers={"HX-Refresh": "true"})
    found = visitor.queries.deliveries(None, Span(limit=MOST)).items
    refused = refusals().get("bad_signature", 0)
    state = f"{found[0].id if found else 0}-{'-'.join(one.status for one in found)}-{refused}"
    if is_part() and request.args.get("after") == state:
        return Response(status=204)
    return render(
        "arrival_part.html" if is_part() else "arrival.html",
        deliveries=found,
        refused=refused,
        state=state,
        app=remembered(services()),
        starting=False,
    )
