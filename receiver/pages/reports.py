"""Reports: the list, and what people add to a report's log. The log itself stands in the feedback's story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from receiver.api.parameters import ReportParameters
from receiver.api.requests import explaining, invalid
from receiver.pages.rendering import render
from receiver.pages.visitor import Visitor, filters, following, go_to, page, read_form, read_list, span_of
from receiver.report_changes import Revised
from resolver.model.reports import BY_HAND, ReportStatus
from resolver.model.tokens import Scope
from resolver.reports.wording import title_of

OF = "reports"
PRIORITIES: Final = ("P0", "P1", "P2", "P3", "P4")

blueprint = Blueprint("reports", __name__)


def _note(given: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    return {"note": given["text"]}


def _priority(given: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    return {"priority": given["choice"], "explanation": given["text"]}


def _actionability(given: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    return {"actionability": given["choice"], "already_addressed": False, "explanation": given["text"]}


def _dismissal(given: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    return {"reason": given["text"]}


FORMS: Final[Mapping[str, tuple[str, tuple[str, ...], Callable[[Mapping[str, str]], Any]]]] = {
    "note": ("Note", (), _note),
    "priority_judgment": ("Priority", PRIORITIES, _priority),
    "actionability_judgment": (
        "Can work begin?",
        ("immediately_actionable", "requires_human_input", "not_actionable"),
        _actionability,
    ),
    "dismissal": ("Dismissal", (), _dismissal),
}
"""What people may add: of each type its words, its choices, and the content that a form makes (SPEC §6)."""


@blueprint.get("/reports")
@page(Scope.REPORTS_READ)
def listed(visitor: Visitor) -> str:
    """Show reports, newest first."""
    query = read_list(ReportParameters)
    found = visitor.reports.listed(query.which(), span_of(query, of=OF))
    return render(
        "reports.html",
        found=found,
        more=following(found, query, of=OF),
        chosen=filters(query),
        statuses=tuple(ReportStatus),
        priorities=PRIORITIES,
        title_of=title_of,
    )


@blueprint.get("/reports/<id:report_id>")
@page(Scope.REPORTS_READ)
def one(visitor: Visitor, report_id: str) -> AnyResponse:
    """Lead to the story that holds a report."""
    return _to_story(visitor, int(report_id))


@blueprint.post("/reports/<id:report_id>/entries")
@page(Scope.REPORTS_WRITE)
def append(visitor: Visitor, report_id: str) -> AnyResponse:
    """Append what somebody says."""
    given = read_form("type", "text", "choice")
    form = FORMS.get(given["type"])
    if form is None:
        raise invalid(("type", f"is none of {', '.join(FORMS)}"))
    with explaining():
        visitor.report_changes.append(int(report_id), given["type"], form[2](given), producer=visitor.producer)
    return _to_story(visitor, int(report_id))


@blueprint.post("/reports/<id:report_id>/status")
@page(Scope.REPORTS_WRITE)
def change(visitor: Visitor, report_id: str) -> AnyResponse:
    """Resolve, snooze or reopen a report."""
    given = read_form("status", "reason")
    if given["status"] not in BY_HAND:
        raise invalid(("status", f"is none of {', '.join(BY_HAND)}"))
    revised = Revised(status=ReportStatus(given["status"]), reason=given["reason"] or None)
    with explaining():
        visitor.report_changes.revise(int(report_id), revised, producer=visitor.producer)
    return _to_story(visitor, int(report_id))


def _to_story(visitor: Visitor, report_id: int) -> AnyResponse:
    report = visitor.reports.report(report_id).report
    return go_to("pages.feedback.story", feedback_id=report.feedback_id, _anchor="report")
