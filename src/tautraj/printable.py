"""Text that others wrote, made fit for a terminal: nothing in it moves a cursor, sets a title or turns letters round.

Not here: what counts as markup where it is shown (`terminal`).
"""

import unicodedata

JOINERS = "\u200c\u200d"
"""Inside emoji and words of several scripts; they change no order."""


def escape_unprintable(text: str) -> str:
    r"""The text with control characters to be seen (`\x1b`), bidi overrides too; lines and tabs stay."""
    plain = text.replace("\n", "").replace("\t", "").isprintable()  # nearly always, and quick
    return text if plain else "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if (
        character.isprintable()
        or character in "\n\t"
        or character in JOINERS
        or unicodedata.category(character) == "Zs"
    ):
        return character
    return character.encode("unicode_escape").decode()
