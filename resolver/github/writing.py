"""Writing on GitHub: a reaction, a comment, a check run, each with a token for one repository and one permission.

https://docs.github.com/en/rest/reactions/reactions, https://docs.github.com/en/rest/issues/comments,
https://docs.github.com/en/rest/pulls/comments, https://docs.github.com/en/rest/checks/runs

What is made is sent once: GitHub has no key by which a second request would be the same one. Whether a request whose
answer was lost did arrive is found out by looking for what it would have made (``find``).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from resolver.answering.own import mark
from resolver.answering.targets import Spot, Target
from resolver.errors import GithubAnswerError
from resolver.github import addresses, exchange, links, reading, refusals, shapes
from resolver.github.addresses import Form
from resolver.github.app_voice import AppVoice
from resolver.github.asker import Values, check
from resolver.github.exchange import Request, Response
from resolver.github.grants import Grant, Granting
from resolver.github.limits import Limits
from resolver.github.sender import Sender
from resolver.github.tokens import Tokens
from resolver.model.asking import Place
from resolver.ports import Clock

EYES: Final = "eyes"
"""The reaction. https://docs.github.com/en/rest/reactions/reactions#about-reactions"""

_PROOF: Final = timedelta(minutes=1)
"""As of asking: an older token cannot tell what is gone from what may not be seen."""
_MOST_PAGES: Final = 30
_UNAUTHORIZED: Final = 401
_REACTIONS: Final = {
    Spot.ISSUE_REACTION: addresses.REACT_TO_ISSUE_COMMENT,
    Spot.REVIEW_REACTION: addresses.REACT_TO_REVIEW_COMMENT,
}
_EDITED: Final = {
    Spot.ISSUE_COMMENT: addresses.ISSUE_COMMENT,
    Spot.REVIEW_COMMENT: addresses.REVIEW_COMMENT,
    Spot.CHECK_RUN: addresses.CHECK_RUN,
}


