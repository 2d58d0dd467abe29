"""The grade is classic τ-bench's: conversations graded by us and by the package's own environment.

Its verdict is asked for independently: an environment as the package constructs it is stepped through the recorded
conversation; what it answers must be what was recorded, and the reward it ends with must be ours. A sample here; all
685 tasks under `slow`. Skipped where the package is not installed.
"""

import functools
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

pytest.importorskip("tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how")
from tau_bench.envs import get_env
from tau_bench.envs.user import BaseUserSimulationEnv
from tau_bench.types import Action

from tautraj import process_env
from tautraj.agents.oracle import GOODBYE
from tautraj.config import Run
from tautraj.config.identity import plan_episodes as specs_of
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory

TASKS = {("retail", "train"): 500, ("retail", "test"): 115, ("retail", "dev"): 20, ("airline", "test"): 50}
DOING_NOTHING_PASSES = {
    ("retail", "train"): {161, 214, 229, 288, 349},
    ("retail", "test"): {10, 12, 25, 50, 57, 65, 106},
    ("retail", "dev"): {17},
    ("airline", "test"): {12, 13, 15, 17, 18, 21, 24, 29, 35, 36, 37, 38, 39, 40, 41, 42, 47, 48, 49},
}
CHUNK = 25
CHUNKS = [(*key, start) for key, n in TASKS.items() for start in range(0, n, CHUNK)]
SAMPLE = [  # transfers, outputs, golds that fail, golds that change nothing, several writes
    *[("retail", "test", n) for n in (10, 13, 26, 33, 62)],
    *[("retail", "train", n) for n in (0, 161, 351)],
    ("retail", "dev", 17),
    *[("airline", "test", n) for n in (8, 13, 35)],
]


class Recorded(BaseUserSimulationEnv):  # type: ignore[misc]
    """A customer that says again what was recorded."""

    def __init__(self, said: list[str]) -> None:
        self._said = iter(said)

    def reset(self, instruction: str | None = None) -> str:
        return next(self._said)

    def step(self, content: str) -> str:
        return next(self._said)

    def get_total_cost(self) -> float:
        return 0.0


class Verdict(NamedTuple):
    reward: float
    done: bool


def package_verdict(trajectory: Trajectory) -> Verdict:
    """Of the package: what its environment's last answer is when the recorded conversation is held with it."""
    split, number = trajectory.task_id.split("-")
    env = get_env(trajectory.domain, "human", "", split, task_index=int(number))
    turns = json.loads(trajectory.model_dump_json())["turns"]
    env.user = Recorded([turn["message"] for turn in turns if turn["seat"] == "user"])
    assert env.reset(task_index=int(number)).observation == turns[0]["message"]
    last = Verdict(0.0, False)
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        if turn["seat"] == "user":
            continue
        assert not last.done, "the package had ended the episode"
        if turn["kind"] == "message":
            if following is None:
                break  # a limit was reached before the customer answered
            answer = env.step(Action(name="respond", kwargs={"content": turn["message"]}))
            assert answer.observation == following["message"]
        else:
            answer = env.step(Action(name=turn["tool_call"]["name"], kwargs=turn["tool_call"]["arguments"]))
            assert answer.observation == turn["observation"]
        last = Verdict(answer.reward, answer.done)
    return last


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    process_env.freeze_gc()


@pytest.fixture
def played(run_of: Callable[..., Run]) -> Callable[..., Trajectory]:
    """Play a task with an agent of this module, through the front door, and grade it."""

    @functools.cache
    def run(domain: str, split: str, agent: str, *overrides: str) -> Run:
        target = f"agent._target_=support.graded_agents.{agent}"
        return run_of("benchmark=tau_bench", f"domain={domain}", f"split={split}", target, *overrides)

    def play(domain: str, split: str, number: int, agent: str, *overrides: str) -> Trajectory:
        [spec] = specs_of(run(domain, split, agent, *overrides), [f"{split}-{number}"])
        return grade_episode(
            run_episode(run(domain, split, agent, *overrides), spec, Recorder()), run(domain, split, agent)
        )

    return play


