from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver import client_settings
from receiver.settings import NAMES, Settings, load, require_webhook_secret
from resolver.errors import SettingsError
from tests.support.tree import ROOT

NOW = datetime(2026, 10, 1, tzinfo=UTC)
EXAMPLE = ROOT / "deploy" / "settings.example.env"

SPEC_NAMES = {
    "WHICHRUN_DATABASE_URL",
    "WHICHRUN_BIND",
    "WHICHRUN_WEBHOOK_SECRETS",
    "WHICHRUN_SIGNING_SECRETS",
    "WHICHRUN_SIGNING_KEY_FILE",
    "WHICHRUN_INSTANCE_ID",
    "WHICHRUN_WORKSPACE",
    "WHICHRUN_API_TOKEN",
    "WHICHRUN_FEEDBACK_AUTHORS",
    "WHICHRUN_AGENT_LOGINS",
    "WHICHRUN_INTERNAL_AGENTS",
    "WHICHRUN_REPOSITORIES",
    "WHICHRUN_INFERENCE_WINDOW_HOURS",
    "WHICHRUN_GITHUB_APP_ID",
    "WHICHRUN_GITHUB_PRIVATE_KEY_FILE",
    "WHICHRUN_GITHUB_API_URL",
    "WHICHRUN_RETENTION_DAYS",
    "WHICHRUN_WORKERS",
    "WHICHRUN_LOG_FORMAT",
}
OWN_NAMES = {
    *("WHICHRUN_WORKSPACES", "WHICHRUN_RATE_LIMIT", "WHICHRUN_NOTIFY_URLS", "WHICHRUN_NOTIFY_SECRETS"),
    *("WHICHRUN_OTLP_ENDPOINT", "WHICHRUN_OTLP_HEADERS", "WHICHRUN_LANGSMITH_URL", "WHICHRUN_LANGSMITH_API_KEY"),
    *("WHICHRUN_MARKS", "WHICHRUN_SIGNALS", "WHICHRUN_ANSWERS", "WHICHRUN_PUBLIC_URL"),
    *("WHICHRUN_GITHUB_CLIENT_ID", "WHICHRUN_GITHUB_CLIENT_SECRET", "WHICHRUN_PAGE_USERS"),
    *("WHICHRUN_LANGFUSE_URL", "WHICHRUN_LANGFUSE_PUBLIC_KEY", "WHICHRUN_LANGFUSE_SECRET_KEY"),
}
"""Where the contract names no setting for what it asks for."""

