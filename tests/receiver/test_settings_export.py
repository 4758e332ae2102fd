"""The settings of exports: where evaluations go, and the keys that let them in."""

from __future__ import annotations

import pytest

from receiver.notifying.hooks import Kind, hooks_of
from receiver.settings import Settings, load
from resolver.errors import SettingsError

HIDDEN = "kept-to-ourselves"
KEYS = {
    "WHICHRUN_LANGFUSE_PUBLIC_KEY": HIDDEN,
    "WHICHRUN_LANGFUSE_SECRET_KEY": HIDDEN,
    "WHICHRUN_LANGSMITH_API_KEY": HIDDEN,
}


def read(setting: pytest.MonkeyPatch, **values: str) -> Settings:
    """Load the settings with some values."""
    for name, value in values.items():
        setting.setenv(name, value)
    return load()


def test_each_service_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address is of the service's own workspace, or of the one in front of it; no key is ever shown."""
    settings = read(
        monkeypatch,
        WHICHRUN_OTLP_ENDPOINT="http://otel.example:4318/",
        WHICHRUN_OTLP_HEADERS=f"Authorization=Bearer%20{HIDDEN}, x-scope=a",
        WHICHRUN_LANGFUSE_URL="team=https://langfuse.example/base",
        WHICHRUN_LANGSMITH_URL="https://langsmith.example",
        **KEYS,
    )
    assert settings.tells
    assert [(one.kind, one.workspace, one.url) for one in hooks_of(settings)] == [
        (Kind.OTLP, "default", "http://otel.example:4318"),
        (Kind.LANGFUSE, "team", "https://langfuse.example/base"),
        (Kind.LANGSMITH, "default", "https://langsmith.example"),
    ]
    assert [(one.name, one.value) for one in settings.otlp_headers] == [
        ("authorization", f"Bearer {HIDDEN}"), ("x-scope", "a"),
    ]  # fmt: skip
    assert HIDDEN not in f"{settings!r} {settings}"


def test_without_an_address_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys alone switch nothing on."""
    settings = read(monkeypatch, WHICHRUN_OTLP_HEADERS="a=b", **KEYS)
    assert not settings.tells
    assert hooks_of(settings) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WHICHRUN_OTLP_ENDPOINT", "otel.example:4318"),
        ("WHICHRUN_OTLP_ENDPOINT", "https://otel.example/?key=1"),
        ("WHICHRUN_OTLP_ENDPOINT", "https://a.example,https://b.example"),
        ("WHICHRUN_LANGFUSE_URL", f"https://pk:{HIDDEN}@langfuse.example"),
        ("WHICHRUN_LANGSMITH_URL", "=https://langsmith.example"),
        ("WHICHRUN_OTLP_HEADERS", ","),
        ("WHICHRUN_OTLP_HEADERS", f"authorization: {HIDDEN}"),
        ("WHICHRUN_OTLP_HEADERS", "a=b,A=c"),
        ("WHICHRUN_OTLP_HEADERS", "two words=a"),
        ("WHICHRUN_OTLP_HEADERS", f"a={HIDDEN}%0d%0ab"),
        ("WHICHRUN_OTLP_HEADERS", f"a={HIDDEN}ü"),
        ("WHICHRUN_OTLP_HEADERS", "content-type=text/plain"),
        ("WHICHRUN_OTLP_HEADERS", ",".join(f"h{number}=1" for number in range(21))),
        ("WHICHRUN_LANGSMITH_API_KEY", f"two {HIDDEN}"),
    ],
)
def test_a_malformed_value_is_an_error(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that cannot be taken is one line that names the setting, and repeats nothing."""
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **KEYS | {name: value})
    said = str(caught.value)
    assert said.startswith(f"{name}: ")
    assert "\n" not in said
    assert HIDDEN not in said


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("WHICHRUN_LANGFUSE_URL", "WHICHRUN_LANGFUSE_PUBLIC_KEY"),
        ("WHICHRUN_LANGFUSE_URL", "WHICHRUN_LANGFUSE_SECRET_KEY"),
        ("WHICHRUN_LANGSMITH_URL", "WHICHRUN_LANGSMITH_API_KEY"),
    ],
)
def test_an_address_needs_its_keys(address: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without the key that lets us in is an error that names both."""
    given = {name: value for name, value in KEYS.items() if name != key}
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **given | {address: "https://there.example"})
    assert str(caught.value) == f"{key}: is missing, and {address} is set"
