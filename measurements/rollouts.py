"""Cost of a rollout apart from its policy: tautraj's environment and τ²'s own gym environment, in one run.

    python measurements/rollouts.py [--domain retail airline telecom] [--tasks 20]

Both play what the oracle did in the same tasks, and both customers say what the scripted customer said then. CPU is
of the whole process, waiting not included; the four columns before it are wall-clock time. The last column must be 0.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tautraj import process_env
from tautraj.trajectory import Trajectory

STAGES = ("reset", "calls", "messages", "reward")


class Clock:
    """Seconds by stage, and CPU seconds, over all rollouts of one side."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.cpu = -time.process_time()

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - began

    def stop(self) -> None:
        self.cpu += time.process_time()


def play_oracle(domain: str, limit: int) -> list[Trajectory]:
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run
    from tautraj.runs.play import grade_episode

    run = parse_run(compose_tree([*name_tasks(domain, limit), "split=train", "root=/nonexistent"]))
    return [grade_episode(run_episode(run, spec, Recorder()), run) for spec in plan_run(run).owed]


def name_tasks(domain: str, limit: int) -> list[str]:
    """The first tasks that may be trained on."""
    from tautraj.training import tasks

    return [f"domain={domain}", f"tasks.ids={tasks(domain)['task'][:limit]}"]


def list_own_turns(episode: Trajectory) -> list[Any]:
    return [turn for turn in episode.turns if turn.seat == "model" and not turn.given]


def play_ours(domain: str, played: Sequence[Trajectory], root: str) -> tuple[Clock, list[float | None]]:
    from tautraj.training import environment

    factory = environment(*name_tasks(domain, len(played)), f"root={root}", "tracking=none")
    tools = factory()
    clock, rewards = Clock(), []
    for episode in played:
        with clock.measure("reset"):
            tools.reset(task=episode.task_id, trial=episode.trial)
        for turn in list_own_turns(episode):
            if turn.tool_call is None:
                with clock.measure("messages"):
                    tools.send_message_to_customer(message=turn.message)  # type: ignore[attr-defined]
            else:
                with clock.measure("calls"):
                    getattr(tools, turn.tool_call.name)(**turn.tool_call.arguments)
        with clock.measure("reward"):
            rewards.append(tools.get_reward())
    clock.stop()
    factory.close()
    return clock, rewards


def play_gym(domain: str, played: Sequence[Trajectory]) -> tuple[Clock, list[float | None]]:
    from tau2.data_model.message import ToolCall, UserMessage
    from tau2.gym.gym_agent import AgentGymEnv
    from tau2.user.user_simulator import UserSimulator

    class Replayed(UserSimulator):
        """The customer, who says and does what it said and did before."""

        def generate_next_message(self, message: Any, state: Any) -> Any:
            turn = next(turns)
            calls = None
            if (call := turn.tool_call) is not None:
                calls = [ToolCall(id=call.id, name=call.name, arguments=call.arguments, requestor="user")]
            answer = UserMessage(role="user", content=turn.message, tool_calls=calls)
            state.messages += [message, answer]
            return answer, state

    class Gym(AgentGymEnv):
        def _get_user(self) -> Any:
            like = super()._get_user()
            return Replayed(tools=like.tools, instructions=like.instructions, llm="none", llm_args={})

    clock, rewards = Clock(), []
    for episode in played:
        gym = Gym(domain, episode.task_id, max_steps=200)
        turns = iter([turn for turn in episode.turns if turn.seat == "user"])
        with clock.measure("reset"):
            gym.reset()
        reward = 0.0
        for turn in list_own_turns(episode):
            call = turn.tool_call
            action = turn.message if call is None else json.dumps({"name": call.name, "arguments": call.arguments})
            began = time.perf_counter()
            _, reward, is_done, _, _ = gym.step(action)
            stage = "reward" if is_done else "messages" if call is None else "calls"
            clock.seconds[stage] += time.perf_counter() - began
        rewards.append(reward)
    clock.stop()
    return clock, rewards


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domain", nargs="+", default=["retail", "airline", "telecom"])
    parser.add_argument("--tasks", type=int, default=20)
    arguments = parser.parse_args()
    process_env.prepare()
    logging.disable(logging.CRITICAL)
    from loguru import logger

    logger.remove()
    stages = " | ".join(f"{stage}, ms" for stage in STAGES)
    print(f"| domain | environment | rollouts | {stages} | CPU ms each | times ours | rewards that differ |")
    print(f"|{'---|' * (len(STAGES) + 6)}")
    for domain in arguments.domain:
        played = play_oracle(domain, arguments.tasks)
        with tempfile.TemporaryDirectory() as root:
            play_ours(domain, played[:1], root)  # what is read once is no part of a rollout
            play_gym(domain, played[:1])
            sides = {"tautraj": play_ours(domain, played, root), "τ² gym": play_gym(domain, played)}
        ours = sides["tautraj"][0].cpu
        for name, (clock, rewards) in sides.items():
            each = [f"{clock.seconds[stage] / len(played) * 1000:.1f}" for stage in STAGES]
            differ = sum(reward != episode.reward for reward, episode in zip(rewards, played, strict=True))
            cells = [domain, name, len(played), *each, f"{clock.cpu / len(played) * 1000:.1f}"]
            print(f"| {' | '.join(map(str, cells))} | {clock.cpu / ours:.1f} | {differ} |")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