HIDDEN = "kept-to-ourselves"


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment, to put settings into."""
    return monkeypatch


def problem() -> str:
    """Load the settings, which has to fail, and return what is said."""
    with pytest.raises(SettingsError) as caught:
        load()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_names_are_those_of_the_contract() -> None:
    """Every setting of the contract is known, and beside it only those that this service adds."""
    assert set(NAMES) == SPEC_NAMES | OWN_NAMES


def test_defaults_are_those_of_the_contract() -> None:
    """Without any setting the service would run on this machine, with SQLite in the working folder."""
    settings = load()

    assert settings.database_url == "sqlite:///whichrun.db"
    assert settings.address == ("127.0.0.1", 8000)
    assert settings.instance_id == settings.workspace == "default"
    assert settings.internal_agents == {"internal-catalog-analyst"}
    assert settings.inference_window_hours == 24
    assert settings.github_api_url == "https://api.github.com"
    assert settings.retention_days == 90
    assert settings.workers == 2
    assert settings.log_format == "text"
    assert (settings.marks, settings.signals) == ("hints", frozenset())
    assert not settings.webhook_secrets
    assert not settings.signing_secrets
    unset = (settings.repositories, settings.feedback_authors, settings.agent_logins, settings.api_token)
    assert unset == (None, None, None, None)


def test_the_environment_wins_over_the_file(setting: pytest.MonkeyPatch) -> None:
    """A ``.env`` in the working folder is read; the environment overrides it, unless it is empty there."""
    Path(".env").write_text("WHICHRUN_WORKSPACE=file\nWHICHRUN_INSTANCE_ID=file\nPATH_OF_OTHERS=x\n")
    setting.setenv("WHICHRUN_WORKSPACE", "environment")
    setting.setenv("WHICHRUN_INSTANCE_ID", "")

    settings = load()

    assert settings.workspace == "environment"
    assert settings.instance_id == "file"


def test_lists_are_separated_by_commas(setting: pytest.MonkeyPatch) -> None:
    """Lists are comma separated; logins and repositories count in any case; secrets keep their order and ids."""
    setting.setenv("WHICHRUN_FEEDBACK_AUTHORS", " OctoCat, 583231 ,bot[bot],@with-at")
    setting.setenv("WHICHRUN_AGENT_LOGINS", "acme-agent[bot]")
    setting.setenv("WHICHRUN_REPOSITORIES", "Acme/Widgets, acme/.github")
    setting.setenv("WHICHRUN_INTERNAL_AGENTS", "analyst one,Analyst Two")
    setting.setenv("WHICHRUN_WEBHOOK_SECRETS", "2026:new,old")

    settings = load()

    assert settings.feedback_authors == frozenset({"octocat", "583231", "bot[bot]", "with-at"})
    assert settings.agent_logins == frozenset({"acme-agent[bot]"})
    assert settings.repositories == frozenset({"acme/widgets", "acme/.github"})
    assert settings.internal_agents == {"analyst one", "Analyst Two"}
    assert [key.secret for key in settings.webhook_secrets.keys] == [b"new", b"old"]
    assert settings.webhook_secrets.keys[0].id == "2026"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("WHICHRUN_WEBHOOK_SECRET", "WHICHRUN_WEBHOOK_SECRETS"),
        ("WHICHRUN_DB_URL", "WHICHRUN_DATABASE_URL"),
        ("whichrun_workspac", "WHICHRUN_WORKSPACE"),
        ("WHICHRUN_", "WHICHRUN_"),
    ],
)
def test_a_misspelt_name_is_an_error(name: str, nearest: str, setting: pytest.MonkeyPatch) -> None:
    """An unknown name is refused with the nearest one that exists, and its value is not shown."""
    setting.setenv(name, HIDDEN)

    said = problem()

    assert f"{name} is not a setting" in said
    assert nearest in said
    assert HIDDEN not in said


def test_a_misspelt_name_in_the_file_is_an_error() -> None:
    """An unknown name is refused in ``.env`` too, even without a value."""
    Path(".env").write_text("WHICHRUN_BINDS=\n")

    assert "WHICHRUN_BIND" in problem()


def test_names_of_tests_and_benchmarks_are_left_alone(setting: pytest.MonkeyPatch) -> None:
    """Names that start with WHICHRUN_TEST_ or WHICHRUN_BENCH_ are not for the service."""
    setting.setenv("WHICHRUN_TEST_POSTGRES_URL", "x")
    setting.setenv("WHICHRUN_BENCH_SECONDS", "x")

    assert load().workspace == "default"


@pytest.mark.parametrize("name", client_settings.NAMES)
def test_names_of_the_client_are_left_alone_in_the_environment_only(name: str, setting: pytest.MonkeyPatch) -> None:
    """What speaks to the client passes in the environment; in `.env`, where nobody would read it, it is refused."""
    setting.setenv(name, HIDDEN)
    assert load().workspace == "default"

    Path(".env").write_text(f"{name}={HIDDEN}\n")
    assert problem() == f"{name} is for whoever asks the service: set it in the environment, not in .env"


def test_the_client_asks_this_machine_unless_told_otherwise() -> None:
    """The client's environment has a default for the address alone; what is empty is not set, and no token is shown."""
    empty = client_settings.load({"WHICHRUN_RUN": " ", "WHICHRUN_URL": ""})
    given = client_settings.load({name: f" {name}-{HIDDEN}\n" for name in client_settings.NAMES})

    assert empty == client_settings.ClientSettings(url="http://127.0.0.1:8000", token=None, run=None, trailers=None)
    assert (given.token, given.run) == (f"WHICHRUN_TOKEN-{HIDDEN}", f"WHICHRUN_RUN-{HIDDEN}")
    assert f"WHICHRUN_TOKEN-{HIDDEN}" not in repr(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WHICHRUN_BIND", "8000"),
        ("WHICHRUN_BIND", "localhost:"),
        ("WHICHRUN_BIND", ":8000"),
        ("WHICHRUN_BIND", "localhost:65536"),
        ("WHICHRUN_BIND", "::1:8000"),
        ("WHICHRUN_WORKERS", "0"),
        ("WHICHRUN_WORKERS", "many"),
        ("WHICHRUN_LOG_FORMAT", "xml"),
        ("WHICHRUN_WORKSPACE", "a\tb"),
        ("WHICHRUN_WORKSPACE", " "),
        ("WHICHRUN_INSTANCE_ID", "x" * 513),
        ("WHICHRUN_FEEDBACK_AUTHORS", ","),
        ("WHICHRUN_FEEDBACK_AUTHORS", "two words"),
        ("WHICHRUN_AGENT_LOGINS", "a;b"),
        ("WHICHRUN_REPOSITORIES", "widgets"),
        ("WHICHRUN_REPOSITORIES", "acme/widgets/more"),
        ("WHICHRUN_INTERNAL_AGENTS", " , "),
        ("WHICHRUN_API_TOKEN", "two words"),
        ("WHICHRUN_API_TOKEN", "ümlaut"),
        ("WHICHRUN_INFERENCE_WINDOW_HOURS", "-1"),
        ("WHICHRUN_INFERENCE_WINDOW_HOURS", "nan"),
        ("WHICHRUN_RETENTION_DAYS", "0"),
        ("WHICHRUN_GITHUB_APP_ID", "0"),
        ("WHICHRUN_GITHUB_API_URL", "api.github.com"),
        ("WHICHRUN_GITHUB_API_URL", "https://user:password@api.github.com"),
        ("WHICHRUN_GITHUB_API_URL", "https://["),
        ("WHICHRUN_WEBHOOK_SECRETS", "a,,b"),
        ("WHICHRUN_SIGNING_SECRETS", "id:"),
        ("WHICHRUN_NOTIFY_URLS", ","),
        ("WHICHRUN_MARKS", "believed"),
        ("WHICHRUN_SIGNALS", "thread_resolved,likes"),
        ("WHICHRUN_NOTIFY_URLS", "runner.example.com/hooks"),
        ("WHICHRUN_NOTIFY_URLS", "ftp://runner.example.com"),
        ("WHICHRUN_NOTIFY_URLS", "https://user:password@runner.example.com"),
        ("WHICHRUN_NOTIFY_URLS", "https://runner.example.com:0/"),
        ("WHICHRUN_NOTIFY_URLS", "https://runner.example.com/#part"),
        ("WHICHRUN_NOTIFY_URLS", "https://runner.example.com/a b"),
        ("WHICHRUN_NOTIFY_URLS", "https://["),
        ("WHICHRUN_NOTIFY_URLS", "=https://runner.example.com"),
        ("WHICHRUN_NOTIFY_URLS", ",".join(f"https://runner.example.com/{number}" for number in range(21))),
        ("WHICHRUN_NOTIFY_SECRETS", "c2hvcnQ="),
        ("WHICHRUN_NOTIFY_SECRETS", "whsec_c2hvcnQ="),
        ("WHICHRUN_NOTIFY_SECRETS", "whsec_!"),
        ("WHICHRUN_NOTIFY_SECRETS", f"whsec_{'A' * 32},"),
        ("WHICHRUN_NOTIFY_SECRETS", f"whsec_{'A' * 88}"),
    ],
)
def test_a_malformed_value_is_an_error(name: str, value: str, setting: pytest.MonkeyPatch) -> None:
    """A value that cannot be taken is one line that names the setting."""
    setting.setenv(name, value)

    said = problem()

    assert said.startswith(f"{name}: ")
    assert "\n" not in said


