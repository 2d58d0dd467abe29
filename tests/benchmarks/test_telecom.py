"""Dual control: the customer has tools of its own, its calls are turns like others, and τ² grades the final world.

τ²'s verdict is asked for independently, as in `test_tau2_grading`.
"""

import functools
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from support.provider.server import Answer, ChatRequest, Provider
from tau2.data_model.message import AssistantMessage, ToolCall, UserMessage
from tau2.data_model.simulation import SimulationRun, TerminationReason
from tau2.domains.telecom.environment import get_environment, get_tasks
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.user.user_simulator import UserSimulator

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.config.identity import plan_episodes as specs_of
from tautraj.errors import InvalidToolCalls
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory, Turn
from tautraj.users.reply_check import CHECK_PROMPT

TASK = "[mobile_data_issue]airplane_mode_on|user_abroad_roaming_enabled_off[PERSONA:None]"
STRATEGIES = ["llm", "react", "verify", "reflection"]


@functools.cache
def telecom() -> Any:
    return open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="telecom", data_dir=None))


@functools.cache
def tau2_tasks() -> dict[str, Any]:
    return {task.id: task for task in get_tasks(None)}


def tau2_reward(trajectory: Trajectory) -> float:
    """Hold the conversation again, with τ²'s messages and environment, and have τ² grade it."""
    task = tau2_tasks()[trajectory.task_id]
    world = get_environment()
    start = task.initial_state
    world.set_state(start.initialization_data, start.initialization_actions, [])
    messages: list[Any] = []
    for turn in json.loads(trajectory.model_dump_json())["turns"]:
        kind, role = (UserMessage, "user") if turn["seat"] == "user" else (AssistantMessage, "assistant")
        if turn["message"]:
            messages.append(kind(role=role, content=turn["message"]))
        else:
            made = {key: turn["tool_call"][key] for key in ("id", "name", "arguments")}
            call = ToolCall(**made, requestor=role)
            messages += [kind(role=role, tool_calls=[call]), world.get_response(call)]
    ended = {"termination_reason": TerminationReason.USER_STOP, "start_time": "", "end_time": "", "duration": 0.0}
    run = SimulationRun(id="x", task_id=task.id, messages=messages, **ended)
    return float(evaluate_simulation(run, task, EvaluationType.ALL, solo_mode=False, domain="telecom").reward)


@pytest.fixture
def played(run_of: Callable[..., Run]) -> Callable[..., Trajectory]:
    @functools.cache
    def run(agent: str) -> Run:
        return run_of("domain=telecom", "split=full", f"agent._target_=support.graded_agents.{agent}")

    def play(agent: str, task_id: str) -> Trajectory:
        [spec] = specs_of(run(agent), [task_id])
        return grade_episode(run_episode(run(agent), spec, Recorder()), run(agent))

    return play


def test_every_task_of_every_split_loads() -> None:
    sizes = {"base": 114, "train": 74, "test": 40, "small": 20, "full": 2285}
    assert {split: len(set(telecom().list_task_ids(split))) for split in sizes} == sizes
    for task_id in telecom().list_task_ids("full"):
        task = telecom().get_task(task_id)
        assert task.scenario.text in telecom().build_user_prompt(task)


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_base_task_is_graded_as_tau2_grades_it(every: int, played: Any) -> None:
    """The oracle reaches 1.0 on all 114, doing nothing on none, transferring at once on 20."""
    rewards: dict[str, list[float]] = {"oracle": [], "do_nothing": [], "transfer_only": []}
    tasks = telecom().list_task_ids("base")[::every]
    for index, task_id in enumerate(tasks):
        for agent, found in rewards.items():
            trajectory = played(agent, task_id)
            found.append(trajectory.reward)
            if index % 8 == 0 or (index % 2 == 0 and agent == "transfer_only"):
                assert trajectory.reward == tau2_reward(trajectory), (task_id, agent)
    assert (sum(rewards["oracle"]), sum(rewards["do_nothing"])) == (len(tasks), 0)
    assert every > 1 or sum(rewards["transfer_only"]) == 20


@pytest.mark.slow
def test_the_oracle_solves_every_task_there_is(played: Any) -> None:
    assert [task_id for task_id in telecom().list_task_ids("full") if played("oracle", task_id).reward != 1.0] == []


def test_the_grade_names_the_assertions(played: Any) -> None:
    grade = played("do_nothing", TASK).grade
    assert grade.components == {"env_assertion": 0.0}
    assert [(check.what, check.met) for check in grade.assertions] == [
        ("assert_mobile_data_status", False),
        ("assert_internet_speed", False),
    ]


# The customer's tools, over HTTP.


class Phone(NamedTuple):
    trajectory: Trajectory
    asked: list[ChatRequest]
    """Of the customer's llm, checks left out."""
    agent: list[ChatRequest]

    @property
    def done(self) -> list[Turn]:
        return [turn for turn in self.trajectory.turns if turn.seat == "user"]


