"""The one client that talks to the network: ``requests``, held to one URL, a deadline and a size.

Nothing comes from the environment: a ``.netrc`` would replace the token. Proxies and a file of certificates are
arguments of ``Wire``.
"""

from __future__ import annotations

import copy
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import requests
import urllib3

from resolver.errors import GithubAnswerError, GithubDownError, GithubError, UnfitError
from resolver.github.adapter import DeadlineAdapter
from resolver.github.answers import Answers
from resolver.github.api import api_at
from resolver.github.app_voice import AppVoice
from resolver.github.asker import Asker
from resolver.github.blame import Blaming
from resolver.github.credentials import Credentials
from resolver.github.deadline import Deadline
from resolver.github.evidence import Evidence
from resolver.github.exchange import Response, Transport
from resolver.github.grants import Granting
from resolver.github.history import History
from resolver.github.kept import Kept
from resolver.github.limits import Left, Limits
from resolver.github.lookup import Lookup
from resolver.github.own import OwnQuestions
from resolver.github.proofs import Proofs
from resolver.github.records import Recording
from resolver.github.reviews import ReviewEdits
from resolver.github.sender import Sender
from resolver.github.tokens import Tokens
from resolver.github.writing import Writer
from resolver.ports import Clock

PUBLIC_API = "https://api.github.com"

_CHUNK = 2**16
_TOO_LATE = "GitHub did not answer in time"


@dataclass(frozen=True, slots=True)
class Wire:
    """How the network is used. Times are in seconds; ``largest`` is in bytes, after decompression.

    ``connect`` holds for each of a host's addresses and for the TLS handshake, ``read`` for each silence, ``deadline``
    for an answer as a whole, from when it is asked for.
    ``proxies`` are by scheme, as ``requests`` takes them; ``certificates`` is a file with the authorities of a GitHub
    Enterprise Server, instead of the public ones.
    """

    connect: float = 5
    read: float = 5
    deadline: float = 15
    largest: int = 32 * 2**20
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificates: str | None = None


class Requests:
    """A ``Transport`` over ``requests``, with one session for each thread."""

    def __init__(self, wire: Wire, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._monotonic = monotonic
        self._mine = threading.local()
        self._all: weakref.WeakSet[requests.Session] = weakref.WeakSet()

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Return the answer, whatever its status, as ``Transport`` says."""
        session, adapter = self._session()
        adapter.deadline.begin()
        failure: GithubError
        try:
            prepared = session.prepare_request(requests.Request(method, url, headers=dict(headers), data=body))
            if prepared.url != url or "#" in url:  # requests tidies paths: one with dots would become another
                raise UnfitError("GitHub cannot be asked: the address would not be asked as it was built")
            return self._exchange(adapter, prepared)
        except GithubError as error:
            failure = error
        except requests.exceptions.SSLError:
            failure = GithubDownError("GitHub is out of reach: its certificate does not hold")
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            failure = GithubDownError(_TOO_LATE)
        except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
            failure = GithubAnswerError("GitHub's answer cannot be unpacked")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            over = adapter.deadline.is_over  # a proxy that is too slow is told as one that fails
            failure = GithubDownError(_TOO_LATE if over else "GitHub is out of reach: the connection failed")
        # Raised out here: those errors hold the request with its headers, and would come along as the context.
        raise failure

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in tuple(self._all):
            session.close()

    def _exchange(self, adapter: DeadlineAdapter, prepared: requests.PreparedRequest) -> Response:
        # Past ``Session.send``, which would read a redirect's body to its end, and follow its address a little way.
        answer = adapter.send(
            prepared,
            stream=True,
            timeout=(self._wire.connect, self._wire.read),
            verify=self._wire.certificates or True,
            proxies=dict(self._wire.proxies),
        )
        try:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, told, self._body(answer, adapter.deadline))
        finally:
            answer.close()

    def _body(self, answer: requests.Response, deadline: Deadline) -> bytes:
        """Read what comes as it comes: waiting for a whole chunk could take as long as the sender likes."""
        raw: urllib3.BaseHTTPResponse = answer.raw
        body = bytearray()
        while chunk := raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._wire.largest:
                raise GithubAnswerError(f"GitHub's answer is larger than {self._wire.largest} bytes")
            if deadline.is_over:
                raise GithubDownError(_TOO_LATE)
        return bytes(body)

    def _session(self) -> tuple[requests.Session, DeadlineAdapter]:
        session: requests.Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers.clear()
            session.headers["accept-encoding"] = "gzip"
            self._mine.adapter = DeadlineAdapter(Deadline(self._wire.deadline, self._wire.read, self._monotonic))
            for scheme in ("http://", "https://"):
                session.mount(scheme, self._mine.adapter)
            self._mine.session = session
            self._all.add(session)
        return session, self._mine.adapter


def sender_to(
    url: str, *, clock: Clock, proxies: Mapping[str, str] | None = None, certificates: str | None = None
) -> Sender:
    """Return who sends to an address of GitHub without an App's credentials. Raises SettingsError where it is none."""
    wire = Wire(proxies=proxies or {}, certificates=certificates)
    return Sender(api_at(url), Requests(wire), clock=clock, sleep=time.sleep)


class HttpGithub(Evidence, Proofs, Blaming, Recording, ReviewEdits, History, Lookup, OwnQuestions):
    """GitHub over HTTP: ``Github``, a repository's history, and what the App asks about itself.

    Threads may share it. All that it says of itself, logs and raises is without token and key.
    """

    def __init__(
        self,
        credentials: Credentials,
        answers: Answers,
        *,
        clock: Clock,
        api_url: str = PUBLIC_API,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Put the pieces together. Raises SettingsError for an ``api_url`` that is none; nothing is sent yet."""
        api = api_at(api_url)
        self._transport = Requests(Wire()) if transport is None else transport
        limits = Limits(clock)
        self._sender = Sender(api, self._transport, clock=clock, sleep=sleep)
        self._voice = AppVoice(credentials, self._sender, limits, clock)
        tokens = Tokens(Granting(self._voice, self._sender, limits, clock), clock)
        self._asker = Asker(self._sender, tokens, limits, clock)
        self.writing = Writer(self._voice, self._sender, limits, clock)
        """What writes; whoever only asks is handed ``Github``, which has no way to it."""
        self._kept = Kept(answers)
        self._origin = api.origin

    def __repr__(self) -> str:
        return f"HttpGithub({self._origin!r})"

    def in_background(self) -> HttpGithub:
        """Return the same for questions that can wait: they stop while a tenth of the rate limit is left."""
        other = copy.copy(self)
        vars(other)["_asker"] = self._asker.in_background()
        return other

    def server_time(self) -> datetime:
        """Return the present time by GitHub's clock, by the ``Date`` of its last answer.

        Raises GithubAnswerError when there was no answer yet.
        """
        return self._sender.server_time()

    def limits(self) -> tuple[Left, ...]:
        """Return, of each of GitHub's limits, what is left of it where least is, by the answers so far."""
        return self._asker.limits.least()

    def close(self) -> None:
        """Close the connections of all threads."""
        self._transport.close()
