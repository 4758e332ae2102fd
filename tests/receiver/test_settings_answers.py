"""The settings of answering on GitHub: nothing is half switched on."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.settings import load
from receiver.wiring import policy_of
from resolver.errors import SettingsError
from resolver.model.posting import Means

GOOD = {
    "ANSWERS": "reaction, Reply,commits",
    "PUBLIC_URL": "https://whichrun.example.com/",
    "GITHUB_APP_ID": "12345",
    "GITHUB_PRIVATE_KEY_FILE": "app.pem",
}


def settings(monkeypatch: pytest.MonkeyPatch, **changed: str) -> frozenset[Means]:
    """Read the settings; return what the policy makes of them."""
    for name, text in (GOOD | changed).items():
        monkeypatch.setenv(f"WHICHRUN_{name}", text)
    return policy_of(load()).answers


def test_means_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are divided by commas, in any case; not set, nothing is written."""
    assert settings(monkeypatch) == {Means.REACTION, Means.REPLY, Means.COMMITS}
    assert load().public_url == "https://whichrun.example.com"
    assert settings(monkeypatch, ANSWERS="") == frozenset()
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ANSWERS": "shout"}, "write one or more of reaction, reply, check, commits"),
        ({"ANSWERS": ","}, "write one or more of"),
        ({"ANSWERS": "reply,check"}, "write reply or check, not both"),
        ({"GITHUB_APP_ID": ""}, "there is no App to write as"),
        ({"GITHUB_PRIVATE_KEY_FILE": ""}, "there is no App to write as"),
        ({"PUBLIC_URL": ""}, "set WHICHRUN_PUBLIC_URL"),
        ({"ANSWERS": "check", "PUBLIC_URL": ""}, "set WHICHRUN_PUBLIC_URL"),
        ({"PUBLIC_URL": "whichrun.example.com"}, "WHICHRUN_PUBLIC_URL"),
        ({"AGENT_LOGINS": "acme-agent[bot],583231"}, "write logins in WHICHRUN_AGENT_LOGINS"),
    ],
)
def test_what_cannot_be(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str) -> None:
    """Unknown means, two answers for one comment, or what one of them lacks, are errors that say what to do."""
    with pytest.raises(SettingsError, match=said.replace("[", r"\[")):
        settings(monkeypatch, **changed)


@pytest.mark.parametrize("means", ["reaction", "commits"])
def test_what_needs_no_page(monkeypatch: pytest.MonkeyPatch, means: str) -> None:
    """Reactions and the check run of commits link nowhere."""
    assert len(settings(monkeypatch, ANSWERS=means, PUBLIC_URL="")) == 1
