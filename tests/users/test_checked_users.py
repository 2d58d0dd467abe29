"""Customers that think or are checked: what reaches the agent, what is remembered, what is kept in the record."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from support.provider.server import Answer, ChatRequest, Provider

from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.errors import EmptyReply
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Trajectory, Turn

GREETING = "Hi! How can I help you today?"
DONE = "Done. ###STOP###"


class Talk(NamedTuple):
    """An episode in which the agent says "Go on." until the customer stops."""

    trajectory: Trajectory
    asked: list[ChatRequest]
    """Of the customer's llm, checks included."""
    heard: list[str]
    """By the agent's llm: every text of the customer's."""

    @property
    def customer(self) -> list[Turn]:
        return [turn for turn in self.trajectory.turns if turn.seat == "user"]


Converse = Callable[..., Talk]


@pytest.fixture
def converse(run_of: Callable[..., Run]) -> Converse:
    """Play with a customer whose llm gives these answers in turn."""

    def play(strategy: str, *answers: str, attempts: int = 3) -> Talk:
        asked: list[ChatRequest] = []

        def brain(request: ChatRequest) -> Answer:
            if request.tools:
                return Answer("Go on.")
            asked.append(request)
            return Answer(answers[len(asked) - 1])

        with Provider(brain) as provider:
            seats = [
                f"{seat}.{key}"
                for seat in ("model", "user")
                for key in ("name=x", f"provider.api_base={provider.openai_base}")
            ]
            chosen = ["model=openai_compatible", "user=openai_compatible", "domain=mock", "split=base", *seats]
            run = run_of(*chosen, f"user_strategy={strategy}", f"user_strategy.attempts={attempts}")
            [spec] = plan_episodes(run, ["create_task_1"])
            trajectory = run_episode(run, spec, Recorder())
            heard = [said.text for request in provider.requests if request.tools for said in request.messages]
        assert len(asked) == len(answers)
        return Talk(trajectory, asked, heard)

    return play


def remembered(request: ChatRequest) -> list[tuple[str, str]]:
    return [(said.role, said.text) for said in request.messages]


def test_react_thinks_in_private(converse: Converse) -> None:
    talk = converse("react", "Thought: I am shy.\nReply: Hello, I need a task.", f"Thought: Enough.\nReply: {DONE}")
    assert [turn.message for turn in talk.customer] == ["Hello, I need a task.", DONE]
    assert [turn.thought for turn in talk.customer] == ["I am shy.", "Enough."]
    assert not any("shy" in text or "Thought" in text for text in talk.heard)
    assert remembered(talk.asked[1])[1] == ("assistant", "Thought: I am shy.\nReply: Hello, I need a task.")


@pytest.mark.parametrize(
    "answer", ["Hello.", "Reply: Hello.", "thought: x\nreply: Hello.", "\n Thought:\nx\n\nReply:\nHello.\n"]
)
def test_react_takes_the_form_loosely(converse: Converse, answer: str) -> None:
    assert converse("react", answer, DONE).customer[0].message == "Hello."


def test_react_never_sends_a_thought_for_want_of_a_reply(converse: Converse) -> None:
    talk = converse("react", "Thought: I hide this.", "Thought: Again.\nReply: Hello.", DONE)
    assert talk.customer[0].message == "Hello."
    assert talk.customer[0].thought == "Thought: I hide this.\n\nAgain."
    assert not any("hide" in text for text in talk.heard)
    with pytest.raises(EmptyReply):
        converse("react", *["Thought: I hide this."] * 3)


def test_verify_says_what_was_accepted_and_remembers_only_that(converse: Converse) -> None:
    talk = converse("verify", "I am the king.", "No\nIt is invented.", "I need a task.", "yes", DONE, "Yes.")
    assert [turn.message for turn in talk.customer] == ["I need a task.", DONE]
    assert talk.customer[0].thought == "Rejected: I am the king.\nBecause: It is invented."
    assert not any("king" in text for text in talk.heard)
    assert remembered(talk.asked[2]) == remembered(talk.asked[0]), "the second draft is asked for as the first was"
    assert remembered(talk.asked[4]) == [("user", GREETING), ("assistant", "I need a task."), ("user", "Go on.")]
    assert len(talk.customer[0].calls) == 4
    assert talk.trajectory.usage["user"].calls == 6


def test_the_check_sees_scenario_draft_and_who_said_what(converse: Converse) -> None:
    talk = converse("verify", "I need a task.", "yes", DONE, "yes")
    [check] = talk.asked[3].messages
    assert "Important Meeting" in check.text
    assert f"Agent: {GREETING}\nCustomer: I need a task.\nAgent: Go on." in check.text
    assert f"<reply>\n{DONE}\n</reply>" in check.text


@pytest.mark.parametrize("strategy", ["verify", "reflection"])
def test_the_last_draft_is_said_and_remembered_unchecked(converse: Converse, strategy: str) -> None:
    talk = converse(strategy, "One.", "no", "Two.", DONE, "yes", attempts=2)
    assert [turn.message for turn in talk.customer] == ["Two.", DONE]
    assert ("assistant", "Two.") in remembered(talk.asked[3])


def test_reflection_rewrites_in_the_light_of_the_objection(converse: Converse) -> None:
    talk = converse("reflection", "I am the king.", "no\nIt is invented.", "I need a task.", "yes", DONE, "yes")
    assert [turn.message for turn in talk.customer] == ["I need a task.", DONE]
    rewrite = talk.asked[2].messages[-1].text
    assert "I am the king." in rewrite
    assert "It is invented." in rewrite
    assert remembered(talk.asked[4]) == [("user", GREETING), ("assistant", "I need a task."), ("user", "Go on.")]
    assert not any("king" in text for text in talk.heard)


@pytest.mark.parametrize("verdict", ["", "Perhaps.", "I would say yes"])
def test_a_verdict_that_is_none_speaks_against_nothing(converse: Converse, verdict: str) -> None:
    """The original raised when its marker was missing."""
    assert converse("verify", DONE, verdict).customer[0].message == DONE


@pytest.mark.parametrize("strategy", ["llm", "react", "verify", "reflection"])
def test_nothing_is_asked_before_the_agent_has_spoken(converse: Converse, strategy: str) -> None:
    talk = converse(strategy, *[DONE, "yes"][: 2 if strategy in ("verify", "reflection") else 1])
    assert remembered(talk.asked[0]) == [("user", GREETING)]
    assert "Important Meeting" in talk.asked[0].system
