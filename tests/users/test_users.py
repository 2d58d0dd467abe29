"""The customer seat: the scripted one by itself, the llm's over HTTP in whole episodes.

Not here: what the endings do to an episode (`test_agents`), a customer whose provider fails (`test_play`).
"""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Provider, Said
from tau2.domains.airline.environment import get_tasks as airline_tasks
from tau2.domains.mock.environment import get_tasks as mock_tasks
from tau2.user.user_simulator import UserSimulator

from tautraj.agents import GoldContext
from tautraj.agents.oracle import BEFORE_CORRECTION, GOODBYE, HANDOVER, ON_HOLD, plan_steps
from tautraj.benchmarks import Scenario, open_benchmark
from tautraj.config import BenchmarkConfig, Domain, Llm, Run
from tautraj.config.identity import plan_episodes
from tautraj.errors import EmptyReply
from tautraj.grading.proposals.device_requests import find_device_requests
from tautraj.llms.turn_order import OPENING
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Trajectory
from tautraj.users import Customer, UserContext
from tautraj.users.llm import llm
from tautraj.users.scripted import (
    CLOSING,
    CONFIRMATION,
    IDENTITY,
    TRANSFER,
    YES,
    scripted,
)

GREETING = "Hi! How can I help you today?"
SCENARIO = Scenario(
    text="all of it",
    reason="You want to return your lamp.\nyou're sure that it was sent to you by mistake.",
    known="You are Ada Lovelace.\nYour email is ada@example.com, your zip code is 10001.",
    unknown="You do not remember your order id.",
    instructions="If the agent asks you why, you are short of words.",
)


def unasked(*_: Any) -> Any:
    raise AssertionError("nobody may be asked")


def context(scenario: Scenario = SCENARIO) -> UserContext:
    return UserContext(
        prompt="guidelines",
        scenario=scenario,
        given_turns=(),
        stop_word="###STOP###",
        transfer_word="###TRANSFER###",
        tools=(),
        ask=unasked,
        call=unasked,
        think=unasked,
    )


@pytest.fixture
def customer() -> Customer:
    """Scripted; it has said its opening."""
    reply = scripted(context(), patience=30)
    reply(GREETING)
    return reply


# The scripted customer.


def test_it_opens_with_its_reason_in_the_first_person() -> None:
    said = scripted(context(), patience=30)(GREETING)
    assert said == "I want to return my lamp. I'm sure that it was sent to me by mistake."


def test_without_a_reason_it_opens_with_all_it_was_told() -> None:
    told = Scenario("You need a task. Request it for user_1.", "", "", "", "")
    assert scripted(context(told), patience=30)(GREETING) == "I need a task. Request it for user_1."


@pytest.mark.parametrize(
    "question",
    [
        "Could you tell me your email, or your name and zip code?",
        "May I have your full name?",
        "What is your user id?",
        "I need to verify your identity first.",
        "Who am I speaking with?",
    ],
)
def test_it_answers_who_it_is_from_what_it_knows(customer: Customer, question: str) -> None:
    assert customer(question) == "I am Ada Lovelace. My email is ada@example.com, my zip code is 10001."


@pytest.mark.parametrize(
    "question",
    [
        "I am going to return order id: #W1. Do you confirm (yes/no)?",
        "Shall I proceed?",
        "The refund goes to the card of your email account. Is that correct?",
    ],
)
def test_it_says_yes(customer: Customer, question: str) -> None:
    assert customer(question).startswith("Yes")


def test_it_changes_its_mind_once_instead_of_the_first_yes() -> None:
    told = SCENARIO._replace(instructions="If the agent asks for confirmation, only return the lamp.")
    reply = scripted(context(told), patience=30)
    said = [reply(message) for message in (GREETING, "Shall I proceed?", "Do you confirm?")]
    assert said[1:] == ["Wait, not yet. Only return the lamp.", YES]


