"""Whether what an agent announces is what a customer wants: its operation, and every value that both name.

The customer knows no database, only its request. Not here: what is an announcement
(`grading.proposals.agent_message`), values (`grading.proposals.value_agreement`).
"""

import re
from collections.abc import Sequence

from tautraj.benchmarks.goals import Request, Write
from tautraj.grading.confirmation import OPERATIONS
from tautraj.grading.proposals.value_agreement import (
    compare_numbers,
    compare_payments,
    compare_values,
    find_foreign_item,
    find_values,
    flatten,
    join,
    search,
)

VERBS = {
    "cancel": r"\bcancel(?!led|ed|l?ation (?:fee|polic))\w*|\bcall(?:ing)? off",
    "exchange": r"\bexchang(?!ed)\w*|\bswap\w*|\bmodify (?:the |your )?items?",
    "return": r"\breturn(?!ed)(?:ing|s)?\b(?! (?:flight|trip|leg|date|journey))",
    "book": r"\bbook(?:ing)?\b(?! (?:number|id|reference|code))",
    "suspend": r"\bsuspend(?!ed)\w*",
    "resume": r"\bresum(?!ed)\w*",
    "enable": r"\benabl(?!ed)\w*",
    "disable": r"\bdisabl(?!ed)\w*",
}
"""Operation -> the words that name it and no other one."""

NOT_IN_TRAVEL = {"exchange", "return", "book"}
"""Operations whose words mean nothing where something else about a journey or a line is wanted: a return flight."""

TOOL_VERBS = {"modify_pending_order_items": "exchange"}
"""Tool whose name does not begin with its operation."""

MENDS = {"resume", "enable"}
"""Operations on a line that a customer with a broken phone agrees to."""

CHANGE = r"\b(?:chang|modif|updat|add|upgrad|downgrad|remov|switch)\w*"

STRICT = {
    "order": r"#?\bW\d{7}\b",
    "reservation": r"\b(?=[A-Z]*\d)(?=\d*[A-Z])(?![A-Z]{3}\d{3})[A-Z0-9]{6}\b|(?<=reservation )[A-Z0-9]{6}\b",
    "item": r"(?<!_)\b\d{10}\b",
    "line": r"\bL\d{3,}\b",
    "bill": r"\bB\d{3,}\b",
    "task": r"\btask_\d+\b",
}
"""Kind -> form of an id. An announcement may name no other one than the request."""

TRAVELLER = r"(?:\bfor |\bpassengers?\b[^.]*?\b(?:to|are|is) )([A-Z][\w'-]+ [A-Z][\w'-]+)"


def find_disagreement(announced: str, request: Request) -> str | None:
    """What in an announcement is not what the request is about; None if it may be agreed to."""
    if not request.writes:
        return _find_unwanted_operation(announced, request)
    checks = (
        _compare_operations,
        _compare_ids,
        compare_values,
        compare_payments,
        compare_numbers,
        find_foreign_item,
    )
    return next(filter(None, (check(announced, request) for check in checks)), None)


def find_announced(text: str, writes: Sequence[Write]) -> list[int]:
    """Indices of the writes that `text` names by operation and id, or else by one of them; none if it names none."""
    by_operation = find_operations(text, writes)
    by_id = [index for index, write in enumerate(writes) if _find_ids(text) & _find_ids(flatten(write.arguments))]
    both = [index for index in by_operation if index in by_id]
    return both or by_operation or by_id


def find_operations(text: str, writes: Sequence[Write]) -> list[int]:
    """Indices of the writes whose operation `text` names."""
    return [index for index, write in enumerate(writes) if _find_operation(text, write) >= 0]


def _find_unwanted_operation(announced: str, request: Request) -> str | None:
    verbs = _find_verbs(announced)
    wanted = _find_verbs(request.said) if request.rule else MENDS if request.content_when else set()
    return f"the operation: {join(verbs)}" if verbs and not verbs & wanted else None


def _compare_operations(announced: str, request: Request) -> str | None:
    """Nouns ("payment", "address") stand in announcements of other operations too: there the first word decides."""
    verbs = _find_verbs(announced)
    if wanted := {verb for write in request.writes if (verb := _get_verb(write.tool)) in VERBS}:
        if not verbs and search(CHANGE, announced) >= 0:
            return _find_other_operation(announced, request)
        return f"the operation: {join(verbs)}" if verbs and not verbs & wanted else None
    if not any("order" in write.tool or write.tool == "modify_user_address" for write in request.writes):
        verbs -= NOT_IN_TRAVEL
    own = min((start for write in request.writes if (start := _find_operation(announced, write)) >= 0), default=-1)
    if verbs and (own < 0 or min(search(VERBS[verb], announced) for verb in verbs) < own):
        return f"the operation: {join(verbs)}"
    return _find_other_operation(announced, request)


def _find_other_operation(announced: str, request: Request) -> str | None:
    """An operation that is named where none of the request's is."""
    if find_operations(announced, request.writes) or not all(write.tool in OPERATIONS for write in request.writes):
        return None
    others = sorted(tool for tool, words in OPERATIONS.items() if search(words, announced) >= 0)
    return f"the operation: {others[0]}" if others else None


def _compare_ids(announced: str, request: Request) -> str | None:
    """An order is foreign too where the request is about none; other forms may have other meanings there."""
    wanted = " ".join(flatten(write.arguments) for write in request.writes)
    allowed = {word.lower() for word in re.findall(r"\w+", " ".join([wanted, *request.about, request.said]))}
    keys = {key for write in request.writes for key in write.arguments}
    for kind, form in STRICT.items():
        foreign = find_values(form, announced) - allowed
        if foreign and (kind == "order" or {f"{kind}_id", f"{kind}_ids"} & keys):
            return f"the {kind}: {join(foreign)}"
    return _find_foreign_traveller(announced, request)


def _find_foreign_traveller(announced: str, request: Request) -> str | None:
    """The first person that the announcement is for, if it is none of the request's passengers."""
    passengers = [person for write in request.writes for person in write.arguments.get("passengers", ())]
    names = {f"{person['first_name']} {person['last_name']}" for person in passengers}
    named = re.search(TRAVELLER, announced)
    return f"the passenger: {named[1]}" if names and named and named[1] not in names else None


def _find_verbs(text: str) -> set[str]:
    return {verb for verb, words in VERBS.items() if re.search(words, text, re.IGNORECASE)}


def _get_verb(tool: str) -> str:
    return TOOL_VERBS.get(tool, tool.partition("_")[0])


def _find_operation(text: str, write: Write) -> int:
    """Where `text` first names the operation of a write; -1: nowhere."""
    verb = _get_verb(write.tool)
    return search(OPERATIONS.get(write.tool) or VERBS.get(verb) or rf"\b{verb}", text)


def _find_ids(text: str) -> set[str]:
    return {value for form in STRICT.values() for value in find_values(form, text)}
