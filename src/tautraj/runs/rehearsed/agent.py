"""The model's seat: the next step, in the form that the prompt asks for.

Not here: which steps there are (`writing`), what the agent thinks about them (`notes`).
"""

import json
import re
from collections.abc import Sequence
from itertools import islice

from tautraj.agents.belief import BELIEF, PLAN
from tautraj.agents.message_history import RESPOND
from tautraj.agents.text_protocol import FORM, THOUGHT
from tautraj.runs.rehearsed import thoughts
from tautraj.runs.rehearsed.script import Habits, Part, Step, happens
from tautraj.runs.rehearsed.wire import Request, Said, asks, text

GOODBYE = Step(say="Is there anything else I can help you with?", name="", arguments={}, writes=False, asks=False)
"""When there is nothing left to do."""

TEXT = FORM.partition("{")[0]

PYTHON = "```python"
"""What the prompt of an agent that writes code has in it."""

DONE = re.compile(r"^Agent(?:: | called )", re.MULTILINE)
"""Begins what the agent said or did, in the transcript that it is asked about."""


def answer(part: Part, request: Request, habits: Habits) -> Said:
    """By what the conversation holds so far: nothing is remembered from call to call."""
    forgets = happens(habits.forgets, "model", request.seed)
    steps = forgetful(part.steps) if forgets else part.steps
    asked = next((text(message) for message in request.messages if message["role"] == "user"), "")
    if asks(BELIEF, asked) or asks(PLAN, asked):
        done = len(DONE.findall(asked)) - part.given
        return Said(thoughts.belief(part, steps, done) if asks(BELIEF, asked) else thoughts.plan(steps, done))
    done = sum(message["role"] == "assistant" for message in request.messages) - part.given
    step = next(islice(steps, done, None), GOODBYE)
    return _in_form(step, thoughts.thought(steps, done), request)


def forgetful(steps: Sequence[Step]) -> Sequence[Step]:
    """Without the last write, and without asking for it."""
    last = max((index for index, step in enumerate(steps) if step.writes), default=None)
    if last is None:
        return steps
    return [*steps[: last - steps[last - 1].asks], *steps[last + 1 :]]


def _in_form(step: Step, thought: str, request: Request) -> Said:
    name, arguments = (step.name, step.arguments) if step.say is None else (RESPOND, {"content": step.say})
    if RESPOND in request.tools:
        return Said(thought, (name, arguments))
    if request.tools:
        return Said(step.say, (name, arguments) if step.say is None else None, thought)
    if TEXT in request.system:
        action = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
        before = f"Thought: {thought}\n" if THOUGHT in request.system else ""
        return Said(f"{before}Action:\n{action}")
    if PYTHON in request.system:
        written = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        return Said(f"{thought}\n{PYTHON}\nprint({name}({written}))\n```")
    return Said(step.say or f"{name}({json.dumps(arguments)})")
