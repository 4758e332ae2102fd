"""Deliveries as GitHub sends them: octokit's example payloads, with ids, numbers and texts of a busy repository.

They come in fours, on the pull request of one run: a review comment that the run signed, a maintainer's reply to it
with ``/agents improve``, and two remarks. So each fourth has a claim to verify, and each fourth a run to find.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import Any

from resolver.claims.claim import Claim
from resolver.claims.ring import parse_ring
from resolver.claims.write import write
from tests.support.service import SIGNING_SECRET, WEBHOOK_SECRET
from tests.support.tree import ROOT

REPOSITORY = "acme/widgets-51"
RUNS = 100
FIRST_ID = 5_000_000_000

_CONVERSATIONS = ROOT / "tests" / "conversations"


def registration(run: int, part: int = 0) -> dict[str, object]:
    """Return what the agent sends to ``POST /v1/runs`` before it begins; ``part`` is which of the repositories."""
    name = f"{REPOSITORY}-{part}" if part else REPOSITORY
    return {"span_id": f"bench-{run:012d}", "repository": name, "agent_name": "coder", "number": 1_000 + run}


def body(index: int, *, repositories: int = 1) -> tuple[str, bytes]:
    """Return the event and the body of one delivery; each index has ids of its own.

    With several repositories, each four deliveries stand in the next one.
    """
    group, kind = divmod(index, 4)
    run, part = group % RUNS, group % repositories
    own_id, signed_id = FIRST_ID + index, FIRST_ID + 4 * group
    if kind == 0:
        return "pull_request_review_comment", _filled(
            _SIGNED, run, part, own_id, f"{_claim(run, part)}\n\nThis can be empty."
        )
    if kind == 1:
        return "pull_request_review_comment", _filled(_REPLY, run, part, own_id, "/agents improve say when", signed_id)
    return "issue_comment", _filled(_REMARK, run, part, own_id, "Looks good to me, thank you.")


def request(index: int, *, repositories: int = 1) -> bytes:
    """Return one delivery as the bytes of an HTTP request, signed; its GUID is new each time."""
    event, content = body(index, repositories=repositories)
    signature = hmac.new(WEBHOOK_SECRET.encode(), content, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/bench\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nX-GitHub-Event: {event}\r\n"
        f"X-GitHub-Delivery: {uuid.uuid4()}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n"
    )
    return head.encode() + content


def _payload(conversation: str, index: int) -> dict[str, Any]:
    document = json.loads((_CONVERSATIONS / f"{conversation}.json").read_text())
    payload: dict[str, Any] = document["deliveries"][index]["payload"]
    return payload


_SIGNED = _payload("reply_to_agent_line", 2)
_REPLY = _payload("reply_to_agent_line", 3)
_REMARK = _payload("direct", 0) | {"repository": _SIGNED["repository"]}


def _claim(run: int, part: int) -> str:
    claim = Claim(workspace="default", **registration(run, part))  # type: ignore[arg-type]
    return write(claim, parse_ring(SIGNING_SECRET, name="SIGNING_SECRET")).hidden_comment


def _filled(
    template: dict[str, Any], run: int, part: int, own_id: int, text: str, reply_to: int | None = None
) -> bytes:
    subject = "pull_request" if "pull_request" in template else "issue"
    comment = template["comment"] | {"id": own_id, "body": text}
    if reply_to is not None:
        comment["in_reply_to_id"] = reply_to
    facts, repository = registration(run, part), template["repository"]
    named = {"id": repository["id"] + part, "full_name": facts["repository"]}
    changed = {
        "comment": comment,
        subject: template[subject] | {"number": facts["number"]},
        "repository": repository | named,
    }
    return json.dumps(template | changed, separators=(",", ":")).encode()
