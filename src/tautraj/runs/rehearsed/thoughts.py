"""Thoughts, beliefs and plans of a rehearsed agent, about its steps taken and its steps to come.

Beliefs and plans name the kind of a step to come but not its values, which a model could not know yet.
"""

from collections.abc import Sequence
from typing import Literal

from tautraj.agents.announcements.sentences import REFUSAL
from tautraj.agents.belief import Belief, Fact
from tautraj.benchmarks import Scenario
from tautraj.runs.rehearsed.facts import describe_call, list_facts, spell_name
from tautraj.runs.rehearsed.script import ScriptStep, TaskScript
from tautraj.users.scripted import state_reason

BeliefState = Literal["understanding", "investigating", "resolution"]

MAX_SHOWN = 5
"""Limit on the facts of a kind, and half the limit on the lines of a plan; a planner writes a few lines."""


def build_thought(steps: Sequence[ScriptStep], done: int) -> str:
    """The thought before the step at index `done`."""
    if done >= len(steps):
        return "There is nothing left to do, so I only ask whether the customer needs anything else."
    step, following = steps[done], steps[done + 1 : done + 2]
    if step.say is None:
        return _explain_call(step)
    if step.writes:
        return "This has to be done on the customer's own device, so I ask for it."
    if step.asks_confirmation:
        return (
            f"Next I would {describe_call(following[0])}. That changes something: the customer has to say yes first."
        )
    if REFUSAL in step.say:
        return "The policy does not allow what the customer asks for, so I say so and close."
    if not following:
        return "All that was asked for is done, so I say so and close."
    if done == 0:
        return "I do not know yet who is calling, so I ask before I look anything up."
    return "The customer should know where things stand before I go on."


def build_belief(script: TaskScript, steps: Sequence[ScriptStep], done: int, transcript: str) -> str:
    """A `Belief` as JSON, after `done` of the steps, which `transcript` shows with what they came to."""
    taken = [step for step in steps[:done] if step.say is None]
    left = [step for step in steps[done:] if step.say is None]
    reason = state_reason(Scenario(*script.scenario))
    known = [Fact(fact=f"the customer says: {reason}", source="the customer")]
    known += list(list_facts(taken, transcript))[-MAX_SHOWN:]
    state, why = _assess_state(taken, left)
    belief = Belief(state=state, explanation=why, known_facts=tuple(known), unknown_facts=_list_unknown_facts(left))
    return belief.model_dump_json()


def build_plan(steps: Sequence[ScriptStep], done: int) -> str:
    """The steps after the first `done`, as a numbered list."""
    lines = [_format_plan_line(step) for step in steps[done:]][: 2 * MAX_SHOWN] or [
        "Ask whether there is anything else."
    ]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _explain_call(step: ScriptStep) -> str:
    if step.writes:
        return f"The customer has agreed to it, so now I {describe_call(step)}."
    if step.name.startswith("transfer"):
        return "What is left is beyond what I may do, so I hand the customer over."
    return f"I should not guess, so I look it up: {describe_call(step)}."


def _assess_state(taken: Sequence[ScriptStep], left: Sequence[ScriptStep]) -> tuple[BeliefState, str]:
    if not taken and left:
        return "understanding", "nothing has been looked up yet"
    if not all(step.writes for step in left):
        return "investigating", "not all that matters has been looked up yet"
    return "resolution", "what was asked for has still to be carried out" if left else "nothing is left to be done"


def _list_unknown_facts(left: Sequence[ScriptStep]) -> tuple[str, ...]:
    facts = (f"whether to {spell_name(step)}" if step.writes else f"what {step.name} shows" for step in left)
    return tuple(dict.fromkeys(facts))[:MAX_SHOWN]


def _format_plan_line(step: ScriptStep) -> str:
    if step.say is None:
        return f"{_capitalise(spell_name(step))} ({step.name})."
    if step.asks_confirmation:
        return "Say what is going to be changed, and wait for a yes."
    if step.writes:
        return f'Ask the customer: "{step.say}"'
    return "Say where things stand, and ask for what is missing."


def _capitalise(words: str) -> str:
    return words[:1].upper() + words[1:]
