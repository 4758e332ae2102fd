"""Every error that the domain raises, split by what the caller does about it.

::

    WhichrunError
    ├── RefusedError              the caller sent something that cannot be taken: tell them, do not retry
    │   ├── SignatureError        a webhook's signature is missing or wrong
    │   ├── NotJsonError          a body is not a JSON object
    │   ├── PayloadError          signed JSON whose fields do not fit: kept, and told which field
    │   ├── ClaimError            a claim in a text is not valid
    │   ├── UrlError              not the address of a GitHub object
    │   ├── UnfitError            a name, SHA, number or path that GitHub cannot be asked with
    │   ├── TooLargeError         larger than is taken
    │   ├── ForeignError          a file to import from is not the database of the other tool
    │   ├── ForbiddenError        not this caller's to do, whatever the token allows
    │   └── ConflictError         contradicts what is stored already
    ├── NotFoundError             there is no such thing (here)
    ├── StoreError                the store cannot answer or cannot keep: try again later
    │   └── LateLockError         a transaction needs a lock that another one holds: begin again with it
    ├── GithubError               GitHub did not tell what it was asked for
    │   ├── GithubDownError       out of reach, failing, or at its rate limit: try again, not before ``retry_at``
    │   ├── GithubRefusedError    it may not be asked: the operator has to change something
    │   └── GithubAnswerError     an answer that cannot be one, or that leads elsewhere
    └── SettingsError             the operator has to change something

Each carries ``reason``, a short name that never changes, used alike by log, metric and JSON. An error is
never turned into "nothing": what could not be read is an error, what is not there is ``None``.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class WhichrunError(Exception):
    """The root; ``reason`` is a short stable name, ``str(error)`` a sentence for a person."""

    reason: ClassVar[str] = "error"


class RefusedError(WhichrunError):
    """Something that came in cannot be taken as it is."""

    reason = "refused"


class SignatureError(RefusedError):
    """A webhook delivery is not signed by any of the secrets."""

    reason = "bad_signature"


class NotJsonError(RefusedError):
    """A body is not JSON, or not a JSON object."""

    reason = "not_json"


class PayloadError(RefusedError):
    """Signed JSON that does not fit its event.

    ``problems`` holds one ``(field, message)`` for each fault; a field is written as a path with dots.
    """

    reason = "bad_payload"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))


class ClaimError(RefusedError):
    """A claim does not hold. The message names the rule that it breaks (SPEC §2.1)."""

    reason = "bad_claim"


class UrlError(RefusedError):
    """A text is not the address of something on GitHub that can carry a run."""

    reason = "bad_url"


class UnfitError(RefusedError):
    """A name, SHA, number or path is none of GitHub's: it would change the address that is asked. Nothing was sent."""

    reason = "bad_name"


class TooLargeError(RefusedError):
    """What came in is larger than is taken."""

    reason = "too_large"


class ForeignError(RefusedError):
    """A file to import from cannot be read, or is not such a database as the other tool makes."""

    reason = "bad_import"


class ForbiddenError(RefusedError):
    """What is asked for is not the caller's to do."""

    reason = "forbidden"


class ConflictError(RefusedError):
    """What came in contradicts what is stored under the same name."""

    reason = "conflict"


class NotFoundError(WhichrunError):
    """There is no such thing, or not in this workspace."""

    reason = "not_found"


class StoreError(WhichrunError):
    """The store cannot be reached, read or written now."""

    reason = "store_unavailable"


class LateLockError(StoreError):
    """Locks, by their ``names``, that a transaction found to need on its way, while another one holds them.

    To wait for them with others in hand may be to wait in a circle: ``resolver.locks.holding`` begins again.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"another transaction holds what this one needs as well: {', '.join(names)}")
        self.names = names


class GithubError(WhichrunError):
    """GitHub did not tell what it was asked for. No message holds a token or a key."""

    reason = "github"


class GithubDownError(GithubError):
    """GitHub is out of reach, failing, or at its rate limit. ``retry_at`` (UTC) is when to ask again, if it said so."""

    reason = "github_down"

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        self.retry_at = retry_at
        super().__init__(message)


class GithubRefusedError(GithubError):
    """GitHub may not be asked: no or wrong credentials, an installation that is gone, a permission that is missing.

    The message is a sentence without full stop that says what the operator has to know.
    """

    reason = "github_refused"


class GithubAnswerError(GithubError):
    """GitHub's answer is malformed, too large, or leads to another host or path than was asked."""

    reason = "github_answer"


class SettingsError(WhichrunError):
    """A setting is missing, malformed or unknown; the message says what to do."""

    reason = "bad_settings"
