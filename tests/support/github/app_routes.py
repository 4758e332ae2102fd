"""The App as itself: who it is, where it is installed, its tokens, and its delivery log.

https://docs.github.com/en/rest/apps
"""

from __future__ import annotations

from typing import Any

from tests.support.github import shapes
from tests.support.github.answer import Answer, RefusedRequestError, not_found, said
from tests.support.github.delivery_log import LogEntry
from tests.support.github.paging import page_of
from tests.support.github.shapes import Json
from tests.support.github.visit import Route, Visit
from tests.support.github.world import Installation

_LEVELS = ("read", "write", "admin")
_NOT_INSTALLED = "There is at least one repository that does not exist or is not accessible to the parent installation."
_NOT_GRANTED = "The permissions requested are not granted to this installation."


def app(visit: Visit) -> Answer:
    """Tell of the App."""
    return said(shapes.app(visit.world, visit.world.app))


def hook(visit: Visit) -> Answer:
    """Tell where its webhooks go."""
    state = visit.world.app
    return said(
        {
            "content_type": state.hook_content_type,
            "insecure_ssl": state.hook_insecure_ssl,
            "secret": "********",
            "url": state.hook_url,
        }
    )


def installations(visit: Visit) -> Answer:
    """List its installations."""
    page = page_of(list(visit.world.installations.values()), visit.request.query)
    told = [shapes.installation(visit.world, found) for found in page.items]
    return page.answer(told, f"{visit.world.url}/app/installations", visit.request.query)


def installation(visit: Visit) -> Answer:
    """Tell of an installation, suspended or not."""
    return said(shapes.installation(visit.world, _installation_of(visit)))


def repository_installation(visit: Visit) -> Answer:
    """Tell which installation a repository is in."""
    found = visit.world.installation_on(visit.repo)
    if found is None:
        raise not_found()
    return said(shapes.installation(visit.world, found))


def access_token(visit: Visit) -> Answer:
    """Make a token, for all or for some repositories and permissions of an installation."""
    found = _installation_of(visit)
    if found.suspended_at is not None:
        raise RefusedRequestError(403, "This installation has been suspended")
    asked = visit.request.json()
    repositories = _asked_repositories(visit, found, asked)
    permissions = _asked_permissions(found, asked)
    token = visit.world.new_token(found, permissions, repositories)
    told: Json = {
        "token": token.value,
        "expires_at": shapes.rfc3339(token.expires_at),
        "permissions": permissions,
        "repository_selection": "selected",
    }
    if repositories is not None:
        told["repositories"] = [
            shapes.repository(visit.world, visit.world.repositories[number]) for number in sorted(repositories)
        ]
    return said(told, 201)


def deliveries(visit: Visit) -> Answer:
    """List the delivery log, the newest first, page by page with ``cursor``."""
    world, query = visit.world, visit.request.query
    entries = world.log.entries(world.clock())
    wanted = query.get("status")
    if wanted in {"success", "failure"}:
        entries = [entry for entry in entries if (entry.status == "OK") == (wanted == "success")]
    begin = 0
    if "cursor" in query:
        places = [place for place, entry in enumerate(entries) if _cursor(entry) == query["cursor"]]
        if not places:
            raise RefusedRequestError(422, "Invalid cursor")
        begin = places[0]
    size = len(page_of(entries, {"per_page": query.get("per_page", "30")}).items) or 1
    told = [shapes.log_entry(entry) for entry in entries[begin : begin + size]]
    if begin + size >= len(entries):
        return said(told)
    following = f"per_page={size}&cursor={_cursor(entries[begin + size])}"
    return said(told, link=f'<{world.url}/app/hook/deliveries?{following}>; rel="next"')


def delivery(visit: Visit) -> Answer:
    """Tell of one attempt, with what was sent."""
    return said(shapes.whole_log_entry(visit.world, _entry_of(visit)))


def attempt(visit: Visit) -> Answer:
    """Deliver again."""
    visit.world.log.attempt(_entry_of(visit), visit.world.clock())
    return said({}, 202)


def _installation_of(visit: Visit) -> Installation:
    found = visit.world.installations.get(visit.number("installation"))
    if found is None:
        raise not_found()
    return found


def _entry_of(visit: Visit) -> LogEntry:
    number = visit.number("delivery")
    kept = visit.world.log.entries(visit.world.clock())
    found = next((entry for entry in kept if entry.id == number), None)
    if found is None:
        raise not_found()
    return found


def _cursor(entry: LogEntry) -> str:
    return f"v1_{entry.id}"


def _asked_repositories(visit: Visit, found: Installation, asked: dict[str, Any]) -> frozenset[int] | None:
    numbers = asked.get("repository_ids")
    if numbers is None:
        return None
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise RefusedRequestError(422, "Invalid request. repository_ids must be an array of integers.")
    if not numbers or not set(numbers) <= found.repositories & visit.world.repositories.keys():
        raise RefusedRequestError(422, _NOT_INSTALLED)
    return frozenset(numbers)


def _asked_permissions(found: Installation, asked: dict[str, Any]) -> dict[str, str]:
    wanted = asked.get("permissions")
    if wanted is None:
        return dict(found.permissions)
    for name, level in wanted.items():
        granted = found.permissions.get(name)
        if granted is None or level not in _LEVELS or _LEVELS.index(level) > _LEVELS.index(granted):
            raise RefusedRequestError(422, _NOT_GRANTED)
    return {"metadata": "read", **wanted}


ROUTES = (
    Route("GET", "app", app),
    Route("GET", "app/hook/config", hook),
    Route("GET", "app/installations", installations),
    Route("GET", "app/installations/{installation}", installation),
    Route("POST", "app/installations/{installation}/access_tokens", access_token),
    Route("GET", "app/hook/deliveries", deliveries),
    Route("GET", "app/hook/deliveries/{delivery}", delivery),
    Route("POST", "app/hook/deliveries/{delivery}/attempts", attempt),
)
REPOSITORY_ROUTES = (Route("GET", "installation", repository_installation),)
"""Asked by the App too, about a repository."""
