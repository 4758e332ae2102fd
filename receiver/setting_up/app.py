"""The application of a set-up: its pages, what they load, and whether the process lives. Nothing else is served."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable

from flask import Flask, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from receiver import body, problems, wiring
from receiver.auth import operator_of
from receiver.founded import founded_of, remember
from receiver.pages import assets, headed, rendering, session
from receiver.setting_up import keeping, pages
from receiver.setting_up.course import Course, Done
from receiver.setting_up.door import Door
from receiver.setting_up.pages import FORM_TO, SetUp
from receiver.settings import Settings
from resolver.errors import WhichrunError
from resolver.github.shapes import CreatedAppShape
from resolver.ports import Clock

log = logging.getLogger(__name__)


class Kept:
    """Secrets go where ``serve`` will read them."""

    def __init__(self, current: Settings) -> None:
        self._current = current

    def begin(self) -> None:
        """Note that GitHub is about to be asked."""
        keeping.begin()

    def end(self) -> None:
        """Note that nothing is under way."""
        keeping.end()

    def keep(self, app: CreatedAppShape, *, users: str | None) -> Settings:
        """Store an App's secrets."""
        return keeping.keep(app, users=users, current=self._current)


def create_app(
    current: Settings, code: str, *, clock: Clock = wiring.now, end: Callable[[], None] | None = None
) -> Flask:
    """Make the application around the settings that there are; ``code`` opens it, ``end`` is called when it is done."""
    app = Flask("whichrun", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.strict_slashes = True
    rendering.install(app)
    problems.install(app, clock)
    body.install(app)
    for part in (pages, assets):
        app.register_blueprint(part.blueprint)
    app.after_request(_headed)
    founding = wiring.founding(current, clock)

    def finish(done: Done, response: AnyResponse) -> None:
        _let_in(done, response)
        response.headers["Connection"] = "close"
        response.call_on_close(end or _end)

    app.extensions["whichrun.set_up"] = SetUp(
        Door(code, clock),
        Course(founding.take_over, Kept(current), clock),
        current.github_api_url,
        current.page_users is not None,
        finish,
    )
    return app


def _let_in(done: Done, response: AnyResponse) -> None:
    """Sign the browser in that has set up: whoever has the console's code runs the service, as its token does.

    Where that fails they sign in with the token: the set-up stands.
    """
    try:
        services = wiring.wire(done.settings)
        try:
            remember(services, founded_of(done.app, done.settings.github_api_url))
            session.begin(services, operator_of(services), response, secure=request.is_secure)
        finally:
            services.store.close()
    except WhichrunError as error:
        log.warning("whoever set up has to sign in with WHICHRUN_API_TOKEN: %s", error)


def _end() -> None:
    """Have this process end, once what is under way is answered."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(os.getpid(), signal.SIGTERM)


def _headed(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_page = not request.path.startswith(("/healthz", "/webhooks/"))
    return headed(response, form_to=g.get(FORM_TO)) if is_page else response
