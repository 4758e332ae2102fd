"""The set-up when something goes wrong: nothing is half stored, and the page and the console say what to do."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from receiver import env_file, private_file
from receiver.setting_up import keeping
from receiver.settings import load
from resolver.errors import SettingsError
from resolver.github.shapes import CreatedAppShape
from tests.support.command_line import error_of, whichrun
from tests.support.databases import fresh_sqlite
from tests.support.github import StandIn, faults, key_pair
from tests.support.set_up import CODE, Setting, words

APP = CreatedAppShape(
    id=7,
    slug="acme",
    name="acme",
    html_url="https://github.com/apps/acme",
    client_id="Iv1.0123456789abcdef",
    client_secret="the-client-secret",
    webhook_secret="the-webhook-secret",
    pem=key_pair().private_pem.decode(),
)
MARK = ".env-set-up-begun"


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub that makes Apps."""
    with StandIn() as standing_in:
        yield standing_in


@pytest.fixture
def setting(github: StandIn, tmp_path: Path) -> Setting:
    """Begin a set-up in an empty folder."""
    (tmp_path / ".env").write_text(f"WHICHRUN_GITHUB_API_URL={github.url}\n")
    fresh_sqlite(tmp_path / "whichrun.db")
    return Setting(github)


def stored(folder: Path) -> list[str]:
    """Return the files of a set-up that are in a folder, and whether the settings name the App."""
    found = sorted(path.name for path in folder.iterdir() if path.suffix == ".pem" or path.name == MARK)
    return found + [name for name in dotenv_values(folder / ".env") if name == "WHICHRUN_GITHUB_APP_ID"]


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return [path.name for path in folder.iterdir()]


