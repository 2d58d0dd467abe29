"""Untrusted text made safe for a terminal: no control characters, no escape sequences, no bidi overrides.

Not here: escaping of Rich markup (`report.terminal`).
"""

import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width joiners, part of emoji and of words in several scripts; they do not reorder text."""


def escape_unprintable(text: str) -> str:
    r"""Replace control characters and bidi overrides by visible escapes (`\x1b`); newlines and tabs stay."""
    is_plain = text.replace("\n", "").replace("\t", "").isprintable()  # nearly always true, and fast
    return text if is_plain else "".join(map(_escape_character, text))


def collapse_whitespace(text: str) -> str:
    """Return the text on one line, with single spaces."""
    return " ".join(text.split())


def _escape_character(character: str) -> str:
    if (
        character.isprintable()
        or character in "\n\t"
        or character in JOINERS
        or unicodedata.category(character) == "Zs"
    ):
        return character
    return character.encode("unicode_escape").decode()
