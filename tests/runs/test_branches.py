"""Branches: an episode opened at a turn of another one is that episode so far, whoever plays on.

Not here: what branches say about turns (`tests/grading/test_step_values.py`), the command
(`tests/end_to_end/test_branch.py`).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import records
from support.branched_runs import branch, branch_run, play_run, play_words, read_world, said_and_done
from support.composed import composed_run
from support.goal_world import CANCEL_PROCESSED, make_database, make_goal, make_write, write_world

from tautraj.benchmarks import World, open_benchmark
from tautraj.benchmarks.goals import Goal, Request
from tautraj.benchmarks.tau2.adapter import Tau2
from tautraj.config import Run
from tautraj.config.identity import identify_cell, locate_run_directory
from tautraj.errors import ConfigError, WorldError
from tautraj.grading.branching.points import find_branch_turns, list_decisions
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.opening import replay_calls
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.store import Store
from tautraj.trajectory import ToolCall, Trajectory, Turn

SOME = "tasks.ids=[5,9]"
ADDRESS = {"address1": "5 Oak Lane", "address2": "", "city": "Dover", "state": "DE", "country": "USA", "zip": "19902"}
GOALS: dict[str, Goal] = {
    "corrected": make_goal(
        Request(
            family="change_of_mind",
            said="Send order #W1000001 to 9 Oak Lane, Dover, DE 19902, please.",
            correction="No, sorry, I mean 5 Oak Lane, Dover, DE 19902, for order #W1000001.",
            writes=(make_write("modify_pending_order_address", order_id="#W1000001", **ADDRESS),),
            about=("#W1000001",),
        ),
        CANCEL_PROCESSED,
        voice="chatty",
    ),
}


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two retail episodes."""
    return play_words(tmp_path_factory.mktemp("oracle"), SOME)


def find_parents(store: Store) -> dict[str, Trajectory]:
    return {episode.id: episode for episode in store.read_episodes()}


def check_all_are_their_parents(store: Store, root: Path, *, seeds_speak: bool = False) -> int:
    """Programs and scripts that come to the same turn do the same from there.

    `seeds_speak`: the customer's words are drawn by the episode's seed, but not what it wants.
    """
    parents, branches = find_parents(store), branch(store, root, "at=before_each_turn", "tries=1")
    for played in branches:
        assert played.parent is not None
        parent = parents[played.parent.episode]
        assert played.turns[: played.parent.turn] == parent.turns[: played.parent.turn]
        turns = [
            [turn for turn in side.turns if not (seeds_speak and turn.seat == "user")] for side in (played, parent)
        ]
        assert said_and_done(turns[0]) == said_and_done(turns[1])
        assert (played.reward, played.outcome) == (parent.reward, parent.outcome)
    assert len(branches) == sum(len(list_decisions(parent.turns)) for parent in parents.values())
    return len(branches)


def test_the_oracle_goes_on_at_every_turn_as_it_did(oracle: Store, tmp_path: Path) -> None:
    assert check_all_are_their_parents(oracle, tmp_path) > 15


