"""What a rehearsed agent thinks, believes and plans: about the steps it has taken and those it is going to take.

Of what is not said or looked up yet it tells the kind and not the values: nobody could know those.
"""

import json
from collections.abc import Sequence
from typing import Literal

from tautraj.agents.belief import Belief, Fact
from tautraj.runs.rehearsed.script import Part, Step
from tautraj.users.scripted import first_person

State = Literal["understanding", "investigating", "resolution"]

SHOWN = 5
"""Facts and steps of a kind; a planner writes a few lines."""


def thought(steps: Sequence[Step], done: int) -> str:
    """Before the step that comes after `done` of them."""
    if done >= len(steps):
        return "There is nothing left to do, so I only ask whether the customer needs anything else."
    step, following = steps[done], steps[done + 1 : done + 2]
    if step.say is None:
        return _before_a_call(step)
    if step.writes:
        return "This has to be done on the customer's own device, so I ask for it."
    if step.asks:
        return f"Next I would {_doing(following[0])}. That changes something: the customer has to say yes first."
    if not following:
        return "All that was asked for is done, so I say so and close."
    if done == 0:
        return "I do not know yet who is calling, so I ask before I look anything up."
    return "The customer should know where things stand before I go on."


def belief(part: Part, steps: Sequence[Step], done: int) -> str:
    """As JSON, in the form of `agents.belief`."""
    taken = [step for step in steps[:done] if step.say is None]
    left = [step for step in steps[done:] if step.say is None]
    reason = first_person(part.scenario[1] or part.scenario[0])
    known = [Fact(fact=f"the customer says: {reason}", source="the customer")]
    known += [Fact(fact=_known(step), source=step.name) for step in taken[-SHOWN:]]
    state, why = _stand(taken, left)
    found = Belief(state=state, explanation=why, known_facts=tuple(known), unknown_facts=_unknown(left))
    return found.model_dump_json()


def plan(steps: Sequence[Step], done: int) -> str:
    """Numbered, what is still to be done."""
    lines = [_planned(step) for step in steps[done:]][: 2 * SHOWN] or ["Ask whether there is anything else."]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _before_a_call(step: Step) -> str:
    if step.writes:
        return f"The customer has agreed to it, so now I {_doing(step)}."
    if step.name.startswith("transfer"):
        return "What is left is beyond what I may do, so I hand the customer over."
    return f"I should not guess, so I look it up: {_doing(step)}."


def _stand(taken: Sequence[Step], left: Sequence[Step]) -> tuple[State, str]:
    if not taken and left:
        return "understanding", "nothing has been looked up yet"
    if not all(step.writes for step in left):
        return "investigating", "not all that matters has been looked up yet"
    return "resolution", "what was asked for has still to be carried out" if left else "nothing is left to be done"


def _unknown(left: Sequence[Step]) -> tuple[str, ...]:
    found = (f"whether to {_words(step)}" if step.writes else f"what {step.name} shows" for step in left)
    return tuple(dict.fromkeys(found))[:SHOWN]


def _planned(step: Step) -> str:
    if step.say is None:
        return f"{_capital(_words(step))} ({step.name})."
    if step.asks:
        return "Say what is going to be changed, and wait for a yes."
    if step.writes:
        return "Ask the customer to do the next thing on its own device."
    return "Say where things stand, and ask for what is missing."


def _known(step: Step) -> str:
    return f"done: {_doing(step)}" if step.writes else f"looked up: {_doing(step)}"


def _doing(step: Step) -> str:
    values = [value if isinstance(value, str) else json.dumps(value) for value in step.arguments.values()]
    shown = ", ".join(value[:60] for value in values[:3])
    return f"{_words(step)} for {shown}" if shown else _words(step)


def _words(step: Step) -> str:
    return step.name.replace("_", " ")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
