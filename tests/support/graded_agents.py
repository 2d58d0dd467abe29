"""Agents whose reward is known beforehand, named by `_target_`: the oracle, and those that leave something out.

And a customer that says what it heard.
"""

from tautraj.agents import AgentContext
from tautraj.agents.oracle import GOODBYE, ON_HOLD, TRANSFER_TOOL, Step, perform, plan_steps
from tautraj.users import Customer, UserContext


def oracle(context: AgentContext) -> None:
    perform(context, planned(context))


def do_nothing(context: AgentContext) -> None:
    perform(context, [GOODBYE])


def without_last_write(context: AgentContext) -> None:
    steps = planned(context)
    writes = [i for i, step in enumerate(steps) if not isinstance(step, str) and step[0] in writing(context)]
    perform(context, [step for i, step in enumerate(steps) if not writes or i != writes[-1]])


def silent(context: AgentContext) -> None:
    assert context.gold_context is not None
    told = "; ".join(context.gold_context.task.privileged.communicate)
    perform(context, [step for step in planned(context) if not (isinstance(step, str) and told and told in step)])


def transfer_only(context: AgentContext) -> None:
    perform(context, [(TRANSFER_TOOL, {"summary": "The customer needs help."}), ON_HOLD])


def says_four(context: AgentContext) -> None:
    perform(context, [f"We are here 24 hours a day. {GOODBYE}"])


def transfers(context: AgentContext) -> None:
    perform(context, [("transfer_to_human_agents", {"summary": "It is complicated."})])


def hangs_up(context: AgentContext) -> None:
    context.env.say("One moment.")


def echo(context: UserContext, *, patience: int) -> Customer:
    """A customer that says what it heard, and then stops."""
    said: list[str] = []

    def reply(heard: str) -> str:
        said.append(context.stop_word if said else f"You said: {heard}")
        return said[-1]

    return reply


def planned(context: AgentContext) -> list[Step]:
    assert context.gold_context is not None
    return plan_steps(context.gold_context, {tool["function"]["name"] for tool in context.tools})


def writing(context: AgentContext) -> frozenset[str]:
    assert context.gold_context is not None
    return context.gold_context.writing_tools
