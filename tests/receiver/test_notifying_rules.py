"""What an answer means: the schedule, who is passed over, and the signature, without network or store."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.notifying.message import Message, headers
from receiver.notifying.standing import MOST_REFUSALS, Judgement, Standing, Verdict, judge
from receiver.notifying.wire import Reply
from receiver.settings_notify import Secret

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def answered(
    status: int | None, before: Standing | None = None, *, now: datetime = NOON, wish: timedelta | None = None
) -> Judgement:
    """Judge an answer to change 8, which was made at noon."""
    before = before or Standing(7)
    return judge(before, Reply(status, "it said so", wish), change_id=8, changed_at=NOON, now=now)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_takes(status: int) -> None:
    """A notification that was taken is done, and whatever failed before is forgotten."""
    failing = Standing(7, failures=3, refusals=2, since=NOON, error="it failed")
    assert answered(status, failing) == Judgement(Verdict.SENT, Standing(8))


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_for_three_days(status: int | None) -> None:
    """Pauses double from one second to ten minutes; three days after the first failure it is passed over."""
    standing, now, pauses = Standing(7), NOON, []
    while (judged := answered(status, standing, now=now)).verdict is Verdict.FAILED:
        standing = judged.standing
        pauses.append(judged.pause.total_seconds())
        now += judged.pause
    assert pauses[:12] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert judged.verdict is Verdict.PASSED_OVER
    assert timedelta(days=3) <= now - NOON < timedelta(days=3, minutes=10)
    assert (judged.standing.position, judged.standing.since) == (8, NOON)


def test_each_notification_has_three_days() -> None:
    """What changed after the receiver had begun to fail is kept for three days too, and tried at the slow pace."""
    failing = Standing(7, failures=500, since=NOON - timedelta(days=3), error="it failed")
    judged = answered(503, failing)
    assert (judged.verdict, judged.pause) == (Verdict.FAILED, timedelta(minutes=10))
    assert answered(503, failing, now=NOON + timedelta(days=3)).verdict is Verdict.PASSED_OVER


def test_what_waited_for_a_worker_has_its_time_still() -> None:
    """A change of last week that no worker was there to tell is not passed over for one failure."""
    assert answered(503, now=NOON + timedelta(days=7)).verdict is Verdict.FAILED


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 422, 451])
def test_what_is_refused_is_tried_ten_times(status: int) -> None:
    """Any other answer is a refusal; after ten of one notification the next one gets its own ten."""
    standing = Standing(7)
    for _ in range(MOST_REFUSALS - 1):
        judged = answered(status, standing)
        assert judged.verdict is Verdict.FAILED
        standing = judged.standing
    judged = answered(status, standing)
    assert judged.verdict is Verdict.PASSED_OVER
    assert (judged.standing.position, judged.standing.refusals, judged.pause) == (8, 0, timedelta(0))


def test_gone_switches_off() -> None:
    """410 asks for no more: the notification stays where it is."""
    judged = answered(410)
    assert judged.verdict is Verdict.SWITCHED_OFF
    assert (judged.standing.position, judged.standing.off, judged.standing.error) == (7, True, "it said so")


@pytest.mark.parametrize(("wish", "pause"), [(-5, 1), (0, 1), (30, 30), (600, 600), (86_400, 600)])
def test_a_wish_is_followed_within_bounds(wish: int, pause: int) -> None:
    """``Retry-After`` replaces our own pause, from one second to ten minutes."""
    assert answered(503, wish=timedelta(seconds=wish)).pause == timedelta(seconds=pause)


@given(
    st.builds(
        Standing,
        position=st.integers(0, 2**63 - 1),
        failures=st.integers(0, 10**6),
        refusals=st.integers(0, 9),
        since=st.none() | st.datetimes(timezones=st.just(UTC)),
        error=st.none() | st.text(),
        off=st.booleans(),
    )
)
def test_a_standing_is_kept_as_json(standing: Standing) -> None:
    """What was written is read as it was."""
    assert Standing.read(json.loads(json.dumps(standing.written()))) == standing


def test_the_signature_is_that_of_a_published_example() -> None:
    """The example of https://docs.svix.com/receiving/verifying-payloads/how-manual gives the signature shown there."""

    class Example(Message):
        @property
        def id(self) -> str:
            return "msg_loFOjxBNrRLzqYUf"

    message = Example(1, "ping", NOON, b'{"event_type":"ping","data":{"success":true}}')
    made = headers(message, [Secret(b64decode("plJ3nmyCDGBKInavdOK15jsl"))], datetime.fromtimestamp(1731705121, UTC))
    assert made["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert made["webhook-timestamp"] == "1731705121"