@pytest.mark.parametrize("heard", ["Is there anything else I can help you with?", "Have a nice day!", "Goodbye."])
def test_it_stops_when_all_is_done(customer: Customer, heard: str) -> None:
    assert "###STOP###" in customer(heard)


def test_it_lets_itself_be_transferred(customer: Customer) -> None:
    assert customer("YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON.") == "###TRANSFER###"


def test_it_thanks_for_what_is_no_question_and_has_something_to_say_to_what_is(customer: Customer) -> None:
    assert customer("Your lamp was returned.") == "Thank you."
    answers = {customer("Why do you want that?") for _ in range(6)}
    assert "I do not remember my order id." in answers
    assert not any("###" in answer for answer in answers)
    assert not any("words" in answer for answer in answers), "how to behave is not said"


def test_what_is_for_a_certain_question_is_said_to_that_question_only() -> None:
    told = SCENARIO._replace(instructions="You are sad. If asked for the reason, say you ordered it by mistake.")
    reply = scripted(context(told), patience=30)
    assert "ordered" not in reply(GREETING)
    assert reply("What is the reason for the return?") == "I ordered it by mistake."
    assert "ordered" not in reply("Which colour was it?")


def test_without_anything_to_say_it_asks_for_help() -> None:
    told = Scenario("-", "Make up a story. Be insistent.", "", "", "")
    assert scripted(context(told), patience=30)(GREETING) == "I need your help, please."


@pytest.mark.parametrize("patience", [1, 4])
def test_it_hangs_up_when_its_patience_is_over(patience: int) -> None:
    reply = scripted(context(), patience=patience)
    said = [reply("Hm?") for _ in range(patience + 1)]
    assert ["###STOP###" in text for text in said] == [False] * patience + [True]


MUST_MATCH = {
    "Could you tell me your": IDENTITY,
    "Do you confirm (yes/no)?": CONFIRMATION,
    BEFORE_CORRECTION: CONFIRMATION,
    ON_HOLD: TRANSFER,
    GOODBYE: CLOSING,
}
"""What a sentence of the oracle contains -> the regex by which the scripted customer answers it."""

DEVICE = re.compile("a request for the customer's device")
"""Stands for what `find_device_requests` finds."""


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("retail", {IDENTITY, CONFIRMATION, TRANSFER, CLOSING}),
        ("airline", {IDENTITY, CONFIRMATION, TRANSFER, CLOSING}),
        ("telecom", {IDENTITY, CONFIRMATION, DEVICE, TRANSFER, CLOSING}),
    ],
)
def test_it_understands_every_sentence_of_the_oracle(domain: str, expected: set[re.Pattern[str]]) -> None:
    benchmark = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None))
    names = {tool["function"]["name"] for tool in benchmark.tools}
    device = {tool["function"]["name"] for tool in benchmark.user_tools}
    used = set()
    for task_id in benchmark.list_task_ids("base"):
        task = benchmark.get_task(task_id)
        gold = GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools)
        for sentence in (step for step in plan_steps(gold, names) if isinstance(step, str)):
            regexes = {regex for words, regex in MUST_MATCH.items() if words in sentence}
            asked = {DEVICE} if find_device_requests(sentence, device) else set()
            assert len(regexes | asked) == (not sentence.endswith(HANDOVER)), (
                sentence
            )  # before a transfer: no question
            first = next((r for r in (TRANSFER, CONFIRMATION, IDENTITY, CLOSING) if r.search(sentence)), None)
            assert asked or {first} - {None} == regexes, sentence
            used |= regexes | asked
    assert used == expected


# The llm's customer.


def served(llm: Llm, provider: Provider) -> Llm:
    settings = {"api_base": provider.openai_base, "retry_seconds": 0.0}
    return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})


@functools.cache
def described(*overrides: str) -> Run:
    return composed_run("split=base", "model=gpt4o", "user=gpt4o", *overrides)