@pytest.mark.parametrize("value", ["https://u:{}\u2100@host/", "https://[{}]/", "https://host:{}/"])
def test_an_address_that_cannot_be_read_is_not_shown(value: str, setting: pytest.MonkeyPatch) -> None:
    """What Python's own parser of addresses chokes on is not repeated: a password may stand in it."""
    setting.setenv("WHICHRUN_GITHUB_API_URL", value.format(HIDDEN))

    said = problem()

    assert said.startswith("WHICHRUN_GITHUB_API_URL: write an address")
    assert HIDDEN not in said


def test_all_faults_are_told_at_once(setting: pytest.MonkeyPatch) -> None:
    """Each malformed setting has a line, and none shows a value."""
    setting.setenv("WHICHRUN_WORKERS", HIDDEN)
    setting.setenv("WHICHRUN_BIND", HIDDEN)
    setting.setenv("WHICHRUN_API_TOKEN", f"{HIDDEN} {HIDDEN}")
    setting.setenv("WHICHRUN_WEBHOOK_SECRETS", f"{HIDDEN},,")

    said = problem()

    names = {line.partition(":")[0] for line in said.splitlines()}
    assert names == {"WHICHRUN_WORKERS", "WHICHRUN_BIND", "WHICHRUN_API_TOKEN", "WHICHRUN_WEBHOOK_SECRETS"}
    assert HIDDEN not in said


