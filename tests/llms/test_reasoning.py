"""What a provider returns as its model's reasoning: kept in its channel, and sent back to the one that wants it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from support.provider.presets import served
from support.provider.server import Answer, ChatRequest, Provider

from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Trajectory

THOUGHT = "I must look first."
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")


class Played(NamedTuple):
    trajectory: Trajectory
    sent: list[str]
    """The bodies of the agent's requests."""


@pytest.fixture
def reasoned(run_of: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Played]:
    """Two calls, each reasoned about, then goodbye."""
    for key in KEYS:
        monkeypatch.setenv(key, "k")

    def play(seat: str, *overrides: str, name: str | None = None) -> Played:
        answers = iter([Answer(None, (("get_users", {}),), THOUGHT)] * 2)
        words = iter(["Hello.", "###STOP###"])

        def brain(request: ChatRequest) -> Answer:
            if "<scenario>" in request.system:
                return Answer(next(words))
            return next(answers, Answer("Goodbye."))

        run = run_of("domain=mock", "split=base", f"model={seat}", f"user={seat}", *overrides)
        with Provider(brain) as provider:
            llm = served(seat, provider, reasoning_back=run.model.provider.reasoning_back)
            if name:
                llm = llm.model_copy(update={"name": name})
            run = run.model_copy(update={"model": llm, "user": llm})
            trajectory = run_episode(run, plan_episodes(run, ["create_task_1"])[0], Recorder())
            asked = [request for request in provider.requests if "<policy>" in str(request.body)]
        return Played(trajectory, [str(request.body) for request in asked])

    return play


def called(trajectory: Trajectory) -> list[Any]:
    return [turn for turn in trajectory.turns if turn.kind == "tool_call"]


@pytest.mark.parametrize(
    ("seat", "name", "goes_back", "signed"),
    [
        ("gpt4o", None, False, ()),
        ("vllm", None, True, ()),
        ("claude", None, True, ("thinking_blocks",)),
        ("gemini", "gemini-3.1-pro-preview", False, ("tool_calls",)),
    ],
)
def test_reasoning_is_kept_and_goes_back_to_who_wants_it(
    reasoned: Any, seat: str, name: str | None, goes_back: bool, signed: tuple[str, ...]
) -> None:
    played = reasoned(seat, name=name)
    for turn in called(played.trajectory):
        assert turn.reasoning == THOUGHT
        assert [tuple(kept) for kept in turn.signed] == ([signed] if signed else [])
        assert "__thought__" not in turn.tool_call.id
    first, second, third = played.sent[:3]
    assert THOUGHT not in first
    assert (THOUGHT in second, third.count(THOUGHT)) == (goes_back, 2 * goes_back)
    for kept in (turn.signed[0] for turn in called(played.trajectory) if signed):
        [value] = kept.values()
        signature = value[0].get("signature") or value[0]["provider_specific_fields"]["thought_signature"]
        assert signature in second, "what was signed comes back with its signature"


@pytest.mark.parametrize("seat", ["vllm", "claude"])
def test_it_stays_away_where_it_is_not_wanted(reasoned: Any, seat: str) -> None:
    played = reasoned(seat, "agent.replay_reasoning=false")
    assert [turn.reasoning for turn in called(played.trajectory)] == [THOUGHT] * 2
    assert not any(THOUGHT in body for body in played.sent)


def test_the_customer_never_hears_it(reasoned: Any) -> None:
    assert not any(THOUGHT in (turn.message or "") for turn in reasoned("claude").trajectory.turns)
