"""Reads text from the metadata of a GGUF file, llama.cpp's format for weights.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian. Not here: writing one.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from tautraj.errors import ConfigError

TEXT, ARRAY = 8, 9
"""Types of values that have no fixed size."""

SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Type of a number -> its bytes."""


def read_text_field(path: Path, key: str) -> str | None:
    """The text under `key`; None if the file has no such text. Raises `ConfigError` if it is damaged."""
    try:
        with path.open("rb") as file:
            _, _, _, n_fields = struct.unpack("<4sIQQ", file.read(24))
            for _ in range(n_fields):
                name, kind = _read_text(file), _read_number(file, "I")
                if name == key.encode() and kind == TEXT:
                    return _read_text(file).decode()
                _skip_value(file, kind)
    except (OSError, struct.error, KeyError, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise ConfigError(
            f"weights={path} cannot be read ({type(error).__name__}). Copy or convert them anew"
        ) from None
    return None


def _skip_value(file: BinaryIO, kind: int) -> None:
    if kind == TEXT:
        file.seek(_read_number(file, "Q"), 1)
    elif kind == ARRAY:
        kind, length = _read_number(file, "I"), _read_number(file, "Q")
        if kind in SIZES:
            file.seek(SIZES[kind] * length, 1)
        else:
            for _ in range(length):
                _skip_value(file, kind)
    else:
        file.seek(SIZES[kind], 1)


def _read_text(file: BinaryIO) -> bytes:
    return file.read(_read_number(file, "Q"))


def _read_number(file: BinaryIO, code: str) -> int:
    """`code`: `struct`'s letter for its size."""
    (number,) = struct.unpack(f"<{code}", file.read(struct.calcsize(f"<{code}")))
    return int(number)