def test_secrets_are_not_shown(setting: pytest.MonkeyPatch) -> None:
    """No secret appears in what the settings look like."""
    for name in ("WHICHRUN_WEBHOOK_SECRETS", "WHICHRUN_SIGNING_SECRETS", "WHICHRUN_API_TOKEN"):
        setting.setenv(name, HIDDEN)
    setting.setenv("WHICHRUN_DATABASE_URL", f"postgresql://someone:{HIDDEN}@127.0.0.1/x")

    settings = load()

    assert settings.api_token is not None
    assert settings.api_token.get_secret_value() == HIDDEN
    assert HIDDEN not in f"{settings!r} {settings}"


def test_notifications_go_to_urls_of_workspaces(setting: pytest.MonkeyPatch) -> None:
    """An item is a URL, or a workspace with a URL, each once; secrets keep their order, and neither is shown whole."""
    setting.setenv(
        "WHICHRUN_NOTIFY_URLS",
        f"https://a.example/x?key={HIDDEN}, team=http://b.example:8080/?c=d, team=http://b.example:8080/?c=d",
    )
    setting.setenv("WHICHRUN_NOTIFY_SECRETS", f"whsec_{'A' * 32}, whsec_{'B' * 32}")

    settings = load()

    assert [(one.workspace, one.url) for one in settings.notify_urls] == [
        (None, f"https://a.example/x?key={HIDDEN}"),
        ("team", "http://b.example:8080/?c=d"),
    ]
    assert [one.shown for one in settings.notify_urls] == ["https://a.example/x", "http://b.example:8080/"]
    assert [one.key for one in settings.notify_secrets] == [bytes(24), b64decode("B" * 32)]
    assert HIDDEN not in f"{settings!r} {settings}"
    assert repr(settings.notify_secrets[1].key) not in f"{settings!r} {settings}"


def test_notifications_need_a_secret(setting: pytest.MonkeyPatch) -> None:
    """URLs to notify, without a secret to sign with, are an error that says how to get one."""
    setting.setenv("WHICHRUN_NOTIFY_URLS", "https://runner.example.com")

    said = problem()

    assert said.startswith("WHICHRUN_NOTIFY_SECRETS: ")
    assert "whichrun init" in said


