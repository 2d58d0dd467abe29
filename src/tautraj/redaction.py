"""Masks API keys in text that is stored or shown, in plain and in encoded form.

A key is the value of an environment variable whose name matches `KEY_VARIABLE`, or the password in an address. Pure
but for reading the environment. Not here: its use on messages (`errors`), answers (`llms.reply`), configurations
(`config.parse`).
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

KEY_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|AUTH_STRING)$", re.IGNORECASE)
"""Names of environment variables that hold a key."""

KEY_ARGUMENT = re.compile(
    r"(api|access|private|subscription)[_-]?key(_id)?$|secret|passw(or)?d|authorization|credential|cookie|headers"
    r"|[_-]token$|(^|\.)(key|token|bearer|auth)$",
    re.IGNORECASE,
)
"""Names of arguments of litellm, and of fields and parameters in a request, that hold a key."""

PROXY_VARIABLE = re.compile(r"_PROXY$", re.IGNORECASE)
"""Names of environment variables that hold an address, often without `http://`."""

KEY_SHAPE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{8,}|\S{20,}")
"""What a key looks like. A plain word or number (`EMPTY`, `password`) is not masked: answers may contain it."""

WINDOW_LENGTH = 12
"""Length of the substrings that are masked. Shorter ones, as providers echo the ends of a key, identify it safely."""

MARK = "***"

CREDENTIALS = re.compile(r"(\w://)([^/@:\s]+:\S*|[^/@\s]+)@")
"""Credentials in the addresses of any text. Masks too much rather than too little."""

USERINFO = re.compile(r"\w://([^/?#\s]+)@")
"""Credentials of an address, as RFC 3986 delimits them."""

ESCAPE_SEQUENCE = re.compile(
    r"%(?P<percent>[0-9A-Fa-f]{2})|\\(?:u00|x)(?P<hex>[0-9A-Fa-f]{2})|\\(?P<quoted>.)|(?P<entity>&#?\w{2,6};)"
)

DECODING_PASSES = 4
"""Searches of one text: as it is, then with one more layer of escapes decoded each time."""

Value = TypeVar("Value")

WindowIndex = dict[int, tuple[set[str], set[str]]]
"""Length of a window -> (halves of the windows, the windows). Most texts contain no half and need no full search."""


def redact_tree(tree: Any) -> Any:
    """Mask credentials and keys in every string of a tree of dicts and lists, dict keys excepted.

    A configuration holds no API keys: it names the environment variables that do.
    """
    if isinstance(tree, dict):
        return {key: redact_tree(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [redact_tree(value) for value in tree]
    return redact_text(tree) if isinstance(tree, str) else tree


def redact_text(text: str) -> str:
    """Mask keys, and credentials in addresses."""
    return redact_credentials(redact_keys(text))


def redact_keys(value: Value, address: str | None = None) -> Value:
    """Mask every substring of a known key in every string of `value`; a named tuple is returned as a plain one.

    Keys are found in plain text, escaped, percent-encoded, in base64 and in hex. `address`: a URL whose password
    counts as a key as well.
    """
    windows = _index_windows(_collect_keys(tuple(os.environ.items()), address))
    return _redact_value(value, windows) if windows else value


def contains_key(text: str) -> bool:
    """Whether a known key stands in `text`, whole and unencoded; the password of an address in `text` may."""
    text = redact_credentials(text)
    return any(key in text for key in _collect_keys(tuple(os.environ.items()), None))


def redact_credentials(text: str) -> str:
    """Mask the credentials in addresses: `https://me:secret@host` becomes `https://***@host`."""
    return CREDENTIALS.sub(rf"\1{MARK}@", text)


def validate_key_variable(name: str) -> str:
    """Return `name` if values of an environment variable of this name are masked; else raise `ValueError`."""
    if name.isidentifier() and KEY_VARIABLE.search(name):
        return name
    raise ValueError(
        "it names the environment variable that holds the key, and is not the key. Put the key in .env, under a name "
        "that ends in KEY, TOKEN, SECRET or PASSWORD"
    )


def find_key_paths(tree: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of strings that hold a key, judged by the name of the argument."""
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
        return {_redact_value(key, windows): _redact_value(item, windows) for key, item in value.items()}
    if isinstance(value, list):
        return [_redact_value(item, windows) for item in value]
    if isinstance(value, tuple):
        return tuple(_redact_value(item, windows) for item in value)
    return _mask_windows(value, windows) if isinstance(value, str) else value


