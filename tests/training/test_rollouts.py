"""Rollouts of a policy in training: the same episodes as anybody's, whatever the policy does.

Not here: the trainers that play them (`test_trl_rollouts`).
"""

import inspect
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from support.composed import composed_run
from support.policies import Action, act, list_actions, play_oracle
from support.provider.server import Answer, Fault, Provider
from support.worlds import shared_world
from tau2.utils import DATA_DIR

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.tool_results import shorten_result
from tautraj.errors import ConfigError, GaveUp, PreflightError, StoreError
from tautraj.grading.regrade import regrade_trajectory
from tautraj.runs.plan import plan_run
from tautraj.runs.startup import start_up
from tautraj.store import Store
from tautraj.training import environment, tasks
from tautraj.training.rollouts import reward_terms
from tautraj.training.rollouts.episode import ENDED
from tautraj.training.rollouts.factory import EnvironmentFactory
from tautraj.training.rollouts.message_tool import MESSAGE_TOOL
from tautraj.training.rollouts.trainings import UNKNOWN, RolloutNumbers, write_state


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[EnvironmentFactory]]:
    factories: list[EnvironmentFactory] = []
    yield factories
    for factory in factories:
        factory.close()


def open_factory(opened: list[EnvironmentFactory], root: Path, *overrides: str) -> EnvironmentFactory:
    opened.append(environment(f"root={root}", "tracking=none", *overrides))
    return opened[-1]


def episodes(factory: EnvironmentFactory) -> list[str]:
    return sorted(Store(factory.run_directory).list_ids())


@pytest.mark.parametrize("domain", ["retail", "airline", "telecom"])
def test_the_same_actions_have_the_same_reward_as_in_a_run(
    domain: str, tmp_path: Path, opened: list[EnvironmentFactory]
) -> None:
    words = (f"domain={domain}", f"tasks.ids={tasks(domain)['task'][:5]}")
    generated = play_oracle(tmp_path / "generated", *words)
    factory = open_factory(opened, tmp_path / "rl", *words)
    one = factory()
    for number, ((task, trial), episode) in enumerate(generated.items()):
        actions = list_actions(episode)
        assert one.reset(task=task, trial=trial, prompt="…") not in ("", ENDED)
        act(one, actions if number % 2 else actions[:1])  # every other policy stops after its first action
        gold = {action["name"] for action in episode.privileged.gold_actions}
        is_lost = not number % 2 and (domain == "telecom" or gold & factory.benchmark.writing_tools)
        assert one.get_reward() == (0.0 if is_lost else episode.reward)
    kept = list(Store(factory.run_directory).read_episodes())
    assert sorted(episode.task_id for episode in kept) == sorted(task for task, _ in generated)
    played = {episode.task_id: episode for episode in kept}
    for number, ((task, _), episode) in enumerate(generated.items()):
        rollout = played[task]
        assert (rollout.agent, rollout.model, rollout.split) == ("policy", "policy", "train")
        assert (rollout.outcome.kind == episode.outcome.kind) == bool(number % 2)
        assert rollout.tools[-1]["function"]["name"] == MESSAGE_TOOL and MESSAGE_TOOL in rollout.system_prompt
        assert regrade_trajectory(rollout, factory.benchmark).reward == rollout.reward
    assert factory.conclude()["run directory"] == factory.run_directory
    assert json.loads(Path(factory.run_directory, "metrics.json").read_text())["episodes"] == len(generated)


