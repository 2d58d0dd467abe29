"""Every fault there is, in a conversation over HTTP: what passes costs a retry and nothing else, what does not is a
failure by its name after one request, and what the model gets wrong is told to the model.

The mock domain, both seats replayed from the oracle's own episode. Not here: single calls (`test_chat`), agents and
customers that raise (`test_play`).
"""

import functools
import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.provider.misbehaving_model import Clumsy, Unstopping, endless_talker
from support.provider.permanent_errors import REFUSED
from support.provider.presets import PROTOCOLS, served
from support.provider.replay import Replay, essence
from support.provider.server import Answer, Brain, ChatRequest, Fault, Faults, Provider
from support.provider.transient_faults import KINDS, Weather

from tautraj import errors, process_env
from tautraj.config import Run
from tautraj.config.identity import locate_run_directory, plan_episodes
from tautraj.errors import EpisodeError
from tautraj.llms import chat
from tautraj.metrics import EpisodeSummary
from tautraj.report.terminal.tables import summary_rows
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode, play
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.trajectory import Trajectory

TASK = "create_task_1"
MOCK = ("domain=mock", "split=base", f"tasks.ids=[{TASK}]")
every_protocol = pytest.mark.parametrize("name", PROTOCOLS)


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
            patch.setenv(name, "canary")
        process_env.freeze_gc()
        for name in (*PROTOCOLS, "vllm"):  # litellm loads much at a first call, and not well from two threads at once
            with Provider(lambda _: Answer("hi")) as provider:
                chat(served(name, provider), [{"role": "user", "content": "hello"}])
        yield


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> Trajectory:
    """The oracle's own episode: what it says, its call, its goodbye; three times the customer."""
    run = run_of(*MOCK)
    return grade_episode(run_episode(run, plan_episodes(run, [TASK])[0], Recorder()), run)


class Played(NamedTuple):
    run: Run
    outcome: EpisodeSummary | EpisodeError
    requests: list[ChatRequest]
    injected: int

    @property
    def row(self) -> EpisodeSummary:
        assert isinstance(self.outcome, EpisodeSummary), self.outcome
        return self.outcome

    @property
    def kept(self) -> Trajectory:
        [trajectory] = Store(locate_run_directory(self.run)).read_episodes()
        return trajectory

    @property
    def retries(self) -> int:
        return sum(usage.retries for usage in self.row.usage.values())


Play = Callable[..., Played]


