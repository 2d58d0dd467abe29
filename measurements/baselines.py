"""Runners that `throughput.py` compares with tautraj: `python baselines.py NAME API_BASE N AT_ONCE DONE`.

DONE is a file that grows by one byte per finished episode. Not here: tautraj, which runs as `flows/generate.py`.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

MODEL = "hosted_vllm/rehearsed"


def count_in(done: Path, play: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `play` so that every finished call appends a byte to `done`."""

    def play_and_count(*args: Any, **kwargs: Any) -> Any:
        result = play(*args, **kwargs)
        with done.open("ab") as file:
            file.write(b".")
        return result

    return play_and_count


def floor(api_base: str, n: int, at_once: int, done: Path) -> None:
    """Make the calls of the episodes through litellm, as an agent framework would, and nothing else."""
    import json

    import litellm

    requests = json.loads(done.with_suffix(".requests").read_text())

    def ask(request: dict[str, Any]) -> None:
        """One call. With hundreds at once one is occasionally never answered; it is retried, as any runner would."""
        for seconds in (10, 10, 60):
            with suppress(litellm.Timeout, litellm.InternalServerError, litellm.APIConnectionError):
                litellm.completion(
                    model=MODEL, api_base=api_base, api_key="none", max_retries=0, timeout=seconds, **request
                )
                return
        raise RuntimeError("a call was never answered")

    def episode(number: int) -> None:
        for request in requests[number % len(requests)]:
            ask(request)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(count_in(done, episode), range(n)))


def tau2(api_base: str, n: int, at_once: int, done: Path) -> None:
    """Run τ²'s own runner, which saves its results as usual."""
    import tau2.run as runner

    runner.run_task = count_in(done, runner.run_task)
    tasks = runner.get_tasks("retail", "base")
    seat = {"api_base": api_base, "api_key": "none", "temperature": 0.0}
    runner.run_tasks(
        domain="retail",
        tasks=[tasks[number % len(tasks)].model_copy(update={"id": f"{number}"}) for number in range(n)],
        agent="llm_agent",
        user="user_simulator",
        llm_agent=MODEL,
        llm_args_agent=seat,
        llm_user=MODEL,
        llm_args_user=seat,
        max_concurrency=at_once,
        save_to=done.with_suffix(".json"),
        console_display=False,
        log_level="ERROR",
    )


def tau_bench(api_base: str, n: int, at_once: int, done: Path) -> None:
    """Run classic τ-bench's agent and environment in threads, as its own runner does."""
    import os

    from tau_bench.agents.tool_calling_agent import ToolCallingAgent
    from tau_bench.envs import get_env

    os.environ |= {"HOSTED_VLLM_API_BASE": api_base, "HOSTED_VLLM_API_KEY": "none"}

    def episode(number: int) -> None:
        env = get_env("retail", "llm", "rehearsed", "test", "hosted_vllm", task_index=number % 115)
        agent = ToolCallingAgent(env.tools_info, env.wiki, "rehearsed", "hosted_vllm", 0.0)
        agent.solve(env=env, task_index=number % 115)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(count_in(done, episode), range(n)))


if __name__ == "__main__":
    name, api_base, n, at_once, done = sys.argv[1:]
    {"floor": floor, "tau2": tau2, "tau_bench": tau_bench}[name](api_base, int(n), int(at_once), Path(done))
