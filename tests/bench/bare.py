"""What this service is compared with: the least that a receiver of webhooks can do in Flask.

It checks the signature and answers 202. Nothing is read, nothing is kept.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, abort, request

from tests.support.service import WEBHOOK_SECRET

app = Flask(__name__)


@app.post("/webhooks/github")
def receive() -> tuple[dict[str, str], int]:
    """Answer a delivery whose signature holds."""
    expected = "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        abort(401)
    return {"status": "accepted"}, 202
