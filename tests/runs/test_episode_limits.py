"""How episodes end: the limits of time, tokens and money, and which endings are graded, by which rule.

Every call of the fake provider takes 110 tokens, at gpt-4o's prices 0.00035 USD. Not here: turns, mistakes and tool
errors over HTTP (`test_agents`), what the evaluators say of each task (`test_tau2_grading`,
`test_tau_bench_grading`).
"""

import functools
from typing import Any, NamedTuple, get_args

import pytest
from support.provider.server import Answer, ChatRequest, Fault, Provider

from tautraj.agents import AgentContext
from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.tau2.adapter import TERMINATION_REASONS
from tautraj.config import BenchmarkConfig, Domain, Llm, Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import plan_episodes
from tautraj.config.parse import parse_run
from tautraj.errors import LimitReached, WorldClosed
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Ending, Grade, Outcome, ToolCall, Trajectory
from tautraj.users import Customer, UserContext

RIGHT = ("create_task", {"user_id": "user_1", "title": "Important Meeting"})
LOOK = ("get_users", {})
STEP = [{"role": "user", "content": "What now?"}]


# Agents and customers of somebody's own.


def brooding(context: AgentContext) -> None:
    """Does the right thing, and then only thinks."""
    context.env.call(ToolCall(id="c1", name=RIGHT[0], arguments=RIGHT[1]))
    while True:
        context.ask(STEP)


def noting(context: AgentContext) -> None:
    """Writes every thought down; nobody else notices."""
    while True:
        context.env.note("plan", plan=context.ask(STEP).text)


def deaf(context: AgentContext) -> None:
    """Does not take no for an answer from its llm, and then acts."""
    try:
        while True:
            context.ask(STEP)
    except LimitReached:
        context.env.call(ToolCall(id="c1", name=RIGHT[0], arguments=RIGHT[1]))


def parting(context: AgentContext) -> None:
    """Asks once, does the right thing and leaves."""
    context.env.call(ToolCall(id="c1", name=RIGHT[0], arguments=RIGHT[1]))
    context.ask(STEP)


def undecided(context: UserContext) -> Customer:
    """Thinks about its answer for ever."""

    def reply(heard: str) -> str:
        while True:
            context.ask([{"role": "system", "content": context.prompt}, *STEP])

    return reply


def own(function: Any) -> tuple[str, ...]:
    part, gone = ("user_strategy", ["attempts"]) if function is undecided else ("agent", ["offer_respond"])
    gone += ["replay_reasoning"] if part == "agent" else []
    name = function.__name__
    return f"{part}.name={name}", f"{part}._target_={__name__}.{name}", *(f"~{part}.{key}" for key in gone)


# Playing them.


@functools.cache
def described(*overrides: str) -> Run:
    return parse_run(compose_tree(["domain=mock", "split=base", "model=gpt4o", "user=gpt4o", *overrides]))


class Played(NamedTuple):
    trajectory: Trajectory
    asked: list[str]
    """Who was asked, in order."""

    @property
    def ending(self) -> tuple[str, float | None, str | None]:
        return self.trajectory.outcome.kind, self.trajectory.reward, self.trajectory.ungraded

    @property
    def kinds(self) -> list[str]:
        return [f"{turn.seat} {turn.kind}" for turn in self.trajectory.turns if not turn.given]


class Voices:
    """Answers for both seats in turn; the last answer of each is repeated for ever."""

    def __init__(self, model: tuple[Answer, ...], user: tuple[str, ...]) -> None:
        self._model, self._user = list(model), [Answer(text) for text in user]

    def __call__(self, request: ChatRequest) -> Answer:
        answers = self._user if seat_of(request) == "user" else self._model
        return answers.pop(0) if len(answers) > 1 else answers[0]


def seat_of(request: ChatRequest) -> str:
    return "user" if "<scenario>" in str(request.body["messages"]) else "model"


