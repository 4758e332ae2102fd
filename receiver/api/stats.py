"""``GET /v1/stats``: how much feedback was resolved, and how surely."""

from __future__ import annotations

from receiver import shapes
from receiver.api.bodies import NoBody
from receiver.api.parameters import StatsParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, Routes
from receiver.present import stats_json
from resolver.model.tokens import Scope

routes = Routes.about("stats")


@routes.get("/stats", scope=Scope.FEEDBACK_READ)
def shares(call: Call[StatsParameters, NoBody]) -> shapes.Stats:
    """Count feedback by the confidence of its answers: in all, and by agent, mode, repository and day.

    Counted is what was given in a time (the last 30 days, unless ``since`` and ``until`` say otherwise) and asks for
    something: neither ignored nor withdrawn. Of agents and repositories the 500 most frequent are told.
    """
    statistics = call.queries.statistics(call.query.since, call.query.until)
    if statistics is None:
        raise invalid(("until", "is not later than since, or more than 366 days later"))
    return stats_json(statistics)