@pytest.fixture(scope="module")
def play_one(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Play:
    """`play_one("gpt4o", brain, faults, retry_seconds=…)`: an episode, kept in a run directory of its own."""
    folder, numbers = tmp_path_factory.mktemp("played"), itertools.count()
    described = functools.cache(lambda *overrides: run_of(*MOCK, "model=gpt4o", "user=gpt4o", *overrides))

    def one(name: str, brain: Brain, faults: Faults = lambda _: None, /, *overrides: str, **settings: Any) -> Played:
        injected = 0

        def counted(request: ChatRequest) -> Fault | None:
            nonlocal injected
            fault = faults(request)
            injected += fault is not None
            return fault

        with Provider(brain, counted) as provider:
            llm = served(name, provider, **{"retry_seconds": 60.0} | settings)
            here = {"root": str(folder / str(next(numbers))), "model": llm, "user": llm}
            run = described(*overrides).model_copy(update=here)
            outcome: EpisodeSummary | EpisodeError
            try:
                outcome = play(run, plan_episodes(run, [TASK])[0])
            except EpisodeError as error:
                outcome = error
        assert not provider.errors
        return Played(run, outcome, provider.requests, injected)

    return one


# What passes.

PASSING = [(name, kind) for name in PROTOCOLS for kind in KINDS]
PASSING.remove(("claude", "no choices"))  # a lawful answer there, see test_an_answer_of_anthropics_…


def at(kind: str, *numbers: int, timeout: float) -> Faults:
    """The fault on those requests, counted from 1 as they arrive."""
    return lambda request: KINDS[kind](request.protocol, timeout) if request.number in numbers else None


@pytest.fixture(scope="module")
def passed(play_one: Play, recorded: Trajectory) -> dict[tuple[str, str], Played]:
    """Every fault that passes, at the customer's first word and at the agent's call, all at the same time."""

    def one(case: tuple[str, str]) -> Played:
        name, kind = case
        timeout = 4.0 if kind == "hang" else 60.0  # else a busy machine would count as a fault of its own
        faults = at(kind, 1, 5, timeout=1.0 if kind == "slow" else timeout)
        return play_one(name, Replay([recorded]), faults, timeout_seconds=timeout)

    with ThreadPoolExecutor(20) as threads:
        return dict(zip(PASSING, threads.map(one, PASSING), strict=True))


@pytest.mark.xdist_group("faults")  # one worker plays `passed`
@pytest.mark.parametrize(("name", "kind"), PASSING)
def test_what_passes_costs_a_retry_and_nothing_else(
    passed: dict[tuple[str, str], Played], recorded: Trajectory, name: str, kind: str
) -> None:
    played = passed[name, kind]
    assert (played.row.reward, played.row.mistakes) == (recorded.reward, 0)
    assert essence(played.kept) == essence(recorded)
    assert played.injected == 2
    assert played.retries == (0 if kind == "slow" else 2)
    assert len(played.requests) == sum(usage.calls for usage in played.row.usage.values()) + played.retries
    assert not list(Path(locate_run_directory(played.run)).glob("failures/*"))


def test_an_answer_of_anthropics_that_holds_nothing_is_the_models_mistake(
    play_one: Play, recorded: Trajectory
) -> None:
    """And the customer's is asked again, silently."""
    played = play_one("claude", Replay([recorded]), at("no choices", 1, 5, timeout=60.0))
    assert (played.row.reward, played.row.mistakes, played.retries) == (1.0, 1, 0)
    assert essence(played.kept) == essence(recorded)


@pytest.mark.slow
def test_weather_depends_on_what_is_asked_and_not_on_when(play_one: Play, recorded: Trajectory) -> None:
    """Twice the same run, one of them in a provider that has already heard another's."""
    kinds = ["429, in 0 s"]
    first, other = Weather(7, 0.5, 60.0, kinds), Weather(8, 0.5, 60.0, kinds)
    once = play_one("gpt4o", Replay([recorded]), first)
    elsewhere = play_one("gpt4o", Replay([recorded]), other, "seed=301")
    again = play_one("gpt4o", Replay([recorded]), Weather(7, 0.5, 60.0, kinds))
    assert once.injected == again.injected == sum(first.injected.values()) > 0
    assert [request.body for request in once.requests] == [request.body for request in again.requests]
    assert elsewhere.row.reward == once.row.reward == again.row.reward == 1.0


# What does not.

FINAL = [(name, fault, kind) for kind, cases in REFUSED for name, fault in cases]


@pytest.mark.parametrize(("name", "fault", "kind"), FINAL, ids=lambda value: getattr(value, "__name__", None))
def test_what_does_not_pass_is_asked_once_and_is_a_failure_by_its_name(
    play_one: Play, recorded: Trajectory, name: str, fault: Fault, kind: type[EpisodeError]
) -> None:
    played = play_one(name, Replay([recorded]), lambda request: fault if request.number >= 4 else None)
    assert type(played.outcome) is kind
    assert len(played.requests) == 4, "asked again"
    shown(played, kind)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("status", 429), errors.RateLimited),
        (Fault("drop"), errors.ProviderUnavailable),
        (Fault("html", 200), errors.MalformedResponse),
        (Fault("hang", seconds=8), errors.ProviderTimeout),
    ],
)
def test_what_would_pass_and_does_not_is_a_failure_too(
    play_one: Play, recorded: Trajectory, fault: Fault, kind: type[EpisodeError]
) -> None:
    def faults(request: ChatRequest) -> Fault | None:
        return fault if request.number >= 4 else None

    shown(play_one("gpt4o", Replay([recorded]), faults, retry_seconds=0.0, timeout_seconds=2.0), kind)


