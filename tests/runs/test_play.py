"""`play`: an episode that fails leaves a failure file and never a reward; one that ends is graded and kept.

The providers fail over HTTP; agents and customers that misbehave are functions of this module, named by `_target_` as
anyone's own would be. Not here: what each HTTP failure is called (`test_chat`), the store itself
(`test_run_directory`).
"""

import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Fault, Provider

from tautraj import errors
from tautraj.agents import AgentContext
from tautraj.config import Llm, Run
from tautraj.config.identity import EpisodeSpec, locate_run_directory, plan_episodes
from tautraj.errors import EpisodeError
from tautraj.metrics import EpisodeSummary, Failure
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.store import Store
from tautraj.trajectory import ToolCall
from tautraj.users import Customer, UserContext

RIGHT = {"user_id": "user_1", "title": "Important Meeting"}
TASK = "create_task_1"


# Agents and customers of somebody's own.


def leaving(context: AgentContext) -> None:
    """Does the right thing and returns without a word."""
    context.env.call(ToolCall(id="c1", name="create_task", arguments=RIGHT))


def raising(context: AgentContext) -> None:
    leaving(context)
    raise ValueError("out of ideas")


def exiting(context: AgentContext) -> None:
    sys.exit(3)


def stubborn(context: AgentContext) -> None:
    while True:
        context.env.say("Are you there?")


def persistent(context: AgentContext) -> None:
    """Acts on the world when the customer has gone."""
    context.env.say("Are you there?")
    leaving(context)


def attentive(context: AgentContext) -> None:
    """Goes on only while it is answered."""
    while context.env.say("Are you there?"):
        pass


def asking(context: AgentContext) -> None:
    """Its llm, its own way of using it."""
    context.env.say(context.ask([{"role": "user", "content": "What now?"}]).text)


def wondering(context: AgentContext) -> None:
    """Asks its llm once more, and does nothing about the answer."""
    leaving(context)
    context.ask([{"role": "user", "content": "Was that all?"}])


def hushed(context: UserContext) -> Customer:
    raise LookupError("no script")


def tongue_tied(context: UserContext) -> Customer:
    def reply(heard: str) -> str:
        raise LookupError("no words")

    return reply


# Playing them.


@functools.cache
def described(*overrides: str) -> Run:
    return composed_run("domain=mock", "split=base", "model=gpt4o", "user=gpt4o", *overrides)


def agent(function: Any) -> tuple[str, ...]:
    name = function.__name__
    return (
        f"agent.name={name}",
        f"agent._target_={__name__}.{name}",
        "~agent.offer_respond",
        "~agent.replay_reasoning",
    )


def user_strategy(function: Any) -> tuple[str, ...]:
    name = function.__name__
    return f"user_strategy.name={name}", f"user_strategy._target_={__name__}.{name}", "~user_strategy.attempts"


class Desk:
    """One run directory, one provider: the model calls a tool, then talks; the customer's third word is the last."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.provider = Provider(self.brain)
        self.run = described()

    def brain(self, request: ChatRequest) -> Answer:
        turn = sum(said.role == "assistant" for said in request.messages)
        if request.tools:
            return Answer(None, (("create_task", RIGHT),)) if turn == 1 else Answer("Anything else?")
        return Answer(["Hello.", "Wait.", "###STOP###"][turn] if request.system else "It is done.")

    def fail(self, seat: str, nth: int, fault: Fault) -> None:
        """From the seat's `nth` request on, from 1."""

        def faults(_: ChatRequest) -> Fault | None:
            asked = [request for request in self.provider.requests if bool(request.tools) == (seat == "model")]
            return fault if len(asked) >= nth and asked[-1] is self.provider.requests[-1] else None

        self.provider.fault = faults

    def spec(self, *overrides: str) -> EpisodeSpec:
        def served(llm: Llm) -> Llm:
            settings = {"api_base": self.provider.openai_base, "retry_seconds": 0.0, "timeout_seconds": 1.0}
            return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})

        run = described(*overrides)
        seats = {"model": served(run.model), "user": served(run.user), "root": str(self.root)}
        self.run = run.model_copy(update=seats)
        return plan_episodes(self.run, [TASK])[0]

    def play(self, *overrides: str) -> EpisodeSummary:
        spec = self.spec(*overrides)
        return play(self.run, spec)

    def failed(self, *overrides: str) -> tuple[EpisodeError, dict[str, Any]]:
        """What was raised, and the failure file; everything else that must hold is checked."""
        spec = self.spec(*overrides)
        with pytest.raises(EpisodeError) as caught:
            play(self.run, spec)
        folder = Path(locate_run_directory(self.run))
        assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.json")] == [
            f"failures/{spec.id}.1.json"
        ]
        record = json.loads((folder / "failures" / f"{spec.id}.1.json").read_text())
        assert record["id"] == spec.id
        assert (record["kind"], record["message"]) == (type(caught.value).__name__, str(caught.value))
        assert record["transient"] == caught.value.transient
        assert "reward" not in json.dumps(record)
        assert not list(Store(locate_run_directory(self.run)).read_episodes())
        return caught.value, record


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    desk = Desk(tmp_path)
    with desk.provider:
        yield desk
    assert not desk.provider.errors


