"""``/.well-known/jwks.json``: the public keys with which anybody checks claims of version 2 (RFC 7517 §5)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from receiver.current import services

CONTENT_TYPE = "application/jwk-set+json"
MAX_AGE = 300
"""Seconds that a copy may be used: for so long others may still accept what a key signed that was just retired."""

blueprint = Blueprint("jwks", __name__)


@blueprint.get("/.well-known/jwks.json")
def keys() -> Response:
    """Show the keys that are valid now, the newest first. Secrets, and private halves, are never among them."""
    here = services()
    valid = here.keyring.current().valid_pairs(here.clock())
    response = jsonify({"keys": [pair.jwk() for pair in valid]})
    response.content_type = CONTENT_TYPE
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.add_etag()
    response.make_conditional(request)
    return response