@pytest.fixture
def call_in(run_of: Callable[..., Run]) -> Callable[..., Phone]:
    """Play with a customer whose llm answers so; the agent says "Go on."."""

    def play(strategy: str, *answers: Answer | str, given: tuple[str, ...] = ()) -> Phone:
        left = list(answers)
        asked: list[ChatRequest] = []

        def brain(request: ChatRequest) -> Answer:
            if request.messages[-1].text.startswith(CHECK_PROMPT.split("{")[0]):
                return Answer("yes")
            if "<scenario>" not in request.system:
                return Answer("Go on.")
            asked.append(request)
            answer = left.pop(0)
            return Answer(answer) if isinstance(answer, str) else answer

        with Provider(brain) as provider:
            seats = [
                f"{seat}.{key}"
                for seat in ("model", "user")
                for key in ("name=x", f"provider.api_base={provider.openai_base}", "provider.retry_seconds=0")
            ]
            chosen = ["domain=telecom", "split=base", "model=openai_compatible", "user=openai_compatible", *seats]
            run = run_of(*chosen, f"user_strategy={strategy}", *given)
            trajectory = grade_episode(run_episode(run, specs_of(run, [TASK])[0], Recorder()), run)
            agent = [request for request in provider.requests if "<policy>" in request.system]
        return Phone(trajectory, asked, agent)

    return play


def using(name: str, arguments: Any = None, text: str | None = None) -> Answer:
    return Answer(text, ((name, arguments or {}),))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_customers_call_is_a_turn_that_the_agent_does_not_see(call_in: Callable[..., Phone], strategy: str) -> None:
    said = "Thought: x\nReply: {}" if strategy == "react" else "{}"
    repair = [using("toggle_airplane_mode"), using("toggle_roaming", text="Let me try.")]
    phone = call_in(strategy, said.format("My data is slow."), *repair, said.format("Done. ###STOP###"))
    assert [turn.kind for turn in phone.done] == ["message", "tool_call", "tool_call", "message"]
    first, second = phone.done[1:3]
    assert first.tool_call is not None
    assert first.tool_call.name == "toggle_airplane_mode"
    assert "OFF" in (first.observation or "")
    assert second.thought == "Let me try."
    assert (phone.trajectory.reward, phone.trajectory.outcome.kind) == (1.0, "user_stop")
    assert len(phone.trajectory.user_tools) == 30
    assert list(phone.asked[0].tools) == [tool["function"]["name"] for tool in phone.trajectory.user_tools]
    assert phone.asked[2].messages[-1].text == first.observation
    for request in phone.agent:
        assert "toggle_airplane_mode" not in json.dumps(request.body["messages"][1:])
        assert "toggle_airplane_mode" not in request.tools


def test_the_customer_is_told_tau2s_guidelines_for_customers_with_tools(call_in: Callable[..., Phone]) -> None:
    told = UserSimulator(tools=[], instructions=str(tau2_tasks()[TASK].user_scenario)).system_prompt
    assert call_in("llm", "###STOP###").asked[0].system == told


def test_a_customers_mistakes_are_told_to_it_and_not_to_the_world(call_in: Callable[..., Phone]) -> None:
    wrong = [using("refuel_data"), Answer(None, (("toggle_data", "{"),))]
    phone = call_in("llm", *wrong, "###STOP###")
    assert [turn.kind for turn in phone.done] == ["mistake", "mistake", "message"]
    assert "there is no tool refuel_data" in phone.asked[1].messages[-1].text
    assert "not a JSON object" in phone.asked[2].messages[-1].text


@pytest.mark.parametrize(
    ("limit", "call", "ending"),
    [
        ("turns", using("check_status_bar"), "max_turns"),
        ("tool_errors", using("grant_app_permission", {"app": "x"}), "too_many_tool_errors"),
    ],
)
def test_a_customer_that_only_uses_its_tools_comes_to_an_end(
    call_in: Callable[..., Phone], limit: str, call: Answer, ending: str
) -> None:
    phone = call_in("llm", *[call] * 9, given=(f"limits.{limit}=3",))
    assert (phone.trajectory.outcome.kind, phone.trajectory.reward, len(phone.done)) == (ending, 0.0, 3)
    assert len(phone.asked) == 3


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_customer_that_only_makes_mistakes_fails_the_episode(call_in: Callable[..., Phone], strategy: str) -> None:
    with pytest.raises(InvalidToolCalls, match="3 invalid calls in a row, the last: Error: there is no tool nope"):
        call_in(strategy, *[using("nope")] * 9, given=("limits.mistakes_in_a_row=3",))


def test_a_customers_mistakes_take_no_turns_from_the_agent(call_in: Callable[..., Phone]) -> None:
    """Two mistakes before each message would otherwise have used up five turns before the second message."""
    clumsy = [using("nope"), using("nope")]
    phone = call_in("llm", *clumsy, "My data is slow.", *clumsy, "Bye. ###STOP###", given=("limits.turns=4",))
    assert [turn.kind for turn in phone.done] == [*["mistake"] * 2, "message"] * 2
    assert phone.trajectory.outcome.kind == "user_stop"