def play(
    *overrides: str, model: tuple[Answer, ...] = (), user: tuple[str, ...] = ("Hm.",), slow: float = 0
) -> Played:
    run = described(*overrides)
    model = model or (Answer(None, (RIGHT,)), Answer(None, (LOOK,)))
    with Provider(Voices(model, user), lambda _: Fault("hang", seconds=slow)) as provider:

        def served(llm: Llm) -> Llm:
            settings = {"api_base": provider.openai_base, "retry_seconds": 0.0}
            return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})

        run = run.model_copy(update={"model": served(run.model), "user": served(run.user)})
        trajectory = grade_episode(run_episode(run, plan_episodes(run, ["create_task_1"])[0], Recorder()), run)
    assert not provider.errors
    return Played(trajectory, [seat_of(request) for request in provider.requests])


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


# Time, tokens, money. Each conversation had done the right thing already: it is not graded all the same.


@pytest.mark.parametrize(
    ("limit", "detail"),
    [("tokens=330", "330 of limits.tokens=330"), ("usd=0.00105", "0.00105 of limits.usd=0.00105")],
)
def test_tokens_and_money_run_out_without_a_verdict(limit: str, detail: str) -> None:
    played = play(f"limits.{limit}")
    kind = f"max_{limit.partition('=')[0]}"
    assert played.ending == (kind, None, kind)
    assert played.trajectory.outcome.detail == detail
    assert played.asked == ["user", "model", "model"]
    assert played.kinds == ["user message", "model tool_call", "model tool_call"]
    assert sum(spent.tokens_in + spent.tokens_out for spent in played.trajectory.usage.values()) == 330


def test_seconds_run_out_without_a_verdict() -> None:
    played = play("limits.seconds=0.5", slow=0.2)
    assert played.ending == ("max_seconds", None, "max_seconds")
    assert str(played.trajectory.outcome.detail).endswith(" of limits.seconds=0.5")
    assert played.trajectory.seconds >= 0.5
    assert len(played.asked) <= 3


def test_without_limits_nothing_of_this_ends_it() -> None:
    assert play("limits.turns=4").ending == ("max_turns", 0.0, None)


WHERE: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "after what the agent says": (
        {"overrides": ["limits.tokens=220"], "model": (Answer("Hello?"),)},
        ["user", "model"],
        ["user message", "model message"],
    ),
    "after what the customer says": (
        {"overrides": ["limits.tokens=330"], "model": (Answer("Hello?"),)},
        ["user", "model", "user"],
        ["user message", "model message", "user message"],
    ),
    "after its very first word": ({"overrides": ["limits.tokens=1"]}, ["user"], ["user message"]),
    "after a mistake": (
        {"overrides": ["limits.tokens=220"], "model": (Answer(None, (("nope", {}),)),)},
        ["user", "model"],
        ["user message", "model mistake"],
    ),
    "while an agent only thinks": (
        {"overrides": ["limits.tokens=500", *own(brooding)]},
        ["user", *["model"] * 4],
        ["user message", "model tool_call"],
    ),
    "while an agent only makes plans": (
        {"overrides": ["limits.tokens=330", *own(noting)]},
        ["user", "model", "model"],
        ["user message", "model plan", "model plan"],
    ),
    "while a customer only thinks": (
        {"overrides": ["limits.tokens=330", *own(undecided)]},
        ["user"] * 3,
        [],
    ),
    "while a customer's reply is checked": (
        {"overrides": ["limits.tokens=330", "user_strategy=verify", "user_strategy.attempts=50"], "user": ("no",)},
        ["user"] * 3,
        [],
    ),
    "while a belief is asked for": (
        {
            "overrides": ["limits.tokens=330", "agent=planning", "agent.belief_attempts=50"],
            "model": (Answer("I do not know."),),
        },
        ["user", "model", "model"],
        ["user message"],
    ),
    "in the middle of an agent's code": (
        {
            "overrides": ["limits.tokens=330", "agent=code"],
            "model": (Answer("```python\nrespond(content='Hm?')\ncreate_task(user_id='user_1', title='x')\n```"),),
        },
        ["user", "model", "user"],
        ["user message", "model code", "model message", "user message"],
    ),
}


