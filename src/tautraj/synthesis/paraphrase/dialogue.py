"""What the llm is sent, and how its answer is read.

Not here: the call (`synthesis.paraphrase.answers`), the checks of what it wrote (`synthesis.paraphrase.proofs`).
"""

import json
import re
from collections.abc import Sequence

from tautraj.benchmarks.goals import Goal
from tautraj.llms.reply import Message
from tautraj.synthesis.generator import Rejection
from tautraj.synthesis.paraphrase.words import find_changed_value, list_words, replace_words
from tautraj.synthesis.voices import VOICES

BUSINESSES = {"retail": "an online shop", "airline": "an airline", "telecom": "a phone company"}

INSTRUCTIONS = """\
You rewrite what a customer of {business} says to its support, as another person would say it.
You are given a JSON list of texts of one customer. Answer with a JSON list of as many texts and with nothing \
else: each of them rewritten, in the same order.
- Other words and another order of the sentences, the same meaning: add nothing and leave nothing out. A wish stays \
that wish, a question a question, a condition a condition.
- Keep every name, id, number, amount, date, address, product, option and way of paying letter for letter, in the \
text that has it. Digits stay digits, number words stay number words.
- Each text is in the first person, on one line. The support agent is "you".
- About whoever speaks: {manner}"""

TRY_AGAIN = "This was refused: {why}. Answer with the whole list again."

STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " "})
"""Typographic quotes and blanks -> those of the generator."""


def build_messages(domain: str, goal: Goal, refused: Sequence[tuple[str, str]]) -> list[Message]:
    """The request about a goal. `refused`: (answer, why it was refused) of the attempts before."""
    system = INSTRUCTIONS.format(business=BUSINESSES[domain], manner=VOICES[goal.voice].manner)
    messages: list[Message] = [
        {"role": "system", "content": system},
        {"role": "user", "content": json.dumps(list_words(goal), ensure_ascii=False)},
    ]
    for answer, why in refused:
        messages.append({"role": "assistant", "content": answer})
        messages.append({"role": "user", "content": TRY_AGAIN.format(why=why)})
    return messages


def read_rewording(goal: Goal, answer: str) -> Goal | Rejection:
    """The goal in the words of an answer; or why they cannot be its words."""
    before = list_words(goal)
    after = _parse_answer(answer, len(before))
    if after is None:
        return Rejection("form", f"it is no JSON list of {len(before)} lines of text")
    if change := find_changed_value(before, after):
        return Rejection("values", change)
    return replace_words(goal, after)


def _parse_answer(answer: str, count: int) -> list[str] | None:
    """The texts; None unless the answer is a list of `count` lines, at most in a fence as many models set one."""
    fenced = re.fullmatch(r"\s*```(?:json)?\s(.*)```\s*", answer, re.DOTALL)
    try:
        texts = json.loads(fenced[1] if fenced else answer)
    except (ValueError, RecursionError):
        return None
    if not isinstance(texts, list) or len(texts) != count or not all(isinstance(text, str) for text in texts):
        return None
    lines = [text.translate(STRAIGHT).strip() for text in texts]
    return lines if all(line and line.isprintable() for line in lines) else None