@pytest.mark.parametrize("agent", ["oracle", "rules"])
def test_customers_with_a_goal_and_the_rules_agent_are_brought_to_every_turn(agent: str, tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", "retail", make_database(), GOALS)
    words = [f"agent={agent}", "user_strategy=goal", f"domain.data_dir={world}", "split=base"]
    assert check_all_are_their_parents(play_words(tmp_path, *words), tmp_path, seeds_speak=True) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seats", [[], ["model=rehearsed", "user=rehearsed"]])
def test_a_greeting_that_is_no_turn_was_heard(
    seats: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in classic τ-bench, whose conversations begin with the customer."""
    monkeypatch.setattr(Tau2, "has_greeting_turn", False)
    store = play_words(tmp_path, *seats, "tasks.ids=[5]")
    assert next(store.read_episodes()).turns[0].seat == "user"
    assert check_all_are_their_parents(store, tmp_path) > 5


def test_a_customers_phone_is_as_it_was(tmp_path: Path) -> None:
    assert check_all_are_their_parents(play_words(tmp_path, "domain=telecom", "tasks.limit=1"), tmp_path) > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "strategy"),
    [("tool_calling", "llm"), ("react", "react"), ("act", "verify"), ("planning", "reflection"), ("code", "llm")],
)
def test_rehearsed_seats_go_on_from_their_histories(agent: str, strategy: str, tmp_path: Path) -> None:
    words = ["model=rehearsed", "user=rehearsed", f"agent={agent}", f"user_strategy={strategy}", "tasks.ids=[5]"]
    assert check_all_are_their_parents(play_words(tmp_path, *words), tmp_path) > 5


class WatchingRecorder(Recorder):
    """Keeps what the world holds after every turn."""

    def __init__(self, worlds: list[World]) -> None:
        super().__init__()
        self._worlds = worlds
        self.states: list[dict[Any, Any]] = []

    def record_turn(self, *words: Any, **fields: Any) -> Turn:
        world = self._worlds[0]
        self.states.append(read_world(world, world.find_touched_entities()))
        return super().record_turn(*words, **fields)


@pytest.fixture
def worlds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[World]]:
    """The worlds that are built, in order."""
    built: list[World] = []
    build = Tau2.build_world

    def keep(benchmark: Tau2, task: Any) -> World:
        built.append(build(benchmark, task))
        return built[-1]

    monkeypatch.setattr(Tau2, "build_world", keep)
    yield built


@pytest.mark.parametrize("words", [(SOME,), ("domain=telecom", "tasks.limit=1")])
def test_the_rebuilt_world_is_the_one_of_that_turn(words: tuple[str, ...], worlds: list[World]) -> None:
    run = composed_run(*words)
    benchmark = open_benchmark(run.benchmark, run.domain)
    for spec in plan_run(run).owed:
        worlds.clear()
        recorder = WatchingRecorder(worlds)
        played = run_episode(run, spec, recorder)
        assert len(recorder.states) == len(played.turns) > 5
        for turn, state in zip(played.turns, recorder.states, strict=True):
            rebuilt = benchmark.build_world(benchmark.get_task(spec.task_id))
            replay_calls(rebuilt, played.turns[: turn.index + 1])
            assert read_world(rebuilt, set(state)) == state
            assert rebuilt.find_touched_entities() <= set(state)


def test_a_world_that_answers_otherwise_is_refused_and_named(oracle: Store, tmp_path: Path) -> None:
    run = composed_run(SOME)
    benchmark = open_benchmark(run.benchmark, run.domain)
    played = next(oracle.read_episodes())
    call = next(turn for turn in played.turns if turn.tool_call is not None)
    turns = [turn if turn != call else turn.model_copy(update={"observation": "otherwise"}) for turn in played.turns]
    with pytest.raises(WorldError, match=f"^turn {call.index}, {call.tool_call and call.tool_call.name}: "):
        replay_calls(benchmark.build_world(benchmark.get_task(played.task_id)), turns)


def test_ids_seeds_and_the_cell_say_what_is_branched(oracle: Store, tmp_path: Path) -> None:
    run = branch_run(oracle, tmp_path, "at=before_each_write", "tries=3")
    specs = plan_run(run).owed
    cell = identify_cell(run)
    assert cell.name == "oracle__scripted__retail-test__branches"
    writes = {
        episode.id: find_branch_turns(episode, "before_each_write", open_benchmark(run.benchmark, run.domain))
        for episode in oracle.read_episodes()
    }
    planned = [(spec.parent.episode, spec.parent.turn, spec.parent.attempt) for spec in specs if spec.parent]
    assert sorted(planned) == [
        (episode, turn, attempt)
        for episode, turns in sorted(writes.items())
        for turn in turns
        for attempt in range(3)
    ]
    assert [attempt for _, _, attempt in planned] == sorted([0, 1, 2] * (len(specs) // 3))
    assert len({spec.id for spec in specs}) == len({spec.seed for spec in specs}) == len({s.number for s in specs})
    for spec in specs:
        assert spec.parent is not None
        assert re.fullmatch(rf"{spec.task_id}-t0-b{spec.parent.turn}\.{spec.parent.attempt}-[0-9a-f]{{8}}", spec.id)
    plain = composed_run()
    other = run.model_copy(update={"branch": run.branch and run.branch.model_copy(update={"run": "elsewhere/x-0"})})
    assert len({identify_cell(each).digest for each in (run, other, plain)}) == 3
    assert identify_cell(run.model_copy(update={"branch": None})) == identify_cell(plain)


def test_more_tries_and_other_turns_play_only_what_is_added(oracle: Store, tmp_path: Path) -> None:
    first = branch(oracle, tmp_path, "at=before_each_write", "tries=1")
    more = branch_run(oracle, tmp_path, "at=before_each_write", "tries=2")
    assert locate_run_directory(more) == f"{tmp_path}/default/{first[0].cell}"
    assert len(plan_run(more).owed) == len(first)
    assert {spec.id for spec in plan_run(more).owed} & {episode.id for episode in first} == set()
    everything = plan_run(branch_run(oracle, tmp_path, "at=before_each_turn", "tries=1"))
    assert len(everything.rows) == len(first)
    assert len(everything.owed) == check_decisions(oracle) - len(first)


def check_decisions(store: Store) -> int:
    return sum(len(list_decisions(episode.turns)) for episode in store.read_episodes())


def test_another_playing_of_the_episode_is_another_parent(oracle: Store, tmp_path: Path) -> None:
    again = play_words(tmp_path / "again", SOME)
    ids = [{spec.id for spec in plan_run(branch_run(store, tmp_path, "tries=1")).owed} for store in (oracle, again)]
    assert len(ids[0]) == len(ids[1]) > 0
    assert ids[0] & ids[1] == set()


def test_a_branch_can_be_branched(oracle: Store, tmp_path: Path) -> None:
    run = branch_run(oracle, tmp_path, "at=turn:5", "tries=1")
    first = {episode.id: episode for episode in play_run(run).read_episodes()}
    again = branch(Store(locate_run_directory(run)), tmp_path, "at=before_each_write", "tries=1")
    assert {played.parent.episode for played in again if played.parent} <= set(first)
    assert all(played.reward == 1.0 for played in again) and again


def test_calls_of_copied_turns_are_the_parents_usage(oracle: Store, tmp_path: Path) -> None:
    priced = next(oracle.read_episodes())
    turns = [turn.model_copy(update={"calls": (records.llm_call(usd=1.0),)}) for turn in priced.turns]
    recorder = Recorder()
    recorder.copy(turns[:4])
    recorder.record_turn("model", "message", message="Hello.")
    assert recorder.sum_usage() == {"model": recorder.sum_usage()["model"]}
    assert (recorder.sum_usage()["model"].calls, recorder.usd, recorder.tokens) == (0, 0.0, 0)


def test_limits_count_the_whole_conversation(oracle: Store, tmp_path: Path) -> None:
    parent = next(oracle.read_episodes())
    words = [f"episodes=[{parent.id}]", "at=turn:9", "tries=1", "limits.turns=12"]
    run = branch_run(oracle, tmp_path, *words)
    [spec] = plan_run(run).owed
    played = run_episode(run, spec, Recorder())
    assert played.outcome.kind == "max_turns"
    assert sum(not turn.given for turn in played.turns) == 12


@pytest.mark.parametrize(("limit", "ending"), [(2, "too_many_tool_errors"), (3, "user_stop")])
def test_errors_of_the_parent_count_towards_their_limit(
    oracle: Store, tmp_path: Path, limit: int, ending: str
) -> None:
    """A parent that called in vain twice before its write."""
    parent = next(oracle.read_episodes())
    run = composed_run(SOME)
    benchmark = open_benchmark(run.benchmark, run.domain)
    [write, *_] = find_branch_turns(parent, "before_each_write", benchmark)
    call = ToolCall(id="vain", name="get_user_details", arguments={"user_id": "nobody"})
    answer = benchmark.build_world(benchmark.get_task(parent.task_id)).call(call, "model")
    vain = records.tool_call({}).model_copy(
        update={"tool_call": call, "observation": answer.content, "error": answer.error}
    )
    turns = [*parent.turns[:write], vain, vain, *parent.turns[write:]]
    numbered = tuple(turn.model_copy(update={"index": index}) for index, turn in enumerate(turns))
    changed = Store(str(tmp_path / "parents" / parent.cell))
    changed.open(oracle.read_config(), "")
    changed.write(parent.model_copy(update={"turns": numbered}))
    words = [f"at=turn:{write + 2}", "tries=1", f"limits.tool_errors={limit}"]
    [played] = branch(changed, tmp_path, *words)
    assert played.outcome.kind == ending


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["at=turn:9999"], r"^at=turn:9999: no episode of \S+ has such a turn\. Choose another at="),
        (["at=first_divergence"], "no episode of .* has such a turn"),
        (["at=somewhere"], r"^branch\.at: "),
        (["tries=0"], r"^branch\.tries: "),
        (["episodes=[5-t0-c61d048d]"], r"has no episode 5-t0-c61d048d\..* `python flows/show.py run="),
        (["model=gpt4o"], "agent=oracle cannot be played by model=gpt-4o"),
    ],
)
def test_what_cannot_be_branched_is_refused_in_one_line(
    oracle: Store, words: list[str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        plan_run(branch_run(oracle, tmp_path, *words))
    assert "\n" not in str(refused.value)


def test_what_is_not_named_is_as_in_the_run_but_for_its_name_and_its_budget(tmp_path: Path) -> None:
    words = ["limits.turns=40", "seed=7", "budget=small", "name=mine", "tasks.limit=1", "runner.workers=3"]
    store = play_words(tmp_path, "domain=mock", "split=base", *words)
    own, run = composed_run(*words), branch_run(store, tmp_path, "limits.tool_errors=3", "tries=2", "user=scripted")
    assert (run.seed, run.domain.name, run.split.name, run.agent.name) == (7, "mock", "base", "oracle")
    assert (run.limits.turns, run.limits.tool_errors) == (40, 3)
    assert (run.limits.mistakes_in_a_row, run.experiment) == (own.limits.mistakes_in_a_row, own.experiment)
    assert (run.name, run.budget.usd, run.budget.tokens) == (None, None, None)
    assert run.runner.workers == composed_run().runner.workers
    other = branch_run(store, tmp_path, "model=gpt4o", "agent=react", "user=gpt4o", "user_strategy=llm", "name=yours")
    assert (other.model.name, other.agent.name, other.user_strategy.name, other.name) == (
        *("gpt-4o", "react", "llm"),
        "yours",
    )


def make_turns(*kinds: str) -> list[Turn]:
    """`model message`, `user message`, …; `given` at the end for a given one."""
    made = []
    for index, words in enumerate(kinds):
        seat, kind, *given = words.split()
        call = {"id": "c", "name": "get_users", "arguments": {}} if kind in ("tool_call", "mistake") else None
        made.append(records.turn(index=index, seat=seat, kind=kind, tool_call=call, given=bool(given)))
    return made


def test_a_decision_begins_with_what_was_thought_for_it() -> None:
    turns = make_turns(
        *("model message given", "user message", "model belief", "model plan", "model tool_call"),
        *("model mistake", "model belief", "model message", "user tool_call", "user message"),
    )
    assert list_decisions(turns) == [2, 5, 6]
    coded = make_turns("user message", "model code", "model tool_call", "model message", "user message", "model code")
    assert list_decisions(coded) == [1, 5]


def test_turns_are_those_of_the_decision_or_of_the_customers_reply(run_mock: Run) -> None:
    benchmark = open_benchmark(run_mock.benchmark, run_mock.domain)
    turns = make_turns(
        *("model message given", "user message", "model belief", "model tool_call", "model message", "user message"),
        *("model message", "user tool_call", "user message"),
    )
    episode = records.trajectory(turns=turns)
    found = {n: find_branch_turns(episode, f"turn:{n}", benchmark) for n in range(10)}
    assert found == {0: [], 1: [], 2: [2], 3: [2], 4: [4], 5: [5], 6: [6], 7: [7], 8: [], 9: []}


@pytest.fixture(scope="module")
def run_mock() -> Run:
    return composed_run("domain=mock", "split=base")


def test_the_first_write_that_gold_does_not_make_is_the_divergence(run_mock: Run) -> None:
    benchmark = open_benchmark(run_mock.benchmark, run_mock.domain)
    right = {"user_id": "user_1", "title": "Important Meeting"}
    gold = {"name": "create_task", "arguments": right, "requestor": "assistant"}

    def write(index: int, arguments: dict[str, Any], **fields: Any) -> Turn:
        turn = records.tool_call(arguments, index=index, **fields)
        return turn.model_copy(
            update={"tool_call": turn.tool_call and turn.tool_call.model_copy(update={"name": "create_task"})}
        )

    wrong = {**right, "title": "Lunch"}
    cases: dict[str, tuple[list[Turn], list[int]]] = {
        "none": ([write(0, right)], []),
        "wrong": ([write(0, right), write(1, wrong), write(2, wrong)], [1]),
        "failed": ([write(0, wrong, error=True), write(1, right)], []),
        "twice": ([write(0, right), write(1, right)], [1]),
    }
    for name, (turns, expected) in cases.items():
        episode = records.trajectory(
            task_id="create_task_1", turns=turns, privileged={"gold_actions": [gold], "communicate": []}
        )
        assert find_branch_turns(episode, "first_divergence", benchmark) == expected, name
