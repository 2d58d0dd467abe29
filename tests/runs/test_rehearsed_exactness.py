"""A rehearsed episode depends on nothing but its own spec: not on the cells, trials and attempts played beside it.

Not here: that rehearsed seats play every agent and every strategy to the end (`test_rehearsed`).
"""

import json
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.rehearsed_server import Lossy, MakeServer, served_here

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, plan_episodes
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.runs.rehearsed.script_builder import build_script
from tautraj.runs.rehearsed.server import RehearsedServer
from tautraj.runs.startup import serve_all
from tautraj.trajectory import Trajectory
from tautraj.users.reply_check import CHECK_PROMPT
from tautraj.users.scripted import YES

pytestmark = pytest.mark.xdist_group("rehearsed")

RunOf = Callable[..., Run]
Played = dict[str, Any]
"""Episode id -> its record without clocks."""

AGENTS = ("tool_calling", "planning", "react", "act", "code")
STRATEGIES = ("llm", "react", "verify", "reflection")
SHARES = (0.0, 0.33, 1.0)
TASKS = {
    "retail": ("5", "9", "12", "17", "18", "26", "33", "36", "38", "39"),
    "telecom": (),  # the first of its tasks: their names are long
    "mock": ("create_task_1", "update_task_1"),
}
STOP = "###STOP###"
CHEAP_SEEDS = (6,)
"""Grids of a few seconds in which two cells that shared their customers' state would differ."""


def draw_grid(seed: int, run_of: RunOf, folder: Path) -> list[Run]:
    """Four to six cells of one domain, two tasks and two trials; agents, strategies, forgets and slips are drawn."""
    draw = random.Random(seed)
    domain = draw.choice(list(TASKS))
    words = [f"domain={domain}", f"split={'base' if domain == 'mock' else 'test'}", "trials=2"]
    words += [f"tasks.ids=[{','.join(draw.sample(TASKS[domain], 2))}]" if TASKS[domain] else "tasks.limit=2"]
    words += ["model=rehearsed", "user=rehearsed", f"user.extra.slips={draw.choice(SHARES)}"]
    words += [f"{seat}.extra.forgets={draw.choice(SHARES)}" for seat in ("model", "user")]
    agents, strategies = draw.sample(AGENTS, 2), draw.sample(STRATEGIES, draw.choice([2, 3]))
    return [
        run_of(*words, f"agent={agent}", f"user_strategy={strategy}", root=folder)
        for agent in agents
        for strategy in strategies
    ]


def play(run: Run, spec: EpisodeSpec) -> Trajectory:
    return grade_episode(run_episode(run, spec, Recorder()), run)


def without_clocks(value: Any) -> Any:
    """A record's values, all but when and how long."""
    if isinstance(value, dict):
        return {key: without_clocks(item) for key, item in value.items() if key not in ("started", "seconds")}
    return [without_clocks(item) for item in value] if isinstance(value, (list, tuple)) else value


def play_beside(runs: Sequence[Run], seed: int = 0) -> Played:
    """All episodes of all runs at once, in a drawn order, at the servers that a sweep gives them."""
    plans = [plan_run(run) for run in runs]
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        served = serve_all(plans, stack)
        episodes = [(run, spec) for run, plan in zip(served, plans, strict=True) for spec in plan.owed]
        random.Random(seed).shuffle(episodes)
        return records(pool.map(lambda episode: play(*episode), episodes))


def play_alone(run: Run, make: MakeServer = RehearsedServer) -> Played:
    """One episode after another, each at a server that was never called before."""
    found = []
    for spec in plan_run(run).owed:
        with served_here(run, [spec], make) as served:
            found.append(play(served, spec))
    return records(found)


def records(trajectories: Any) -> Played:
    return {trajectory.id: without_clocks(trajectory.model_dump()) for trajectory in trajectories}


def check_grid(seed: int, run_of: RunOf, folder: Path) -> None:
    runs = draw_grid(seed, run_of, folder)
    beside = play_beside(runs, seed)
    alone = {name: record for run in runs for name, record in play_alone(run).items()}
    assert len(alone) == 4 * len(runs)
    assert beside == alone


@pytest.mark.parametrize("seed", CHEAP_SEEDS)
def test_cells_play_the_same_alone_and_in_a_sweep(seed: int, run_of: RunOf, tmp_path: Path) -> None:
    check_grid(seed, run_of, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in range(23) if seed not in CHEAP_SEEDS])
