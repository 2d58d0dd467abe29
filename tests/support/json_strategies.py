"""What nobody in their right mind would write, drawn by hypothesis: values, texts, and good records gone wrong."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
NASTY = ["../../x", "/etc/passwd", "\ud800", "a\0b", "", "{}", "null", "\x1b[2J", "9" * 400, "é\u2028😀"]
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([*NASTY, 10**400, -1, 2**63, 1e308]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
"""Of any shape that JSON has, and some that it has not: NaN, half a surrogate pair."""

UNREADABLE = [
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"a":' * 300 + "1" + "}" * 300,
    "9" * 5000,
    "1e999",
    "NaN",
    "\ufeff{}",
    "\0",
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
]
"""As JSON."""

NO_YAML = [
    "[" * 600,
    "{" * 600,
    "- " * 1000,
    "? " * 1000,
    '{"schema":' + "9" * 5000 + "}",
    "a: &a [*a, *a]",
    "a: b: c",
    "schema: 2001-13-45",
    "%YAML 9.9\n---\na: 1",
]


def mutated(good: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of them with one or two of its parts replaced by something else."""

    @st.composite
    def draw_one(draw: Callable[..., Any]) -> Any:
        value = draw(st.sampled_from(good))
        for _ in range(draw(st.integers(1, 2))):
            value = _with(value, draw(st.sampled_from(list(_paths(value)))), draw(values))
        return value

    return draw_one()


def files(good: Sequence[Any], unreadable: Sequence[str] = UNREADABLE) -> st.SearchStrategy[bytes]:
    """Bytes of a file that should hold one of them."""
    return st.one_of(
        mutated(good).map(_dumped),
        values.map(_dumped),
        st.binary(max_size=40),
        st.sampled_from([text.encode() for text in unreadable]),
        st.sampled_from([_dumped(value)[:-10] for value in good]),
    )


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _paths(part, (*path, key))


def _with(value: Any, path: Path, part: Any) -> Any:
    if not path:
        return part
    copy = value.copy()
    copy[path[0]] = _with(value[path[0]], path[1:], part)
    return copy
