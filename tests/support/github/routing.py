"""From a request to its answer: who asks, what about, which route; limits, redirects and ``ETag``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.support.github import (
    app_routes,
    commit_routes,
    issue_routes,
    pull_routes,
    reaction_routes,
    repository_routes,
    shapes,
    web_pages,
    writing_routes,
)
from tests.support.github.access import check_app, may, sees, token_of
from tests.support.github.answer import Answer, RefusedRequestError, not_found, refusal, said
from tests.support.github.asked import Recorded
from tests.support.github.graphql import graphql
from tests.support.github.paging import page_of
from tests.support.github.repository import Repository
from tests.support.github.visit import Route, Visit
from tests.support.github.world import World

_REPOSITORY = (
    *repository_routes.ROUTES,
    *pull_routes.ROUTES,
    *issue_routes.ROUTES,
    *commit_routes.ROUTES,
    *writing_routes.ROUTES,
    *reaction_routes.ROUTES,
)
_LIMITED = "API rate limit exceeded for {}."
_MOVED = {"GET": 301, "HEAD": 301}


def answer(world: World, request: Recorded) -> Answer:
    """Answer a request as GitHub would. Raises nothing that a request could bring about."""
    resource = "graphql" if request.raw_path == _graphql_path(world) else "core"
    caller, at = _caller(world, request), world.clock()
    is_free = request.raw_path == f"{world.prefix}/rate_limit"
    if not request.headers.get("User-Agent"):
        return refusal(403, "Request forbidden by administrative rules. A User-Agent header is needed.")
    if not is_free and not world.limits.take(caller, resource, at):
        made = refusal(403, _LIMITED.format(caller))
    else:
        try:
            made = _routed(world, request)
        except RefusedRequestError as error:
            made = error.answer
    made = _tagged(request, made)
    if made.status == 304:
        world.limits.give_back(caller, resource, at)
    return replace(made, headers={**made.headers, **world.limits.headers(caller, resource, at)})


def _routed(world: World, request: Recorded) -> Answer:
    if (of_the_web := web_pages.answer(world, request)) is not None:
        return of_the_web
    if request.raw_path == _graphql_path(world):
        return graphql(Visit(world, request)) if request.method == "POST" else _nowhere()
    words = request.words(world.prefix)
    if words[0] == "repos" and len(words) >= 3:
        repository, is_current = world.named(words[1], words[2])
        return _about(world, request, repository, words[3:], is_current=is_current)
    if words[0] == "repositories" and len(words) >= 2:
        known = {str(number): repository for number, repository in list(world.repositories.items())}
        if words[1] not in known:
            raise not_found()
        return _about(world, request, known[words[1]], words[2:], is_current=True)
    if words[0] == "app":
        check_app(world, request)
        route, taken = _found(app_routes.ROUTES, request.method, words)
        return route.handler(Visit(world, request, taken))
    if words == ["installation", "repositories"] and request.method == "GET":
        return _installed(world, request)
    if words == ["rate_limit"] and request.method == "GET":
        return _limits(world, request)
    return _nowhere()


def _about(world: World, request: Recorded, repository: Repository, rest: Sequence[str], *, is_current: bool) -> Answer:
    """Answer about a repository, by the App or by an installation; by a former name, say where it is now."""
    if rest == ["installation"]:
        check_app(world, request)
        token = None
    else:
        token = token_of(world, request)
        if not sees(world, token, repository):
            raise not_found()
    if not is_current:
        return _moved(world, request, repository)
    routes = app_routes.REPOSITORY_ROUTES if token is None else _REPOSITORY
    route, taken = _found(routes, request.method, rest)
    if token is not None and not may(token, route.needs, route.level):
        raise RefusedRequestError(403, "Resource not accessible by integration")
    return route.handler(Visit(world, request, taken, token, repository, rest))


def _moved(world: World, request: Recorded, repository: Repository) -> Answer:
    raw = request.target.removeprefix(f"{world.prefix}/").split("/", 3)[3:]
    rest = raw[0] if raw else ""
    query = request.target.partition("?")[2]
    url = f"{world.url}/repositories/{repository.id}"
    if rest:
        url += f"/{rest}"
    elif query:
        url += f"?{query}"
    told = refusal(_MOVED.get(request.method, 307), "Moved Permanently", url=url)
    return replace(told, headers={"location": url})


def _found(routes: Iterable[Route], method: str, words: Sequence[str]) -> tuple[Route, dict[str, str]]:
    for route in routes:
        if (taken := route.match(method, words)) is not None:
            return route, taken
    raise not_found()


def _installed(world: World, request: Recorded) -> Answer:
    """List the repositories that a token is good for."""
    token = token_of(world, request)
    everyone = list(world.repositories.values())
    found = [repository for repository in everyone if sees(world, token, repository)]
    page = page_of(found, request.query)
    told = [shapes.repository(world, repository) for repository in page.items]
    value = {"total_count": len(found), "repository_selection": "selected", "repositories": told}
    return page.answer(value, f"{world.url}/installation/repositories", request.query)


def _limits(world: World, request: Recorded) -> Answer:
    caller, at = _caller(world, request), world.clock()
    told = {name: world.limits.told(caller, name, at) for name in ("core", "graphql")}
    return said({"resources": told, "rate": told["core"]})


def _nowhere() -> Answer:
    return refusal(404, "Not Found")


def _graphql_path(world: World) -> str:
    """Return where GraphQL is: beside ``/api/v3`` on an enterprise server, not under it."""
    return f"{world.prefix.removesuffix('/v3')}/graphql"


def _caller(world: World, request: Recorded) -> str:
    """Name who is counted: an installation, whichever its token, or the App."""
    token = world.tokens.get(request.credential)
    return f"app ID {world.app.id}" if token is None else f"installation ID {token.installation_id}"


def _tagged(request: Recorded, made: Answer) -> Answer:
    """Give what was read an ``ETag``, which differs between tokens; nothing is sent when the caller has it."""
    if request.method != "GET" or made.status != 200:
        return made
    digest = hashlib.sha256(request.credential.encode() + b"\0" + made.body).hexdigest()
    tag = f'W/"{digest}"'
    headers = {**made.headers, "etag": tag}
    known = [word.strip().removeprefix("W/") for word in request.headers.get("If-None-Match", "").split(",")]
    if tag.removeprefix("W/") in known:
        return Answer(304, b"", headers)
    return replace(made, headers=headers)
