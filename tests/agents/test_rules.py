"""The rules agent and the oracle with customers that follow a goal: whole conversations, in worlds made for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.composed import composed_tree
from support.goal_world import CANCEL_PROCESSED, CARD, RETURN_LAMP, make_database, make_goal, make_write, write_world

from tautraj.benchmarks.goals import Goal, Request
from tautraj.config import Run
from tautraj.config.parse import parse_run
from tautraj.errors import ConfigError
from tautraj.grading.questions import asks_consent, asks_only_for_more
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory

TASKS = {
    "tasks": {"task_1": {"task_id": "task_1", "title": "Tidy up", "description": "", "status": "pending"}},
    "users": {"user_1": {"user_id": "user_1", "name": "Ada", "tasks": ["task_1"]}},
}
OWNER: dict[str, Any] = {"user_id": "user_1", "identity": {"user_id": "user_1"}}


def create(title: str) -> tuple[Any, ...]:
    return (make_write("create_task", user_id="user_1", title=title),)


COMPLETE = Request(
    family="direct",
    said="Then complete task_1.",
    writes=(make_write("update_task_status", task_id="task_1", status="completed"),),
)
MOCK_GOALS = {
    "question": make_goal(
        Request(
            family="direct", said="Please create a task.", answers={"other": "Call it 'Tea'."}, writes=create("Tea")
        ),
        **OWNER,
    ),
    "two": make_goal(Request(family="direct", said="Please create 'Tea'.", writes=create("Tea")), COMPLETE, **OWNER),
    "change": make_goal(
        Request(
            family="change_of_mind",
            said="Please create 'Tea'.",
            correction="Wait, call it 'Coffee' instead.",
            writes=create("Coffee"),
        ),
        **OWNER,
    ),
    "pressure": make_goal(
        Request(
            family="pressure", said="Please delete task_1.", rule="no deleting", insists=("My boss says so.", "Now!")
        ),
        Request(family="information", said="And how many tasks do I have?", tells=("1 tasks",)),
        **OWNER,
    ),
    "transfer": make_goal(Request(family="transfer", said="Please assign me to a team."), transfers=True, **OWNER),
}
SHOP_GOALS = {
    "cancel": make_goal(
        Request(
            family="direct",
            said="I want to cancel order #W1000001.",
            answers={"reason": "I do not need it any more."},
            writes=(make_write("cancel_pending_order", order_id="#W1000001", reason="no longer needed"),),
            about=("#W1000001",),
        ),
        voice="terse",
    ),
    "two": make_goal(
        Request(
            family="direct",
            said="Please take back the lamp of order #W1000002.",
            writes=RETURN_LAMP,
            tells=("25.00",),
            about=("#W1000002",),
        ),
        Request(
            family="change_of_mind",
            said="Besides, I want to cancel order #W1000001.",
            correction="Actually, keep it, but swap the kettle for the one with 3 liters.",
            writes=(
                make_write(
                    "modify_pending_order_items",
                    order_id="#W1000001",
                    item_ids=["1000000001"],
                    new_item_ids=["1000000003"],
                    payment_method_id=CARD,
                ),
            ),
            about=("#W1000001",),
        ),
        voice="chatty",
    ),
    "pressure": make_goal(
        CANCEL_PROCESSED,
        Request(family="information", said="And how many kettles are there?", tells=("3 kettles",)),
        voice="annoyed",
    ),
    "transfer": make_goal(Request(family="transfer", said="I want to talk to a human."), transfers=True),
}


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Run]:
    """The run of these overrides in a world with these goals."""

    def compose(domain: str, goals: dict[str, Goal], *overrides: str, has_gold: bool = True) -> Run:
        database = TASKS if domain == "mock" else make_database()
        world = write_world(tmp_path / f"world-{has_gold}", domain, database, goals, has_gold=has_gold)
        given = (f"domain={domain}", f"domain.data_dir={world}", "split=base", f"root={tmp_path}")
        return parse_run(composed_tree(*given, *overrides))

    return compose


def play_all(run: Run) -> dict[str, Trajectory]:
    owed = plan_run(run).owed
    return {spec.task_id: grade_episode(run_episode(run, spec, Recorder()), run) for spec in owed}


def list_actions(trajectory: Trajectory) -> list[tuple[Any, ...]]:
    return [(turn.seat, turn.message, turn.tool_call, turn.observation, turn.thought) for turn in trajectory.turns]


RULES = ("agent=rules", "+agent.desks.mock=support.mock_desk.MOCK_DESK", "user_strategy=goal")


def test_the_rules_agent_solves_what_its_desk_reads(plan: Callable[..., Run]) -> None:
    run = plan("mock", MOCK_GOALS, *RULES)
    played = play_all(run)
    assert {task: trajectory.reward for task, trajectory in played.items()} == dict.fromkeys(MOCK_GOALS, 1.0)
    for trajectory in played.values():
        assert trajectory.labels is not None
        assert not trajectory.labels.repeated_call and not trajectory.labels.acted_after_stop
        assert all(turn.thought for turn in trajectory.turns if turn.seat == "model" and turn.tool_call)


def test_without_gold_the_rules_agent_plays_the_same(plan: Callable[..., Run]) -> None:
    played = [play_all(plan("mock", MOCK_GOALS, *RULES, has_gold=has_gold)) for has_gold in (True, False)]
    assert not any(trajectory.privileged.gold_actions for trajectory in played[1].values())
    actions = [{task: list_actions(trajectory) for task, trajectory in run.items()} for run in played]
    assert actions[0] == actions[1]


def test_it_asks_lists_waits_writes_and_tells(plan: Callable[..., Run]) -> None:
    trajectory = play_all(plan("mock", MOCK_GOALS, *RULES))["question"]
    acts = [turn for turn in trajectory.turns if turn.seat == "model"]
    expected = [
        "Hi! How can I help you today?",
        "What is your user id?",
        "get_users",
        "Which title should it have?",
        "I am going to create the task 'Tea' for user_1.",
        "create_task",
        "I have created the task 'Tea' for user_1.",
    ]
    for turn, part in zip(acts, expected, strict=True):
        assert part in (turn.tool_call.name if turn.tool_call else turn.message or "")
    assert asks_consent(acts[4].message or "")
    assert asks_only_for_more(acts[6].message or "")


@pytest.mark.parametrize(("domain", "goals"), [("mock", MOCK_GOALS), ("retail", SHOP_GOALS)])
def test_the_oracle_plays_request_by_request(plan: Callable[..., Run], domain: str, goals: dict[str, Goal]) -> None:
    for task, trajectory in play_all(plan(domain, goals, "user_strategy=goal")).items():
        assert trajectory.reward == 1.0, task
        assert trajectory.labels is not None
        assert not trajectory.labels.unconfirmed_write and not trajectory.labels.customer_contradicted
        said = [turn.message or "" for turn in trajectory.turns if turn.seat == "user"]
        assert said[0] == goals[task].requests[0].said
        asked = [request.said for request in goals[task].requests]
        assert [words for words in asked if any(line.endswith(words) for line in said)] == asked
        assert not any("the agent" in line for line in said), "no instructions are recited"


def test_the_oracle_plays_them_with_the_scripted_customer_too(plan: Callable[..., Run]) -> None:
    played = play_all(plan("retail", SHOP_GOALS))
    assert {trajectory.reward for trajectory in played.values()} == {1.0}


def test_no_goal_reaches_a_prompt_or_a_record(plan: Callable[..., Run]) -> None:
    secret = "This is said only when asked."
    request = SHOP_GOALS["cancel"].requests[0].model_copy(update={"rule": secret})
    run = plan("retail", {"0": make_goal(request)}, "user_strategy=goal")
    [trajectory] = play_all(run).values()
    assert secret not in trajectory.model_dump_json()


def test_a_task_without_a_goal_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"task 5 of retail has no goal\. Play a world made by flows/synthesize.py"):
        plan_run(parse_run(composed_tree("user_strategy=goal", "tasks.ids=[5]")))


def test_goals_that_cannot_be_read_are_named(plan: Callable[..., Run], tmp_path: Path) -> None:
    run = plan("mock", MOCK_GOALS, "user_strategy=goal")
    (tmp_path / "world-True" / "proofs.jsonl").write_text('{"task": "two", "goal": {"voice": "plain"}}\n')
    with pytest.raises(ConfigError, match=r"reading .*proofs\.jsonl, line 1: .*Delete the folder and make it again"):
        plan_run(run)


def test_a_domain_without_a_desk_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"mock has no desk\. It plays retail, .*agent=tool_calling model=gpt4o"):
        plan_run(parse_run(composed_tree("agent=rules", "domain=mock", "split=base")))