def customers(
    *said: str | Answer, task: str = "create_task_1", given: tuple[str, ...] = ("domain=mock",)
) -> tuple[Trajectory, list[ChatRequest]]:
    """An episode with an agent that counts aloud; what the customer's model was sent."""
    answers, numbers = iter(said), itertools.count(1)

    def brain(request: ChatRequest) -> Answer:
        answer: str | Answer = f"Agent, {next(numbers)}." if request.tools else next(answers)
        return Answer(answer) if isinstance(answer, str) else answer

    run = described(*given)
    with Provider(brain) as provider:
        seats = {"model": served(run.model, provider), "user": served(run.user, provider)}
        run = run.model_copy(update=seats)
        trajectory = run_episode(run, plan_episodes(run, [task])[0], Recorder())
    return trajectory, [request for request in provider.requests if not request.tools]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


def some_tasks() -> Iterator[Any]:
    yield from (pytest.param("mock", task, id=task.id) for task in mock_tasks())
    yield from (pytest.param("airline", task, id=f"airline-{task.id}") for task in airline_tasks()[:3])


@pytest.mark.parametrize(("domain", "task"), some_tasks())
def test_its_model_is_told_the_benchmarks_guidelines_and_scenario(domain: str, task: Any) -> None:
    trajectory, requests = customers("###STOP###", task=task.id, given=(f"domain={domain}",))
    told = UserSimulator(instructions=str(task.user_scenario)).system_prompt
    assert requests[0].system == told == trajectory.user_prompt


def test_it_hears_the_agent_as_its_user_and_remembers_itself_as_assistant() -> None:
    _, requests = customers("One.", "Two.", "###STOP###")
    assert [request.messages for request in requests][-1] == (
        Said("user", GREETING),
        Said("assistant", "One."),
        Said("user", "Agent, 1."),
        Said("assistant", "Two."),
        Said("user", "Agent, 2."),
    )


def test_it_is_sent_nothing_but_what_was_said() -> None:
    _, requests = customers("One.", "###STOP###")
    for request in requests:
        assert set(request.body) == {"model", "messages", "temperature", "seed"}


def test_its_model_is_not_asked_before_it_is_spoken_to() -> None:
    reply = llm(context(), attempts=3)
    with pytest.raises(AssertionError, match="nobody may be asked"):
        reply("Hello.")


def test_an_empty_reply_is_asked_again_and_leaves_no_trace_in_what_it_remembers() -> None:
    trajectory, requests = customers("One.", "", Answer(None, reasoning="Hm."), "Two.", "###STOP###")
    assert requests[1].messages == requests[2].messages == requests[3].messages
    assert [said.text for said in requests[-1].messages] == [GREETING, "One.", "Agent, 1.", "Two.", "Agent, 2."]
    turn = trajectory.turns[3]
    assert (turn.message, len(turn.calls), turn.reasoning) == ("Two.", 3, "Hm.")
    assert trajectory.usage["user"].calls == 5


@pytest.mark.parametrize("nothing", ["", " \n", "<think>Hm.</think>"])
@pytest.mark.parametrize("attempts", [1, 3])
def test_after_so_many_empty_replies_the_episode_fails(attempts: int, nothing: str) -> None:
    answers = ["One.", *[nothing] * attempts, "too late"]
    with pytest.raises(EmptyReply, match=f"nothing {attempts} times"):
        customers(*answers, given=("domain=mock", f"user_strategy.attempts={attempts}"))


def test_a_history_that_was_given_is_seen_from_its_side() -> None:
    trajectory, requests = customers("Please complete it.", "###STOP###", task="update_task_with_message_history")
    before, after = requests
    told = trajectory.turns[2].message or ""
    assert told.startswith("I've created a task titled 'Project Review'")
    opening = Said("assistant", "I need to create a task for the project review meeting.")
    given = (Said("user", OPENING), opening, Said("user", told))
    assert before.messages == given
    said = Said("assistant", "Please complete it.")
    assert after.messages == (*given, said, Said("user", "Agent, 1."))