class Writer:
    """``resolver.answering.port.Writing`` over HTTP. Threads may share it."""

    def __init__(self, voice: AppVoice, sender: Sender, limits: Limits, clock: Clock) -> None:
        """Write as the App whose ``voice`` it is; nothing is sent yet."""
        self._voice = voice
        self._sender = sender
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, Tokens] = {}
        self._app: shapes.AppShape | None = None

    def react(self, place: Place, target: Target) -> bool:
        """React to a comment with a pair of eyes; False: it is gone."""
        form, values = _REACTIONS[target.spot], {"id": target.comment_id}
        return self._sent(place, target, "POST", form, values, {"content": EYES}) is not None

    def make(self, place: Place, target: Target, marker: str, said: Mapping[str, object]) -> int | None:
        """Make a comment or a check run; return its id, None where there is nothing it could stand under."""
        del marker  # it is in what is said
        form, values = _where(target)
        response = self._sent(place, target, "POST", form, values, said)
        return None if response is None else reading.one(shapes.MadeShape, response.body).id

    def edit(self, place: Place, target: Target, github_id: int, said: Mapping[str, object]) -> bool:
        """Have something say something else; False when it is gone."""
        changed = {name: value for name, value in said.items() if name != "head_sha"}  # a check run stays where it is
        return self._sent(place, target, "PATCH", _EDITED[target.spot], {"id": github_id}, changed) is not None

    def find(self, place: Place, target: Target, marker: str, since: datetime) -> int | None:
        """Return the id of what this App made at a place since a time, by its marker; None: it made nothing there."""
        if target.spot is Spot.CHECK_RUN:
            return self._found_run(place, target, marker)
        values: Values = {"number": target.number, "since": since}
        form = addresses.COMMENTS_ON_PULL if target.spot is Spot.REVIEW_COMMENT else addresses.COMMENTS_ON_ISSUE
        found = [
            one.id
            for page in self._pages(place, target, form, values)
            for one in reading.many(shapes.MarkedShape, page.body)
            if (one.body or "").startswith(mark(marker)) and self._is_ours(one)
        ]
        return min(found, default=None)

    def _found_run(self, place: Place, target: Target, marker: str) -> int | None:
        ours = self._own().id
        asked: Values = {"sha": target.sha, "check_name": target.name}
        found = [
            one.id
            for page in self._pages(place, target, addresses.CHECK_RUNS_OF, asked)
            for one in reading.one(shapes.CheckRunsShape, page.body).check_runs
            if one.external_id == marker and one.app is not None and one.app.id == ours
        ]
        return min(found, default=None)

    def _is_ours(self, one: shapes.MarkedShape) -> bool:
        """Whether this App wrote a comment: nobody else can bear its account's login, whatever the text says."""
        app = self._own()
        if one.performed_via_github_app is not None and one.performed_via_github_app.id != app.id:
            return False
        login = "" if one.user is None or one.user.login is None else one.user.login.lower()
        return app.slug is not None and login == f"{app.slug.lower()}[bot]"

    def _own(self) -> shapes.AppShape:
        """Return this App, asked for once."""
        with self._lock:
            kept = self._app
        if kept is None:
            answer = refusals.present(self._voice.ask(addresses.APP.fill()))
            if answer is None:
                raise GithubAnswerError("GitHub does not say which App this is")
            kept = reading.one(shapes.AppShape, answer.body)
            with self._lock:
                self._app = kept
        return kept

    def _pages(self, place: Place, target: Target, form: Form, values: Values) -> Iterator[Response]:
        number: int | None = 1
        for _ in range(_MOST_PAGES):
            asked = {**values, "page": None if number == 1 else number}
            response = self._sent(place, target, "GET", form, asked, None)
            if response is None:
                return
            yield response
            number = links.following(response.headers.get("link"), number or 1)
            if number is None:
                return
        raise GithubAnswerError(f"GitHub lists more than {_MOST_PAGES} pages")

    def _sent(
        self,
        place: Place,
        target: Target,
        method: str,
        form: Form,
        values: Values,
        said: Mapping[str, object] | None,
    ) -> Response | None:
        """Send something with a token for it; None when GitHub says that there is no such thing.

        A token that GitHub does not take, or that is too old to tell that something is gone, is renewed, and the
        request sent once more: nothing was done by it.
        """
        check(place)
        form.fill(place.name, **values)
        tokens = self._tokens_for(target.permission)
        grant = tokens.grant(place)
        response = self._exchanged(place, grant, method, form, values, said)
        is_old = response.status in refusals.ABSENT and self._clock() - grant.made_at > _PROOF
        if response.status == _UNAUTHORIZED or is_old:
            grant = tokens.grant(place, instead_of=grant)
            response = self._exchanged(place, grant, method, form, values, said)
        if response.status in {401, 403}:
            tokens.drop(place)
        return refusals.present(response)

    def _exchanged(
        self,
        place: Place,
        grant: Grant,
        method: str,
        form: Form,
        values: Values,
        said: Mapping[str, object] | None,
    ) -> Response:
        headers = exchange.headers(token=grant.token)
        body = None
        if said is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(said).encode()
        request = Request(
            form.fill(grant.name, **values),
            headers,
            method=method,
            body=body,
            repository_id=place.id,
            repeats=method != "POST",
        )
        return self._sender.send(request, self._limits.of(grant.installation_id))

    def _tokens_for(self, permission: str) -> Tokens:
        """Return who gives the tokens that write one kind of thing, and read nothing but that."""
        with self._lock:
            tokens = self._tokens.get(permission)
            if tokens is None:
                granting = Granting(
                    self._voice,
                    self._sender,
                    self._limits,
                    self._clock,
                    permissions={permission: "write", "metadata": "read"},
                    exact=True,
                )
                tokens = self._tokens[permission] = Tokens(granting, self._clock)
        return tokens


def _where(target: Target) -> tuple[Form, Values]:
    """Return where something new is posted."""
    match target.spot:
        case Spot.ISSUE_COMMENT:
            return addresses.NEW_COMMENT, {"number": target.number}
        case Spot.REVIEW_COMMENT:
            return addresses.REPLIES, {"number": target.number, "id": target.comment_id}
        case _:
            return addresses.CHECK_RUNS, {}
