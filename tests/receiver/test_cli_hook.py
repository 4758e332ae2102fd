"""`whichrun hook`: what it puts into a repository, and where a commit's trailers come from."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from receiver.commit_hooks import HOOKS, KEPT
from tests.support.answering import answering, refused, told
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.commits import Work, environment, runs_in, trailers

FOREIGN = '#!/bin/sh\necho "foreign $(basename "$0")" >&2\nexit "${FOREIGN-0}"\n'


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    """A repository without hooks, where one stands, as git itself sees it in the tests."""
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    made = Work(tmp_path / "work", hooked=False)
    for path in (made.folder / ".git" / "hooks").iterdir():
        path.unlink()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(made.folder)
    return made


def states(command: str, *options: str) -> dict[str, str]:
    """Call `whichrun hook`; return what became of each hook, by its path."""
    done = answer_of(whichrun("hook", command, *options, "--json"))["hooks"]
    return {os.path.relpath(one["path"]): one["state"] for one in done}


def both(folder: str, state: str) -> dict[str, str]:
    """Return what is said when both hooks have one state."""
    return {f"{folder}/{name}": state for name in HOOKS}


def prepare(path: Path, *arguments: str, **settings: str) -> str:
    """Call the command that the hook calls, which has to sign; return the message."""
    assert answer_of(whichrun("hook", "prepare-commit-msg", str(path), *arguments, "--json", settings=settings)) == {
        "signed": True
    }
    return path.read_text()


def stopped(path: Path, **settings: str) -> str:
    """Call the command that the hook calls, which has to stop the commit; return what it says."""
    error = error_of(whichrun("hook", "prepare-commit-msg", str(path), "message", "--json", settings=settings))
    assert error["code"] == "no_trailers"
    assert error["message"].startswith("the commit is stopped, because it cannot be signed: ")
    assert error["message"].endswith("unset WHICHRUN_RUN and WHICHRUN_TRAILERS to commit without a signature")
    assert path.read_text() == "Title\n"
    return str(error["message"])


@pytest.fixture
def message(work: Work) -> Path:
    """A commit message as `commit -m` hands it over."""
    path = work.folder / "MESSAGE"
    path.write_text("Title\n")
    return path


def test_installing_twice_changes_nothing_and_uninstalling_leaves_nothing(work: Work) -> None:
    """The hooks are executable, a second call leaves them alone, an old one is renewed, and both can be taken away."""
    folder = work.folder / ".git" / "hooks"
    folder.rmdir()

    assert states("install") == both(".git/hooks", "installed")
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in HOOKS] == [0o755, 0o755]
    assert states("install") == both(".git/hooks", "unchanged")
    (folder / HOOKS[0]).write_text((folder / HOOKS[0]).read_text() + "# older\n")
    (folder / HOOKS[1]).chmod(0o644)
    assert states("install") == both(".git/hooks", "updated")
    assert states("uninstall") == both(".git/hooks", "removed")
    assert list(folder.iterdir()) == []
    assert states("uninstall") == both(".git/hooks", "absent")


def test_the_installed_hooks_sign(work: Work) -> None:
    """What the command installs is what signs: the program is named by its whole path."""
    shown = whichrun("hook", "install")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0].split() == ["installed", str(work.folder / ".git/hooks/prepare-commit-msg")]

    assert runs_in(work.commit("-m", "Title", PATH="/usr/bin:/bin")) == ["s1"]


def test_hooks_go_where_git_looks_for_them(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """`core.hooksPath` counts from the top of the tree; worktrees share the hooks of their repository."""
    work.by_a_person("-m", "base")
    work.git("worktree", "add", "-q", "../other")
    monkeypatch.chdir(work.folder.parent / "other")
    assert states("install") == both("../work/.git/hooks", "installed")

    (work.folder / "below").mkdir()
    work.git("config", "core.hooksPath", "my hooks' $folder")
    monkeypatch.chdir(work.folder / "below")
    assert states("install") == both("../my hooks' $folder", "installed")
    assert runs_in(work.commit("-m", "Title")) == ["s1"]
    monkeypatch.chdir(work.folder / ".git")
    assert set(states("uninstall").values()) <= {"absent", "removed"}


def test_outside_of_a_repository_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no repository, and where git itself is missing, it is said in a sentence."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for command in ("install", "uninstall"):
        error = error_of(whichrun("hook", command, "--json"))
        assert error["code"] == "git"
        assert "not a git repository" in error["message"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert error_of(whichrun("hook", "install", "--json"))["message"].startswith("git cannot be called: ")


def test_a_hook_of_somebody_else_is_kept(work: Work) -> None:
    """A foreign hook is left alone, told how to be chained, and nothing else is installed; uninstalling leaves it."""
    folder = work.folder / ".git" / "hooks"
    (folder / "commit-msg").write_text(FOREIGN)

    result = whichrun("hook", "install")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"whichrun: {folder}/commit-msg is not a hook of whichrun")
    assert 'whichrun hook commit-msg "$@" || exit 1\n' in result.stderr
    assert "--force" in result.stderr
    assert error_of(whichrun("hook", "install", "--json"))["code"] == "conflict"
    assert states("uninstall") == both(".git/hooks", "absent")
    assert [path.name for path in folder.iterdir()] == ["commit-msg"]
    assert (folder / "commit-msg").read_text() == FOREIGN


def test_a_hook_that_is_chained_by_hand_signs(work: Work) -> None:
    """The line that is offered does what it says, in a hook of somebody else."""
    hook = work.folder / ".git" / "hooks" / "prepare-commit-msg"
    hook.write_text(FOREIGN)
    offered = next(line for line in whichrun("hook", "install").stderr.splitlines() if line.startswith("  ["))
    hook.write_text(FOREIGN.replace("exit", f"{offered}\nexit"))
    hook.chmod(0o755)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    assert runs_in(work.commit("-m", "Title", PATH=path)) == ["s1"]
    assert work.by_a_person("-m", "Title") == "Title\n\n"


def test_force_calls_the_kept_hook_first(work: Work) -> None:
    """With --force the foreign hook runs before ours, stops the commit if it wants to, and comes back in the end."""
    folder = work.folder / ".git" / "hooks"
    (folder / "prepare-commit-msg").write_text(FOREIGN)
    (folder / "prepare-commit-msg").chmod(0o755)

    assert "(calls prepare-commit-msg" in whichrun("hook", "install", "--force").stdout
    work.change()
    done = work.call("commit", "-m", "Title")
    assert (done.returncode, done.stderr) == (0, f"foreign prepare-commit-msg{KEPT}\n".encode())
    assert runs_in(work.message()) == ["s1"]
    work.change()
    assert work.call("commit", "-m", "Title", FOREIGN="3").returncode == 1
    assert work.call("commit", "-m", "Title", FOREIGN="3", WHICHRUN_TRAILERS="").returncode == 1
    assert states("install", "--force") == both(".git/hooks", "unchanged")

    (folder / "prepare-commit-msg").write_text(FOREIGN)
    assert (
        str(folder / f"prepare-commit-msg{KEPT}")
        in error_of(whichrun("hook", "install", "--force", "--json"))["message"]
    )
    (folder / "prepare-commit-msg").unlink()
    states("install")
    assert states("uninstall") == both(".git/hooks", "removed")
    assert (folder / "prepare-commit-msg").read_text() == FOREIGN
    assert (folder / "prepare-commit-msg").stat().st_mode & stat.S_IXUSR


def test_a_folder_that_cannot_be_written_is_an_error(work: Work) -> None:
    """Hooks that are switched off, or a folder in a hook's place, are told in a sentence."""
    work.git("config", "core.hooksPath", os.devnull)
    assert error_of(whichrun("hook", "install", "--json"))["code"] == "hook_file"
    work.git("config", "core.hooksPath", "hooks")
    (work.folder / "hooks" / "commit-msg").mkdir(parents=True)
    for command in ("install", "uninstall"):
        assert error_of(whichrun("hook", command, "--json"))["code"] == "hook_file"


