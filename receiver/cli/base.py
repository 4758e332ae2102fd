"""What all commands share: found lazily, all with ``--json``, and one place where errors become words.

Exit codes (SPEC §8): 0, 1 for an error, 2 for a usage error. An error is one line on standard error (several faulty
settings are a line each), or with ``--json`` ``{"error": {"code", "message", "details"}}`` there, so that standard
output only ever holds an answer.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

import click

from receiver.cli.output import printable
from resolver.errors import PayloadError, WhichrunError

JSON_OPTION = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON; errors are JSON on standard error.")


class Failure(click.ClickException):
    """An error as the command line shows it: ``whichrun: message``, or JSON."""

    def __init__(self, message: str, *, code: str, as_json: bool, details: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.as_json = as_json
        self.details = details

    def show(self, file: IO[Any] | None = None) -> None:
        """Print to standard error, whatever file is offered."""
        del file
        if self.as_json:
            details = [{"field": field, "message": message} for field, message in self.details]
            error = {"code": self.code, "message": self.message, "details": details}
            click.echo(json.dumps({"error": error}), err=True)
        else:
            for line in self.message.splitlines():
                name = "" if line.startswith(" ") else "whichrun: "  # an indented line belongs to the one before
                click.echo(f"{name}{printable(line)}", err=True)


class UsageFailure(Failure):
    """A usage error as JSON; without ``--json`` click shows its own."""

    exit_code = 2


class Command(click.Command):
    """A command with ``--json``, whose domain errors end it with exit code 1 and without a traceback."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters with ``--json`` among them."""
        return [*super().get_params(ctx), JSON_OPTION]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; with ``--json`` a usage error is JSON too."""
        as_json = "--json" in args
        with _told_as(as_json=as_json):
            for text in args:
                refuse_surrogates(text)
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _told_as(as_json=bool(ctx.params["as_json"])):
            return super().invoke(ctx)


@contextlib.contextmanager
def _told_as(*, as_json: bool) -> Iterator[None]:
    """Turn errors into what is printed: the only place that does."""
    try:
        yield
    except click.UsageError as error:
        if not as_json:
            raise
        raise UsageFailure(error.format_message(), code="usage", as_json=True) from error
    except WhichrunError as error:
        details = error.problems if isinstance(error, PayloadError) else ()
        raise Failure(str(error), code=error.reason, as_json=as_json, details=details) from error


def examples(*lines: str) -> str:
    """Return the end of a command's help: how it is called. The first character tells click not to rewrap it."""
    return "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)])


def refuse_surrogates(text: str) -> None:
    """Raise UsageError for an argument that was not UTF-8: Python smuggles its bytes in as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise click.UsageError("an argument is not valid UTF-8") from error


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is run; its help imports none of them."""

    def __init__(self, name: str, *, commands: Mapping[str, tuple[str, str]], help: str, epilog: str) -> None:  # noqa: A002 - click's own name
        super().__init__(name, help=help, epilog=epilog, context_settings={"help_option_names": ["-h", "--help"]})
        self._lazy = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer meets them."""
        del ctx
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), attribute))

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what a terminal's encoding cannot show is spelled out instead of ending the command."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands and what each does, from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])
