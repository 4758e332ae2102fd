"""The settings (SPEC §9): read once, from the environment and from ``.env`` in the working folder, which it overrides.

``load`` is the only reader of the environment; everything else is handed a frozen ``Settings``. A new setting is one
field here and one line in ``deploy/settings.example.env``. What speaks to the client stands in ``client_settings``.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, SecretStr, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from receiver import client_settings
from receiver import env_file as env_files
from receiver import settings_answers as answering
from receiver import settings_export as export
from receiver import settings_notify as notify
from receiver import settings_text as text
from resolver.claims.ring import Ring, parse_ring
from resolver.errors import SettingsError
from resolver.model.marks import MarkUse
from resolver.model.posting import Means
from resolver.model.signals import SignalKind

PREFIX = "WHICHRUN_"
OTHERS = ("WHICHRUN_TEST_", "WHICHRUN_BENCH_")
"""Names that speak to the test suite and to the benchmarks, not to the service."""

ENV_FILE = Path(".env")
DAY = 24.0


def _ring(value: str | Ring, info: ValidationInfo) -> Ring:
    """Read secrets; a fault is a ValueError, so that it is told together with the faults of other settings."""
    if isinstance(value, Ring):
        return value
    try:
        return parse_ring(value, name=name_of(str(info.field_name)))
    except SettingsError as error:
        raise ValueError(str(error)) from None


Keys = Annotated[Ring, PlainValidator(_ring)]
Accounts = Annotated[frozenset[str] | None, BeforeValidator(text.accounts)]
Label = Annotated[str, BeforeValidator(text.label)]
Token = Annotated[SecretStr | None, BeforeValidator(text.token)]
ExportAddress = Annotated[notify.Address | None, BeforeValidator(export.address)]


class Settings(BaseSettings):
    """Every setting, by its name in lower case without ``WHICHRUN_``. What is empty counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        enable_decoding=False,  # lists are written with commas, not as JSON
        extra="ignore",  # `.env` may serve other programs too; unknown names of ours are refused by `load`
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(default="sqlite:///whichrun.db", repr=False)  # may hold a password
    bind: Annotated[str, BeforeValidator(text.bind)] = "127.0.0.1:8000"
    workers: int = Field(default=2, ge=1, le=64)
    rate_limit: int = Field(default=12_000, ge=0, le=10_000_000)
    log_format: Literal["text", "json"] = "text"

    webhook_secrets: Keys = Ring()
    signing_secrets: Keys = Ring()
    signing_key_file: Path | None = None
    api_token: Token = None

    instance_id: Label = "default"
    workspace: Label = "default"
    workspaces: Annotated[Mapping[str, frozenset[str]], BeforeValidator(text.homes)] = Field(default_factory=dict)
    repositories: Annotated[frozenset[str] | None, BeforeValidator(text.repositories)] = None
    feedback_authors: Accounts = None
    agent_logins: Accounts = None
    internal_agents: Annotated[frozenset[str], BeforeValidator(text.names)] = frozenset({"internal-catalog-analyst"})
    inference_window_hours: float = Field(default=DAY, gt=0, le=366 * DAY)
    marks: Annotated[MarkUse, BeforeValidator(text.word)] = MarkUse.HINTS
    signals: Annotated[frozenset[SignalKind], BeforeValidator(text.signals)] = frozenset()
    retention_days: int = Field(default=90, ge=1, le=36_500)

    notify_urls: Annotated[tuple[notify.Address, ...], BeforeValidator(notify.addresses)] = ()
    notify_secrets: Annotated[
        tuple[notify.Secret, ...], BeforeValidator(notify.secrets), AfterValidator(notify.require_secret)
    ] = Field(default=(), validate_default=True)

    otlp_endpoint: ExportAddress = None
    otlp_headers: Annotated[tuple[export.Header, ...], BeforeValidator(export.headers)] = ()
    langfuse_url: ExportAddress = None
    langfuse_public_key: Annotated[Token, AfterValidator(export.needed_by("langfuse_url"))] = Field(
        default=None, validate_default=True
    )
    langfuse_secret_key: Annotated[Token, AfterValidator(export.needed_by("langfuse_url"))] = Field(
        default=None, validate_default=True
    )
    langsmith_url: ExportAddress = None
    langsmith_api_key: Annotated[Token, AfterValidator(export.needed_by("langsmith_url"))] = Field(
        default=None, validate_default=True
    )

    github_app_id: Annotated[int | None, Field(ge=1)] = None
    github_private_key_file: Path | None = None
    github_api_url: Annotated[str, BeforeValidator(text.web_address)] = "https://api.github.com"
    github_client_id: Annotated[str | None, BeforeValidator(text.token)] = None
    github_client_secret: Annotated[Token, AfterValidator(export.needed_by("github_client_id"))] = Field(
        default=None, validate_default=True
    )
    page_users: Accounts = None

    public_url: Annotated[str | None, BeforeValidator(text.web_address)] = None
    answers: Annotated[frozenset[Means], BeforeValidator(answering.means), AfterValidator(answering.require_all)] = (
        frozenset()
    )

    @property
    def signs_in(self) -> bool:
        """Whether people may sign in to the page through GitHub: the App can ask who they are, and some are named."""
        return bool(self.page_users and self.github_client_id and self.github_client_secret)

    @property
    def has_app(self) -> bool:
        """Whether GitHub is to be asked as an App; half of the credentials is a mistake that asking tells of."""
        return self.github_app_id is not None or self.github_private_key_file is not None

    @property
    def tells(self) -> bool:
        """Whether anybody is to be told of changes: a URL that is notified, or a service that gets evaluations."""
        return bool(self.notify_urls or self.otlp_endpoint or self.langfuse_url or self.langsmith_url)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen at; the port is 0 where any free one will do."""
        return text.host_and_port(self.bind)


def name_of(field: str) -> str:
    """Return a setting's name in the environment."""
    return PREFIX + field.upper()


