"""The agent seat over HTTP: what its model is sent, what it may do, what the record keeps.

A script answers for the model and for the customer; whatever stands between them and the benchmark's world is what
runs in production. Not here: the wire formats (`test_chat`), the customer (`test_users`), failures (`test_play`).
"""

import functools
import json
from typing import Any, NamedTuple

import pytest
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Provider
from tau2.agent.llm_agent import LLMAgent
from tau2.data_model.message import ToolCall as Tau2Call
from tau2.registry import registry

from tautraj.agents.message_history import EMPTY_REPLY
from tautraj.config import Llm, Run
from tautraj.config.identity import plan_episodes
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.trajectory import ToolCall, Trajectory, Turn

GREETING = "Hi! How can I help you today?"
RIGHT = ("create_task", {"user_id": "user_1", "title": "Important Meeting"})
LOOK = ("get_users", {})
AT_THE_START = '[{"user_id": "user_1", "name": "Test User", "tasks": ["task_1"]}]'
FAILING = ("create_task", {"user_id": "nobody", "title": "x"})


class Script:
    """Answers for both seats in turn; then the agent says goodbye and the customer stops."""

    def __init__(self, model: tuple[Answer | str, ...], user: tuple[str, ...]) -> None:
        self._model, self._user = list(model), list(user)

    def __call__(self, request: ChatRequest) -> Answer:
        lines, last = (self._model, "Goodbye.") if request.tools else (self._user, "###STOP###")
        line = lines.pop(0) if lines else last
        return Answer(line) if isinstance(line, str) else line


class Played(NamedTuple):
    trajectory: Trajectory
    requests: list[ChatRequest]

    @property
    def turns(self) -> list[Turn]:
        """Without the greeting and what the customer opened with."""
        return list(self.trajectory.turns[2:])

    @property
    def asked(self) -> list[ChatRequest]:
        """What the agent's model was sent."""
        return [request for request in self.requests if request.tools]

    @property
    def sent(self) -> list[list[dict[str, Any]]]:
        """The messages in it, without the system prompt, the greeting and the opening."""
        return [request.body["messages"][3:] for request in self.asked]

    @property
    def heard(self) -> list[str]:
        """What the customer's model was told by the agent."""
        last = [request for request in self.requests if not request.tools][-1]
        return [said.text for said in last.messages if said.role == "user"][1:]

    @property
    def ending(self) -> tuple[str, float | None]:
        return self.trajectory.outcome.kind, self.trajectory.reward


@functools.cache
def described(*overrides: str) -> Run:
    return composed_run("domain=mock", "split=base", "model=gpt4o", "user=gpt4o", *overrides)


def served(llm: Llm, provider: Provider) -> Llm:
    settings = {"api_base": provider.openai_base, "retry_seconds": 0.0, "tokens_per_minute": None}
    return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})


def talk(
    *model: Answer | str,
    user: tuple[str, ...] = ("Hello.",),
    task: str = "create_task_1",
    given: tuple[str, ...] = (),
) -> Played:
    """An episode in which the model answers so and the customer says that."""
    run = described(*given)
    with Provider(Script(model, user)) as provider:
        seats = {"model": served(run.model, provider), "user": served(run.user, provider)}
        run = run.model_copy(update=seats)
        trajectory = grade_episode(run_episode(run, plan_episodes(run, [task])[0], Recorder()), run)
    assert not provider.errors
    return Played(trajectory, provider.requests)


def calling(*calls: tuple[str, Any], text: str | None = None, reasoning: str | None = None) -> Answer:
    return Answer(text, calls, reasoning)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


# What the model is sent.


def test_the_first_request_is_the_benchmarks_prompt_and_tools_and_nothing_else() -> None:
    world = registry.get_env_constructor("mock")()
    first = talk().asked[0]
    assert first.body["messages"] == [
        {"role": "system", "content": LLMAgent(world.get_tools(), world.get_policy()).system_prompt},
        {"role": "assistant", "content": GREETING},
        {"role": "user", "content": "Hello."},
    ]
    schemas = [tool.openai_schema["function"] for tool in world.get_tools()]
    offered = [tool["function"] for tool in first.body["tools"]]
    assert [(tool["name"], tool["description"]) for tool in offered] == [
        (tool["name"], tool["description"]) for tool in schemas
    ]
    assert [list(tool["parameters"]["properties"]) for tool in offered] == [
        list(tool["parameters"]["properties"]) for tool in schemas
    ]


