"""A server of rollouts, started by the door, and OpenEnv's own client: 64 sessions that act as a run's agents did.

Takes openenv-core: `make test-openenv`. Not here: which task a reset begins (`test_served_tasks`).
"""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.cli import REPO, start
from support.exports import played
from support.running_process import wait_until

from tautraj.config import Run
from tautraj.store import Store
from tautraj.training import tasks
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.openenv

AGENTS = ("model=oracle", "model=rehearsed_forgetful")
"""The second forgets what it should do in half of the conversations."""
TASKS = 32
"""Of each agent."""


class Served(NamedTuple):
    process: Any
    address: str
    log: Path
    root: Path

    @property
    def store(self) -> Store:
        [folder] = self.root.glob("*/*")
        return Store(str(folder))

    def list_files(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}


@contextmanager
def serving(root: Path, *words: str) -> Iterator[Served]:
    log = root.with_name(f"{root.name}.log")
    words = ("domain=retail", "tracking=none", f"root={root}", "port=0", *words)
    with log.open("w") as file:
        process = start(words, "serve", cwd=root.parent, env={**os.environ}, log=file, cold=True)
    try:
        wait_until(lambda: "http://" in log.read_text(), process)
        [address] = re.findall(r"http://\S+(?=\.)", log.read_text())
        yield Served(process, address, log, root)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> list[Trajectory]:
    """What `generate` plays of the first tasks of a server, with either agent."""
    root = tmp_path_factory.mktemp("recorded")
    ids = f"tasks.ids={tasks('retail')['task'][:TASKS]}".replace(" ", "")
    runs = [played(run_of(agent, "split=train", "tracking=none", ids, root=root)) for agent in AGENTS]
    return [
        episode for run in runs for episode in sorted(Store(str(run)).read_episodes(), key=lambda one: one.task_id)
    ]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "rl") as server:
        yield server


def connect(served: Served) -> Any:
    from openenv.core import GenericEnvClient

    return GenericEnvClient(base_url=served.address, message_timeout_s=120)


def list_actions(episode: Trajectory) -> list[dict[str, Any]]:
    """What its agent did, as a client says it."""
    turns = [turn for turn in episode.turns if turn.seat == "model" and not turn.given]
    return [
        {"message": turn.message}
        if turn.tool_call is None
        else {"tool": turn.tool_call.name, "arguments": turn.tool_call.arguments}
        for turn in turns
    ]


def list_events(episode: Trajectory) -> list[tuple[Any, ...]]:
    """What happened, of both sides."""
    calls = [(turn.tool_call.name, turn.tool_call.arguments) if turn.tool_call else None for turn in episode.turns]
    return [
        (turn.seat, turn.kind, turn.message, call, turn.observation, turn.error)
        for turn, call in zip(episode.turns, calls, strict=True)
    ]


async def act(client: Any, actions: list[dict[str, Any]]) -> Any:
    """The last result. A policy whose conversation goes on when it has nothing to do any more ends it."""
    for action in actions:
        result = await client.step(action)
    return result if result.done else await client.step({"stop": True})