NAMES = tuple(map(name_of, Settings.model_fields))


def load(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings.

    Raises SettingsError with one line for each setting that is malformed or unknown, or for each line of the file that
    cannot be read; none shows a value.
    """
    outside = (name for name in os.environ if name not in client_settings.NAMES)
    refuse_unknown((*outside, *(env_files.names_in(env_file) if env_file is not None else ())))
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError("\n".join(map(_line, error.errors()))) from None


def network_of(url: str) -> dict[str, Any]:
    """Return how an address is reached, by the names that every program goes by: proxies, and who vouches for hosts.

    ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``; ``REQUESTS_CA_BUNDLE`` or ``SSL_CERT_FILE``. They are no settings
    of this service, and are read here because the environment is read nowhere else.
    """
    from requests.utils import get_environ_proxies  # noqa: PLC0415 - only whoever asks GitHub needs it

    named = (os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
    return {"proxies": get_environ_proxies(url), "certificates": next(filter(None, named), None)}


def in_environment(*names: str) -> tuple[str, ...]:
    """Return which of some settings the environment sets, be it to nothing: it wins over the file."""
    given = {name.upper() for name in os.environ}
    return tuple(name for name in names if name in given)


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise SettingsError for a name that looks like a setting and is none: it is most likely misspelt."""
    ours = {name for name in names if name.upper().startswith(PREFIX) and not name.upper().startswith(OTHERS)}
    unknown = sorted(name for name in ours if name.upper() not in NAMES)
    if unknown:
        raise SettingsError("\n".join(map(_unknown, unknown)))


def require_webhook_secret(settings: Settings, now: datetime) -> None:
    """Raise SettingsError when nobody could sign a delivery: a receiver must not start like that (SPEC §2.3)."""
    if settings.webhook_secrets and not settings.webhook_secrets.is_live(now):
        raise SettingsError(
            "WHICHRUN_WEBHOOK_SECRETS holds only secrets that have expired: add the webhook's present secret, or "
            "mend the dates (`id@FROM/UNTIL:secret`)"
        )
    if not settings.webhook_secrets:
        raise SettingsError(
            "WHICHRUN_WEBHOOK_SECRETS is missing or empty: `whichrun init` writes a .env with fresh secrets; "
            "or set it to the secret of the webhook at GitHub; or `whichrun serve --setup` makes a GitHub App from a "
            "page and keeps its secrets"
        )


def _unknown(name: str) -> str:
    if name in client_settings.NAMES:  # and not in the environment, where they are left alone
        return f"{name} is for whoever asks the service: set it in the environment, not in .env"
    return f"{name} is not a setting; the nearest one is {_nearest(name)}"


def _nearest(name: str) -> str:
    return difflib.get_close_matches(name.upper(), NAMES, n=1, cutoff=0)[0]


def _line(error: object) -> str:
    assert isinstance(error, dict)  # noqa: S101 - pydantic's ErrorDetails, a TypedDict
    name = name_of(str(error["loc"][0]))
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.startswith(name) else f"{name}: {message}"
