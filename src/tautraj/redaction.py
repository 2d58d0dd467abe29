"""No key is written down: found in what others said, however it is spelled, and cut out.

A key is what an environment variable holds whose name says so, and the password in an address. Pure but for reading
the environment. Not here: whose words are looked at (`errors` its own, `llms` an answer's, `tree` a configuration's).
"""

import functools
import html
import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote


def redact_tree(tree: Any) -> Any:
    """The tree as it may be kept and shown: no credentials in its addresses, and no key that got into a value.

    Keys have no place in the tree: it names the environment variables that hold them.
    """
    if isinstance(tree, dict):
        return {key: redact_tree(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [redact_tree(value) for value in tree]
    return redact_credentials(redact_keys(tree)) if isinstance(tree, str) else tree


KEY_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|AUTH_STRING)$", re.IGNORECASE)
"""Of environment variables that hold a key."""

KEY_ARGUMENT = re.compile(r"api_?key$|secret|password|authorization|headers|_token$", re.IGNORECASE)
"""Of litellm's arguments that do."""

KEY_SHAPE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{8,}|\S{20,}")
"""What a key looks like. A word or a number (`EMPTY`, `password`) is nobody's secret, and an answer may use it."""

WINDOW_LENGTH = 12
"""Letters in a row that give a key away; its first and last few, as providers echo them, say which key it was."""

MARK = "***"

CREDENTIALS = re.compile(r"(\w://)([^/@:\s]+:\S*|[^/@\s]+)@")
"""In whatever was said: rather too much of it."""

USERINFO = re.compile(r"\w://([^/?#\s]+)@")
"""As an address is read."""

ESCAPE_SEQUENCE = re.compile(
    r"%(?P<percent>[0-9A-Fa-f]{2})|\\(?:u00|x)(?P<hex>[0-9A-Fa-f]{2})|\\(?P<quoted>.)|(?P<entity>&#?\w{2,6};)"
)

DECODING_PASSES = 4
"""As it is written, then with one layer of escapes after another undone."""

Value = TypeVar("Value")

WindowIndex = dict[int, tuple[set[str], set[str]]]
"""What no text may hold, by length: halves of it, by which most texts are passed at once, and the whole."""


def redact_keys(value: Value, address: str | None = None) -> Value:
    """The value with every run of a known key masked in every text of it; a tuple of any kind comes back plain.

    A key is found as it is, escaped, percent-encoded, in base64 and in hex. `address`: one more that may hold one.
    """
    runs = _index_windows(_collect_keys(tuple(os.environ.items()), address))
    return _redact_value(value, runs) if runs else value


def redact_credentials(text: str) -> str:
    """The text with the credentials in its addresses masked: `https://me:secret@host` becomes `https://***@host`."""
    return CREDENTIALS.sub(rf"\1{MARK}@", text)


def validate_key_variable(name: str) -> str:
    """The name of an environment variable that is known to hold a key by this name; raises `ValueError`."""
    if name.isidentifier() and KEY_VARIABLE.search(name):
        return name
    raise ValueError(
        "it names the environment variable that holds the key, and is not the key. Put the key in .env, under a name "
        "that ends in KEY, TOKEN, SECRET or PASSWORD"
    )


def find_key_paths(tree: Any, path: str = "") -> Iterator[str]:
    """Where in a tree of arguments a key stands, by what it is called."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from find_key_paths(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list):
        for value in tree:
            yield from find_key_paths(value, path)
    elif isinstance(tree, str) and KEY_ARGUMENT.search(path):
        yield path


def _redact_value(value: Any, windows: WindowIndex) -> Any:
    if isinstance(value, dict):
        return {_redact_value(key, windows): _redact_value(one, windows) for key, one in value.items()}
    if isinstance(value, list):
        return [_redact_value(one, windows) for one in value]
    if isinstance(value, tuple):
        return tuple(_redact_value(one, windows) for one in value)
    return _redact_text(value, windows) if isinstance(value, str) else value


def _redact_text(text: str, windows: WindowIndex) -> str:
    kept, end = "", 0
    for start, stop in sorted(_find_spans(text, windows)):
        if start > end or not kept:
            kept += text[end:start] + MARK
        end = max(end, stop)
    return kept + text[end:]


@functools.lru_cache(maxsize=8)
def _collect_keys(variables: tuple[tuple[str, str], ...], address: str | None) -> frozenset[str]:
    held = [value.strip() for name, value in variables if KEY_VARIABLE.search(name) and not _is_path_or_url(value)]
    for text in (*(value for _, value in variables), address or ""):
        for there in USERINFO.findall(text) if "@" in text else ():
            user, _, password = there.partition(":")
            held += [password or user, unquote(password or user)]
    return frozenset(key for key in held if KEY_SHAPE.fullmatch(key))


def _is_path_or_url(value: str) -> bool:
    """Of a key, and none itself."""
    return "://" in value or os.path.exists(value)  # noqa: PTH110 - Path.exists raises on a name that is too long


@functools.lru_cache(maxsize=8)
def _index_windows(keys: frozenset[str]) -> WindowIndex:
    runs: dict[int, set[str]] = defaultdict(set)
    for key in keys:
        for spelled in _encode_variants(key):
            runs[min(WINDOW_LENGTH, len(spelled))] |= _slice_windows(spelled, WINDOW_LENGTH)
    halves = {length: [_slice_windows(run, length // 2) for run in some] for length, some in runs.items()}
    return {length: (set().union(*halves[length]), some) for length, some in runs.items()}


def _encode_variants(key: str) -> Iterator[str]:
    """Plain, in hex, and what the key alone decides of its base64, wherever in the encoded text it stands."""
    yield key
    for text in {key, json.dumps(key)[1:-1]}:
        data = text.encode(errors="surrogateescape")
        yield from (data.hex(), data.hex().upper())
        for before, start in enumerate((0, 2, 3)):
            for encode in (b64encode, urlsafe_b64encode):
                yield encode(bytes(before) + data).decode()[start : (before + len(data)) * 8 // 6]


def _slice_windows(text: str, length: int) -> set[str]:
    """Every `length` letters in a row; all of a shorter text."""
    return {text[at : at + length] for at in range(max(1, len(text) - length + 1))}


def _find_spans(text: str, windows: WindowIndex) -> Iterator[tuple[int, int]]:
    """Where in the text a run stands, as it is written and with its escapes undone."""
    where: Sequence[int] = range(len(text) + 1)
    for _ in range(DECODING_PASSES):
        for length, (halves, some) in windows.items():
            half = length // 2
            if halves.isdisjoint(text[at : at + half] for at in range(0, len(text), length - half + 1)):
                continue  # a run, wherever it begins, has half of itself at one of these places
            for at in range(len(text) - length + 1):
                if text[at : at + length] in some:
                    yield where[at], where[at + length]
        if not ESCAPE_SEQUENCE.search(text):
            return
        text, where = _unescape(text, where)


def _unescape(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    """The text with one layer of escapes undone, and where in the first text each of its letters begins."""
    letters: list[str] = []
    places: list[int] = []
    end = 0
    for escape in ESCAPE_SEQUENCE.finditer(text):
        code = escape["percent"] or escape["hex"]
        letter = chr(int(code, 16)) if code else escape["quoted"] or html.unescape(escape["entity"])
        if len(letter) == 1:
            letters += [text[end : escape.start()], letter]
            places += [*offsets[end : escape.start()], offsets[escape.start()]]
            end = escape.end()
    return "".join([*letters, text[end:]]), [*places, *offsets[end:]]
