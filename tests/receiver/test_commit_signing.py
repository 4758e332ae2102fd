"""Commits of all kinds, made by real git with the hooks in place, and read back with `whichrun verify`."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.support.commits import Work, runs_in, trailers

KEYS = ("Agents-Attribution: ", "Agents-Run: s1", "Agents-Agent: coder")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A repository whose commits are those of run s1."""
    return Work(tmp_path / "work")


def signed_once(message: str, *, words: str) -> None:
    """Assert that a message says some words, and then the three trailers of run s1, each once and valid."""
    assert message.startswith(words)
    assert [message.count(key) for key in KEYS] == [1, 1, 1]
    assert runs_in(message) == ["s1"]
    words_above, _, rest = message.rstrip().partition(trailers())
    assert (words_above[-2:] == "\n\n" or ": " in words_above.splitlines()[-1], rest) == (True, "")
    assert "Agents-" not in message.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        "Fix the parser",
        "fix: a title that looks like a trailer",
        "Tïtle: größer 🎉\n\nNon-ASCII: ja",
        "#123 is fixed",
        "Title\n\n# heading\n\ntext\n\n# last line",
        "Title\n\na\n---\nb",
        "Title\n\nSigned-off-by: A <a@example.com>",
    ],
)
def test_a_commit_by_an_option_is_signed(work: Work, words: str) -> None:
    """`commit -m` puts the trailers behind the words, whatever those look like."""
    signed_once(work.commit("-m", words), words=words)


def test_amending_doubles_nothing(work: Work) -> None:
    """An amended commit carries the trailers once, whether its message is kept or given anew."""
    work.commit("-m", "Title")
    signed_once(work.commit("--amend", "--no-edit"), words="Title\n")
    signed_once(work.commit("--amend", "-m", "Another"), words="Another\n")
    assert work.count() == 1


def test_trailers_that_are_there_stay_in_one_block(work: Work) -> None:
    """Trailers of a person's stand right above ours, as git shows them: one block."""
    work.commit("-m", "Title", "-m", "Signed-off-by: A <a@example.com>")

    shown = work.git("log", "-1", "--format=%(trailers:only,unfold)")

    assert [line.partition(":")[0] for line in shown.split("\n") if line] == [
        "Signed-off-by",
        "Agents-Attribution",
        "Agents-Run",
        "Agents-Agent",
    ]


def test_a_message_from_a_file_is_signed(work: Work) -> None:
    """`commit -F`, with line ends of Windows and none at the end, is signed once, also when it is amended."""
    message = work.commit("-F", "-", given=b"Title\r\n\r\nText: a\r\nmore")
    assert runs_in(message) == ["s1"]

    again = work.commit("--amend", "-F", "-", given=message.replace("\n", "\r\n").encode())
    assert [again.count(key) for key in KEYS] == [1, 1, 1]
    assert runs_in(again) == ["s1"]


def test_a_message_that_is_no_utf8_keeps_its_bytes(work: Work) -> None:
    """A message in another encoding is signed, and its bytes stay as they are."""
    work.change()
    work.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-", given=b"Gr\xf6\xdfer\n")

    kept = work.call("cat-file", "commit", "HEAD").stdout

    assert b"Gr\xf6\xdfer\n\nAgents-Attribution: " in kept
    assert runs_in(work.message()) == ["s1"]


def test_what_stands_above_the_title_is_no_title(work: Work) -> None:
    """Empty lines and comments before the first words leave the title a paragraph of its own."""
    work.git("config", "commit.cleanup", "strip")
    for above in (b"\n\n", b"# a remark\n\n", b" \n# a remark\n"):
        message = work.commit("-F", "-", given=above + b"fix: the parser")
        signed_once(message, words="fix: the parser\n\nAgents-")


def test_a_line_of_scissors_in_a_message_cuts_nothing_off(work: Work) -> None:
    """Without an editor git does not cut at the scissors: what stands below stays, and the trailers are above."""
    text = b"Title\n\n# ------------------------ >8 ------------------------\nbelow"

    message = work.commit("-F", "-", given=text)

    assert message.startswith("Title\n\nAgents-")
    assert "\nbelow\n" in message
    assert runs_in(message) == ["s1"]


@pytest.mark.parametrize("mode", ["strip", "whitespace", "scissors", "verbatim"])
def test_every_cleanup_mode_keeps_the_trailers(work: Work, mode: str) -> None:
    """Whatever `commit.cleanup` says, with and without an editor, the commit is signed once."""
    work.git("config", "commit.cleanup", mode)
    signed_once(work.commit("-m", "Title"), words="Title\n")

    written = work.editor('printf "Title\\n\\nText\\n" | cat - "$1" > "$1.new" && mv "$1.new" "$1"')
    message = work.commit("-v", GIT_EDITOR=written)
    assert message.startswith("Title\n\nText\n")
    assert [message.count(key) for key in KEYS] == [1, 1, 1]
    assert runs_in(message) == ["s1"]