def test_calls_and_results_are_native_and_the_results_are_the_worlds_bytes() -> None:
    world = registry.get_env_constructor("mock")()
    results = [
        world.get_response(Tau2Call(id="", name=name, arguments=arguments)).content
        for name, arguments in (RIGHT, LOOK, FAILING)
    ]
    played = talk(calling(RIGHT, text="One moment."), calling(LOOK), calling(FAILING))
    calls = [turn.tool_call for turn in played.turns[:3]]
    assert [call and call.id for call in calls] == ["call_2", "call_4", "call_6"]  # as the provider numbered them
    expected: list[dict[str, Any]] = []
    for call, result, text in zip(calls, results, ["One moment.", None, None], strict=True):
        assert call is not None
        function = {"name": call.name, "arguments": json.dumps(call.arguments)}
        native = {"id": call.id, "type": "function", "function": function}
        expected.append({"role": "assistant", "content": text, "tool_calls": [native]})
        expected.append({"role": "tool", "tool_call_id": call.id, "content": result})
    assert [bare(message) for message in played.sent[3]] == [bare(message) for message in expected]
    assert [turn.observation for turn in played.turns[:3]] == results


def bare(message: dict[str, Any]) -> dict[str, Any]:
    """Absent and null content are the same."""
    return {key: value for key, value in message.items() if value is not None}


def test_nothing_of_the_agents_framework_reaches_the_wire() -> None:
    calls = [calling(RIGHT, text="t", reasoning="r"), calling(("nope", {})), calling(LOOK, LOOK), "Anything else?"]
    played = talk(*calls, user=("Hello.", "No."))
    assert len(played.asked) == 5
    for request in played.asked:
        assert set(request.body) == {"model", "messages", "tools", "temperature", "seed"}
    text = json.dumps([request.body for request in played.requests])
    for phrase in ("Calling tool", "Observation:", "final_answer", "Help the customer", "smolagents", "New task"):
        assert phrase not in text


def test_every_request_extends_the_one_before() -> None:
    """The notice of an empty answer follows in the result behind which it would stand."""
    played = talk(calling(RIGHT), "Done?", calling(("nope", {})), Answer(""), user=("Hello.", "Not yet."))
    for before, after in zip(played.sent, played.sent[1:], strict=False):
        if before:
            *earlier, last = before
            extended = after[len(earlier)]
            assert after[: len(earlier)] == earlier
            assert extended["content"] in (last["content"], f"{last['content']}\n\n{EMPTY_REPLY}")
            assert {**extended, "content": ""} == {**last, "content": ""}


def test_a_task_that_starts_in_the_middle_shows_its_history_natively() -> None:
    played = talk(user=("Please complete it.",), task="update_task_with_message_history")
    _, opening, call, result, told, reply = played.asked[0].body["messages"]
    assert opening == {"role": "user", "content": "I need to create a task for the project review meeting."}
    assert call["tool_calls"][0]["function"]["name"] == "create_task"
    assert (result["role"], result["tool_call_id"]) == ("tool", call["tool_calls"][0]["id"])
    assert result["content"].startswith('{"task_id":"task_2"')
    assert told["content"].startswith("I've created a task titled 'Project Review'")
    assert reply == {"role": "user", "content": "Please complete it."}
    assert all(turn.given for turn in played.trajectory.turns[:3])
    assert not any(turn.given for turn in played.trajectory.turns[3:])


# Speaking.


