"""Templates of clauses: a table of lines `voice: sentences`, where `[a|b]` stands for either and `{slot}` for a name.

Not here: the clauses (`synthesis.<domain>`), voices (`synthesis.voices`).
"""

import re
from random import Random

Clause = dict[str, list[str]]
"""Voice -> templates."""

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-z])")


def parse_clauses(table: str) -> dict[str, Clause]:
    """Clause -> voice -> templates. A line without a colon names a clause, the lines below it are its templates."""
    clauses: dict[str, Clause] = {}
    for line in filter(None, map(str.strip, table.splitlines())):
        voice, colon, template = line.partition(": ")
        if colon:
            clauses[next(reversed(clauses))].setdefault(voice, []).append(template)
        else:
            clauses[line] = {}
    return clauses


def say(clause: Clause, voice: str, rng: Random, /, **names: str) -> str:
    """One way in which this voice says a clause, with whole sentences beginning in capitals."""
    template = rng.choice(clause[voice])
    while "[" in template:
        template = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    text = re.sub(r" {2,}", " ", template.format_map(names)).strip()
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text.replace(" ,", ",").replace(" .", "."))


def count_wordings(template: str) -> int:
    """How many texts a template stands for, slots apart."""
    count = 1
    while choice := _CHOICE.search(template):
        parts = choice[1].split("|")
        count *= len(parts)
        template = template[: choice.start()] + template[choice.end() :]
    return count
