"""Text for a terminal: untrusted text made safe (no control characters, escape sequences, bidi overrides), long lines
broken between words.

Not here: escaping of Rich markup (`report.terminal`).
"""

import shutil
import textwrap
import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width joiners, part of emoji and of words in several scripts; they do not reorder text."""


def escape_unprintable(text: str) -> str:
    r"""Replace control characters and bidi overrides by visible escapes (`\x1b`); newlines and tabs stay."""
    is_plain = text.replace("\n", "").replace("\t", "").isprintable()  # nearly always true, and fast
    return text if is_plain else "".join(map(_escape_character, text))


def wrap_words(text: str) -> str:
    """The text with lines broken between words where the terminal is narrower; a longer word stays whole."""
    width = shutil.get_terminal_size().columns
    lines = (
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if len(line) > width else line
        for line in text.split("\n")
    )
    return "\n".join(lines)


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