def test_what_a_policy_sends_amiss_is_answered(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    one = open_factory(opened, tmp_path, "tasks.limit=1")()
    one.reset(task="0", trial=0)
    nonsense: list[Action] = [
        ("get_order_details", {"self": 7}),
        ("get_order_details", {"number": 7}),
        ("get_order_details", {}),
        ("cancel_pending_order", {"order_id": ["#W1"], "reason": None}),
        (MESSAGE_TOOL, {"message": 7}),
        (MESSAGE_TOOL, {"text": "hello"}),
        (MESSAGE_TOOL, {"message": "  "}),
    ]
    assert all(answer.startswith("Error") for answer in act(one, nonsense))
    assert act(one, [(MESSAGE_TOOL, {})] * 3) == [
        f"Error: {MESSAGE_TOOL} takes one argument, message, a text that is not empty.",
        f"Error: {MESSAGE_TOOL} takes one argument, message, a text that is not empty.",
        ENDED,
    ]
    assert one.get_reward() == 0.0
    assert one.trajectory is not None and one.trajectory.outcome.kind == "too_many_mistakes"


def test_a_policy_reads_short_answers_and_the_record_has_them_whole(
    tmp_path: Path, opened: list[EnvironmentFactory]
) -> None:
    one = open_factory(opened, tmp_path, "tasks.limit=1", "agent.results=short")()
    one.reset(task="0", trial=0)
    [answer] = act(one, [("get_order_details", {"order_id": "#W2378156"})])
    one.get_reward()
    assert one.trajectory is not None
    [turn] = [turn for turn in one.trajectory.turns if turn.tool_call]
    assert turn.tool_call and turn.observation and '"cancel_reason": null' in turn.observation
    assert answer == shorten_result(turn.tool_call, turn.observation, ())
    assert '"cancel_reason"' not in answer


def test_terms_beside_the_reward(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    """One write of two made: half; the same and one amiss: none of it. What has no reward has no term."""
    words = f"tasks.ids={tasks('retail')['task'][:20]}"
    episodes = play_oracle(tmp_path / "generated", words).items()
    factory = open_factory(opened, tmp_path / "rl", words, "limits.turns=200")
    writing = factory.benchmark.writing_tools
    task, actions = next(
        (task, list_actions(episode))
        for (task, _), episode in episodes
        if sum(name in writing for name, _ in list_actions(episode)) == 2
        and not any(turn.error for turn in episode.turns)
    )
    first = next(at for at, (name, _) in enumerate(actions) if name in writing)
    done, half, none = factory(), factory(), factory()
    for one in (done, half, none):
        one.reset(task=task, trial=0)
    act(done, actions)
    act(half, actions[: first + 1])
    act(none, [("get_user_details", {"user_id": "nobody"}), ("get_user_details", {})])
    environments = [done, half, none, factory()]
    assert reward_terms.gold_writes(environments) == [1.0, 0.5, 0.0, None]
    assert reward_terms.valid_calls(environments) == [1.0, 1.0, 0.0, None]
    assert [one.get_reward() for one in environments] == [1.0, 0.0, 0.0, None]
    assert reward_terms.few_turns(environments)[2:] == [1 - 3 / 200, None]  # the customer's words and two calls


def test_a_policy_that_never_calls_is_graded_as_it_stands(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    one = open_factory(opened, tmp_path, "tasks.limit=1")()
    one.reset(task="0", trial=0)
    assert one.get_reward() == 0.0
    assert one.trajectory is not None and one.trajectory.outcome.kind == "agent_stop"


def test_a_customer_at_fault_gives_no_reward(
    shared_folder: Path, tmp_path: Path, opened: list[EnvironmentFactory]
) -> None:
    """It leaves before everything is done, where it can; the benchmark's reward stays in the record."""
    world = f"domain.data_dir={shared_world('retail', shared_folder)}"
    words = (world, f"tasks.ids={tasks('retail', world)['task'][:6]}")
    generated = play_oracle(tmp_path / "generated", *words, "user_strategy=goal")
    faulty = ("user_strategy=faulty", "user_strategy.fault=left_unfinished")
    one = open_factory(opened, tmp_path / "rl", *words, *faulty)()
    seen = set()
    for (task, trial), episode in generated.items():
        one.reset(task=task, trial=trial)
        act(one, list_actions(episode))
        reward, record = one.get_reward(), one.trajectory
        assert record is not None and record.reward is not None
        assert reward == (None if record.has_faulty_customer else record.reward)
        seen.add(reward)
    assert None in seen


def test_a_customer_whose_provider_dies_gives_no_reward(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    """What the provider said never reaches the policy. After some such rollouts in a row the training ends."""
    with Provider(lambda request: Answer("Hello."), lambda request: Fault("status", 500)) as provider:
        seat = ["user=openai_compatible", "user.name=x", f"user.provider.api_base={provider.openai_base}"]
        with pytest.raises(PreflightError, match="openai_compatible: injected"):
            open_factory(opened, tmp_path, *seat, "user.provider.retry_seconds=0")
        answers = iter(["ok", *["Hello."] * 3])

    def dies(request: object) -> Fault | None:
        return None if next(answers, None) else Fault("status", 500)

    with Provider(lambda request: Answer("Hello."), dies) as provider:
        seat[-1] = f"user.provider.api_base={provider.openai_base}"
        settings = ("user.provider.retry_seconds=0", "runner.give_up_after=2", "tasks.limit=1")
        factory = open_factory(opened, tmp_path / "rl", *seat, *settings)
        one = factory()
        assert one.reset(task="0", trial=0) == "Hello."
        assert act(one, [(MESSAGE_TOOL, {"message": "Hi."})] * 4) == ["Hello.", "Hello.", ENDED, ENDED]
        assert one.get_reward() is None and one.trajectory is None
        assert one.reset(task="0", trial=0) == ENDED  # its first words
        assert one.get_reward() is None
        with pytest.raises(GaveUp, match="2 rollouts in a row failed"):
            one.reset(task="0", trial=0)
    assert episodes(factory) == []
    failed = Store(factory.run_directory).read_failures(set())
    assert [failure.kind for failure in failed] == ["ProviderUnavailable"] * 2


def test_rows_are_those_that_may_be_trained_on() -> None:
    rows = tasks("retail", "trials=2", environment="shop")
    assert rows.column_names == ["prompt", "task", "trial", "environment", "origin"]
    assert {row["environment"] for row in rows} == {"shop"} and {row["trial"] for row in rows} == {0, 1}
    assert 0 < len(rows) < 2 * 74  # some train tasks share a customer or an order with a test task
    first = rows[0]["prompt"]
    assert [message["role"] for message in first] == ["system", "user"] and first[1]["content"] == ""
    assert first[0]["content"].endswith("ends the conversation.")
    bare = tasks("retail", "agent.system=none")[0]["prompt"]
    assert [message["role"] for message in bare] == ["user"]
    with pytest.raises(ConfigError, match="a test task"):
        tasks("retail", split="test")


def test_a_worlds_own_test_tasks_are_no_rows(shared_folder: Path) -> None:
    world = f"domain.data_dir={shared_world('retail', shared_folder)}"
    guarded = open_benchmark(*(getattr(composed_run(world), key) for key in ("benchmark", "domain")))
    rows = tasks("retail", world, split="base")["task"]
    assert sorted(rows) == sorted({*guarded.list_task_ids("base")} - {*guarded.list_task_ids("test")})
    with pytest.raises(ConfigError, match="a test task"):
        tasks("retail", world, split="test")


def test_a_method_has_its_tools_signature(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    airline = type(open_factory(opened, tmp_path, "domain=airline", "tasks.limit=1")())
    telecom = type(open_factory(opened, tmp_path, "domain=telecom", "tasks.limit=1")())
    assert (airline.__name__, telecom.__name__) == ("AirlineEnvironment", "TelecomEnvironment")
    book = inspect.signature(airline.book_reservation)  # type: ignore[attr-defined]
    assert list(book.parameters)[:3] == ["self", "user_id", "origin"]
    cabin = book.parameters["cabin"].annotation
    assert get_origin(cabin) is Literal and get_args(cabin) == ("business", "economy", "basic_economy")
    assert get_origin(book.parameters["passengers"].annotation) is list
    told = airline.book_reservation.__doc__ or ""  # type: ignore[attr-defined]
    assert "first_name (string" in told and "dob (string" in told
    assert book.return_annotation is str
    bills = inspect.signature(telecom.get_bills_for_customer)  # type: ignore[attr-defined]
    assert bills.parameters["limit"].default is None
    assert bills.parameters["customer_id"].default is inspect.Parameter.empty


def test_rollouts_of_a_row_are_groups() -> None:
    numbers, told = RolloutNumbers("t"), UNKNOWN.model_copy(update={"step": 4, "generations": 2})
    places = [numbers.take(task, 0, told) for task in "aabbaab"]
    assert [(place.group, place.member) for place in places] == [
        *((0, 0), (0, 1)),
        *((1, 0), (1, 1)),
        *((2, 0), (2, 1)),
        (3, 0),
    ]
    assert {place.step for place in places} == {4}
    untold = RolloutNumbers("t")
    assert [untold.take("a", 0, UNKNOWN.model_copy(update={"step": step})).group for step in (0, 0, 1)] == [0, 0, 1]


def test_a_copy_in_another_process_plays_for_the_first(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    factory = open_factory(opened, tmp_path, "tasks.limit=1", "user=rehearsed")
    write_state(
        Store(factory.run_directory), factory.training, UNKNOWN.model_copy(update={"step": 3, "generations": 1})
    )
    copy = pickle.loads(pickle.dumps(factory))
    one = copy()
    assert one.reset(task="0", trial=0) not in ("", ENDED)
    one.get_reward()
    assert one.trajectory.rollout.model_dump() == {"training": factory.training, "step": 3, "group": 0, "member": 0}
    assert episodes(factory) == [one.trajectory.id]


def test_a_run_directory_has_one_writer(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    open_factory(opened, tmp_path, "tasks.limit=1")
    with pytest.raises(StoreError, match="is being written by process"):
        environment(f"root={tmp_path}", "tracking=none", "tasks.limit=1")
    opened[0].close()
    open_factory(opened, tmp_path, "tasks.limit=1")


def test_what_is_no_environment_is_refused_in_one_line(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    with pytest.raises(ConfigError, match="the trainer's policy has this seat"):
        environment("model=oracle", f"root={tmp_path}")
    with pytest.raises(ConfigError, match="customer.retries: a rollout is played once"):
        environment("experiment=dataset", f"root={tmp_path}")
    one = open_factory(opened, tmp_path, "trials=1")()
    with pytest.raises(ConfigError, match="split=train, trials=1"):
        one.reset(task="999", trial=0)
    with pytest.raises(ConfigError, match="may not be trained on .shares a customer with a test task"):
        one.reset(task="11", trial=0)
    for row in (tasks("airline")[0], tasks("retail", "agent.system=short")[0]):
        with pytest.raises(ConfigError, match="its row is of another benchmark, world or prompt"):
            one.reset(**{**row, "task": "0"})
    assert one.reset(**tasks("retail")[0]) not in ("", ENDED)


def test_a_folder_with_other_tasks_of_official_names_is_refused(tmp_path: Path) -> None:
    """Its task 0 may be any: that of the package of this name says nothing about it."""
    folder = shutil.copytree(DATA_DIR / "tau2" / "domains" / "retail", tmp_path / "tau2" / "domains" / "retail")
    assert (folder / "tasks.json").exists()
    with pytest.raises(ConfigError, match="none of a synthetic world"):
        tasks("retail", f"domain.data_dir={tmp_path}", "tasks.ids=[0]")


def test_a_full_disk_says_nothing_to_the_policy(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    """The failure of a customer's provider cannot be written; the policy reads what it always reads then."""
    answers = iter(["ok", "Hello."])

    def dies(request: object) -> Fault | None:
        return None if next(answers, None) else Fault("status", 500)

    with Provider(lambda request: Answer("Hello."), dies) as provider:
        seat = ["user=openai_compatible", "user.name=x", f"user.provider.api_base={provider.openai_base}"]
        factory = open_factory(opened, tmp_path, *seat, "user.provider.retry_seconds=0", "tasks.limit=1")
        Path(factory.run_directory, "failures").write_text("in the way")
        one = factory()
        one.reset(task="0", trial=0)
        assert act(one, [(MESSAGE_TOOL, {"message": "Hi."})]) == [ENDED]
        assert one.get_reward() is None
    plan = plan_run(composed_run("agent=policy", f"root={tmp_path}"))
    with pytest.raises(ConfigError, match="a trainer plays it"), start_up(plan, print):
        pass


def test_a_budget_ends_a_training(tmp_path: Path, opened: list[EnvironmentFactory]) -> None:
    with Provider(lambda request: Answer("Hello.")) as provider:
        seat = ["user=openai_compatible", "user.name=x", f"user.provider.api_base={provider.openai_base}"]
        one = open_factory(opened, tmp_path, *seat, "tasks.limit=1", "budget.tokens=30")()
        one.reset(task="0", trial=0)
        one.get_reward()
        with pytest.raises(GaveUp, match=r"budget\.tokens=30.*start the training again"):
            one.reset(task="0", trial=0)


LOOP = """
import sys
from tautraj.training import environment
factory = environment("root=" + sys.argv[1], "tracking=none", "tasks.limit=4")
one = factory()
for number in range(10_000):
    one.reset(task=str(factory.tasks[number % 4]), trial=0)
    one.find_user_id_by_email(email="x")
    one.send_message_to_customer(message="Who are you?")
    one.get_reward()
    print(one.trajectory.id, flush=True)
"""


@pytest.mark.slow
def test_a_training_killed_three_times_loses_what_was_under_way(tmp_path: Path) -> None:
    finished: list[str] = []
    for kill in range(3):
        process = subprocess.Popen([sys.executable, "-c", LOOP, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        finished += [process.stdout.readline().strip() for _ in range(20 + 7 * kill)]
        os.kill(process.pid, signal.SIGKILL)
        finished += process.stdout.read().splitlines()
        process.wait()
    [folder] = (tmp_path / "default").iterdir()
    store = Store(str(folder))
    kept = [episode.id for episode in store.read_episodes()]
    assert len(finished) == len({*finished}) and {*finished} <= {*kept} and len(kept) <= len(finished) + 3
    assert store.read_failures(set()) == []
