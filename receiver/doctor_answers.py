"""Looking over what is written on GitHub: whether it may be, what waits, and what was given up."""

from __future__ import annotations

from collections.abc import Iterator

from receiver import wiring
from receiver.checkup import Check, counted, not_checked, ok, wrong
from receiver.wiring import Services
from resolver.answering.targets import PERMISSIONS
from resolver.errors import GithubError, SettingsError, StoreError
from resolver.github.manifest import missing_permissions

ANSWERS = "answers"
MOST_REASONS = 10
_GRANT = (
    "grant it in the App's settings at GitHub (Permissions & events), and have each installation accept it; or take "
    "the means out of WHICHRUN_ANSWERS"
)


def examine(services: Services, *, has_store: bool) -> Iterator[Check]:
    """Yield what is found, where the operator has feedback answered on GitHub; else nothing."""
    answers = services.policy.answers
    if not answers:
        return
    faults = [*_permissions(services), *(_kept(services) if has_store else ())]
    yield from faults
    if not has_store:
        yield from not_checked((ANSWERS,), "what waits cannot be read from the database")
    elif not faults:
        with services.store.snapshot() as catalogue:
            waiting, _ = catalogue.posting_counts()
        named = ", ".join(sorted(answers))
        yield ok(ANSWERS, f"GitHub is written to by {named}; {counted(waiting, 'posting')} waiting")


def _permissions(services: Services) -> Iterator[Check]:
    """Yield what the App, or an installation of it, may not write."""
    needed = {name: "write" for means in sorted(services.policy.answers) for name in PERMISSIONS[means]}
    try:
        github = wiring.github(services)
    except (GithubError, SettingsError) as error:
        yield wrong(ANSWERS, f"GitHub cannot be written to: {error}", "see the check of the App")
        return
    try:
        lacking = missing_permissions(github.app().permissions, needed)
        if lacking:
            yield wrong(ANSWERS, f"the App does not ask for {', '.join(lacking)}", _GRANT)
            return
        for one in github.installations():
            lacking = missing_permissions(one.permissions, needed)
            if lacking and one.suspended_at is None:
                name = f"installation {one.id}" + (f" ({one.account.login})" if one.account is not None else "")
                yield wrong(ANSWERS, f"{name} does not grant {', '.join(lacking)}", _GRANT)
    except GithubError as error:
        yield wrong(ANSWERS, str(error), "see the checks of the App")
    finally:
        github.close()


def _kept(services: Services) -> Iterator[Check]:
    """Yield what could not be written, by what the store keeps."""
    try:
        with services.store.snapshot() as catalogue:
            _, dead = catalogue.posting_counts()
            refusals = catalogue.posting_refusals(MOST_REASONS)
    except StoreError as error:
        yield wrong(ANSWERS, str(error), "see what the database's own log says")
        return
    for refusal, count in refusals:
        yield wrong(ANSWERS, f"{counted(count, 'posting')} may not be written: {refusal}", _GRANT)
    if dead:
        yield wrong(
            ANSWERS,
            f"{counted(dead, 'posting')} given up",
            "the log says why; they are not written any more, and what comes from now on is",
        )