@pytest.mark.parametrize("offered", ["true", "false"])
@pytest.mark.parametrize("how", ["text", "respond"])
def test_plain_text_and_respond_are_said_to_the_customer(how: str, offered: str) -> None:
    answer = "How are you?" if how == "text" else calling(("respond", {"content": "How are you?"}))
    played = talk(answer, user=("Hello.", "Fine."), given=(f"agent.offer_respond={offered}",))
    assert played.heard[0] == "How are you?"
    said = played.turns[0]
    assert (said.kind, said.message, said.tool_call) == ("message", "How are you?", None)
    assert ("respond" in played.asked[0].tools) == (offered == "true")
    *_, answered = played.sent[1]
    assert (answered["role"], answered["content"]) == ("user" if how == "text" else "tool", "Fine.")


def test_text_beside_a_call_is_a_thought_that_the_customer_does_not_hear() -> None:
    played = talk(
        calling(RIGHT, text="Let me note it."), calling(("respond", {"content": "Done."}), text="Now tell.")
    )
    assert [(turn.kind, turn.thought, turn.message) for turn in played.turns[:2]] == [
        ("tool_call", "Let me note it.", None),
        ("message", "Now tell.", "Done."),
    ]
    assert played.heard == ["Done."]
    assert played.sent[1][0]["content"] == "Let me note it."


@pytest.mark.parametrize("inline", [True, False])
def test_reasoning_is_kept_in_its_own_channel_and_heard_by_nobody(inline: bool) -> None:
    spoken = Answer("<think>Be brief.</think>Done.") if inline else Answer("Done.", reasoning="Be brief.")
    called = Answer("<think>Look first.</think>", (RIGHT,)) if inline else calling(RIGHT, reasoning="Look first.")
    played = talk(called, spoken)
    assert [(turn.reasoning, turn.thought, turn.message) for turn in played.turns[:2]] == [
        ("Look first.", None, None),
        ("Be brief.", None, "Done."),
    ]
    assert played.heard == ["Done."]
    assert "Be brief." not in json.dumps([request.body for request in played.requests])


def test_two_hundred_kilobytes_of_text_arrive_and_are_recorded_whole() -> None:
    said, answered, written = ("".join(f"{word} {n};" for n in range(20_000)) for word in ("said", "heard", "title"))
    played = talk(said, calling(("create_task", {"user_id": "user_1", "title": written})), user=("Hello.", answered))
    assert min(len(said), len(answered), len(written)) > 200_000
    assert played.heard[0] == said
    assert played.sent[1][-1]["content"] == answered
    assert json.loads(played.sent[2][-1]["content"])["title"] == written
    assert [turn.message for turn in played.turns[:2]] == [said, answered]
    call = played.turns[2].tool_call
    assert call is not None and call.arguments["title"] == written


# Acting.


def test_of_several_calls_the_first_is_carried_out_and_the_model_sees_only_that() -> None:
    played = talk(calling(LOOK, RIGHT, ("create_task", '{"user_id": ')), calling(LOOK))
    first, second = played.turns[:2]
    assert first.tool_call is not None and first.tool_call.name == "get_users"
    assert [(call.name, call.arguments, call.raw) for call in first.dropped] == [
        (*RIGHT, None),
        ("create_task", {}, '{"user_id": '),
    ]
    asked, answered = played.sent[1]
    assert [call["id"] for call in asked["tool_calls"]] == [first.tool_call.id] == [answered["tool_call_id"]]
    assert (second.observation, second.dropped) == (AT_THE_START, ())
    assert played.ending == ("user_stop", 0.0)


def test_a_tool_that_raises_answers_with_its_error_and_the_conversation_goes_on() -> None:
    played = talk(calling(FAILING), calling(RIGHT))
    failed = played.turns[0]
    assert (failed.kind, failed.observation, failed.error) == ("tool_call", "Error: User nobody not found", True)
    assert played.sent[1][-1]["content"] == "Error: User nobody not found"
    assert played.ending == ("user_stop", 1.0)


