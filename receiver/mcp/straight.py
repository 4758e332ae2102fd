"""Straight to the store: the service's own application, called in this process and without any socket.

So a tool meets the very rules that it meets over the network. Whoever may read the settings and the store is the
operator, and needs no other token than the one of the settings; where there is none, one is made that nobody sees.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Flask
from pydantic import SecretStr
from werkzeug.test import Client as WsgiClient

from receiver.app import create_app
from receiver.client import Answer
from receiver.wiring import Services


class StraightTransport:
    """The way to an application of this process, with one token."""

    def __init__(self, app: Flask, *, token: str) -> None:
        self._client = WsgiClient(app, use_cookies=False)  # nothing is kept from one request to the next
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Answer one request, in the calling thread."""
        response = self._client.open(
            path,
            method=method,
            query_string=query,
            json=None if body is None else dict(body),
            headers={**(headers or {}), **self._headers},
        )
        return Answer(response.status_code, dict(response.headers), response.get_data())


def application(services: Services) -> Flask:
    """Return the service's application."""
    return create_app(services)


def operator(services: Services) -> StraightTransport:
    """Return the way of whoever holds the settings."""
    token = services.settings.api_token or SecretStr(secrets.token_urlsafe(32))
    settings = services.settings.model_copy(update={"api_token": token})
    return StraightTransport(application(replace(services, settings=settings)), token=token.get_secret_value())
