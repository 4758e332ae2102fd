"""What the page is made of beside HTML: its style, its picture, and htmx, each under a name that its content gives.

So a browser may keep each for ever, and a new version of the service is a new name.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response

from receiver.problems import ApiError

PREFIX: Final = "/assets/"
FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER: Final = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@cache
def content(name: str) -> bytes:
    """Return a file's content."""
    return (FOLDER / name).read_bytes()


@cache
def url_of(name: str) -> str:
    """Return where a file is served."""
    return f"{PREFIX}{hashlib.sha256(content(name)).hexdigest()[:12]}/{name}"


@blueprint.get(f"{PREFIX}<digest>/<name>")
def show(digest: str, name: str) -> Response:
    """Serve a file."""
    del digest
    kind = TYPES.get(Path(name).suffix)
    if kind is None or Path(name).name != name or not (FOLDER / name).is_file():
        raise ApiError(404, "not_found", "there is nothing of this name")
    response = Response(content(name), mimetype=kind)
    response.headers["Cache-Control"] = FOR_EVER
    return response
