"""Accounts, repositories, the App, its installations and deliveries, as GitHub's API writes them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tests.support.builders import Person
from tests.support.github.delivery_log import LogEntry
from tests.support.github.repository import Repository
from tests.support.github.world import AppState, Installation, World

Json: TypeAlias = dict[str, Any]


def rfc3339(moment: datetime) -> str:
    """Write a moment as GitHub does, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: object) -> str:
    """Return a GraphQL id."""
    return base64.b64encode(f"{kind}{number}".encode()).decode()


def account(world: World, person: Person | None) -> Json | None:
    """Write a user; None is a deleted one."""
    if person is None:
        return None
    url = f"{world.url}/users/{person.login}"
    return {
        "login": person.login,
        "id": person.id,
        "node_id": node_id("User", person.id),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{person.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{person.login}",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "type": person.type,
        "site_admin": False,
    }


def owner(world: World, login: str) -> Json:
    """Write the organization that owns repositories, or has the App installed."""
    number = 1_000_000 + sum(login.encode())
    return account(world, Person(id=number, login=login, type="Organization")) or {}


def repository(world: World, repo: Repository) -> Json:
    """Write a repository."""
    url = f"{world.url}/repos/{repo.name}"
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name.partition("/")[2],
        "full_name": repo.name,
        "private": repo.private,
        "owner": owner(world, repo.owner),
        "html_url": repo.url,
        "description": None,
        "fork": False,
        "url": url,
        "commits_url": f"{url}/commits{{/sha}}",
        "compare_url": f"{url}/compare/{{base}}...{{head}}",
        "pulls_url": f"{url}/pulls{{/number}}",
        "issues_url": f"{url}/issues{{/number}}",
        "created_at": repo.created_at,
        "updated_at": repo.updated_at,
        "pushed_at": repo.pushed_at,
        "clone_url": f"{repo.url}.git",
        "default_branch": repo.default_branch,
        "visibility": "private" if repo.private else "public",
        "archived": False,
        "disabled": False,
    }


def app(world: World, state: AppState) -> Json:
    """Write the App."""
    return {
        "id": state.id,
        "slug": state.slug,
        "node_id": node_id("Integration", state.id),
        "client_id": state.client_id,
        "owner": owner(world, "acme"),
        "name": state.slug,
        "description": "",
        "external_url": "https://example.com",
        "html_url": f"https://github.com/apps/{state.slug}",
        "created_at": "2026-09-01T00:00:00Z",
        "updated_at": "2026-09-01T00:00:00Z",
        "permissions": state.permissions,
        "events": state.events,
        "installations_count": len(world.installations),
    }


def installation(world: World, state: Installation) -> Json:
    """Write an installation."""
    target = owner(world, state.account)
    return {
        "id": state.id,
        "account": target,
        "repository_selection": "selected",
        "access_tokens_url": f"{world.url}/app/installations/{state.id}/access_tokens",
        "repositories_url": f"{world.url}/installation/repositories",
        "html_url": f"https://github.com/organizations/{state.account}/settings/installations/{state.id}",
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": target["id"],
        "target_type": "Organization",
        "permissions": state.permissions,
        "events": state.events,
        "created_at": "2026-09-01T00:00:00Z",
        "updated_at": "2026-09-01T00:00:00Z",
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None if state.suspended_at is None else target,
        "suspended_at": state.suspended_at,
    }


def log_entry(entry: LogEntry) -> Json:
    """Write an entry of the delivery log, as it stands in the list."""
    payload = entry.delivery.payload
    return {
        "id": entry.id,
        "guid": entry.delivery.guid,
        "delivered_at": rfc3339(entry.delivered_at),
        "redelivery": entry.redelivery,
        "duration": 0.27,
        "status": entry.status,
        "status_code": entry.status_code,
        "event": entry.delivery.event,
        "action": payload.get("action"),
        "installation_id": (payload.get("installation") or {}).get("id"),
        "repository_id": (payload.get("repository") or {}).get("id"),
        "throttled_at": None,
    }


def whole_log_entry(world: World, entry: LogEntry) -> Json:
    """Write an entry with what was sent and what was answered."""
    sent = {
        "headers": {"X-GitHub-Delivery": entry.delivery.guid, "X-GitHub-Event": entry.delivery.event},
        "payload": entry.delivery.payload,
    }
    return log_entry(entry) | {
        "url": world.app.hook_url or "",
        "request": sent,
        "response": {"headers": {} if entry.status_code else None, "payload": "" if entry.status_code else None},
    }
