"""The look at raw bytes agrees with a look at the document."""

import json
import math

from hypothesis import example, given
from hypothesis import strategies as st

from resolver.payloads.soundness import DEEPEST, is_sound

TEXT = st.text(st.sampled_from(list('"\\[]{}NaInfity,:\n\N{SNOWMAN}')), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXT


def depth(value: object) -> int:
    """Count the levels of a document; a bare value has none."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def is_finite(value: object) -> bool:
    """Look for NaN and Infinity in a document."""
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    if isinstance(value, list):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


@given(
    value=st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20),
    wraps=st.lists(TEXT | st.none(), max_size=DEEPEST + 3),
    indent=st.sampled_from([None, 1]),
)
@example(value={}, wraps=[None] * (DEEPEST - 1), indent=None)
@example(value={}, wraps=[None] * DEEPEST, indent=None)
@example(value={"a\\": "\\\\", '"': '\\"'}, wraps=['\\"'] * 3, indent=1)
def test_sound_is_finite_and_at_most_64_deep(value: object, wraps: list[str | None], indent: int | None) -> None:
    """Whatever the strings hold and however it is laid out, the bytes give the same answer as the document."""
    for key in wraps:
        value = [value] if key is None else {key: value}
    expected = is_finite(value) and depth(value) <= DEEPEST
    assert is_sound(json.dumps(value, indent=indent).encode()) is expected
    assert is_sound(json.dumps(value, indent=indent, ensure_ascii=False).encode()) is expected
