"""The seat `judge`: asked only where a task's reward needs it, in τ²'s words, paid from the ledger, never by default.

The packaged tasks need none, so these play mock tasks out of a `data_dir` whose reward does, like upstream retail's.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.provider.server import Answer, ChatRequest, Fault, Provider
from tau2.utils import DATA_DIR

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.config.identity import plan_episodes
from tautraj.errors import ConfigError, GradingError, PreflightError, ProviderError
from tautraj.grading.regrade import regrade_trajectory
from tautraj.llms.preflight import SeatCheck, check_seats
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode, play
from tautraj.trajectory import Trajectory

ASSERTIONS = ["The agent created the task.", "The agent was polite."]
TASK = "create_task_1"
PACKAGED = Path(DATA_DIR) / "tau2" / "domains" / "mock"
MET = {"reasoning": "It did.", "metExpectation": True}


def checkout(root: Path, basis: list[str], assertions: list[str]) -> Path:
    """The mock domain as a checkout would have it, the reward of one task changed."""
    folder = root / "data" / "tau2" / "domains" / "mock"
    shutil.copytree(PACKAGED, folder)
    tasks = json.loads((folder / "tasks.json").read_text())
    task = next(task for task in tasks if task["id"] == TASK)
    task["evaluation_criteria"] |= {"reward_basis": basis, "nl_assertions": assertions}
    (folder / "tasks.json").write_text(json.dumps(tasks))
    return root


def verdict(*met: bool) -> str:
    results = [
        {"expectedOutcome": told, "reasoning": "So it was.", "metExpectation": fulfilled}
        for told, fulfilled in zip(ASSERTIONS, met, strict=True)
    ]
    return json.dumps({"results": results})


class Judged(NamedTuple):
    trajectory: Trajectory
    asked: list[ChatRequest]


@pytest.fixture
def judge(run_of: Callable[..., Run], tmp_path: Path) -> Callable[..., Judged]:
    """Play the oracle and have a judge that answers so look at it; no answers: no judge is there."""

    def play(*answers: str, basis: tuple[str, ...] = ("DB", "NL_ASSERTION"), about: Any = ASSERTIONS) -> Judged:
        data = checkout(tmp_path, list(basis), list(about))
        left = list(answers)
        with Provider(lambda _: Answer(left.pop(0))) as provider:
            settings = ["name=x", f"provider.api_base={provider.openai_base}", "provider.retry_seconds=0"]
            chosen = ["judge=openai_compatible", *(f"judge.{setting}" for setting in settings)] if answers else []
            run = run_of("domain=mock", "split=base", f"domain.data_dir={data}", *chosen)
            trajectory = grade_episode(run_episode(run, plan_episodes(run, [TASK])[0], Recorder()), run)
        return Judged(trajectory, provider.requests)

    return play


@pytest.mark.parametrize("answers", [(), (True, True), (True, False)], ids=str)
def test_a_regrade_takes_the_verdict_as_it_was(judge: Any, answers: tuple[bool, ...], tmp_path: Path) -> None:
    trajectory, asked = judge(*[verdict(*answers)] if answers else [])
    benchmark = open_benchmark(
        BenchmarkConfig(name="tau2", world="overlay"),
        Domain(name="mock", data_dir=str(tmp_path)),
    )
    before = len(asked)
    assert regrade_trajectory(trajectory, benchmark) == trajectory
    assert (len(asked), trajectory.ungraded) == (before, None if answers else "judge")


@pytest.mark.parametrize(("met", "reward"), [((True, True), 1.0), ((True, False), 0.0)])
def test_the_reward_is_the_judges_too(judge: Any, met: tuple[bool, bool], reward: float) -> None:
    trajectory, asked = judge(verdict(*met))
    assert (trajectory.reward, trajectory.ungraded, trajectory.judge) == (reward, None, "x")
    assert trajectory.grade.components == {"db": 1.0, "nl_assertion": reward}
    assert [(check.what, check.met, check.why) for check in trajectory.grade.judged] == [
        (told, fulfilled, "So it was.") for told, fulfilled in zip(ASSERTIONS, met, strict=True)
    ]
    assert (trajectory.usage["judge"].calls, len(asked)) == (1, 1)
    assert trajectory.usage["judge"].tokens_in > 0


def test_it_is_asked_in_the_benchmarks_words_about_the_whole_conversation(judge: Any) -> None:
    trajectory, [request] = judge(verdict(True, True))
    assert "evaluate whether the agent satisfies each of the expected outcomes" in request.system
    told = request.messages[-1].text
    assert str(ASSERTIONS) in told
    assert all(turn.message in told for turn in trajectory.turns if turn.message)


def test_without_a_judge_there_is_no_reward_and_the_word_says_why(judge: Any) -> None:
    trajectory, _ = judge()
    assert (trajectory.reward, trajectory.ungraded, trajectory.grade) == (None, "judge", None)
    assert "judge" not in trajectory.usage


@pytest.mark.parametrize(
    ("basis", "about"),
    [(("DB",), ASSERTIONS), (("DB", "NL_ASSERTION"), ())],
    ids=["not in the reward", "nothing to judge"],
)
def test_nobody_is_asked_where_the_reward_does_not_need_it(judge: Any, basis: Any, about: Any) -> None:
    trajectory, asked = judge("never asked", basis=basis, about=about)
    assert (trajectory.reward, asked) == (1.0, [])


UNREADABLE = [
    "It was fine.",
    "{}",
    json.dumps({"results": [{"expectedOutcome": ASSERTIONS[0], **MET}]}),
    json.dumps(
        {"results": [{"expectedOutcome": told, "reasoning": "", "metExpectation": "yes"} for told in ASSERTIONS]}
    ),
    '{"results": 7}',
]


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_verdict_that_is_none_is_asked_again_and_paid_for(judge: Any, answer: str) -> None:
    """τ² itself would take fewer results than assertions for a pass."""
    trajectory, _ = judge(answer, f"```json\n{verdict(True, True)}\n```")
    assert (trajectory.reward, trajectory.usage["judge"].calls) == (1.0, 2)


def test_a_judge_that_never_decides_is_a_failure_and_no_reward(judge: Any) -> None:
    with pytest.raises(GradingError, match="no readable verdict on 2 assertions"):
        judge(*["Well."] * 3)


def test_a_judge_whose_provider_goes_down_is_a_failure_of_the_provider_and_what_it_cost_is_kept(
    run_of: Callable[..., Run], tmp_path: Path
) -> None:
    data = checkout(tmp_path / "up", ["NL_ASSERTION"], ASSERTIONS)
    with Provider(lambda _: Answer("Well.")) as provider:
        provider.fault = lambda request: Fault("status", 500) if request.number > 1 else None
        settings = ["name=x", f"provider.api_base={provider.openai_base}", "provider.retry_seconds=0"]
        chosen = ["judge=openai_compatible", *(f"judge.{setting}" for setting in settings)]
        run = run_of("domain=mock", "split=base", f"domain.data_dir={data}", *chosen, root=tmp_path / "out")
        with pytest.raises(ProviderError):
            play(run, plan_episodes(run, [TASK])[0])
    [failure] = (tmp_path / "out").rglob("failures/*.json")
    kept = json.loads(failure.read_text())
    assert (kept["kind"], kept["usage"]["judge"]["calls"]) == ("ProviderUnavailable", 1)
    assert not list((tmp_path / "out").rglob("episodes/*.json"))


def test_the_judge_is_asked_before_the_first_episode_too(run_of: Callable[..., Run]) -> None:
    run = run_of("judge=gpt4o")
    with pytest.raises(PreflightError, match="judge=gpt-4o needs OPENAI_API_KEY"):
        check_seats([SeatCheck(seat, llm) for seat, llm in run.seats.items()])


# Other data, and what is known of the packaged.


def test_the_data_that_was_played_is_in_the_record(judge: Any, run_of: Callable[..., Run]) -> None:
    ours, _ = judge()
    run = run_of("domain=mock", "split=base")
    packaged = grade_episode(run_episode(run, plan_episodes(run, [TASK])[0], Recorder()), run)
    assert ours.data_hash != packaged.data_hash
    assert packaged.reward == 1.0


@pytest.mark.parametrize("below", ["", "data"])
def test_a_checkout_or_its_data_folder_will_do(run_of: Callable[..., Run], tmp_path: Path, below: str) -> None:
    data = checkout(tmp_path, ["DB"], []) / below
    policy = tmp_path / "data" / "tau2" / "domains" / "mock" / "policy.md"
    policy.write_text("Be quick.")
    run = run_of("domain=mock", "split=base", f"domain.data_dir={data}")
    trajectory = grade_episode(run_episode(run, plan_episodes(run, [TASK])[0], Recorder()), run)
    assert trajectory.reward == 1.0
    assert "Be quick." in trajectory.system_prompt


def test_a_folder_without_the_domain_is_refused(run_of: Callable[..., Run], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="checkout of the tau2-bench repository"):
        plan_run(run_of("domain=mock", "split=base", f"domain.data_dir={tmp_path}", root=tmp_path))


@pytest.mark.parametrize(("domain", "known", "size"), [("retail", "105", 114), ("airline", "2", 50)])
def test_tasks_with_bad_golds_are_labelled_and_can_be_left_out(
    run_of: Callable[..., Run], tmp_path: Path, domain: str, known: str, size: int
) -> None:
    kept = plan_run(run_of(f"domain={domain}", "split=base", root=tmp_path))
    left = plan_run(run_of(f"domain={domain}", "split=base", "tasks.quarantine=exclude", root=tmp_path))
    listed = open_benchmark(kept.run.benchmark, kept.run.domain).quarantine
    assert len(kept.owed) == size
    assert {spec.task_id for spec in kept.owed} - {spec.task_id for spec in left.owed} == set(listed)
    assert {spec.id for spec in left.owed} < {spec.id for spec in kept.owed}, "the same episodes, fewer of them"
    for task_id in (known, next(spec.task_id for spec in left.owed)):
        trajectory = run_episode(kept.run, plan_episodes(kept.run, [task_id])[0], Recorder())
        assert trajectory.quarantine == listed.get(task_id)
    assert all(len(reason) > 40 for reason in listed.values())


def test_the_list_is_about_the_packaged_tasks_only(judge: Any, run_of: Callable[..., Run], tmp_path: Path) -> None:
    shutil.copytree(PACKAGED.parent / "retail", tmp_path / "tau2" / "domains" / "retail")
    run = run_of("domain=retail", f"domain.data_dir={tmp_path}")
    assert open_benchmark(run.benchmark, run.domain).quarantine, "the very same tasks"
    tasks = tmp_path / "tau2" / "domains" / "retail" / "tasks.json"
    tasks.write_text(tasks.read_text() + "\n")
    open_benchmark.cache_clear()
    assert open_benchmark(run.benchmark, run.domain).quarantine == {}
