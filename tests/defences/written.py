"""The rows of the table about what is written on GitHub."""

from __future__ import annotations

from typing import Final

from tests.defences.defence import Defence

_ANSWERS = "tests/receiver/answering/"
_REPLIES = "tests/receiver/answering/test_replies.py::"
_WORDING = "tests/resolver/answering/test_wording.py::"

DEFENCES: Final = (
    Defence("mention or markup in the name of a run", "resolver/answering/showing.py", """.replace("`", "'")""", "",
        _WORDING + "test_no_name_brings_an_answer_to_life"),
    Defence("command or paragraph in the name of a run", "resolver/answering/showing.py",
        "one if one.isprintable() else _UNSEEN for", "one for", _WORDING + "test_no_name_brings_an_answer_to_life"),
    Defence("answer that is taken for feedback", "resolver/answering/own.py",
        'return author.type == "Bot" and body.startswith(BEGINS)', "return False",
        _ANSWERS + "test_hostile.py::test_an_answer_that_comes_back_starts_nothing"),
    Defence("mark that silences a person", "resolver/answering/own.py", 'author.type == "Bot" and ', "",
        _ANSWERS + "test_hostile.py::test_people_are_heard_whatever_they_copy"),
    Defence("look-alike of an answer", "resolver/github/writing.py", " and self._is_ours(one)", "",
        _ANSWERS + "test_once.py::test_a_look_alike_is_not_ours"),
    Defence("second answer after a crash", "receiver/answering/writing.py", "claimed.begun_at is not None or is_late",
        "is_late", _ANSWERS + "test_once.py::test_a_kill_between_making_and_noting"),
    Defence("answer where another workspace reads it", "resolver/answering/noting.py",
        "        and repository.workspaces == {feedback.workspace}\n", "",
        _REPLIES + "test_several_workspaces_are_told_nothing_of_each_other"),
    Defence("repository that another workspace owns by now", "receiver/answering/saying.py",
        " or repository.workspaces != {feedback.workspace}", "",
        _REPLIES + "test_a_repository_that_went_to_another_workspace_is_left_alone"),
    Defence("answers to what is long past", "resolver/answering/noting.py",
        "        and at - feedback.state.given_at <= FRESH\n", "", _REPLIES + "test_the_old_gets_nothing"),
    Defence("answer to a stranger", "resolver/answering/noting.py",
        "        feedback.state.authorized\n        and feedback.state.status in SETTABLE\n        and at",
        "        at", _REPLIES + "test_the_ignored_get_nothing"),
    Defence("comments without end", "receiver/answering/pace.py", "return None if left >= 1 else",
        "return None if True else", _ANSWERS + "test_permission.py::test_an_installation_is_not_flooded"),
    Defence("token that may do more than it has to", "resolver/github/writing.py",
        'permissions={permission: "write", "metadata": "read"}',
        'permissions={permission: "write", "metadata": "read", "pull_requests": "write"}',
        _REPLIES + "test_a_remark_on_an_issue_needs_the_issues_permission_alone"),
    Defence("check that is green too early", "resolver/answering/signed.py",
        "    if not facts.pull_commit_count(pull.repository_id, pull.number).listed:", "    if False:",
        _ANSWERS + "test_commits.py::test_until_the_commits_are_known_it_is_pending"),
    Defence("copied claim that makes a check green", "resolver/answering/signed.py",
        "one.sightings and not one.open for", "one.sightings for",
        _ANSWERS + "test_commits.py::test_a_claim_in_a_forks_commit_is_no_signature"),
)  # fmt: skip