def kinds(record: dict[str, Any]) -> list[str]:
    return [f"{turn['seat']} {turn['kind']}" for turn in record["turns"]]


def test_an_episode_that_ends_is_graded_and_kept(desk: Desk) -> None:
    row = desk.play()
    (kept,) = Store(locate_run_directory(desk.run)).read_episodes()
    assert (
        (row.id, row.reward, row.outcome) == (kept.id, 1.0, "user_stop") == (kept.id, kept.reward, kept.outcome.kind)
    )
    assert not list(Path(locate_run_directory(desk.run)).glob("failures/*"))


# A provider that fails: its failure arrives by its own name, out of whatever it happened in.

FAILURES = [
    (Fault("status", 429), errors.RateLimited),
    (Fault("status", 503), errors.ProviderUnavailable),
    (Fault("hang", seconds=2.5), errors.ProviderTimeout),
    (Fault("empty"), errors.MalformedResponse),
    (Fault("status", 401, message="Incorrect API key provided."), errors.AuthenticationFailed),
    (Fault("status", 404), errors.ModelNotFound),
    (Fault("status", 400), errors.BadRequest),
    (Fault("status", 400, message="This model's maximum context length is 8 tokens."), errors.ContextTooLong),
    (Fault("status", 400, message="rejected", code="content_policy_violation"), errors.ContentRefused),
]
every_failure = pytest.mark.parametrize(("fault", "kind"), FAILURES, ids=[kind.__name__ for _, kind in FAILURES])


@every_failure
def test_the_agents_provider_fails(desk: Desk, fault: Fault, kind: type[EpisodeError]) -> None:
    desk.fail("model", 2, fault)
    error, record = desk.failed()
    assert type(error) is kind
    assert kinds(record) == ["model message", "user message", "model tool_call"]
    assert record["turns"][2]["observation"].startswith('{"task_id": "task_2"')


@every_failure
def test_the_customers_provider_fails_inside_a_step_of_the_agent(
    desk: Desk, fault: Fault, kind: type[EpisodeError]
) -> None:
    desk.fail("user", 2, fault)
    error, record = desk.failed()
    assert type(error) is kind
    assert kinds(record) == ["model message", "user message", "model tool_call", "model message"]


def test_the_customers_provider_fails_at_once(desk: Desk) -> None:
    desk.fail("user", 1, Fault("status", 503))
    error, record = desk.failed()
    assert (type(error), kinds(record)) == (errors.ProviderUnavailable, ["model message"])


def test_a_customer_without_words_fails_the_episode(desk: Desk) -> None:
    desk.provider.brain = lambda request: Answer("Hello?" if request.tools else "")
    error, record = desk.failed("user_strategy.attempts=2")
    assert (type(error), record["transient"], kinds(record)) == (errors.EmptyReply, True, ["model message"])


def test_a_customer_that_calls_tools_it_does_not_have_fails_the_episode(desk: Desk) -> None:
    desk.provider.brain = lambda request: Answer("Hello?") if request.tools else Answer(None, (("nope", {}),))
    error, record = desk.failed("limits.mistakes_in_a_row=2")
    assert (type(error), record["transient"]) == (errors.InvalidToolCalls, True)
    assert kinds(record) == ["model message", "user mistake", "user mistake"]


def test_an_agent_of_ones_own_need_not_know_about_providers(desk: Desk) -> None:
    desk.fail("user", 2, Fault("status", 429))  # its requests have no tools either
    error, _ = desk.failed(*agent(asking))
    assert type(error) is errors.RateLimited


def test_what_a_failed_attempt_cost_is_kept(desk: Desk) -> None:
    """A later success takes nothing back."""
    desk.fail("user", 2, Fault("status", 503))
    _, record = desk.failed()
    assert {seat: (spent["calls"], spent["tokens_in"]) for seat, spent in record["usage"].items()} == {
        "model": (2, 200),
        "user": (1, 100),
    }
    store = Store(locate_run_directory(desk.run))
    (spent,) = (one.usage for one in store.read_wasted_usage())
    assert (spent["model"].calls, spent["user"].calls) == (2, 1)
    desk.provider.fault = lambda _: None
    desk.play()
    assert [one.usage for one in store.read_wasted_usage()] == [spent]


