"""The commands of the loop: each is one that its door takes, and the two models are measured alike.

Needs no torch. Not here: the training (`test_train`), the loop as a whole (`test_learn`).
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from support.planning import REQUESTS
from support.records import row

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as, parse_run
from tautraj.errors import StepFailed
from tautraj.synthesis.request import SynthesisRequest
from tautraj.training.loop import Step, plan_steps
from tautraj.training.loop_request import LearnRequest
from tautraj.training.loop_steps import run_steps
from tautraj.training.scores import score_model


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return list(plan_steps(parse_as(LearnRequest, compose_tree(["seeds=[1,2]"], "learn"))))


def test_every_command_is_one_that_its_door_takes(steps: list[Step]) -> None:
    for step in steps:
        for words in expand(step.words):
            if step.door == "generate":
                parse_run(compose_tree(words))
            else:
                parse_as(REQUESTS[step.door], compose_tree(words, step.door))


def expand(words: Sequence[str]) -> list[list[str]]:
    """The command, or, of a multirun, that of each job."""
    if words[0] != "-m":
        return [list(words)]
    overrides = OverridesParser.create().parse_overrides(list(words[1:]))
    [jobs] = BasicSweeper.split_arguments(overrides, None)
    return jobs


def test_the_order_is_worlds_conversations_exports_before_and_a_training_and_after_per_seed(
    steps: list[Step],
) -> None:
    doors = [step.door for step in steps]
    assert doors == [*["synthesize", "generate", "export"] * 2, "generate", *["train", "generate"] * 2]


def test_all_worlds_are_made_played_and_exported_together() -> None:
    words = ["worlds.train={n:100,seeds:[1,2]}"]
    making, playing, export, *_ = plan_steps(parse_as(LearnRequest, compose_tree(words, "learn")))
    made = [parse_as(SynthesisRequest, compose_tree(job, "synthesize")).out for job in expand(making.words)]
    assert made == [find(job, "domain.data_dir") for job in expand(playing.words)]
    assert len(set(made)) == 2
    assert find(export.words, "run") == find(playing.words, "root")


def find(words: Sequence[str], key: str) -> str:
    """The value of a key in a command."""
    [value] = [word.partition("=")[2] for word in words if word.startswith(f"{key}=")]
    return value


def test_base_and_trained_model_play_the_same_tasks_in_the_same_way(steps: list[Step]) -> None:
    before, *after = [parse_run(compose_tree(step.words)) for step in steps if step.title.startswith("tasks")]
    for run in after:
        same = {"model": before.model, "name": before.name, "tasks": before.tasks}
        assert run.tasks.rows == before.tasks.rows
        assert run.model_copy(update=same) == before
        assert (run.model.temperature, run.model.max_tokens) == (before.model.temperature, before.model.max_tokens)


def test_rows_are_shown_what_the_agent_is_shown(steps: list[Step]) -> None:
    words = next(step.words for step in steps if step.door == "export")
    export = parse_as(REQUESTS["export"], compose_tree(words, "export"))
    run = parse_run(compose_tree(steps[-1].words))
    shown = [(part.system, part.tools, part.results) for part in (export.style, run.agent)]
    assert shown == [("short", "names", "short")] * 2


@pytest.mark.parametrize(
    ("setting", "others"),
    [
        ("row_tokens=1024", {"export to train", "export to test", "training, seed 1"}),
        ("worlds.train={n:100,seeds:[1]}", {"export to train", "training, seed 1"}),
        ("worlds.test.n=100", {"export to test"}),
        ("train.rows=100", {"training, seed 1"}),
        ("tasks.after=10", set()),
    ],
)
def test_a_step_is_done_again_where_what_decides_it_is_another(setting: str, others: set[str]) -> None:
    def locate(*words: str) -> dict[str, str]:
        steps = plan_steps(parse_as(LearnRequest, compose_tree(words, "learn")))
        made = {step.title: [word for word in step.words if word.startswith("out=")] for step in steps}
        return {title: word for title, words in made.items() for word in words if "world" not in title}

    usual, changed = locate(), locate(setting)
    assert {title for title in usual if usual[title] != changed[title]} == others


def test_a_step_that_is_done_is_skipped_and_one_that_fails_ends_the_loop(tmp_path: Path) -> None:
    done = Step("export", "export", ("no such key",), makes=tmp_path)
    assert run_steps([done], print) == []
    with pytest.raises(StepFailed, match=r"^played ended with an error") as failed:
        run_steps([Step("played", "export", (f"run={tmp_path}/none", f"root={tmp_path}"))], print)
    assert failed.value.exit_code == 2


def test_successes_are_counted_by_family_and_an_ungraded_episode_is_no_failure() -> None:
    rewards = {"a": 1.0, "b": 0.0, "c": 1.0, "d": None}
    rows = [row(task_id=task, reward=reward) for task, reward in rewards.items()]
    scores = score_model("before", "x", rows, {"a": "direct", "b": "direct", "c": "lookup", "d": "lookup"})
    assert scores.overall == (2, 3)
    assert scores.families == {"direct": (1, 2), "lookup": (1, 1)}
    assert scores.ungraded == 1
