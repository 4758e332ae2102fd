"""What a request may reach: the services that its app was made with, and what its process shares with others."""

from __future__ import annotations

import threading
from typing import cast

from flask import Flask, current_app

from receiver.diffs import Diffs
from receiver.rate import Meter
from receiver.signing_in import SignIns
from receiver.streams import MOST_STREAMS, WAITERS, Waiters
from receiver.waiting import MOST_EXPORTS
from receiver.wiring import Services

_NAME = "whichrun"
_METER = "whichrun.meter"
_DIFFS = "whichrun.diffs"
_EXPORTS = "whichrun.exports"
_SIGN_INS = "whichrun.sign_ins"


def attach(app: Flask, services: Services, meter: Meter) -> None:
    """Give an app its services, and the meter of how often each token asks."""
    app.extensions[_NAME] = services
    app.extensions[_METER] = meter
    app.extensions[WAITERS] = Waiters(services.store, most=MOST_STREAMS)
    app.extensions[_DIFFS] = Diffs(services)
    app.extensions[_SIGN_INS] = SignIns(services)
    app.extensions[_EXPORTS] = threading.BoundedSemaphore(MOST_EXPORTS)


def meter() -> Meter:
    """Return the meter of the app that handles the present request."""
    return cast("Meter", current_app.extensions[_METER])


def waiters() -> Waiters:
    """Return those who wait for changes in this process."""
    return cast("Waiters", current_app.extensions[WAITERS])


def diffs() -> Diffs:
    """Return who shows the diffs of commits in this process."""
    return cast("Diffs", current_app.extensions[_DIFFS])


def sign_ins() -> SignIns:
    """Return who lets people in through GitHub in this process."""
    return cast("SignIns", current_app.extensions[_SIGN_INS])


def exports() -> threading.BoundedSemaphore:
    """Return the places of those who read an export from this process."""
    return cast("threading.BoundedSemaphore", current_app.extensions[_EXPORTS])


def services_of(app: Flask) -> Services:
    """Return the services of an app."""
    return cast("Services", app.extensions[_NAME])


def services() -> Services:
    """Return the services of the app that handles the present request."""
    return services_of(current_app)
