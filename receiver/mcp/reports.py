"""The tools about reports: what is made of feedback, and the log that agents write."""

from __future__ import annotations

from typing import Any, Final

from receiver.client import Client
from receiver.mcp import report_results as results
from receiver.mcp import report_shaping as shaping
from receiver.mcp.arguments import (
    AppendArguments,
    DeleteArguments,
    EditArguments,
    ReportArguments,
    ReportsArguments,
)
from receiver.mcp.entry_types import entry_types
from receiver.mcp.results import UNTRUSTED_BELOW
from receiver.mcp.tool import Tool


def list_reports(client: Client, arguments: ReportsArguments) -> results.ReportPage:
    """List reports, newest first."""
    return shaping.report_page_shown(client.report_page(**arguments.given()))


def get_report(client: Client, arguments: ReportArguments) -> results.ReportShown:
    """Show a report and the newest entries of its log."""
    report_id = arguments.report_id
    report = client.report(report_id)
    if not arguments.entries:
        return shaping.report_shown(report, None)
    log = client.entry_page(
        report_id,
        limit=arguments.entries,
        type=arguments.type,
        run=arguments.run,
        current=arguments.current,
        cursor=arguments.cursor,
    )
    return shaping.report_shown(report, log)


def append_entry(client: Client, arguments: AppendArguments) -> results.EntryWritten:
    """Append an entry to a log."""
    report_id = arguments.report_id
    return shaping.entry_appended(
        report_id, client.append_entry(report_id, arguments.type, arguments.content, run=arguments.run)
    )


def update_entry(client: Client, arguments: EditArguments) -> results.EntryWritten:
    """Give an entry another content."""
    report_id = arguments.report_id
    return shaping.entry_written(
        report_id, client.edit_entry(report_id, arguments.entry_id, arguments.content, run=arguments.run)
    )


def delete_entry(client: Client, arguments: DeleteArguments) -> results.EntryDeleted:
    """Take an entry out of a log."""
    client.delete_entry(arguments.report_id, arguments.entry_id, run=arguments.run)
    return shaping.entry_deleted(arguments.report_id, arguments.entry_id)


REPORT_TOOLS: Final[tuple[Tool[Any], ...]] = (
    Tool(
        name="list_reports",
        description="List reports, newest first: each is about one piece of feedback, with its status, priority and "
        f"the runs that work on it. {UNTRUSTED_BELOW}",
        arguments=ReportsArguments,
        result=results.ReportPage,
        ask=list_reports,
    ),
    Tool(
        name="get_report",
        description="Show a report: its state, the run that its feedback is about and why, who works on it, and its "
        f"log, newest first, page by page. get_feedback has the feedback's text. {UNTRUSTED_BELOW}",
        arguments=ReportArguments,
        result=results.ReportShown,
        ask=get_report,
    ),
    Tool(
        name="append_entry",
        description="Append an entry to a report's log. What counts already is not appended again. Types and their "
        f"contents (? may be left out; fields are texts unless said):\n{entry_types()}\n"
        "task_run {} associates your run.",
        arguments=AppendArguments,
        result=results.EntryWritten,
        ask=append_entry,
        writes=True,
        adds=True,
    ),
    Tool(
        name="update_entry",
        description="Give an entry another whole content, of its type; the former one is kept. A run changes its own "
        "alone.",
        arguments=EditArguments,
        result=results.EntryWritten,
        ask=update_entry,
        writes=True,
    ),
    Tool(
        name="delete_entry",
        description="Take an entry out of the log; of a judgment, the one before counts again. A run deletes its own "
        "alone.",
        arguments=DeleteArguments,
        result=results.EntryDeleted,
        ask=delete_entry,
        writes=True,
        destroys=True,
    ),
)
