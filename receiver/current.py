"""What a request may reach: the services that its app was made with."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from receiver.wiring import Services

_NAME = "whichrun"


def attach(app: Flask, services: Services) -> None:
    """Give an app its services."""
    app.extensions[_NAME] = services


def services() -> Services:
    """Return the services of the app that handles the present request."""
    return cast("Services", current_app.extensions[_NAME])
