"""How clauses are written down, and how one is filled in.

A clause is a table of lines `voice: sentences`; `[a|b]` stands for either, `{slot}` for a name. Not here: the clauses
themselves (`synthesis.<domain>.clauses…`), voices (`synthesis.voices`).
"""

import re
from collections.abc import Mapping
from random import Random

Clause = dict[str, list[str]]
"""Voice -> templates."""

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-z])")


def parse_clauses(table: str) -> dict[str, Clause]:
    """Clause -> voice -> templates.

    A line without a colon names a clause, the lines below it are its templates; eight blanks continue a line.
    """
    clauses: dict[str, Clause] = {}
    for line in filter(None, map(str.strip, table.replace("\n        ", " ").splitlines())):
        voice, colon, template = line.partition(": ")
        if colon:
            clauses[next(reversed(clauses))].setdefault(voice, []).append(template)
        else:
            clauses[line] = {}
    return clauses


def say(clause: Clause, voice: str, rng: Random, /, **names: str) -> str:
    """One way in which this voice says a clause, with whole sentences beginning in capitals."""
    return fill(rng.choice(clause[voice]), rng, names)


def fill(template: str, rng: Random, names: Mapping[str, str]) -> str:
    """The template with its choices made and its slots filled."""
    while "[" in template:
        template = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    text = re.sub(r" {2,}", " ", template.format_map(names)).strip()
    text = re.sub(r"[ ,]*([,.;?!])", r"\1", text)  # what a comma was to set off may stand before another mark
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)


def count_expansions(template: str) -> int:
    """How many texts a template stands for, slots apart."""
    count = 1
    while choice := _CHOICE.search(template):
        parts = choice[1].split("|")
        count *= len(parts)
        template = template[: choice.start()] + template[choice.end() :]
    return count
