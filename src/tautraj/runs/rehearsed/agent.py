"""The model's seat: the next step of the script, in the form that the prompt asks for.

Not here: the steps (`runs.rehearsed.script_builder`), thoughts about them (`runs.rehearsed.thoughts`).
"""

import json
import re
from collections.abc import Sequence
from itertools import islice

from tautraj.agents.belief import BELIEF_PROMPT, PLAN_PROMPT
from tautraj.agents.message_history import RESPOND
from tautraj.agents.text_protocol import INSTRUCTIONS, THOUGHT
from tautraj.runs.rehearsed import thoughts
from tautraj.runs.rehearsed.script import RehearsedSettings, ScriptStep, TaskScript, is_sampled
from tautraj.runs.rehearsed.wire import RehearsedReply, Request, extract_text, is_filled_prompt

GOODBYE_STEP = ScriptStep(
    say="Is there anything else I can help you with?", name="", arguments={}, writes=False, asks_confirmation=False
)
"""The step after the last one of the script. Its text is `agents.oracle.GOODBYE`: a test holds the two equal."""

TEXT_FORM_PREFIX = INSTRUCTIONS.partition("{")[0]
"""Stands in the system prompt of the agents that write their actions as text."""

PYTHON_FENCE = "```python"
"""Stands in the system prompt of the agent that writes code."""

AGENT_LINE = re.compile(r"^Agent(?:: | called )", re.MULTILINE)
"""Begins a line of the agent in the transcript of a belief or plan prompt."""


def answer(script: TaskScript, request: Request, settings: RehearsedSettings) -> RehearsedReply:
    """The answer to a request of the model's seat.

    Stateless: the number of steps done is counted in the conversation of the request.
    """
    forgets = is_sampled(settings.forgets, "model", request.seed)
    ahead = script.steps[script.taken :]
    steps = [*script.steps[: script.taken], *(drop_last_write(ahead) if forgets else ahead)]
    prompt = next((extract_text(message) for message in request.messages if message["role"] == "user"), "")
    if is_filled_prompt(BELIEF_PROMPT, prompt) or is_filled_prompt(PLAN_PROMPT, prompt):
        done = len(AGENT_LINE.findall(prompt)) - script.given_replies
        return RehearsedReply(
            thoughts.build_belief(script, steps, done, prompt)
            if is_filled_prompt(BELIEF_PROMPT, prompt)
            else thoughts.build_plan(steps, done)
        )
    done = sum(message["role"] == "assistant" for message in request.messages) - script.given_replies
    step = next(islice(steps, done, None), GOODBYE_STEP)
    return _format_step(step, thoughts.build_thought(steps, done), request)


def drop_last_write(steps: Sequence[ScriptStep]) -> Sequence[ScriptStep]:
    """The steps without the last write and the question that asks the customer to confirm it."""
    last = max((index for index, step in enumerate(steps) if step.writes), default=None)
    if last is None:
        return steps
    return [*steps[: last - steps[last - 1].asks_confirmation], *steps[last + 1 :]]


def _format_step(step: ScriptStep, thought: str, request: Request) -> RehearsedReply:
    name, arguments = (step.name, step.arguments) if step.say is None else (RESPOND, {"content": step.say})
    if RESPOND in request.tools:
        return RehearsedReply(thought, (name, arguments))
    if request.tools:
        return RehearsedReply(step.say, (name, arguments) if step.say is None else None, thought)
    if TEXT_FORM_PREFIX in request.system:
        action = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
        thought_line = f"Thought: {thought}\n" if THOUGHT in request.system else ""
        return RehearsedReply(f"{thought_line}Action:\n{action}")
    if PYTHON_FENCE in request.system:
        keywords = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        return RehearsedReply(f"{thought}\n{PYTHON_FENCE}\nprint({name}({keywords}))\n```")
    return RehearsedReply(step.say or f"{name}({json.dumps(arguments)})")