def test_arguments_reach_the_world_as_they_were_written() -> None:
    """A number written as text stays text, and this tool cannot subtract from text."""
    arguments = {"reservation_id": "4WQ150", "total_baggages": "2", "nonfree_baggages": "2", "payment_id": "x"}
    played = talk(calling(("update_reservation_baggages", arguments)), task="0", given=("domain=airline",))
    called = played.turns[0]
    assert called.tool_call is not None and called.tool_call.arguments == arguments
    assert called.observation == "Error: unsupported operand type(s) for -: 'str' and 'int'"


# Mistakes.


def unreadable(raw: str) -> tuple[Answer, str]:
    told = f"Error: the arguments of create_task are not a JSON object: {raw}"
    return calling(("create_task", raw)), told


def unknown(name: str) -> tuple[Answer, str]:
    tools = "create_task, get_users, update_task_status, transfer_to_human_agents"
    return calling((name, {"answer": "x"})), f"Error: there is no tool {name}. The tools are: {tools}."


MUTE = "Error: respond needs content, the text to say."
MISTAKES: dict[str, tuple[Answer, str]] = {
    "no JSON": unreadable('{"user_id": "user_1", "title": '),
    "two objects": unreadable('{"user_id": "user_1"}{"title": "x"}'),
    "a list": unreadable('["user_1", "x"]'),
    "a string": unreadable('"user_1"'),
    "null": unreadable("null"),
    "NaN": unreadable('{"user_id": "user_1", "title": "x", "description": NaN}'),
    "unknown tool": unknown("delete_task"),
    "no name": unknown(""),
    "smolagents' own tool": unknown("final_answer"),
    "empty": (Answer(""), EMPTY_REPLY),
    "blank": (Answer(" \n"), EMPTY_REPLY),
    "nothing": (Answer(None), EMPTY_REPLY),
    "thinking only": (Answer(None, reasoning="Hm."), EMPTY_REPLY),
    "inline thinking only": (Answer("<think>Hm.</think>\n"), EMPTY_REPLY),
    "respond null": (calling(("respond", {"content": None})), MUTE),
    "respond nothing": (calling(("respond", {})), MUTE),
    "respond blank": (calling(("respond", {"content": " "})), MUTE),
    "respond a number": (calling(("respond", {"content": 7})), MUTE),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_to_the_model_and_not_to_the_world(mistake: str) -> None:
    answer, told = MISTAKES[mistake]
    played = talk(answer, calling(LOOK), calling(RIGHT))
    wrong, after = played.turns[:2]
    assert (wrong.kind, wrong.observation, wrong.error, wrong.message) == ("mistake", told, True, None)
    *_, said = played.sent[1]
    assert said["content"] == told
    assert said.get("tool_call_id") == (wrong.tool_call and wrong.tool_call.id)
    assert after.observation == AT_THE_START
    assert len(played.heard) == 1
    assert played.ending == ("user_stop", 1.0)


def test_a_mistake_keeps_what_was_written_and_the_history_stays_readable() -> None:
    """The raw text goes into the record; what is sent back is JSON, since other protocols can carry nothing else."""
    played = talk(calling(("create_task", '{"user_id": ')))
    assert played.turns[0].tool_call == ToolCall(id="call_2", name="create_task", arguments={}, raw='{"user_id": ')
    assert played.sent[1][0]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_a_model_that_thinks_only_keeps_its_reasoning_in_the_mistake() -> None:
    wrong = talk(Answer(None, reasoning="Hm.")).turns[0]
    assert (wrong.reasoning, wrong.tool_call, len(wrong.calls)) == ("Hm.", None, 1)


# Limits. Each of these conversations had done the right thing already: what counts is how it ended.


def test_mistakes_in_a_row_end_the_episode_without_reward() -> None:
    played = talk(calling(RIGHT), *[Answer("")] * 9, given=("limits.mistakes_in_a_row=3",))
    assert played.ending == ("too_many_mistakes", 0.0)
    assert played.trajectory.outcome.detail == f"3 in a row, the last: {EMPTY_REPLY}"
    assert (len(played.asked), [turn.kind for turn in played.turns]) == (4, ["tool_call", *["mistake"] * 3])


@pytest.mark.parametrize("good", [calling(LOOK), "Still there?"])
def test_a_good_action_resets_the_count(good: Answer | str) -> None:
    mistakes = [Answer(""), calling(("nope", {}))]
    script = [calling(RIGHT), *mistakes, good, *mistakes]
    played = talk(*script, user=("Hello.", "Yes."), given=("limits.mistakes_in_a_row=3",))
    assert played.ending == ("user_stop", 1.0)
    assert [turn.kind for turn in played.turns].count("mistake") == 4


@pytest.mark.parametrize("what", [calling(LOOK), "Still there?"])
def test_turns_run_out_without_reward(what: Answer | str) -> None:
    talker = ("Hello.", *["Yes."] * 20)
    played = talk(calling(RIGHT), *[what] * 20, user=talker, given=("limits.turns=6",))
    assert played.ending == ("max_turns", 0.0)
    assert len([turn for turn in played.trajectory.turns if not turn.given]) == 6


def test_tool_errors_run_out_without_reward() -> None:
    script = [calling(RIGHT), calling(FAILING), calling(LOOK), calling(FAILING), calling(LOOK)]
    played = talk(*script, given=("limits.tool_errors=2",))
    assert played.ending == ("too_many_tool_errors", 0.0)
    assert [turn.error for turn in played.turns] == [False, True, False, True]
    assert len(played.asked) == 4


# The end.

STOPS = {"###STOP###": "user_stop", "###TRANSFER###": "user_transfer", "###OUT-OF-SCOPE###": "user_out_of_scope"}


@pytest.mark.parametrize("word", STOPS)
@pytest.mark.parametrize(
    "script", [("Bye.", calling(LOOK)), (calling(("respond", {"content": "Bye."}), LOOK), calling(LOOK))]
)
def test_nothing_is_asked_or_written_after_the_customer_stopped(script: tuple[Any, ...], word: str) -> None:
    played = talk(*script, user=("Hello.", f"Thanks. {word} Bye!"))
    assert played.trajectory.outcome.kind == STOPS[word]
    assert [request.tools == () for request in played.requests] == [True, False, True]
    last = played.trajectory.turns[-1]
    assert (last.seat, last.message, last.index) == ("user", f"Thanks. {word} Bye!", 3)


@pytest.mark.parametrize("word", STOPS)
def test_a_model_is_not_asked_when_the_customer_stops_at_once(word: str) -> None:
    played = talk(user=(word,))
    assert played.trajectory.outcome.kind == STOPS[word]
    assert (len(played.requests), len(played.trajectory.turns)) == (1, 2)


def test_a_transfer_is_a_call_like_any_other() -> None:
    """τ² ends when the customer says so, not at the call."""
    played = talk(calling(("transfer_to_human_agents", {"summary": "s"})), "Hold on.", user=("Hi.", "###TRANSFER###"))
    assert [turn.kind for turn in played.turns] == ["tool_call", "message", "message"]
    assert played.trajectory.outcome.kind == "user_transfer"


# What it cost.


def test_usage_by_seat_is_what_the_server_counted() -> None:
    answers = [
        Answer(None, (RIGHT,), tokens_in=1000, tokens_out=20, tokens_cached=300),
        Answer("", tokens_in=1100, tokens_out=1),
        Answer("Done.", tokens_in=1200, tokens_out=30, tokens_cached=512),
    ]
    played = talk(*answers)
    model, user = (played.trajectory.usage[seat] for seat in ("model", "user"))
    assert (model.calls, model.retries) == (len(played.asked), 0) == (3, 0)
    assert (model.tokens_in, model.tokens_out, model.tokens_cached) == (3300, 51, 812)
    assert (user.calls, user.tokens_in, user.tokens_out) == (2, 200, 20)
    recorded = [len(turn.calls) for turn in played.trajectory.turns]
    assert recorded == [0, 1, 1, 1, 1, 1]  # the greeting was given
    assert model.usd == pytest.approx((2488 * 2.5 + 812 * 1.25 + 51 * 10) / 1e6)  # gpt-4o's dollars per million
    assert user.usd == pytest.approx((200 * 2.5 + 20 * 10) / 1e6)
