"""The commands of the loop: each is one that its door takes, and the two models are measured alike.

Needs no torch. Not here: the training (`test_train`), the loop as a whole (`test_learn`).
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from support.exports import played
from support.planning import REQUESTS
from support.records import row

from tautraj.config import Run
from tautraj.config.command_line import compose_tree, to_override
from tautraj.config.local_llm import LocalLlm
from tautraj.config.parse import parse_as, parse_run
from tautraj.errors import ConfigError, Interrupted, StepFailed, UserError
from tautraj.synthesis.request import SynthesisRequest
from tautraj.training.loop import Step, plan_before, plan_steps
from tautraj.training.loop_check import check_request
from tautraj.training.loop_request import LearnRequest
from tautraj.training.loop_steps import run_steps, wait_for_exit
from tautraj.training.scores import read_measurement, score_model


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return list(plan_steps(parse_as(LearnRequest, compose_tree(["seeds=[1,2]"], "learn"))))


def test_every_command_is_one_that_its_door_takes(steps: list[Step]) -> None:
    for step in steps:
        for words in expand(step.overrides):
            if step.script == "generate":
                parse_run(compose_tree(words))
            else:
                parse_as(REQUESTS[step.script], compose_tree(words, step.script))


def expand(words: Sequence[str]) -> list[list[str]]:
    """The command, or, of a multirun, that of each job."""
    if words[0] != "-m":
        return [list(words)]
    overrides = OverridesParser.create().parse_overrides(list(words[1:]))
    [jobs] = BasicSweeper.split_arguments(overrides, None)
    return jobs


def test_a_folder_may_have_any_characters(tmp_path: Path) -> None:
    root = str(tmp_path / "my loop (1)" / "lr=1e-3")
    request = parse_as(LearnRequest, compose_tree([to_override("root", root)], "learn"))
    paths = [
        value
        for step in plan_steps(request)
        for words in expand(step.overrides)
        for key in ("root", "out", "run", "data", "domain.data_dir", "tasks.from", "model.weights")
        if (value := OmegaConf.select(compose_tree(words, step.script), key))
    ]
    assert len(paths) > 50
    assert all(path == "outputs" or str(path).startswith(root) for path in paths)


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("worlds.test.seeds=[101]", "the world of seed 101 is learned from, too"),
        ("+train.seed=3", "train.seed follows from the loop's own keys"),
        ("domain.data_dir=worlds/mine", "domain.data_dir is not read: the loop makes its own worlds"),
        ("+train.epoch=2", "epoch"),
        ("train.learning_rate=fast", "learning_rate"),
    ],
)
def test_what_a_later_command_would_refuse_is_refused_at_once(word: str, line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        check_request(parse_as(LearnRequest, compose_tree([word], "learn")))


@pytest.mark.learn
@pytest.mark.parametrize(
    ("base", "line"),
    [
        ("SmolLM9", "has no such weights"),
        ("none.gguf", "base=none.gguf: no such file"),
        ("{folder}", "is no GGUF file of a llama or qwen2 .* model, and no folder that has one as weights.gguf"),
    ],
)
def test_a_base_that_could_not_be_played_after_its_training_is_refused(base: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    request = parse_as(LearnRequest, compose_tree([to_override("base", base.format(folder=tmp_path))], "learn"))
    with pytest.raises(UserError, match=line):
        check_request(request)


def test_a_base_that_is_a_folder_is_played_as_one(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    request = parse_as(LearnRequest, compose_tree([f"base={tmp_path}"], "learn"))
    model = parse_run(compose_tree(plan_before(request).overrides)).model
    assert isinstance(model, LocalLlm)
    assert model.weights == str(tmp_path)


def test_the_order_is_worlds_conversations_exports_before_and_a_training_and_after_per_seed(
    steps: list[Step],
) -> None:
    doors = [step.script for step in steps]
    assert doors == [*["synthesize", "generate", "export"] * 2, "generate", *["train", "generate"] * 2]


def test_all_worlds_are_made_played_and_exported_together() -> None:
    words = ["worlds.train={n:100,seeds:[1,2]}"]
    making, playing, export, *_ = plan_steps(parse_as(LearnRequest, compose_tree(words, "learn")))
    made = [parse_as(SynthesisRequest, compose_tree(job, "synthesize")).out for job in expand(making.overrides)]
    assert made == [find(job, "domain.data_dir") for job in expand(playing.overrides)]
    assert len(set(made)) == 2
    assert find(export.overrides, "run") == find(playing.overrides, "root")


def find(words: Sequence[str], key: str) -> str:
    """The value of a key in a command."""
    [value] = [word.partition("=")[2] for word in words if word.startswith(f"{key}=")]
    return value


def test_base_and_trained_model_play_the_same_tasks_in_the_same_way(steps: list[Step]) -> None:
    before, *after = [parse_run(compose_tree(step.overrides)) for step in steps if step.title.startswith("tasks")]
    for run in after:
        same = {"model": before.model, "name": before.name, "tasks": before.tasks}
        assert run.tasks.rows == before.tasks.rows
        assert run.model_copy(update=same) == before
        assert (run.model.temperature, run.model.max_tokens) == (before.model.temperature, before.model.max_tokens)


def test_rows_are_shown_what_the_agent_is_shown(steps: list[Step]) -> None:
    words = next(step.overrides for step in steps if step.script == "export")
    export = parse_as(REQUESTS["export"], compose_tree(words, "export"))
    run = parse_run(compose_tree(steps[-1].overrides))
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
        made = {step.title: [word for word in step.overrides if word.startswith("out=")] for step in steps}
        return {title: word for title, words in made.items() for word in words if "world" not in title}

    usual, changed = locate(), locate(setting)
    assert {title for title in usual if usual[title] != changed[title]} == others


def test_a_step_that_is_done_is_skipped_and_one_that_fails_ends_the_loop(tmp_path: Path) -> None:
    done = Step("export", "export", ("no such key",), output=tmp_path)
    assert run_steps([done], print) == []
    with pytest.raises(StepFailed, match=r"^played ended with an error") as failed:
        run_steps([Step("played", "export", (f"run={tmp_path}/none", f"root={tmp_path}"))], print)
    assert failed.value.exit_code == 2


def test_a_command_that_ctrl_c_reaches_ends_by_itself() -> None:
    """The terminal sends the signal to both processes."""
    words = "import signal, sys, time; signal.signal(2, lambda *_: (time.sleep(0.5), print('ended'), sys.exit(130)));"
    child = subprocess.Popen(
        [sys.executable, "-uc", f"{words} print('begun'); time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"begun\n"

    def interrupt() -> None:
        child.send_signal(signal.SIGINT)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Timer(0.2, interrupt).start()
    with pytest.raises(Interrupted, match=r"^SIGINT: ") as interrupted:
        wait_for_exit(child)
    assert interrupted.value.exit_code == 130
    assert child.returncode == 130
    assert child.stdout.read() == b"ended\n"


def test_sigterm_is_passed_on_to_the_command() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    threading.Timer(0.2, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)).start()
    with pytest.raises(Interrupted, match=r"^SIGTERM: "):
        wait_for_exit(child)
    assert child.returncode == -signal.SIGTERM


def test_only_the_tasks_of_a_command_are_counted(run_of: Callable[..., Run], tmp_path: Path) -> None:
    """An earlier command played more of them, in the same run directory."""
    played(run_of("tasks.limit=3", root=tmp_path))
    words = ("model=oracle", "user=scripted", "tasks.limit=2", f"root={tmp_path}")
    measurement = read_measurement(Step("tasks", "generate", words))
    assert len(measurement.episodes) == 2


def test_successes_are_counted_by_family_and_an_ungraded_episode_is_no_failure() -> None:
    rewards = {"a": 1.0, "b": 0.0, "c": 1.0, "d": None}
    rows = [row(task_id=task, reward=reward) for task, reward in rewards.items()]
    scores = score_model("before", "x", rows, {"a": "direct", "b": "direct", "c": "lookup", "d": "lookup"})
    assert scores.overall == (2, 3)
    assert scores.families == {"direct": (1, 2), "lookup": (1, 1)}
    assert scores.ungraded == 1