def test_cells_play_the_same_alone_and_in_any_sweep(seed: int, run_of: RunOf, tmp_path: Path) -> None:
    check_grid(seed, run_of, tmp_path)


@pytest.fixture
def cells(run_of: RunOf, tmp_path: Path) -> list[Run]:
    """A customer whose drafts are not checked, and one whose are: same task, same seed, a slip at every yes."""
    words = ["model=rehearsed", "user=rehearsed", "user.extra.slips=1", "tasks.ids=[17]"]
    return [run_of(*words, f"user_strategy={strategy}", root=tmp_path) for strategy in ("llm", "verify")]


def test_only_its_own_checks_make_a_customer_slip(cells: list[Run]) -> None:
    """Two customers of one seed, request by request: 0 is never checked, 1 is, and drafts anew after a rejection."""
    [spec] = plan_run(cells[0]).owed
    server = RehearsedServer(build_script(cells[0], [spec]))

    def ask(number: int, *texts: str) -> str:
        """`texts`: the agent's message, the customer's, the agent's, …"""
        messages = [{"role": ("user", "assistant")[index % 2], "content": text} for index, text in enumerate(texts)]
        body = {"messages": messages, "seed": spec.number, "forgets": 0.0, "slips": 1.0, "patience": 30}
        status, raw = server.answer(f"/user/{number}/v1/chat/completions", json.dumps(body).encode())
        assert status == 200, raw
        return str(json.loads(raw)["choices"][0]["message"]["content"])

    def check(number: int, draft: str) -> str:
        return ask(number, CHECK_PROMPT.format(scenario="-", conversation="-", draft=draft)).split("\n")[0]

    opening = {ask(number, "Hi!") for number in (0, 1)}
    assert len(opening) == 1
    question = ("Hi!", *opening, "Do you confirm (yes/no)?")
    assert check(1, *opening) == "yes"
    assert ask(0, *question) == YES
    assert ask(1, *question) == f"{YES} {STOP}"
    assert check(1, f"{YES} {STOP}") == "no"
    assert ask(0, *question) == YES
    assert ask(1, *question) == YES
    assert check(1, YES) == "yes"


def test_a_request_that_is_asked_again_changes_nothing(cells: list[Run]) -> None:
    for run in cells:
        assert play_alone(run, Lossy) == play_alone(run)


def test_a_second_attempt_at_an_episode_is_like_the_first(cells: list[Run]) -> None:
    for run in cells:
        [spec] = plan_run(run).owed
        with served_here(run, [spec]) as served:
            first, second = (records([play(served, spec)]) for _ in range(2))
        assert first == second


def test_the_same_run_twice_on_one_server(cells: list[Run], tmp_path: Path) -> None:
    """As two clones of one command: same cell, same episodes, other directories."""
    twins = [run.model_copy(update={"root": str(tmp_path / name)}) for run in cells for name in ("a", "b")]
    plans = [plan_run(run) for run in twins]
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        served = serve_all(plans, stack)
        found = list(pool.map(lambda n: records([play(served[n], plans[n].owed[0])]), range(len(twins))))
    assert found == [play_alone(run) for run in twins]


def test_what_is_owed_after_a_stop_is_played_as_if_nothing_had_stopped(run_of: RunOf, tmp_path: Path) -> None:
    words = ["model=rehearsed", "user=rehearsed", "user_strategy=verify", "tasks.ids=[9,12]", "trials=2"]
    run = run_of(*words, root=tmp_path)
    whole = play_alone(run)
    specs = plan_episodes(run, ["9", "12"])
    with served_here(run, specs[2:]) as served:
        rest = records(play(served, spec) for spec in specs[2:])
    assert rest == {spec.id: whole[spec.id] for spec in specs[2:]}


def test_episodes_of_one_seed_are_played_each_by_its_own_script(run_of: RunOf, tmp_path: Path) -> None:
    """Of 9,140 episodes two have the same seed in 2 % of the runs."""
    run = run_of("model=rehearsed", "user=rehearsed", "user_strategy=verify", "tasks.ids=[9,12]", root=tmp_path)
    first, second = plan_run(run).owed
    alike = replace(second, seed=first.seed)
    with served_here(run, [first, alike]) as served, ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda spec: play(served, spec), [first, alike]))
    assert [(played.task_id, played.seed, played.reward) for played in together] == [
        ("9", first.seed, 1.0),
        ("12", first.seed, 1.0),
    ]
