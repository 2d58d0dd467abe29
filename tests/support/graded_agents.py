"""Agents whose reward is known beforehand, named by `_target_`: the oracle, and those that leave something out.

And a customer that says what it heard.
"""

from tautraj.agents import Stage
from tautraj.agents.oracle import GOODBYE, ON_HOLD, TRANSFER, Step, perform, plan
from tautraj.users import Customer, Scene


def oracle(stage: Stage) -> None:
    perform(stage, planned(stage))


def do_nothing(stage: Stage) -> None:
    perform(stage, [GOODBYE])


def without_last_write(stage: Stage) -> None:
    steps = planned(stage)
    writes = [i for i, step in enumerate(steps) if not isinstance(step, str) and step[0] in writing(stage)]
    perform(stage, [step for i, step in enumerate(steps) if not writes or i != writes[-1]])


def silent(stage: Stage) -> None:
    assert stage.backstage is not None
    told = "; ".join(stage.backstage.task.privileged.communicate)
    perform(stage, [step for step in planned(stage) if not (isinstance(step, str) and told and told in step)])


def transfer_only(stage: Stage) -> None:
    perform(stage, [(TRANSFER, {"summary": "The customer needs help."}), ON_HOLD])


def says_four(stage: Stage) -> None:
    perform(stage, [f"We are here 24 hours a day. {GOODBYE}"])


def transfers(stage: Stage) -> None:
    perform(stage, [("transfer_to_human_agents", {"summary": "It is complicated."})])


def hangs_up(stage: Stage) -> None:
    stage.door.say("One moment.")


def echo(scene: Scene, *, patience: int) -> Customer:
    """A customer that says what it heard, and then stops."""
    said: list[str] = []

    def reply(heard: str) -> str:
        said.append(scene.stop if said else f"You said: {heard}")
        return said[-1]

    return reply


def planned(stage: Stage) -> list[Step]:
    assert stage.backstage is not None
    return plan(stage.backstage, {tool["function"]["name"] for tool in stage.tools})


def writing(stage: Stage) -> frozenset[str]:
    assert stage.backstage is not None
    return stage.backstage.writing_tools
