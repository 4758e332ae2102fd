"""What options take: repositories, numbers, times. A value that cannot be one is a usage error (exit code 2)."""

from __future__ import annotations

from datetime import datetime

import click

from resolver import names, times

NUMBER = click.IntRange(1, names.MAX_ID)
"""The number of an issue or pull request."""

LIMIT = click.IntRange(1, 500)
"""How many items of a list, as in the HTTP API."""


class RepositoryType(click.ParamType[str]):
    """A repository's full name."""

    name = "OWNER/NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, without the white space around it."""
        if not names.is_repository(value.strip()):
            self.fail("write it as owner/name, such as acme/widgets", param, ctx)
        return value.strip()


class TimeType(click.ParamType[datetime]):
    """A moment in RFC 3339."""

    name = "TIME"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            return times.parse(value)
        except (ValueError, OverflowError):
            self.fail("write it as RFC 3339 with an offset, such as 2026-10-01T09:00:00Z", param, ctx)


REPOSITORY = RepositoryType()
TIME = TimeType()