async def play_at_once(served: Served, episodes: list[Trajectory]) -> list[tuple[Any, Any]]:
    """Result and state of each, in sessions that are all open together; one more is refused."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connect(served)) for _ in episodes]
        await asyncio.gather(*(client.reset(task=e.task_id) for client, e in zip(clients, episodes, strict=True)))
        refused = await (await connect(served).connect())._receive()
        assert (refused["type"], refused["data"]["code"]) == ("error", "CAPACITY_REACHED")
        played = zip(clients, map(list_actions, episodes), strict=True)
        results = await asyncio.gather(*(act(client, actions) for client, actions in played))
        return [(result, await client.state()) for client, result in zip(clients, results, strict=True)]


def test_sixty_four_sessions_at_once_are_rewarded_as_generate_rewards(
    served: Served, recorded: list[Trajectory]
) -> None:
    assert len(recorded) == 64
    assert {episode.reward for episode in recorded} == {0.0, 1.0}
    ended = asyncio.run(play_at_once(served, recorded))
    assert [result.reward for result, _ in ended] == [episode.reward for episode in recorded]
    assert all(result.done for result, _ in ended)
    written = {episode.id: episode for episode in served.store.read_episodes()}
    assert len(list(served.store.read_episodes())) == len(written) == 64
    for (result, state), episode in zip(ended, recorded, strict=True):
        rollout = written.pop(state["episode_id"])
        assert (state["task"], state["trial"], state["reward"]) == (episode.task_id, 0, result.reward)
        assert (rollout.reward, rollout.outcome) == (episode.reward, episode.outcome)
        assert list_events(rollout) == list_events(episode)
        assert state["step_count"] in (len(list_actions(episode)), len(list_actions(episode)) + 1)


async def act_badly(client: Any, episode: Trajectory) -> Any:
    with pytest.raises(RuntimeError, match="reset before the first step"):
        await client.step({"message": "Hello?"})
    with pytest.raises(RuntimeError, match="this server plays split=train. Start another with split=test"):
        await client.reset(split="test")
    with pytest.raises(RuntimeError, match="index 34: this server has 34 tasks"):
        await client.reset(split="train", index=34)
    begun = await client.reset(split="train", task=episode.task_id)
    assert (begun.done, begun.reward) == (False, None)
    assert begun.observation["system"].startswith(episode.system_prompt)
    names = [tool["function"]["name"] for tool in begun.observation["tools"]]
    assert names == [tool["function"]["name"] for tool in episode.tools] + ["send_message_to_customer"]
    for nothing in ({}, {"tool": "calculate", "message": "Hello"}, {"stop": True, "message": "Bye"}):
        with pytest.raises(RuntimeError, match="an action has one of tool"):
            await client.step(nothing)
    for unreadable in ({"toll": "calculate"}, {"tool": "calculate", "arguments": "1+1"}):
        with pytest.raises(RuntimeError, match="VALIDATION_ERROR"):
            await client.step(unreadable)
    assert (await client.state())["step_count"] == 0
    unknown = await client.step({"tool": "refund_all", "arguments": {}})
    assert unknown.observation["text"].startswith("Error: there is no tool refund_all. The tools are: ")
    wrong = await client.step({"tool": "get_order_details", "arguments": {"order": 1}})
    assert wrong.observation["text"].startswith("Error")
    empty = await client.step({"message": " "})
    assert empty.observation["text"].startswith("Error: send_message_to_customer takes one argument")
    assert not empty.done
    return await act(client, list_actions(episode))


def test_a_bad_action_is_answered_and_the_session_goes_on(served: Served, recorded: list[Trajectory]) -> None:
    async def play() -> None:
        async with connect(served) as client:
            result = await act_badly(client, recorded[0])
            assert (result.done, result.reward) == (True, 1.0)
            after = await client.step({"message": "Are you still there?"})
            assert (after.done, after.reward) == (True, 1.0)
            assert after.observation["text"] == "The conversation has ended."

    asyncio.run(play())
    [rollout] = served.store.read_episodes()
    assert [turn.kind for turn in rollout.turns].count(
        "mistake"
    ) == 2  # the world answers a call with wrong arguments
    assert served.process.poll() is None


def test_a_session_that_is_dropped_leaves_nothing(served: Served, recorded: list[Trajectory]) -> None:
    async def begin(client: Any) -> None:
        await client.reset(task=recorded[0].task_id)
        for action in list_actions(recorded[0])[:2]:
            await client.step(action)

    async def play() -> Any:
        async with connect(served) as client:
            await begin(client)  # one that a reset abandons
            await begin(client)  # and one that is left open
        client = await connect(served).connect()
        await begin(client)
        await client._send({"type": "step", "data": list_actions(recorded[0])[2]})
        client._ws.transport.abort()  # a client that was killed while it waited
        async with connect(served) as client:
            await client.reset(task=recorded[0].task_id)
            return await act(client, list_actions(recorded[0]))

    before = served.list_files()
    assert asyncio.run(play()).reward == 1.0
    [rollout] = served.store.read_episodes()
    assert {Path(path).name for path in served.list_files() - before} == {f"{rollout.id}.json"}
    assert "Traceback" not in served.log.read_text()


def test_a_signal_ends_the_server_and_concludes_its_run(served: Served, recorded: list[Trajectory]) -> None:
    async def play() -> None:
        async with connect(served) as client, connect(served) as other:
            await client.reset(task=recorded[0].task_id)
            await act(client, list_actions(recorded[0]))
            await other.reset(task=recorded[0].task_id)
            served.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(served.process.wait, 60) == 0

    asyncio.run(play())
    log = served.log.read_text()
    assert "Traceback" not in log
    assert f"run directory: {served.store.url}" in log
    numbers = served.store.read_json("metrics.json")
    assert numbers is not None
    assert (numbers["episodes"], numbers["reward_mean"]) == (1, 1.0)


def test_a_port_that_is_taken_is_one_line(served: Served, tmp_path: Path) -> None:
    port = served.address.rpartition(":")[2]
    words = ["tracking=none", f"root={tmp_path / 'other'}", f"port={port}"]
    done = start(words, "serve", cwd=tmp_path, log=subprocess.DEVNULL, errors=subprocess.PIPE, cold=True)
    [line] = (done.communicate()[1] or b"").decode().splitlines()  # type: ignore[union-attr]
    assert done.returncode == 2
    assert line.startswith(f"error: host=127.0.0.1 port={port}: ")
    assert line.endswith("Name another: port=…")


def test_the_script_of_the_document_plays(served: Served, tmp_path: Path) -> None:
    [script] = re.findall(r"```python\n(.*?)```", (REPO / "docs" / "openenv.md").read_text(), re.DOTALL)
    assert "http://127.0.0.1:8000" in script
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(script.replace("http://127.0.0.1:8000", served.address), scope)
    assert len(list(served.store.read_episodes())) == 1
