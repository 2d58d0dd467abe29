"""What of a customer's faults only a judge can say: one call of the seat `judge` an episode.

Kept apart: `source` is `judge`, and neither a label nor a replay rests on it. Not here: what a program finds
(`grading.customer_faults`).
"""

import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError

from tautraj.errors import GradingError
from tautraj.grading.customer_faults.utterances import MOST_WORDS
from tautraj.llms import Ask
from tautraj.trajectory import CustomerFault, FaultSeverity, FaultTag, Trajectory, Turn

ATTEMPTS = 3
"""Calls per verdict, while the answer cannot be read."""

PROMPT = f"""You review a simulated customer of a support desk. You get its instructions and the conversation.
Name every message in which the customer did what its instructions do not allow: it made something up, contradicted
them, left too early, did not do what it was asked to, told something too soon, or did not behave as a customer.
Judge the customer alone, never the agent. A message that follows the instructions is no fault.

Answer with JSON and nothing else: {{"faults": [{{"turn": N, "tag": TAG, "severity": SEVERITY, "words": WORDS}}]}}
TAG: one of {", ".join(get_args(FaultTag))}.
SEVERITY: {", ".join(get_args(FaultSeverity))}: what it did to the agent's chances.
WORDS: of the message, letter for letter, what your verdict rests on. Without faults: {{"faults": []}}"""


def ask_judge(trajectory: Trajectory, judge: Ask) -> tuple[CustomerFault, ...]:
    """The faults that the judge sees. Raises `GradingError` if no answer can be read, and what `judge` raises."""
    messages = {turn.index: turn for turn in trajectory.turns if turn.kind == "message" and not turn.given}
    speakers = {"user": "customer", "model": "agent"}
    lines = [f"{turn.index} {speakers.get(turn.seat)}: {turn.message}" for turn in messages.values()]
    prompt = f"# Instructions of the customer\n{trajectory.scenario}\n\n# Conversation\n" + "\n".join(lines)
    request = [{"role": "system", "content": PROMPT}, {"role": "user", "content": prompt}]
    for _ in range(ATTEMPTS):
        try:
            return tuple(_read_faults(judge(request).text, messages))
        except (ValueError, LookupError, TypeError, RecursionError, ValidationError):
            continue
    raise GradingError(f"the judge gave no readable verdict on the customer in {ATTEMPTS} attempts")


def _read_faults(text: str, messages: dict[int, Turn]) -> Iterator[CustomerFault]:
    """Each fault of the answer. Raises if it is no such JSON, or one quotes what the customer did not say."""
    answer: dict[str, Any] = json.loads(text[text.find("{") : text.rfind("}") + 1])
    for fault in answer["faults"]:
        turn, words = messages[fault["turn"]], str(fault["words"])[:MOST_WORDS]
        if turn.seat != "user" or words not in (turn.message or ""):
            raise ValueError("no words of the customer")
        yield CustomerFault.model_validate(
            {
                **{key: fault[key] for key in ("turn", "tag", "severity")},
                "words": words,
                "kind": "judged",
                "source": "judge",
            }
        )