def shown(played: Played, kind: type[EpisodeError]) -> None:
    """By its name in the failure's file, in the numbers and in the terminal's table; nowhere a reward."""
    folder, spec = Path(locate_run_directory(played.run)), plan_episodes(played.run, [TASK])[0]
    [path] = [path for path in folder.rglob("*") if path.is_file()]
    assert path.relative_to(folder).as_posix() == f"failures/{spec.id}.1.json"
    failure = json.loads(path.read_text())
    assert (failure["kind"], failure["transient"]) == (kind.__name__, kind.transient)
    assert [turn["kind"] for turn in failure["turns"]] == ["message"] * 4
    assert "reward" not in failure
    numbers = RunProgress(plan_run(played.run)).compute_metrics()
    assert (numbers["episodes"], numbers["failed"], numbers[f"failures_{kind.__name__}"]) == (0, 1, 1)
    assert not [name for name in numbers if "reward" in name or "success" in name]
    assert (f"failed: {kind.__name__}", "1") in summary_rows(numbers)


# What the model gets wrong.


@every_protocol
@pytest.mark.parametrize("seed", range(4))
def test_mistakes_are_told_to_the_model_and_the_world_is_the_same(
    play_one: Play, recorded: Trajectory, name: str, seed: int
) -> None:
    brain = Clumsy(Replay([recorded]), seed, rate=0.8)
    played = play_one(name, brain)
    assert played.row.reward == 1.0
    assert essence(played.kept) == essence(recorded)
    mistaken = [turn.observation or "" for turn in played.kept.turns if turn.kind == "mistake"]
    assert len(mistaken) == played.row.mistakes
    last = [request for request in played.requests if request.tools][-1]
    heard = [part for said in last.messages for part in said.text.split("\n\n")]  # a notice may follow a result
    assert [text for text in heard if text in mistaken] == mistaken
    dropped = sum(len(turn.dropped) for turn in played.kept.turns)
    assert dropped == 2 * brain.given["several calls"]
    assert played.retries == 0


def test_over_a_few_conversations_everything_has_gone_wrong_once(recorded: Trajectory, play_one: Play) -> None:
    brains = [Clumsy(Replay([recorded]), seed, rate=1.0) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        played = list(threads.map(lambda brain: play_one("gpt4o", brain), brains))
    given = set().union(*(brain.given for brain in brains))
    assert given == {"several calls", "text beside", "silence", "unknown tool", "broken arguments"}
    assert [one.row.reward for one in played] == [1.0] * 4
    told = {turn.observation for one in played for turn in one.kept.turns if turn.kind == "mistake"}
    assert len({text.partition(":")[0] for text in told if text}) == 2


# What does not end by itself.


@every_protocol
def test_talk_without_an_end_ends_by_the_limit_and_is_graded(play_one: Play, name: str) -> None:
    played = play_one(name, endless_talker, lambda _: None, "limits.turns=13")
    assert (played.row.outcome, played.row.reward, played.row.turns) == ("max_turns", 0.0, 13)
    assert (played.kept.ungraded, len(played.requests)) == (None, 13)


@every_protocol
def test_a_customer_that_never_stops_is_cut_off_and_graded(play_one: Play, recorded: Trajectory, name: str) -> None:
    """The world is as it should be, and yet: τ² gives nothing for a conversation that did not end."""
    played = play_one(name, Unstopping([recorded]), lambda _: None, "limits.turns=14")
    assert (played.row.outcome, played.row.reward, played.row.tool_calls) == ("max_turns", 0.0, 1)
    assert essence(played.kept)[:5] == essence(recorded)[:5]
