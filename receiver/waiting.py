"""How many requests of a web process wait for somebody else beside its streams: each holds a thread meanwhile.

gunicorn's master reads this, and carries nothing of what waits.
"""

from __future__ import annotations

from typing import Final

MOST_DIFFS: Final = 2
"""For how many diffs GitHub is asked at a time (``receiver.diffs``)."""
MOST_SIGN_INS: Final = 2
"""For how many people GitHub is asked who they are at a time (``receiver.signing_in``)."""
MOST_EXPORTS: Final = 2
"""How many exports are written at a time (``receiver.api.export``): each waits for its reader."""