def test_without_a_run_nothing_is_done(message: Path) -> None:
    """While the environment names no run the commands leave the message alone, whatever else is wrong."""
    for name in HOOKS:
        assert answer_of(whichrun("hook", name, str(message), "--json", settings={"run": " "})) == {"signed": False}
        assert whichrun("hook", name, "no such file").exit_code == 0
    assert message.read_text() == "Title\n"


def test_the_service_is_asked_once(message: Path, work: Work) -> None:
    """The first commit of a run asks for the trailers; a copy, its owner's alone, serves the others without network."""
    with answering(told({"hidden_comment": "<!-- -->", "commit_trailers": trailers()})) as server:
        settings = {"url": server.url, "token": "a-token", "run": "s1"}
        assert prepare(message, "message", **settings) == f"Title\n\n{trailers()}\n"
    assert [(one.method, one.target) for one in server.asked] == [("GET", "/v1/runs/s1/marks")]
    assert server.asked[0].headers["Authorization"] == "Bearer a-token"

    message.write_text("Title\n")
    assert prepare(message, "message", run="s1") == f"Title\n\n{trailers()}\n"
    copy = work.folder / ".git" / "whichrun" / "s1.trailers"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_a_damaged_copy_is_replaced(message: Path, work: Work) -> None:
    """A copy that is not the run's trailers is asked for anew."""
    folder = work.folder / ".git" / "whichrun"
    folder.mkdir()
    (folder / "s1.trailers").write_text(trailers("s2"))
    stopped(message, run="s1")

    with answering(told({"hidden_comment": "<!-- -->", "commit_trailers": trailers()})) as server:
        prepare(message, "message", url=server.url, token="t", run="s1")
    assert (folder / "s1.trailers").read_text() == trailers()