def test_settings_stay_as_they_are() -> None:
    """Settings cannot be changed once they are read."""
    settings = load()

    with pytest.raises(ValueError, match="frozen"):
        settings.workspace = "other"  # type: ignore[misc]


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    """A ``.env`` that is not text is an error, not an empty one."""
    Path(".env").write_bytes(b"WHICHRUN_WORKSPACE=\xff\n")

    assert ".env" in problem()


def test_a_folder_in_place_of_the_file_is_an_error() -> None:
    """A ``.env`` that is a folder is an error, not an empty file."""
    Path(".env").mkdir()

    assert problem().startswith(".env is a folder")


@pytest.mark.parametrize("line", [HIDDEN, f"{HIDDEN} {HIDDEN}", f"NAME='{HIDDEN}", f"export {HIDDEN}", f"={HIDDEN}"])
def test_a_line_that_cannot_be_read_is_named(line: str, caplog: pytest.LogCaptureFixture) -> None:
    """A line of ``.env`` that sets nothing is an error that names the file and the line, and shows neither to a log."""
    Path(".env").write_text(f"# a remark\n\nWHICHRUN_WORKSPACE=file\n\n{line}\n")

    said = problem()

    assert said.startswith(".env, line 5: ")
    assert HIDDEN not in said
    assert caplog.records == []


def test_every_line_that_cannot_be_read_is_named() -> None:
    """Each such line of ``.env`` has a line of its own; what can be read is no fault."""
    Path(".env").write_text("A=\none two\nexport B='two\nlines'\n  # a remark\nthree\n")

    assert [line.partition(":")[0] for line in problem().splitlines()] == [".env, line 2", ".env, line 6"]


def test_receiving_needs_a_webhook_secret() -> None:
    """Without a webhook secret the receiver does not start, and is told how to get one."""
    with pytest.raises(SettingsError, match="whichrun init"):
        require_webhook_secret(Settings(_env_file=None), NOW)


@pytest.mark.parametrize(
    ("ring", "starts"),
    [
        ("gone@/2026-01-01:a", False),
        ("gone@/2026-01-01:a,present:b", True),
        ("gone@/2026-01-01:a,later@2027-01-01/:b", True),
    ],
)
def test_receiving_needs_a_webhook_secret_that_counts_now_or_later(*, ring: str, starts: bool) -> None:
    """Where every webhook secret has expired the receiver does not start; one that comes to count later is enough."""
    settings = Settings(_env_file=None, webhook_secrets=ring)
    if starts:
        require_webhook_secret(settings, NOW)
    else:
        with pytest.raises(SettingsError, match="only secrets that have expired"):
            require_webhook_secret(settings, NOW)


def test_the_example_lists_every_setting() -> None:
    """``deploy/settings.example.env`` names every setting, and each has a comment above it."""
    lines = EXAMPLE.read_text().splitlines()
    matches = [(index, re.match(r"(?:# )?(WHICHRUN_\w+)=", line)) for index, line in enumerate(lines)]
    named = {match[1]: index for index, match in matches if match}

    assert set(named) == set(NAMES)
    for index in named.values():
        assert lines[index - 1].startswith("# ")


def test_the_example_shows_the_defaults_or_samples_that_load() -> None:
    """The example can be copied as it is, and with every line of it taken in."""
    Path(".env").write_text(EXAMPLE.read_text())
    assert load() == Settings(_env_file=None)

    Path(".env").write_text(re.sub(r"(?m)^# (?=WHICHRUN_)", "", EXAMPLE.read_text()))
    assert load().github_app_id == 12345


@given(st.sampled_from(NAMES), st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=50))
def test_any_value_is_taken_or_refused(name: str, value: str) -> None:
    """Whatever a setting holds, it is read or refused with our own error, which names it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(name, value)
        try:
            load(None)
            said = name
        except SettingsError as error:
            said = str(error)
    assert name in said