def test_a_github_that_does_not_answer_can_be_asked_again(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """While GitHub is down nothing is stored, and the page offers to try again, which then succeeds."""
    back = setting.way_back()
    github.fault = faults.status(502).on("/app-manifests/")
    answer = setting.client.get(back)
    assert answer.status_code == 502
    assert "GitHub is failing" in words(answer.text)
    assert "/setup/again" in answer.text
    assert stored(tmp_path) == [MARK]
    github.fault = None
    assert setting.send("/setup/again").headers["Location"] == "/first-delivery"
    assert stored(tmp_path) == [f"app-{github.app.id}.private-key.pem", "WHICHRUN_GITHUB_APP_ID"]


def test_a_code_that_github_does_not_know(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """A refused code stores nothing; the page says what to do with the App that may be there; one can begin anew."""
    back = setting.way_back()
    github.web.conversions.clear()
    answer = setting.client.get(back)
    assert answer.status_code == 502
    assert "used before, or is older than an hour" in words(answer.text)
    assert "delete it" in words(answer.text)
    assert "/setup/again" not in answer.text
    assert stored(tmp_path) == []
    assert setting.send("/setup/again").status_code == 409
    assert setting.client.get(setting.at_github(setting.form())).status_code == 303


def test_an_answer_that_was_lost_is_told_as_such(setting: Setting, github: StandIn, tmp_path: Path) -> None:
    """GitHub tells the secrets once: where its answer broke off, trying again shows it, and the console warns later."""
    back = setting.way_back()
    github.fault = faults.cut().on("/app-manifests/")
    assert setting.client.get(back).status_code == 502
    github.fault = None
    answer = setting.send("/setup/again")
    assert "used before" in words(answer.text)
    assert stored(tmp_path) == [MARK]
    assert "Beware" in setting.client.get("/setup/app").text


@pytest.mark.parametrize(
    "told",
    [
        b"nonsense",
        b"{}",
        b"[]",
        *(
            APP.model_copy(update={name: value}).model_dump_json().encode()
            for name, value in {
                "id": 0,
                "webhook_secret": "a,b:c d e f",
                "client_secret": "with\nnewline",
                "pem": "no key",
                "slug": "../..",
            }.items()
        ),
    ],
)
def test_an_answer_that_cannot_be_used(setting: Setting, github: StandIn, tmp_path: Path, told: bytes) -> None:
    """Secrets that are none, or would mean something else in the file of settings, are not stored."""
    back = setting.way_back()
    github.fault = faults.malformed(told).on("/app-manifests/")
    answer = setting.client.get(back)
    assert answer.status_code == 502
    assert stored(tmp_path) == [MARK]
    assert "the-client-secret" not in answer.text


@pytest.mark.parametrize("code", ["", "../app", "a/b", "x" * 201, "é"])
def test_a_code_that_is_none_is_not_sent(setting: Setting, github: StandIn, tmp_path: Path, code: str) -> None:
    """What is no code of GitHub's becomes no part of an address."""
    state = setting.way_back().partition("state=")[2]
    answer = setting.client.get("/setup/created", query_string={"state": state, "code": code})
    assert answer.status_code == 502
    assert github.asked("/app-manifests/") == []
    assert stored(tmp_path) == []


def test_what_cannot_be_stored_is_held(
    setting: Setting, github: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses, nothing is half stored, the process holds the secrets, and storing is tried again."""

    def full(*_: object, **__: object) -> None:
        raise SettingsError("the disk is full")

    back = setting.way_back()
    with monkeypatch.context() as patch:
        patch.setattr(private_file, "replace", full)
        answer = setting.client.get(back)
    assert answer.status_code == 500
    assert "the disk is full" in words(answer.text)
    assert "Do not stop it" in words(answer.text)
    assert stored(tmp_path) == [MARK]
    assert setting.ended == []
    assert setting.send("/setup/again").status_code == 303
    assert len(github.asked("/app-manifests/")) == 1
    assert len(stored(tmp_path)) == 2


def test_secrets_are_told_nowhere(
    setting: Setting, github: StandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither pages, nor headers, nor the log hold a secret of the App, the code, or a token of the service."""
    caplog.set_level("DEBUG")
    setting.enter()
    form = setting.send("/setup/app", {"address": "https://whichrun.example", "name": "acme"})
    answer = setting.client.get(setting.at_github(setting.form()))
    made = dotenv_values(tmp_path / ".env")
    told = f"{form.text} {answer.text} {answer.headers} {caplog.text} {setting.client.get('/first-delivery').text}"
    secrets = [value for name, value in made.items() if name.endswith(("SECRETS", "SECRET", "TOKEN"))]
    assert len(secrets) == 5
    for secret in (*secrets, CODE, "PRIVATE KEY", github.web.secret):
        assert str(secret) not in told
    assert github.web.secret not in repr(APP)
    assert "the-webhook-secret" not in repr(APP)


# --- Where a set-up cannot be ---


@pytest.mark.parametrize(
    ("settings", "lines", "said"),
    [
        ({}, "WHICHRUN_GITHUB_APP_ID=7\n", "already"),
        ({}, "WHICHRUN_GITHUB_PRIVATE_KEY_FILE=x.pem\n", "already"),
        ({}, "WHICHRUN_GITHUB_CLIENT_ID=x\nWHICHRUN_GITHUB_CLIENT_SECRET=y\n", "already"),
        ({}, "WHICHRUN_WEBHOOK_SECRETS=\n", "is missing or empty: `whichrun init` writes a .env"),
        ({"webhook_secrets": ""}, "", "is missing or empty: `whichrun init` writes a .env"),
        ({"webhook_secrets": "x"}, "", "set in the environment"),
        ({"github_client_secret": ""}, "", "set in the environment"),
    ],
)
def test_a_set_up_that_cannot_be_is_refused(settings: dict[str, str], lines: str, said: str, tmp_path: Path) -> None:
    """Where there is an App, an empty secret, or an environment that would win, `serve --setup` exits with 1."""
    (tmp_path / ".env").write_text(lines)
    error = error_of(whichrun("serve", "--setup", "--json", settings=settings))
    assert error["code"] == "bad_settings"
    assert said in error["message"]
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize("line", ["WHICHRUN_GITHUB_APP_ID=7", "WHICHRUN_GITHUB_PRIVATE_KEY_FILE=app.pem"])
def test_there_is_one_set_up(line: str, tmp_path: Path) -> None:
    """Settings that name an App leave nothing to set up: nobody puts another one in its place."""
    (tmp_path / ".env").write_text(f"WHICHRUN_WEBHOOK_SECRETS=secret\n{line}\n")
    with pytest.raises(SettingsError, match="already"):
        keeping.refuse_impossible(load())


def test_serve_without_a_secret_names_both_ways() -> None:
    """Plain `serve` still refuses to start without a webhook secret; it names `init`, and the set-up beside it."""
    result = whichrun("serve")
    assert result.exit_code == 1
    assert "`whichrun init` writes a .env" in result.stderr
    assert "`whichrun serve --setup`" in result.stderr


def test_a_linked_file_of_settings_is_refused(tmp_path: Path) -> None:
    """Where .env is a link the set-up does not begin: the secrets would go where somebody else says."""
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")
    assert "is a link" in error_of(whichrun("serve", "--setup", "--json"))["message"]
    assert not (tmp_path / "elsewhere").exists()


# --- How secrets are stored ---


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    """What is to be written is looked at first; when that fails the file is as it was, and nothing lies beside it."""
    path = tmp_path / ".env"
    path.write_text("A=1\n")

    def refuse(temporary: Path) -> None:
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        raise SettingsError("not like that")

    with pytest.raises(SettingsError, match="not like that"):
        private_file.replace(path, "A=2\n", check=refuse)
    assert path.read_text() == "A=1\n"
    assert names(tmp_path) == [".env"]


def test_an_environment_that_wins_is_noticed_before_anything_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `serve` would read is read before: a setting from elsewhere that hides the App's leaves all as it was."""
    (tmp_path / ".env").write_text("")
    current = load()
    monkeypatch.setenv("WHICHRUN_GITHUB_APP_ID", "8")
    with pytest.raises(SettingsError, match="would read"):
        keeping.keep(APP, users=None, current=current)
    assert (tmp_path / ".env").read_text() == ""
    assert names(tmp_path) == [".env"]


def test_a_key_of_another_app_is_not_overwritten(tmp_path: Path) -> None:
    """A file of that name with another content stays, and so does .env."""
    (tmp_path / "app-7.private-key.pem").write_text("mine")
    with pytest.raises(SettingsError, match="exists already"):
        keeping.keep(APP, users=None, current=load())
    assert names(tmp_path) == ["app-7.private-key.pem"]
    assert (tmp_path / "app-7.private-key.pem").read_text() == "mine"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "head\n\n# remark\nNAME=new\n"),
        ("OTHER=1", "OTHER=1\n\n# remark\nNAME=new\n"),
        ("# why\nNAME=old\nOTHER='x y'\n", "# why\nNAME=new\nOTHER='x y'\n"),
        ("\n\nname=old\n", "\n\nNAME=new\n"),
        ("NAME=a\nexport NAME=b\n", "NAME=new\n"),
        ("NAME='a\nb'\nOTHER=1\n", "NAME=new\nOTHER=1\n"),
    ],
)
def test_only_what_changes_is_changed(before: str, after: str, tmp_path: Path) -> None:
    """A value stands where it stood, once; what is new stands at the end; all else stays to the letter."""
    path = tmp_path / ".env"
    path.write_text(before)
    assert env_file.changed(path, {"NAME": "new"}, head="head\n", remark="remark") == after


@pytest.mark.parametrize("value", ["plain", "a b", "it's", "a#b", 'q"q', "back\\slash", "old@/2026:x,y", ""])
def test_a_value_is_read_as_it_was_written(value: str, tmp_path: Path) -> None:
    """Whatever stands in a value, it is what the service reads."""
    path = tmp_path / ".env"
    path.write_text(env_file.changed(path, {"NAME": value}, head="", remark="remark"))
    assert dotenv_values(path) == {"NAME": value}
    assert env_file.values_in(path) == {"NAME": value}
