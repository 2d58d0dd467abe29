"""The rules agent with mistakes that are known: `agent=careless`.

In some conversations it writes without asking, in some it writes something else than was agreed to: what a filter or
a label is worth is measured on these. Not here: the conversation (`agents.rules.conversation`).
"""

from contextlib import suppress
from random import Random
from typing import Any, Literal

from tautraj.agents.base import AgentContext
from tautraj.agents.rules.conversation import Conversation, check_desk, load_desk
from tautraj.agents.rules.desk import Specialist
from tautraj.agents.rules.wording import PlainWording
from tautraj.config.components import attach_check, declare_program
from tautraj.errors import ConfigError, WorldClosed

Mistake = Literal["unasked", "altered"]
"""unasked: it writes at once. altered: one value of the write is another than it has announced."""

OTHER_REASON = {"no longer needed": "ordered by mistake", "ordered by mistake": "no longer needed"}


@declare_program
@attach_check(check_desk)
def careless(context: AgentContext, *, desks: dict[str, str], share: float, mistakes: list[Mistake]) -> None:
    """Converse until the episode ends. A `share` of the tasks has one of the `mistakes`, the same in every trial."""
    rng = Random(f"careless-{context.task_id}")
    mistake = rng.choice(mistakes) if rng.random() < share else None
    desk = load_desk(context.domain, desks)
    if isinstance(desk, Specialist):
        raise ConfigError(f"agent=careless does not play {context.domain}: choose domain=retail")
    with suppress(WorldClosed):
        CarelessConversation(context, desk, mistake).hold()


class CarelessConversation(Conversation):
    def __init__(self, context: AgentContext, desk: Any, mistake: Mistake | None) -> None:
        super().__init__(context, desk, PlainWording(Random(0)))
        self._mistake = mistake

    def _propose(self, name: str, arguments: dict[str, Any], terms: str, done: list[str]) -> bool:
        return self._mistake == "unasked" or super()._propose(name, arguments, terms, done)

    def _choose_arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return alter(arguments) if self._mistake == "altered" else arguments


def alter(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a write with one value that was not agreed to; the same where none of the kinds is there."""
    lists = {key: value[:-1] for key, value in arguments.items() if isinstance(value, list) and len(value) > 1}
    if lists:
        return {**arguments, **lists}
    if "zip" in arguments:
        return {**arguments, "zip": f"{(int(arguments['zip']) + 1) % 100_000:05}"}
    if "reason" in arguments:
        return {**arguments, "reason": OTHER_REASON.get(arguments["reason"], "no longer needed")}
    return arguments
