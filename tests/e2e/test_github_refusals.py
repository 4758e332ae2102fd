"""GitHub refuses the App: the findings say why GitHub was not asked, the chain goes on without, and is asked later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import Scene, asking, at, credentials
from tests.support.builders import AGENT, MAINTAINER, installation, installation_repositories, review
from tests.support.clone import NewCommit
from tests.support.github import PERMISSIONS, StandIn
from tests.support.github.world import now
from tests.support.places import Marks, Place, make_place
from tests.support.service import until
from tests.support.together import Stories, Story, Told

TEXT = "".join(f"line {number}\n" for number in range(1, 13))
stories = Stories()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run one service for the tests that are told together."""
    folder = tmp_path_factory.mktemp("service")
    with StandIn() as github, asking(folder, github, feedback_authors="maintainer") as scene:
        yield stories.tell(scene, quiet=0.0)


def tell(place: Place) -> Marks:
    """Deliver feedback on a line, with the pull request, commits and review it needs; and a reply to the unknown."""
    coder = place.run()
    base, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": TEXT}),
            NewCommit(coder.message(), {"src/app.py": TEXT.replace("line 10\n", "changed\n")}),
        ]
    )
    scene = place.scene
    scene.send(place.push([base], branch="main"), place.push([head], before=base), place.pull(head=head, base=base))
    line = place.line(11, head, base, line=10)
    scene.send(review(place.repo, id=70_011, author=MAINTAINER, body="", at=at(40), commit=head), line)
    place.there.add_review(42, 4200, user=AGENT, commit_id=head, submitted_at=at(30))
    place.there.add_review_comment(
        42, 21, path="src/app.py", commit_id=head, line=10, user=AGENT, body=coder.text(), review_id=4200,
        created_at=at(30),
    )  # fmt: skip
    scene.send(place.reply(22, 21, commit=head))
    return coder


def just_now() -> str:
    """Return the present moment, as GitHub writes it."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")


def reasons(answer: dict[str, Any]) -> str:
    """Return why GitHub was not asked, as the findings tell."""
    told = [re.search(r"GitHub was not asked: (.+)", one["detail"]) for one in answer["findings"]]
    return "; ".join(match[1] for match in told if match is not None)


def assert_goes_on_without(place: Place, coder: Marks, reason: str) -> None:
    """Assert that what was delivered decides what it can, and that the findings of both tell the reason."""
    until(lambda: re.search(reason, reasons(place.answer(11)), re.IGNORECASE))
    until(lambda: re.search(reason, reasons(place.answer(22)), re.IGNORECASE))
    place.until(11, "commit_artifact", coder)
    assert "exact" not in {one["confidence"] for one in place.history(22)}


@stories.test
def test_an_app_that_was_uninstalled(scene: Scene) -> Story:
    """Without an installation nothing is asked; once the App is installed again everything is."""
    place = make_place(scene, installation=81)
    scene.github.uninstall(81)
    coder = tell(place)
    yield

    assert_goes_on_without(place, coder, "install")
    assert place.asked("/(pulls|commits)") == []
    scene.github.install(81, repositories=[place.there])
    scene.send(installation("created", repos=[place.repo], id=81, at=just_now()))
    place.until(22, "artifact_parent_comment", coder)


@stories.test
def test_an_app_that_is_suspended(scene: Scene) -> Story:
    """A suspended installation is named; once it is not suspended any more everything is asked."""
    place = make_place(scene, installation=82)
    scene.github.suspend(82)
    coder = tell(place)
    yield

    assert_goes_on_without(place, coder, "suspend")
    scene.github.unsuspend(82)
    scene.send(installation("unsuspend", repos=[place.repo], id=82, at=just_now()))
    place.until(22, "artifact_parent_comment", coder)


@stories.test
def test_a_permission_that_is_missing(scene: Scene) -> Story:
    """What the installation does not permit is named; once its owner has accepted it everything is asked."""
    scene.github.install(83, permissions={"metadata": "read", "issues": "read"})
    place = make_place(scene, installation=83)
    coder = tell(place)
    yield

    assert_goes_on_without(place, coder, "permission")
    scene.github.installations[83].permissions = dict(PERMISSIONS)
    scene.send(installation("new_permissions_accepted", repos=[place.repo], id=83, at=just_now()))
    place.until(22, "artifact_parent_comment", coder)


@stories.test
def test_a_permission_that_is_missing_in_part(scene: Scene) -> Story:
    """What is permitted is asked, so that the reply is decided, though the contents may not be read."""
    scene.github.install(84, permissions={"metadata": "read", "pull_requests": "read", "issues": "read"})
    place = make_place(scene, installation=84)
    coder = tell(place)
    yield

    place.until(22, "artifact_parent_comment", coder)
    until(lambda: re.search("permission", reasons(place.answer(11)), re.IGNORECASE))
    place.until(11, "commit_artifact", coder)


@stories.test
def test_a_repository_that_was_removed_from_the_installation(scene: Scene) -> Story:
    """A repository that the installation does not reach is named; other ones are asked; once it is back so is this."""
    place, neighbour = make_place(scene, installation=85), make_place(scene, installation=85)
    scene.github.remove_repository(85, place.there)
    coder, other = tell(place), tell(neighbour)
    yield

    neighbour.until(22, "artifact_parent_comment", other)
    assert_goes_on_without(place, coder, "repositor|install")
    scene.github.add_repository(85, place.there)
    scene.send(installation_repositories(added=[place.repo], id=85, at=just_now()))
    place.until(22, "artifact_parent_comment", coder)


@stories.test
def test_an_installation_that_ends_while_it_is_used(scene: Scene) -> Story:
    """Tokens that were good until the installation was suspended are of no more use, and the reason is told."""
    place = make_place(scene, installation=86)
    first = tell(place)
    yield

    place.until(22, "artifact_parent_comment", first)
    scene.github.suspend(86)
    head = place.there.pulls[42].head_sha
    place.there.add_review_comment(
        42, 31, path="src/app.py", commit_id=head, line=10, user=AGENT, body=first.text(), review_id=4200,
        created_at=at(31),
    )  # fmt: skip
    scene.send(place.reply(32, 31, commit=head))
    until(lambda: re.search("suspend", reasons(place.answer(32)), re.IGNORECASE))


@pytest.mark.parametrize("fault", ["the key of another App", "the number of another App"])
def test_a_key_that_github_does_not_accept(fault: str, tmp_path: Path) -> None:
    """With a key that is not the App's the finding says so; after a restart with the right one everything is asked."""
    with StandIn() as github:
        wrong = (
            credentials(tmp_path, github, key="other")
            if fault == "the key of another App"
            else {"github_app_id": "99999"}
        )
        with asking(tmp_path, github, feedback_authors="maintainer", **wrong) as scene:
            place = make_place(scene)
            coder = tell(place)
            assert_goes_on_without(place, coder, "key|credential|App")
            assert place.asked() == []
            scene.service.stop()
            right = {f"WHICHRUN_{name.upper()}": text for name, text in credentials(tmp_path, github).items()}
            scene.service.settings |= right
            scene.start()
            place.until(22, "artifact_parent_comment", coder)