def check(ours: Trajectory) -> float:
    """The reward, once it is known to be the package's."""
    theirs = package_verdict(ours)
    case = (ours.domain, ours.task_id, ours.outcome, ours.grade)
    assert ours.grade is not None, case
    assert (ours.reward, ours.outcome.kind in ("user_stop", "agent_transfer")) == theirs, case
    assert ours.reward == (1.0 if ours.grade.components and all(ours.grade.components.values()) else 0.0), case
    assert ours.grade.components.get("db") == (None if ours.grade.db_match is None else float(ours.grade.db_match))
    return theirs.reward


@pytest.mark.parametrize(("domain", "split", "number"), SAMPLE)
def test_a_sample_is_graded_as_the_package_grades_it(domain: str, split: str, number: int, played: Any) -> None:
    assert check(played(domain, split, number, "oracle")) == 1.0
    nothing = played(domain, split, number, "do_nothing")
    assert check(nothing) == float(number in DOING_NOTHING_PASSES[domain, split])
    check(played(domain, split, number, "without_last_write"))
    if nothing.privileged.communicate:
        quiet = played(domain, split, number, "silent")
        check(quiet)
        assert quiet.grade.components["communicate"] == float(all(c.met for c in quiet.grade.communicate)) == 0.0
        assert quiet.grade.db_match


@pytest.mark.slow
@pytest.mark.parametrize(("domain", "split", "start"), CHUNKS)
def test_every_task_is_graded_as_the_package_grades_it(domain: str, split: str, start: int, played: Any) -> None:
    numbers = range(start, min(start + CHUNK, TASKS[domain, split]))
    assert [check(played(domain, split, number, "oracle")) for number in numbers] == [1.0] * len(numbers)
    passed = {number for number in numbers if check(played(domain, split, number, "do_nothing")) == 1.0}
    assert passed == DOING_NOTHING_PASSES[domain, split] & set(numbers)


def test_twenty_airline_golds_change_nothing_and_one_of_them_wants_to_hear_a_four(played: Any) -> None:
    """Why doing nothing passes 19: task 44's whole output is "4", and any message with a 4 in it says that."""
    assert check(played("airline", "test", 44, "do_nothing")) == 0.0
    assert check(played("airline", "test", 44, "says_four")) == 1.0


def test_the_transfer_call_ends_the_episode_and_it_is_graded(played: Any) -> None:
    ended = played("retail", "test", 10, "transfers")
    assert (ended.outcome.kind, ended.turns[-1].tool_call.name) == ("agent_transfer", "transfer_to_human_agents")
    assert check(ended) == 1.0
    assert check(played("retail", "test", 0, "transfers")) == 0.0


def test_a_transfer_that_is_also_the_last_turn_allowed_is_a_transfer(played: Any) -> None:
    ended = played("retail", "test", 10, "transfers", "limits.turns=2")
    assert (len(ended.turns), ended.outcome.kind) == (2, "agent_transfer")
    assert check(ended) == 1.0


@pytest.mark.parametrize(
    ("agent", "overrides", "kind"),
    [("oracle", ["limits.turns=2"], "max_turns"), ("hangs_up", [], "agent_stop")],
)
def test_an_episode_that_was_never_done_is_a_zero(agent: str, overrides: list[str], kind: str, played: Any) -> None:
    for number in (10, 57):  # where the database is right whatever one does
        ended = played("retail", "test", number, agent, *overrides)
        assert (ended.outcome.kind, ended.reward) == (kind, 0.0)
        assert ended.grade.note == f"not over by the benchmark's rule: {kind}"
        assert check(ended) == 0.0


def test_grading_twice_gives_the_same_and_leaves_no_trace(played: Any, run_of: Callable[..., Run]) -> None:
    ours = played("airline", "test", 8, "oracle")
    before = ours.model_dump_json()
    assert grade_episode(ours, run_of("benchmark=tau_bench", "domain=airline")).model_dump_json() == before


def test_the_customer_hears_the_greeting_and_the_agent_never_learns_of_it(played: Any) -> None:
    ours = played("retail", "test", 57, "do_nothing", "user_strategy._target_=support.graded_agents.echo")
    assert [(turn.seat, turn.message) for turn in ours.turns][:2] == [
        ("user", "You said: Hi! How can I help you today?"),
        ("model", GOODBYE),
    ]
    assert check(ours) == 1.0
