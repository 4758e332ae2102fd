"""From when until when a key counts: how that is written, and what follows from it (SPEC §2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.claims.ring import Key, Ring, parse_ring, together
from resolver.claims.validity import Standing, Validity, parse_interval
from resolver.errors import SettingsError
from tests.support.signing import KEY, OTHER

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01/20261231T235959Z", Validity(START, END)),
        ("2026-01-01/", Validity(START, None)),
        ("/20261231T235959Z", Validity(None, END)),
        (" 2026-01-01/ ", Validity(START, None)),
    ],
)
def test_intervals(text: str, expected: Validity) -> None:
    """Two ends divided by a slash, each a day or a moment in UTC, one of them may be open."""
    assert parse_interval(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "2026-01-01", "2026-01-01/2026-01-01", "2026-02-01/2026-01-01", "2026-13-01/", "2026-02-30/",
        "26-1-1/",
        "20260101T000000/", "2026-01-01T00:00:00Z/", "2026-01-01/x", "2026-01-01/2026-02-01/2026-03-01", "٢٠٢٦-01-01/",
        "20260101T246000Z/", "0000-01-01/", "2026-01-01 / 2026-02-01",
    ],
)  # fmt: skip
def test_intervals_that_are_none(text: str) -> None:
    """Anything else is refused, also an interval without time in it."""
    with pytest.raises(ValueError, match="key"):
        parse_interval(text)


@given(st.text())
def test_any_text_is_an_interval_or_refused(text: str) -> None:
    """Whatever is written, reading it raises nothing but ValueError, and what is read leaves some time."""
    try:
        validity = parse_interval(text)
    except ValueError:
        return
    assert validity != Validity()


@pytest.mark.parametrize(
    ("moment", "standing"),
    [
        (START - timedelta(microseconds=1), Standing.NOT_YET),
        (START, Standing.VALID),
        (END - timedelta(microseconds=1), Standing.VALID),
        (END, Standing.EXPIRED),
    ],
)
def test_the_ends(moment: datetime, standing: Standing) -> None:
    """The beginning belongs to it, the end does not."""
    validity = Validity(START, END)
    assert validity.at(moment) is standing
    assert (validity.refusal(moment) is None) == validity.is_valid(moment) == (standing is Standing.VALID)


def test_retirement_wins() -> None:
    """A retired key is that, whatever its dates; until its time comes it is not."""
    validity = Validity(START, END, retired_at=END - timedelta(days=1))
    assert validity.at(START) is Standing.VALID
    assert validity.at(END) is Standing.RETIRED
    assert Validity(END, None, retired_at=START).at(START) is Standing.RETIRED


def test_items_with_dates() -> None:
    """An item of a ring may have dates behind its id; a secret with `@`, `/` and colons in it needs no more care."""
    ring = parse_ring("new@2026-01-01/:a@b:c/d, old@/20261231T235959Z : e,f@g/h", name="X")
    assert [(key.id, key.secret, key.validity) for key in ring.keys[:2]] == [
        ("new", b"a@b:c/d", Validity(START, None)),
        ("old", b"e", Validity(None, END)),
    ]
    assert (ring.keys[2].secret, ring.keys[2].validity) == (b"f@g/h", Validity())


@pytest.mark.parametrize("text", ["k@:hush", "k@/:hush", "@2026-01-01/:hush", "k@hush/x:hush", "k@2026-01-01:hush"])
def test_items_with_dates_that_are_none(text: str) -> None:
    """Dates that cannot be read are refused by the setting's name, and nothing of the item is shown."""
    with pytest.raises(SettingsError, match="WHICHRUN_X: item 1") as caught:
        parse_ring(text, name="WHICHRUN_X")
    assert "hush" not in str(caught.value)


def test_what_signs() -> None:
    """The newest key that is valid signs; where there are Ed25519 private keys no secret ever takes their place."""
    secret = Key("k", b"s")
    over, later = OTHER.within(Validity(None, START)), OTHER.within(Validity(END, None))
    assert Ring((secret,), (OTHER, KEY)).signing_key(START) == OTHER
    assert Ring((secret,), (over, KEY)).signing_key(START) == KEY
    assert Ring((secret,), (later, KEY)).signing_key(START) == KEY
    assert Ring((secret,), (over,)).signing_key(START) is None
    assert Ring((secret,)).signing_key(START) == secret
    assert Ring().signing_key(START) is None
    assert Ring((), (over,)), "a ring with keys that have ended is still one: unsigned claims stay refused"


def test_two_keys_of_one_name() -> None:
    """A secret that bears the name of an Ed25519 key is refused: what verified a claim would be told wrongly."""
    with pytest.raises(SettingsError, match="same id"):
        together([Key(KEY.id, b"s")], [KEY])