@pytest.mark.parametrize(("given", "asked", "kinds"), WHERE.values(), ids=WHERE)
def test_it_ends_there_and_nothing_more_is_asked_or_done(
    given: dict[str, Any], asked: list[str], kinds: list[str]
) -> None:
    played = play(*given["overrides"], **{key: given[key] for key in given if key != "overrides"})
    assert (played.asked, played.kinds) == (asked, kinds)
    assert played.ending == ("max_tokens", None, "max_tokens")
    assert sum(spent.calls for spent in played.trajectory.usage.values()) == len(asked)


def test_an_agent_that_acts_all_the_same_has_done_nothing() -> None:
    with pytest.raises(WorldClosed, match="nothing is done afterwards"):
        play("limits.tokens=330", *own(deaf))


def test_who_has_ended_the_conversation_with_the_last_call_allowed_is_graded() -> None:
    said = (Answer(None, (RIGHT,)), Answer("It is done."))
    played = play("limits.tokens=440", "limits.usd=0.0014", model=said, user=("Hello.", "###STOP###"))
    assert (len(played.asked), played.ending) == (4, ("user_stop", 1.0, None))
    assert play("limits.tokens=220", *own(parting)).ending == ("agent_stop", 1.0, None)


def test_an_ending_of_the_benchmarks_own_comes_first() -> None:
    assert play("limits.tokens=220", "limits.turns=2").ending == ("max_turns", 0.0, None)


def test_what_is_unpriced_is_not_held_against_money_but_against_tokens() -> None:
    prices = [f"model.usd_per_million_tokens_{way}=0" for way in ("in", "out")]
    played = play("limits.usd=0.0007", "limits.turns=8", "model.name=unheard-of")
    assert played.ending == ("max_turns", 0.0, None)
    assert played.trajectory.usage["model"].usd is None
    played = play("limits.usd=0.00035", "model.name=unheard-of", *prices)
    assert played.ending == ("max_usd", None, "max_usd")


# Which endings are graded: one table per benchmark.

RULES: dict[Ending, dict[str, float | str | None]] = {
    "user_stop": {"tau2": None, "tau_bench": None},
    "user_transfer": {"tau2": None, "tau_bench": 0.0},
    "user_out_of_scope": {"tau2": None, "tau_bench": 0.0},
    "agent_stop": {"tau2": None, "tau_bench": 0.0},
    "agent_transfer": {"tau2": None, "tau_bench": None},
    "max_turns": {"tau2": 0.0, "tau_bench": 0.0},
    "too_many_mistakes": {"tau2": 0.0, "tau_bench": 0.0},
    "too_many_tool_errors": {"tau2": 0.0, "tau_bench": 0.0},
    "max_seconds": {"tau2": "max_seconds", "tau_bench": "max_seconds"},
    "max_tokens": {"tau2": "max_tokens", "tau_bench": "max_tokens"},
    "max_usd": {"tau2": "max_usd", "tau_bench": "max_usd"},
}
"""None: looked at; a number: graded so whatever happened; a word: not graded, and why."""


def test_every_ending_has_a_rule() -> None:
    assert set(RULES) == set(TERMINATION_REASONS) == set(get_args(Ending))


@pytest.mark.parametrize("kind", RULES)
def test_tau2_grades_an_ending_by_its_own_rule(kind: Ending) -> None:
    check(
        kind,
        open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="mock", data_dir=None)),
        "create_task_1",
    )


@pytest.mark.parametrize("kind", RULES)
def test_classic_grades_an_ending_by_its_own_rule(kind: Ending) -> None:
    pytest.importorskip("tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how")
    from tautraj.benchmarks.tau_bench.adapter import DONE_BY_ENDING

    assert set(DONE_BY_ENDING) == set(get_args(Ending))
    check(
        kind,
        open_benchmark(BenchmarkConfig(name="tau_bench", world="overlay"), Domain(name="retail", data_dir=None)),
        "test-10",
    )


def check(kind: Ending, benchmark: Benchmark, task_id: str) -> None:
    verdict = benchmark.grade(task_id, [], Outcome(kind=kind, detail=None), None)
    rule = RULES[kind][benchmark.name]
    if isinstance(rule, str):
        assert verdict == rule
        return
    assert isinstance(verdict, Grade)
    assert (verdict.db_match is not None) == (rule is None)
    assert rule is None or verdict.reward == rule
