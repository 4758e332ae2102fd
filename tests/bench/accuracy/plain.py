"""What one writes first: the first match wins, and what was answered once is never looked at again.

Claims are found with regular expressions and their signatures are checked; where a claim stands, who posted it, and
for which repository or number it was signed does not matter here.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from resolver.claims.claim import Claim
from resolver.claims.signing import key_for, signature_of
from resolver.errors import ClaimError
from resolver.model.answers import Confidence
from resolver.model.github import Kind, ObjectRef
from resolver.model.runs import Run
from tests.bench.accuracy.cast import RING, TRUSTED
from tests.bench.accuracy.story import Happening
from tests.bench.accuracy.truth import Given
from tests.support.builders import Delivery

HIDDEN = re.compile(r"<!--\s*agents-run:\s*(\{.*?\})\s*-->", re.DOTALL)
TRAILER = re.compile(r"Agents-Attribution:\s*([A-Za-z0-9_-]+)")
COMMAND = "/agents improve"
WINDOW = timedelta(hours=24)
_KINDS = {
    "issue_comment": (Kind.ISSUE_COMMENT, "comment"),
    "pull_request_review_comment": (Kind.REVIEW_COMMENT, "comment"),
    "pull_request_review": (Kind.REVIEW, "review"),
    "commit_comment": (Kind.COMMIT_COMMENT, "comment"),
    "discussion_comment": (Kind.DISCUSSION_COMMENT, "comment"),
}


def first_span(text: str) -> str | None:
    """Return the run of the first signed claim in a text."""
    for one in (*HIDDEN.finditer(text), *TRAILER.finditer(text)):
        try:
            said = json.loads(one[1] if one.re is HIDDEN else _decoded(one[1]))
            claim = Claim(
                span_id=said["span_id"], workspace=said["workspace"], repository=said["repo"], number=said["number"],
                agent_name=said["agent_name"], instance_id=said["instance_id"],
            )  # fmt: skip
            key = key_for(claim, signature_of(said["sig"]), RING)
        except (ValueError, KeyError, ClaimError):
            continue
        if key is not None:
            return claim.span_id
    return None


def _decoded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass(slots=True)
class Plain:
    """Takes what happens in the order of its arrival; ``answers`` are final."""

    answers: dict[ObjectRef, Given] = field(default_factory=dict)
    taken: int = 0
    _texts: dict[ObjectRef, str] = field(default_factory=dict)
    _threads: dict[ObjectRef, list[str]] = field(default_factory=dict)
    _messages: dict[str, str] = field(default_factory=dict)
    _bodies: dict[int, str] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)

    def take(self, what: Happening) -> None:
        """Take a delivery or a registered run."""
        self.taken += 1
        if isinstance(what, Run):
            self._runs.append(what)
        elif isinstance(what, Delivery):
            self._take(what.event, what.payload)

    def _take(self, event: str, payload: dict[str, Any]) -> None:
        self._messages |= {commit["id"]: commit["message"] for commit in payload.get("commits", ())}
        subject = payload.get("pull_request") or payload.get("issue") or payload.get("discussion") or {}
        if event in {"pull_request", "issues", "discussion"}:
            self._bodies[subject["number"]] = subject["body"] or ""
        if event not in _KINDS:
            return
        kind, key = _KINDS[event]
        said, body = payload[key], payload[key]["body"] or ""
        ref = ObjectRef(payload["repository"]["id"], kind, said["id"])
        if COMMAND in body and ref not in self.answers and said["author_association"] in TRUSTED:
            self.answers[ref] = self._answer(ref, said, subject.get("number"))
        self._texts[ref] = body
        self._threads.setdefault(_root(ref, said), []).append(body)

    def _answer(self, ref: ObjectRef, said: dict[str, Any], number: int | None) -> Given:
        for mode, text in self._places(ref, said, number):
            if (span := first_span(text)) is not None:
                return Given(Confidence.EXACT, mode, span)
        at = datetime.fromisoformat(said.get("created_at") or said["submitted_at"])
        near = [run for run in self._runs if number in run.numbers and abs(run.started_at - at) <= WINDOW]
        if not near:
            return Given(Confidence.UNRESOLVED, "unresolved", None)
        return Given(Confidence.INFERRED, "inferred", max(near, key=lambda run: run.started_at).span_id)

    def _places(self, ref: ObjectRef, said: dict[str, Any], number: int | None) -> Iterator[tuple[str, str]]:
        yield "direct", said["body"]
        root = _root(ref, said)
        if root != ref:
            yield "artifact_parent_comment", self._texts.get(root, "")
            yield from (("artifact_thread", text) for text in self._threads.get(root, ()))
        review = ObjectRef(ref.repository_id, Kind.REVIEW, said.get("pull_request_review_id") or 0)
        yield "artifact_review", self._texts.get(review, "")
        yield "commit_artifact", self._messages.get(said.get("commit_id") or "", "")
        yield "artifact_subject", self._bodies.get(number or 0, "")


def _root(ref: ObjectRef, said: dict[str, Any]) -> ObjectRef:
    return ObjectRef(ref.repository_id, ref.kind, said.get("in_reply_to_id") or said.get("parent_id") or ref.id)