@pytest.mark.parametrize("marker", [";", "auto"])
def test_another_comment_character_is_understood(work: Work, marker: str) -> None:
    """With `core.commentChar` changed, a message from an editor that shows the diff is signed above the scissors."""
    work.git("config", "core.commentChar", marker)
    work.commit("-m", "# first", "-m", "text")
    written = work.editor('sed -i "s/^text$/other/" "$1"')

    message = work.commit("--amend", "-v", GIT_EDITOR=written)

    signed_once(message, words="# first\n\nother\n")


def test_a_commit_given_up_in_the_editor_stays_given_up(work: Work) -> None:
    """An editor that writes nothing, or deletes every word, ends without a commit: trailers are no words."""
    work.change()
    empties = work.editor('sed -i "/^Title/d" "$1"')

    for arguments, editor in ((("-v",), "true"), ((), "true"), (("-e", "-m", "Title"), empties)):
        done = work.call("commit", *arguments, GIT_EDITOR=editor)
        assert done.returncode == 1
        assert b"empty commit message" in done.stderr
    assert work.call("commit", "-m", "").returncode == 1
    assert work.count() == 0


@pytest.mark.parametrize("how", ["option", "setting"])
def test_a_template_that_nobody_touched_is_no_message(work: Work, how: str) -> None:
    """A template left as it is ends without a commit; filled in, it is signed."""
    template = work.folder.parent / "template"
    template.write_text("Why:\n\n# how to write\n")
    work.change()
    options = ("-t", str(template)) if how == "option" else ()
    if how == "setting":
        work.git("config", "commit.template", str(template))

    untouched = work.call("commit", *options, GIT_EDITOR="true")
    assert untouched.returncode == 1
    assert b"did not edit the message" in untouched.stderr

    filled = work.commit(*options, GIT_EDITOR=work.editor('sed -i "s/Why:/Why: because/" "$1"'))
    signed_once(filled, words="Why: because\n")


def test_an_amended_commit_of_another_run_names_both(work: Work) -> None:
    """Amending what another run signed keeps its trailers, and adds ours below, the agent's name too."""
    work.commit("-m", "Title", WHICHRUN_TRAILERS=trailers("s0"))

    message = work.commit("--amend", "--no-edit")

    assert message.rstrip().endswith(f"{trailers('s0')}\n{trailers('s1')}")
    assert runs_in(message) == ["s0", "s1"]
    assert runs_in(work.commit("--amend", "-v", GIT_EDITOR="true")) == ["s0", "s1"]


def test_merges_are_signed(work: Work) -> None:
    """A merge commit is signed; one with a conflict, when it is committed."""
    work.by_a_person("-m", "base")
    work.git("checkout", "-q", "-b", "side")
    (work.folder / "same").write_text("side\n")
    work.by_a_person("-m", "side")
    work.git("checkout", "-q", "main")
    work.by_a_person("-m", "main")
    work.git("merge", "-q", "--no-edit", "side")
    signed_once(work.message(), words="Merge branch 'side'\n\nAgents-")

    work.git("checkout", "-q", "-b", "other", "main~1")
    (work.folder / "same").write_text("other\n")
    work.by_a_person("-m", "other")
    assert work.call("merge", "-q", "side").returncode == 1
    signed_once(work.commit("--no-edit"), words="Merge branch 'side' into other")


def test_a_squash_merge_keeps_all_claims(work: Work) -> None:
    """Squashed commits keep their claims, indented as git writes them; ours is added when it is not among them."""
    work.by_a_person("-m", "base")
    work.git("checkout", "-q", "-b", "side")
    work.commit("-m", "one", WHICHRUN_TRAILERS=trailers("s0"))
    work.git("checkout", "-q", "main")
    work.git("merge", "-q", "--squash", "side")
    message = work.commit("--no-edit")
    assert runs_in(message) == ["s0", "s1"]

    work.git("merge", "-q", "--squash", "-s", "ours", "--allow-unrelated-histories", "side")
    again = work.commit("--amend", "-F", str(work.folder / ".git" / "SQUASH_MSG"), WHICHRUN_TRAILERS=trailers("s0"))
    assert runs_in(again) == ["s0"]


def test_commits_that_are_carried_over_stay_as_they_were(work: Work) -> None:
    """Cherry-picks and rebases, with squashes, keep each commit's own claims: whoever moves one did not make it."""
    work.by_a_person("-m", "base")
    work.git("checkout", "-q", "-b", "side")
    work.commit("-m", "by run 0", WHICHRUN_TRAILERS=trailers("s0"))
    work.by_a_person("-m", "by a person")
    work.by_a_person("-m", "fixup! by a person")
    work.git("checkout", "-q", "main")
    work.commit("-m", "onto")

    work.git("cherry-pick", "side~2", "side~1")
    assert runs_in(work.message("HEAD~1")) == ["s0"]
    assert work.message() == "by a person\n\n"
    work.git("reset", "-q", "--hard", "HEAD~2")
    work.git("checkout", "-q", "side")
    work.git("rebase", "-q", "-i", "--autosquash", "main", GIT_SEQUENCE_EDITOR="true")
    assert work.message() == "by a person\n\n"
    assert runs_in(work.message("HEAD~1")) == ["s0"]
    signed_once(work.message("HEAD~2"), words="onto\n")


