"""Agents whose reward is known beforehand, named by `_target_`: the oracle, and those that leave something out.

And a customer that says what it heard.
"""

from tautraj.agents import AgentContext
from tautraj.agents.oracle import GOODBYE, ON_HOLD, TRANSFER_TOOL, Step, perform, plan_steps
from tautraj.users import Customer, UserContext


def oracle(stage: AgentContext) -> None:
    perform(stage, planned(stage))


def do_nothing(stage: AgentContext) -> None:
    perform(stage, [GOODBYE])


def without_last_write(stage: AgentContext) -> None:
    steps = planned(stage)
    writes = [i for i, step in enumerate(steps) if not isinstance(step, str) and step[0] in writing(stage)]
    perform(stage, [step for i, step in enumerate(steps) if not writes or i != writes[-1]])


def silent(stage: AgentContext) -> None:
    assert stage.gold_context is not None
    told = "; ".join(stage.gold_context.task.privileged.communicate)
    perform(stage, [step for step in planned(stage) if not (isinstance(step, str) and told and told in step)])


def transfer_only(stage: AgentContext) -> None:
    perform(stage, [(TRANSFER_TOOL, {"summary": "The customer needs help."}), ON_HOLD])


def says_four(stage: AgentContext) -> None:
    perform(stage, [f"We are here 24 hours a day. {GOODBYE}"])


def transfers(stage: AgentContext) -> None:
    perform(stage, [("transfer_to_human_agents", {"summary": "It is complicated."})])


def hangs_up(stage: AgentContext) -> None:
    stage.env.say("One moment.")


def echo(scene: UserContext, *, patience: int) -> Customer:
    """A customer that says what it heard, and then stops."""
    said: list[str] = []

    def reply(heard: str) -> str:
        said.append(scene.stop_word if said else f"You said: {heard}")
        return said[-1]

    return reply


def planned(stage: AgentContext) -> list[Step]:
    assert stage.gold_context is not None
    return plan_steps(stage.gold_context, {tool["function"]["name"] for tool in stage.tools})


def writing(stage: AgentContext) -> frozenset[str]:
    assert stage.gold_context is not None
    return stage.gold_context.writing_tools
