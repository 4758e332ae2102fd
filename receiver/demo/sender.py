"""Speaks to the service from outside, over HTTP: as GitHub does, and as an agent or a client does."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from typing import Any, Self

import requests

from receiver.demo.github import Delivery, Json
from receiver.demo.service import Service, failure
from receiver.demo.story import Marks

TIMEOUT = 10.0
"""Seconds; GitHub waits as long for an answer."""

SETTLED_WITHIN = 30.0
"""Seconds that the service has to process all deliveries."""

SETTLED = frozenset({"done", "ignored"})


class Sender:
    """One client of a running service; closes its connections at the end of a ``with``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between two processes of one machine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def register(self, run: Json) -> Marks:
        """Register a run, as an agent does before it begins; return the marks that it puts into what it makes."""
        answer = self._api("POST", "/v1/runs", json=run)
        return Marks(answer["hidden_comment"], answer["commit_trailers"])

    def deliver(self, delivery: Delivery) -> str:
        """Send a signed webhook delivery; return its GUID once the service has stored it."""
        guid = str(uuid.uuid4())
        body = json.dumps(delivery.payload).encode()
        signature = hmac.new(self._service.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/whichrun-demo",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": delivery.event,
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        self._request("POST", "/webhooks/github", data=body, headers=headers)
        return guid

    def wait_for(self, guids: list[str]) -> None:
        """Wait until deliveries are processed. Raises DemoError when one fails, or it takes too long."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while time.monotonic() < deadline:
            deliveries = {item["guid"]: item for item in self._list("/v1/deliveries")}
            waiting = [deliveries[guid] for guid in guids if deliveries[guid]["status"] not in SETTLED]
            if not waiting:
                return
            for delivery in waiting:
                if delivery["status"] != "pending":
                    raise failure(f"a delivery of event {delivery['event']} is {delivery['status']}", self._service.log)
            time.sleep(0.05)
        raise failure(f"deliveries were not processed within {SETTLED_WITHIN:g} seconds", self._service.log)

    def feedback(self) -> list[Json]:
        """Return all feedback that the service knows."""
        return self._list("/v1/feedback")

    def _list(self, path: str) -> list[Json]:
        items: list[Json] = self._api("GET", path, params={"limit": "500"})["items"]
        return items

    def _api(self, method: str, path: str, **request: Any) -> Json:  # noqa: ANN401 - passed on to requests
        token = {"Authorization": f"Bearer {self._service.token}"}
        answer: Json = self._request(method, path, headers=token, **request).json()
        return answer

    def _request(self, method: str, path: str, **request: Any) -> requests.Response:  # noqa: ANN401 - the same
        try:
            answer = self._session.request(method, f"{self._service.address}{path}", timeout=TIMEOUT, **request)
        except requests.RequestException as error:
            raise failure(f"{method} {path} failed: {type(error).__name__}", self._service.log) from error
        if not answer.ok:
            raise failure(
                f"{method} {path} was answered with {answer.status_code}: {answer.text.strip()}", self._service.log
            )
        return answer