def test_conflicts_leave_a_carried_commit_what_it_was(work: Work) -> None:
    """A conflict that a run resolves on the way makes a commit its own only when it gives it words of its own."""
    work.by_a_person("-m", "base")
    for branch in ("side", "main"):
        work.git("checkout", "-q", "-B", branch)
        (work.folder / "same").write_text(f"{branch}\n")
        work.by_a_person("-m", branch, "-m", "# a heading")
        work.git("tag", f"by-{branch}")
        work.git("checkout", "-q", "by-side~1")

    for command, finish in (
        (("rebase", "by-main", "by-side"), ("rebase", "--continue")),
        (("cherry-pick", "by-side"), ("cherry-pick", "--continue")),
        (("rebase", "by-main", "by-side"), ("commit", "-m", "other words")),
    ):
        work.git("checkout", "-q", "--detach", "by-main")
        assert work.call(*command).returncode == 1
        (work.folder / "same").write_text("resolved\n")
        work.git("add", "--all")
        work.git(*finish, GIT_EDITOR="true")
        assert runs_in(work.message()) == (["s1"] if finish[0] == "commit" else [])
        assert work.message().startswith("other words\n" if finish[0] == "commit" else "side\n")


def test_what_a_run_words_anew_in_a_rebase_is_signed(work: Work) -> None:
    """A commit that is reworded in a rebase is signed, as an amended one is; so is a revert."""
    work.by_a_person("-m", "base")
    work.by_a_person("-m", "by a person")
    editor = work.editor('sed -i "s/by a person/by a run/" "$1"')

    work.git("rebase", "-q", "-i", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i s/^pick/reword/", GIT_EDITOR=editor)
    signed_once(work.message(), words="by a run\n")
    work.git("revert", "--no-edit", "HEAD")
    assert work.message().startswith('Revert "by a run"')
    assert runs_in(work.message()) == ["s1"]


def test_a_commit_past_the_checks_is_signed(work: Work) -> None:
    """`commit --no-verify` leaves the hook commit-msg out, and is signed all the same."""
    signed_once(work.commit("--no-verify", "-m", "Title"), words="Title\n")


def test_worktrees_and_folders_below_are_signed(work: Work) -> None:
    """A linked worktree has the hooks of its repository; so does a folder below."""
    work.by_a_person("-m", "base")
    work.git("worktree", "add", "-q", "../other")
    linked = Work.__new__(Work)
    linked.folder, linked.given = work.folder.parent / "other", work.given
    signed_once(linked.commit("-m", "linked"), words="linked\n")
    below = work.folder / "below"
    below.mkdir()
    work.git("-C", str(below), "commit", "-q", "--allow-empty", "-m", "below")
    signed_once(work.message(), words="below\n")


def test_configured_trailers_do_not_interfere(work: Work) -> None:
    """Whatever a repository configures about trailers, ours come out as they are signed, and no other is added."""
    work.git("config", "trailer.separators", "%=")
    work.git("config", "trailer.ifexists", "replace")
    work.git("config", "trailer.where", "start")
    work.git("config", "trailer.ticket.key", "Ticket: ")
    work.git("config", "trailer.ticket.cmd", "echo 7")

    signed_once(work.commit("-m", "Title", "-m", "Reviewed-by: B"), words="Title\n\nReviewed-by: B\nAgents-")


def test_persons_commit_without_any_program(work: Work) -> None:
    """While no run is named the hooks start nothing: they work without whichrun, and add nothing."""
    for name in ("prepare-commit-msg", "commit-msg"):
        hook = work.folder / ".git" / "hooks" / name
        hook.write_text(hook.read_text().replace("whichrun\n", "gone\n").replace("command -v whichrun", "false"))

    assert work.by_a_person("-m", "Title") == "Title\n\n"


def test_a_missing_program_stops_a_run(work: Work) -> None:
    """When whichrun is gone, a run's commit is stopped with a sentence that says what to do."""
    hook = work.folder / ".git" / "hooks" / "prepare-commit-msg"
    lines = hook.read_text().splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith("program="))
    lines[place] = f"program={shlex.quote(str(work.folder / 'gone'))}"
    hook.write_text("\n".join(lines) + "\n")
    work.change()

    done = work.call("commit", "-m", "Title", PATH="/usr/bin:/bin")

    assert done.returncode == 1
    assert b"whichrun: install it, or unset WHICHRUN_RUN" in done.stderr
    assert work.count() == 0
