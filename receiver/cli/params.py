"""What options take: repositories, numbers, times. A value that cannot be one is a usage error (exit code 2)."""

from __future__ import annotations

from datetime import datetime

import click

from receiver import settings_text
from resolver import names, times

NUMBER = click.IntRange(1, names.MAX_ID)
"""The number of an issue or pull request."""

WORKSPACE = click.option("--workspace", metavar="NAME", help="Default: the setting WHICHRUN_WORKSPACE.")
"""Whoever may open the store is the operator, of every workspace."""

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


class AddressType(click.ParamType[tuple[str, int]]):
    """An address to listen at."""

    name = "HOST:PORT"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return host and port."""
        if isinstance(value, tuple):
            return value
        try:
            return settings_text.host_and_port(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class UrlType(click.ParamType[str]):
    """The address of a service."""

    name = "URL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address, without the slash at its end."""
        try:
            return str(settings_text.web_address(value))
        except ValueError:
            self.fail("write it as https://whichrun.example.com", param, ctx)


REPOSITORY = RepositoryType()
TIME = TimeType()
ADDRESS = AddressType()
URL = UrlType()