@pytest.mark.parametrize("span", ["../../../x", "a b", "ä", "s" * 200, "-x/y"])
def test_any_span_can_be_kept(message: Path, work: Work, span: str) -> None:
    """A span that is unfit for a file's name is kept under a digest: nothing outside of the folder is written."""
    with answering(told({"hidden_comment": "<!-- -->", "commit_trailers": trailers(span)})) as server:
        prepare(message, "message", url=server.url, token="t", run=span)

    (copy,) = (work.folder / ".git" / "whichrun").iterdir()
    assert copy.name.startswith("sha256-")


def test_a_repository_that_cannot_be_written_to_is_signed_all_the_same(message: Path, work: Work) -> None:
    """Where no copy can be kept the service is asked each time."""
    (work.folder / ".git" / "whichrun").write_text("in the way")
    with answering(told({"hidden_comment": "<!-- -->", "commit_trailers": trailers()})) as server:
        prepare(message, "message", url=server.url, token="t", run="s1")


def test_trailers_that_cannot_be_had_stop_the_commit(message: Path, work: Work) -> None:
    """Without token, service, or run, a commit is stopped with a sentence that says why and what to do."""
    assert "WHICHRUN_TOKEN is not set" in stopped(message, run="s1")
    assert "cannot be reached" in stopped(message, run="s1", token="t", url="http://127.0.0.1:9")
    assert "nothing was sent" in stopped(message, run="..", token="t")
    assert "the address of the service" in stopped(message, run="s1", token="t", url="nowhere")
    with answering(refused(404, "not_found", "there is no such run")) as server:
        assert "there is no such run" in stopped(message, run="s1", token="t", url=server.url)
    with answering(told({"hidden_comment": "<!-- -->", "commit_trailers": trailers("s2")})) as server:
        assert f"the answer of {server.url} is of the run s2" in stopped(message, run="s1", token="t", url=server.url)

    whichrun("hook", "install")
    work.change()
    done = work.call("commit", "-m", "Title", WHICHRUN_TRAILERS="", WHICHRUN_RUN="s1")
    assert done.returncode == 1
    assert done.stderr.startswith(
        b"whichrun: the commit is stopped, because it cannot be signed: WHICHRUN_TOKEN is not set"
    )
    assert work.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "Agents-Attribution: e30",
        trailers().replace("Agents-Run: s1", "Agents-Run: s2"),
        trailers().replace("Agents-Agent: coder", "Agents-Agent: other"),
        trailers().replace("\n", "\n\n"),
        f"{trailers()}\nSigned-off-by: A <a@example.com>",
        f"Title\n\n{trailers()}",
        f"{trailers()}\n{trailers('s2')}",
        "\n".join(trailers().split("\n")[:2]),
        "\n".join(reversed(trailers().split("\n"))),
    ],
)
def test_a_text_that_is_not_the_trailers_of_a_run_stops_the_commit(message: Path, text: str) -> None:
    """What goes into a commit is the three trailers, which say the same, and nothing else."""
    assert "WHICHRUN_TRAILERS is not the trailers of a run" in stopped(message, trailers=text)


def test_trailers_of_another_run_stop_the_commit(message: Path) -> None:
    """Where both are named, the trailers have to be those of the run."""
    assert "is of the run s2, and WHICHRUN_RUN names s1" in stopped(message, trailers=trailers("s2"), run="s1")
    assert runs_in(prepare(message, "message", trailers=trailers().replace("\n", "\r\n"), run="s1")) == ["s1"]


def test_a_message_that_cannot_be_read_stops_the_commit(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not there, and a folder that is no repository, are told like any other reason."""
    del work
    missing = error_of(whichrun("hook", "commit-msg", "gone", "--json", settings={"run": "s1"}))
    assert "gone cannot be read or written" in missing["message"]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    nowhere = error_of(whichrun("hook", "commit-msg", "gone", "--json", settings={"run": "s1"}))
    assert "not a git repository" in nowhere["message"]


def test_signing_commits_loads_little(work: Work) -> None:
    """The commands that run with every commit load neither settings, nor parsers, nor the network."""
    code = (
        "import sys; from receiver.cli import main; "
        "main(['hook', 'prepare-commit-msg', 'MESSAGE', 'message', '--json'], standalone_mode=False); "
        "print(*sys.modules)"
    )
    (work.folder / "MESSAGE").write_text("Title\n")
    values = environment({"WHICHRUN_TRAILERS": trailers()})
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=values).stdout
    told_first, _, loaded = shown.strip().rpartition("\n")
    assert json.loads(told_first) == {"signed": True}
    assert not {"flask", "peewee", "pydantic", "rich", "requests", "markdown_it"} & set(loaded.split())
