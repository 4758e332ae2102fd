"""GitHub's pages as a browser meets them: making an App from a manifest, and saying who one is; and what comes of both.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app

Whoever posts a manifest or follows a link is taken to agree. Codes are good once. A new App's webhook gets a ping.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from resolver.claims import base64url
from tests.support.builders import Person, ping
from tests.support.github.answer import Answer, RefusedRequestError, not_found, said
from tests.support.github.keys import key_pair

if TYPE_CHECKING:
    from tests.support.github.asked import Recorded
    from tests.support.github.world import World

_NEW_APP = re.compile(r"/(?:organizations/[A-Za-z0-9-]+/)?settings/apps/new")
_CONVERSION = re.compile(r"/app-manifests/([^/]+)/conversions")


@dataclass(slots=True)
class Web:
    """What GitHub's pages know. ``visitor`` is who is signed in there; None: nobody agrees to anything.

    ``secret`` and ``client_secret`` are those of the App that was made last.
    """

    visitor: Person | None = None
    manifests: list[dict[str, Any]] = field(default_factory=list)
    """Every manifest that was posted."""
    forwarded_to: str | None = None
    """Where a forwarder, whose address the App has, passes deliveries on to."""
    secret: str = "the-webhook-secret-that-github-made"
    client_secret: str = "the-client-secret-that-github-made"
    conversions: set[str] = field(default_factory=set)
    """Codes of Apps that nobody took over yet."""
    codes: dict[str, tuple[Person, str, str]] = field(default_factory=dict)
    """Of people: who, where they were to be led, and the challenge."""
    tokens: dict[str, Person] = field(default_factory=dict)


def answer(world: World, request: Recorded) -> Answer | None:
    """Answer what a browser asks, and what only Apps in the making and users' tokens ask; None: it is for others."""
    root = request.raw_path
    if request.method == "POST" and _NEW_APP.fullmatch(root):
        return _new_app(world, request)
    if root == "/login/oauth/authorize":
        return _authorize(world, request)
    if root == "/login/oauth/access_token" and request.method == "POST":
        return _access_token(world, request)
    path = root.removeprefix(world.prefix)
    conversion = _CONVERSION.fullmatch(path)
    if conversion is not None and request.method == "POST":
        return _convert(world, conversion[1])
    if path == "/user":
        return _user(world, request)
    return None


def _new_app(world: World, request: Recorded) -> Answer:
    manifest = json.loads(dict(parse_qsl(request.body.decode()))["manifest"])
    world.web.manifests.append(manifest)
    app = world.app
    app.hook_url = manifest["hook_attributes"]["url"]
    app.permissions, app.events = dict(manifest["default_permissions"]), list(manifest["default_events"])
    world.log.send_to(world.web.forwarded_to or manifest["hook_attributes"]["url"], world.web.secret)
    sent = ping()
    answered = 0 if world.log.send is None else world.log.send(sent)
    world.log.add(sent, at=world.clock(), status_code=answered)
    code = secrets.token_hex(20)
    world.web.conversions.add(code)
    return _led(manifest["redirect_url"], code=code, state=request.query.get("state", ""))


def _convert(world: World, code: str) -> Answer:
    if code not in world.web.conversions:
        raise not_found()
    world.web.conversions.remove(code)
    app, web = world.app, world.web
    return said(
        {
            "id": app.id,
            "slug": app.slug,
            "name": web.manifests[-1]["name"],
            "owner": {"login": "acme", "id": 1},
            "html_url": f"{world.url}/apps/{app.slug}",
            "client_id": app.client_id,
            "client_secret": web.client_secret,
            "webhook_secret": web.secret,
            "pem": key_pair().private_pem.decode(),
        },
        201,
    )


def _authorize(world: World, request: Recorded) -> Answer:
    asked = request.query
    if asked.get("client_id") != world.app.client_id or asked.get("code_challenge_method") != "S256":
        raise not_found()
    if world.web.visitor is None:
        return _led(asked["redirect_uri"], error="access_denied", state=asked["state"])
    code = secrets.token_hex(10)
    world.web.codes[code] = (world.web.visitor, asked["redirect_uri"], asked["code_challenge"])
    return _led(asked["redirect_uri"], code=code, state=asked["state"])


def _access_token(world: World, request: Recorded) -> Answer:
    given = dict(parse_qsl(request.body.decode()))
    if (given.get("client_id"), given.get("client_secret")) != (world.app.client_id, world.web.client_secret):
        return said({"error": "incorrect_client_credentials"})
    person, redirect_uri, challenge = world.web.codes.pop(given.get("code", ""), (None, "", ""))
    verifier = given.get("code_verifier", "")
    fits = challenge == base64url.encode(hashlib.sha256(verifier.encode()).digest())
    if person is None or redirect_uri != given.get("redirect_uri") or not fits:
        return said({"error": "bad_verification_code"})
    token = f"ghu_{secrets.token_hex(18)}"
    world.web.tokens[token] = person
    return said({"access_token": token, "token_type": "bearer", "scope": ""})


def _user(world: World, request: Recorded) -> Answer:
    person = world.web.tokens.get(request.credential)
    if person is None:
        raise RefusedRequestError(401, "Bad credentials")
    return said({"id": person.id, "login": person.login, "type": "User"})


def _led(address: str, **query: str) -> Answer:
    return Answer(302, b"", {"location": f"{address}?{urlencode(query)}"})