def _mask_windows(text: str, windows: WindowIndex) -> str:
    masked, end = "", 0
    for start, stop in sorted(_find_spans(text, windows)):
        if start > end or not masked:
            masked += text[end:start] + MARK
        end = max(end, stop)
    return masked + text[end:]


@functools.lru_cache(maxsize=8)
def _collect_keys(variables: tuple[tuple[str, str], ...], address: str | None) -> frozenset[str]:
    values = [value for name, value in variables if KEY_VARIABLE.search(name) and not _is_path_or_url(value)]
    keys = [line.strip() for value in values for line in value.splitlines()]  # each line of a PEM file is a secret
    addresses = [f"http://{value}" if PROXY_VARIABLE.search(name) else value for name, value in variables]
    for text in (*addresses, address or ""):
        for userinfo in USERINFO.findall(text) if "@" in text else ():
            user, _, password = userinfo.partition(":")
            keys += [password or user, unquote(password or user)]
    return frozenset(key for key in keys if KEY_SHAPE.fullmatch(key))


def _is_path_or_url(value: str) -> bool:
    """Whether the value is where a key is found rather than a key."""
    return "://" in value or os.path.exists(value)  # noqa: PTH110 - Path.exists raises on a name that is too long


@functools.lru_cache(maxsize=8)
def _index_windows(keys: frozenset[str]) -> WindowIndex:
    by_length: dict[int, set[str]] = defaultdict(set)
    for key in keys:
        for variant in _encode_variants(key):
            by_length[min(WINDOW_LENGTH, len(variant))] |= _slice_windows(variant, WINDOW_LENGTH)
    halves = {
        length: [_slice_windows(window, length // 2) for window in windows] for length, windows in by_length.items()
    }
    return {length: (set().union(*halves[length]), windows) for length, windows in by_length.items()}


def _encode_variants(key: str) -> Iterator[str]:
    """The key in plain text, in hex, and the part of its base64 that does not depend on the bytes around it."""
    yield key
    for text in {key, json.dumps(key)[1:-1]}:
        data = text.encode(errors="surrogateescape")
        yield from (data.hex(), data.hex().upper())
        for before, start in enumerate((0, 2, 3)):
            for encode in (b64encode, urlsafe_b64encode):
                yield encode(bytes(before) + data).decode()[start : (before + len(data)) * 8 // 6]


def _slice_windows(text: str, length: int) -> set[str]:
    """All substrings of `length` characters; the text itself if it is shorter."""
    return {text[at : at + length] for at in range(max(1, len(text) - length + 1))}


def _find_spans(text: str, windows: WindowIndex) -> Iterator[tuple[int, int]]:
    """Start and end of every window in the text as it is and with its escapes decoded, as offsets into `text`."""
    offsets: Sequence[int] = range(len(text) + 1)
    for _ in range(DECODING_PASSES):
        for length, (halves, of_length) in windows.items():
            half = length // 2
            if halves.isdisjoint(text[at : at + half] for at in range(0, len(text), length - half + 1)):
                continue  # a window, wherever it starts, contains one of the probed halves
            for at in range(len(text) - length + 1):
                if text[at : at + length] in of_length:
                    yield offsets[at], offsets[at + length]
        if not ESCAPE_SEQUENCE.search(text):
            return
        text, offsets = _unescape(text, offsets)


def _unescape(text: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Decode one layer of escapes. Returns the text, and the offset of each of its characters in the original."""
    pieces: list[str] = []
    decoded_offsets: list[int] = []
    end = 0
    for escape in ESCAPE_SEQUENCE.finditer(text):
        code = escape["percent"] or escape["hex"]
        character = chr(int(code, 16)) if code else escape["quoted"] or html.unescape(escape["entity"])
        if len(character) == 1:
            pieces += [text[end : escape.start()], character]
            decoded_offsets += [*offsets[end : escape.start()], offsets[escape.start()]]
            end = escape.end()
    return "".join([*pieces, text[end:]]), [*decoded_offsets, *offsets[end:]]