def test_the_next_failure_of_an_episode_is_kept_beside_the_first_and_success_ends_them(desk: Desk) -> None:
    desk.fail("model", 1, Fault("status", 503))
    error, _ = desk.failed()
    desk.fail("model", 1, Fault("status", 404))
    with pytest.raises(errors.ModelNotFound) as later:
        desk.play()
    store, spec = Store(locate_run_directory(desk.run)), desk.spec()
    assert store.read_failures(done=set()) == [Failure(spec.id, "ModelNotFound", str(later.value))]
    assert sorted(path.name for path in Path(locate_run_directory(desk.run)).glob("failures/*")) == [
        f"{spec.id}.1.json",
        f"{spec.id}.2.json",
    ]
    desk.provider.fault = lambda _: None
    row = desk.play()
    job = plan_run(desk.run.model_copy(update={"tasks": desk.run.tasks.model_copy(update={"ids": [TASK]})}))
    assert (job.rows, job.failures, job.owed) == ([row], [], [])
    assert type(error) is errors.ProviderUnavailable


def test_a_failure_that_cannot_be_kept_is_raised_by_its_own_name(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    desk.root = tmp_path / "file"
    desk.fail("model", 1, Fault("status", 404))
    with pytest.raises(errors.ModelNotFound):
        desk.play()


# Agents and customers that misbehave.


def test_an_agent_that_raises_is_a_seats_error(desk: Desk) -> None:
    error, record = desk.failed(*agent(raising))
    assert type(error) is errors.SeatError
    assert str(error) == "agent=raising: ValueError: out of ideas"
    assert kinds(record) == ["model message", "user message", "model tool_call"]


def test_an_agent_that_exits_is_a_seats_error(desk: Desk) -> None:
    error, _ = desk.failed(*agent(exiting))
    assert type(error) is errors.SeatError
    assert str(error) == "agent=exiting: SystemExit: 3"


@pytest.mark.parametrize("function", [stubborn, persistent])
def test_an_agent_that_acts_when_the_door_is_closed_has_done_nothing(desk: Desk, function: Any) -> None:
    desk.provider.brain = lambda request: Answer(["Hello.", "###STOP###"][len(request.messages) // 2])
    error, record = desk.failed(*agent(function))
    assert type(error) is errors.WorldClosed
    assert kinds(record) == ["model message", "user message", "model message", "user message"]


def test_an_agent_that_just_returns_has_ended_the_conversation_and_is_graded(desk: Desk) -> None:
    row = desk.play(*agent(leaving))
    assert (row.outcome, row.reward, row.tool_calls) == ("agent_stop", 1.0, 1)


def test_a_call_that_led_to_nothing_is_paid_for_all_the_same(desk: Desk) -> None:
    usage = desk.play(*agent(wondering)).usage["model"]
    assert (usage.calls, usage.tokens_in, usage.tokens_out) == (1, 100, 10)


def test_the_word_that_ends_an_episode_is_not_for_the_agent(desk: Desk) -> None:
    desk.provider.brain = lambda request: Answer(["Hello.", "###STOP###"][len(request.messages) // 2])
    assert desk.play(*agent(attentive)).outcome == "user_stop"


@pytest.mark.parametrize(("function", "words"), [(hushed, "no script"), (tongue_tied, "no words")])
def test_a_customer_that_raises_is_a_seats_error(desk: Desk, function: Any, words: str) -> None:
    error, record = desk.failed(*user_strategy(function))
    assert type(error) is errors.SeatError
    assert str(error) == f"user_strategy={function.__name__}: LookupError: {words}"
    assert kinds(record) == ["model message"]


# Half a character, as models write it when they are cut in the middle of an emoji: JSON can say it, UTF-8 cannot.

HALF = "\ud83d"


@pytest.mark.parametrize("where", ["said", "argument", "heard"])
def test_half_a_character_does_not_cost_the_episode(desk: Desk, where: str) -> None:
    def brain(request: ChatRequest) -> Answer:
        plain = Desk.brain(desk, request)
        if where == "argument" and plain.tool_calls:
            return Answer(None, (("create_task", RIGHT | {"description": HALF}),))
        mine = (where == "said") == bool(request.tools) and plain.text and "#" not in plain.text
        return Answer(f"{plain.text} {HALF}") if mine and where != "argument" else plain

    desk.provider.brain = brain
    assert desk.play().outcome == "user_stop"
