"""τ²'s verdict of a task whose gold calls were made, or nothing: by its own classes, of which ours know nothing."""

from typing import Any

from tau2.data_model.message import AssistantMessage, ToolCall, UserMessage
from tau2.data_model.simulation import SimulationRun, TerminationReason
from tau2.data_model.tasks import Task
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.registry import registry


def grade(domain: str, task: Task, *, done: bool) -> float:
    """The reward. `domain`: its name in τ²'s registry."""
    environment = registry.get_env_constructor(domain)()
    if start := task.initial_state:
        environment.set_state(start.initialization_data, start.initialization_actions, [])
    messages: list[Any] = []
    for index, action in enumerate(task.evaluation_criteria.actions if done else []):
        call = ToolCall(id=f"call_{index}", name=action.name, arguments=action.arguments, requestor=action.requestor)
        kind = {"user": UserMessage, "assistant": AssistantMessage}[action.requestor]
        messages += [kind(role=action.requestor, tool_calls=[call]), environment.get_response(call)]
    told = ", ".join(task.evaluation_criteria.communicate_info or []) if done else "nothing"
    messages += [
        AssistantMessage(role="assistant", content=f"Done: {told}."),
        UserMessage(role="user", content="###STOP###"),
    ]
    run = SimulationRun(
        id="x",
        task_id=task.id,
        start_time="",
        end_time="",
        duration=0.0,
        termination_reason=TerminationReason.USER_STOP,
        messages=messages,
    )
    reward: float = evaluate_simulation(run, task, EvaluationType.ALL, solo_mode=False, domain=domain).reward
    return reward
