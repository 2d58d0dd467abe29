"""The solver of V8 and V9: a domain's desk reads a task's text as it would read a customer. No gold.

Not here: the desks (`agents.rules`).
"""

from typing import Any

from tautraj.agents.rules.desk import Call, Desk
from tautraj.benchmarks.goals import Write
from tautraj.synthesis.generator import Solution
from tautraj.synthesis.text import TaskText, read_later_words, read_quotes


def find_user_id(desk: Desk[Any], text: TaskText, call: Call) -> str | None:
    """Whose text it is; None if the customer cannot be identified."""
    lookup = desk.identify(text.known_info)
    return desk.get_user_id(lookup, call(*lookup)) if lookup else None


def solve(desk: Desk[Any], text: TaskText, user_id: str, call: Call) -> Solution | str:
    """What the text asks for, wish by wish; or why it cannot be told."""
    intents = [intent for wish in read_quotes(text.reason_for_call) for intent in desk.read(wish)]
    if not intents:
        return "no wish is found in the text"
    for said in read_later_words(text.task_instructions):
        intents = [desk.amend(intent, said) for intent in intents]
    writes: list[Write] = []
    tells: list[str] = []
    refusals: list[str | None] = []
    for intent in intents:
        resolution = desk.resolve(intent, user_id, call)
        if resolution.question:
            return f"it would have to be asked: {resolution.question}"
        writes += [Write(tool=tool, arguments=arguments) for tool, arguments in resolution.writes]
        tells += resolution.tells
        if resolution.refusal or resolution.is_transfer:
            refusals.append(resolution.refusal)
    return Solution(tuple(writes), tuple(tells), tuple(refusals))
