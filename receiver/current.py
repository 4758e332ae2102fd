"""What a request may reach: the services that its app was made with, and what its process shares with others."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from receiver.rate import Meter
from receiver.streams import MOST_STREAMS, Waiters
from receiver.wiring import Services

_NAME = "whichrun"
_METER = "whichrun.meter"
_WAITERS = "whichrun.waiters"


def attach(app: Flask, services: Services, meter: Meter) -> None:
    """Give an app its services, and the meter of how often each token asks."""
    app.extensions[_NAME] = services
    app.extensions[_METER] = meter
    app.extensions[_WAITERS] = Waiters(services.store, most=MOST_STREAMS)


def meter() -> Meter:
    """Return the meter of the app that handles the present request."""
    return cast("Meter", current_app.extensions[_METER])


def end_streams(app: Flask) -> None:
    """Let nobody of an app wait for changes any longer."""
    app.extensions[_WAITERS].closing = True


def waiters() -> Waiters:
    """Return those who wait for changes in this process."""
    return cast("Waiters", current_app.extensions[_WAITERS])


def services() -> Services:
    """Return the services of the app that handles the present request."""
    return cast("Services", current_app.extensions[_NAME])
