"""Every agent with every customer, over HTTP: each plays to an ending, each channel of the record holds its own.

The model's side of the provider speaks the protocol of the agent that asks: native calls, text, Python, JSON beliefs.
"""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Provider

from tautraj.agents.belief import BELIEF_PROMPT, PLAN_PROMPT
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import plan_episodes
from tautraj.config.parse import parse_run
from tautraj.errors import ConfigError, EmptyReply
from tautraj.llms.turn_order import OPENING
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.store import Store
from tautraj.trajectory import Trajectory, Turn
from tautraj.users.reply_check import CHECK_PROMPT

AGENTS = ["tool_calling", "planning", "react", "act", "few_shot", "code"]
STRATEGIES = ["llm", "react", "verify", "reflection"]
DOMAINS = ["retail", "airline", "telecom", "mock"]
RIGHT = ("create_task", {"user_id": "user_1", "title": "Important Meeting"})
THOUGHT = "It wants a task, so I make one."
SECRET = "Nobody shall know that I am shy."
BELIEVED = {
    "state": "investigating",
    "explanation": "the task is not there yet",
    "known_facts": [{"fact": "the title is Important Meeting", "source": "the customer"}],
    "unknown_facts": ["the date"],
}
RunOf = Callable[..., Run]


def opening(prompt: str) -> str:
    """The fixed words that a prompt begins with."""
    return prompt.split("{", maxsplit=1)[0].strip()


class Wire:
    """Both sides: the model creates the task and says so, the customer asks for it and stops."""

    def __init__(self, agent: str, strategy: str) -> None:
        self.agent, self.strategy = agent, strategy
        self.beliefs: list[str] = []
        """What is answered to the next questions for a belief; then a good one."""
        self.actions = [RIGHT, ("respond", {"content": "It is done."})]
        self.words = ["Please create my task.", "Thank you. ###STOP###"]
        self.asked: list[tuple[str, ChatRequest]] = []

    def __call__(self, request: ChatRequest) -> Answer:
        last, system = request.messages[-1].text, request.system
        if last.startswith(opening(CHECK_PROMPT)):
            return self._as("check", request, Answer("yes"))
        if last.startswith(opening(PLAN_PROMPT)):
            return self._as("plan", request, Answer("1. Create the task."))
        if any(said.text.startswith(opening(BELIEF_PROMPT)) for said in request.messages):
            belief = self.beliefs.pop(0) if self.beliefs else json.dumps(BELIEVED)
            return self._as("belief", request, Answer(belief))
        if "<scenario>" in system:
            word = self.words.pop(0)
            text = f"Thought: {SECRET}\nReply: {word}" if self.strategy == "react" else word
            return self._as("user", request, Answer(text))
        return self._as("model", request, self._action())

    def _as(self, who: str, request: ChatRequest, answer: Answer) -> Answer:
        self.asked.append((who, request))
        return answer

    def _action(self) -> Answer:
        name, arguments = self.actions.pop(0)
        if self.agent in ("react", "act"):
            thought = f"Thought: {THOUGHT}\n" if self.agent == "react" else ""
            return Answer(f"{thought}Action:\n{json.dumps({'name': name, 'arguments': arguments})}")
        if self.agent == "code":
            written = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
            return Answer(f"{THOUGHT}\n```python\nprint({name}({written}))\n```")
        if self.agent != "planning" and name == "respond":
            return Answer(arguments["content"])
        return Answer(THOUGHT, ((name, arguments),))

    def sent(self, who: str) -> list[ChatRequest]:
        return [request for seat, request in self.asked if seat == who]


class Played(NamedTuple):
    trajectory: Trajectory
    wire: Wire

    def turns(self, *kinds: str, seat: str = "model") -> list[Turn]:
        found = [turn for turn in self.trajectory.turns if turn.seat == seat and not turn.given]
        return [turn for turn in found if not kinds or turn.kind in kinds]


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with three successful train episodes of mock, one that failed, and one of the base split."""
    run = composed_run("domain=mock", "split=base")
    folder = tmp_path_factory.mktemp("train")
    store = Store(str(folder))
    names = [
        "create_task_1",
        "create_task_1_with_env_assertions",
        "update_task_1",
        "update_task_with_initialization_data",
        "impossible_task_1",
    ]
    for index, spec in enumerate(plan_episodes(run, names)):
        trajectory = grade_episode(run_episode(run, spec, Recorder()), run)
        split, reward = ("base" if index == 4 else "train"), (0.0 if index == 3 else 1.0)
        store.write(trajectory.model_copy(update={"split": split, "reward": reward}))
    return folder


@pytest.fixture
def talk(run_of: RunOf, examples: Path) -> Play:
    def play(
        agent: str, strategy: str = "llm", *overrides: str, wire: Wire | None = None, task: str = "create_task_1"
    ) -> Played:
        wire = wire or Wire(agent, strategy)
        shown = [f"agent.examples={examples}", "agent.k=2"] if agent == "few_shot" else []
        with Provider(wire) as provider:
            seats = [
                f"{seat}.{key}"
                for seat in ("model", "user")
                for key in ("name=x", f"provider.api_base={provider.openai_base}", "provider.retry_seconds=0")
            ]
            chosen = ["domain=mock", "split=base", "model=openai_compatible", "user=openai_compatible", *seats]
            run = run_of(*chosen, f"agent={agent}", f"user_strategy={strategy}", *shown, *overrides)
            trajectory = grade_episode(run_episode(run, plan_episodes(run, [task])[0], Recorder()), run)
        assert not provider.errors
        return Played(trajectory, wire)

    return play


def composes(agent: str, strategy: str, domain: str) -> None:
    """And describes a run, once the seats are llms."""
    chosen = [f"agent={agent}", f"user_strategy={strategy}", f"domain={domain}", "model=gpt4o", "user=gpt4o"]
    run = parse_run(compose_tree([*chosen, *(["agent.examples=x"] if agent == "few_shot" else [])]))
    assert (run.agent.name, run.user_strategy.name, run.domain.name) == (agent, strategy, domain)


def test_every_agent_composes_with_every_customer() -> None:
    for (agent, strategy), domain in zip(
        itertools.product(AGENTS, STRATEGIES), itertools.cycle(DOMAINS), strict=False
    ):
        composes(agent, strategy, domain)


@pytest.mark.slow
def test_every_combination_composes() -> None:
    for agent, strategy, domain in itertools.product(AGENTS, STRATEGIES, DOMAINS):
        composes(agent, strategy, domain)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_plays_with_every_customer(talk: Play, agent: str, strategy: str) -> None:
    played = talk(agent, strategy)
    trajectory = played.trajectory
    assert (trajectory.outcome.kind, trajectory.reward) == ("user_stop", 1.0)
    [call] = played.turns("tool_call")
    assert call.tool_call is not None
    assert (call.tool_call.name, call.tool_call.arguments) == RIGHT
    assert [turn.message for turn in played.turns("message")] == ["It is done."]
    spoken = [turn.message for turn in played.turns("message", seat="user")]
    assert spoken == ["Please create my task.", "Thank you. ###STOP###"]
    assert trajectory.usage["model"].calls == sum(who in ("model", "belief", "plan") for who, _ in played.wire.asked)
    assert trajectory.usage["user"].calls == sum(who in ("user", "check") for who, _ in played.wire.asked)
    assert Trajectory.model_validate_json(trajectory.model_dump_json(by_alias=True)) == trajectory


@pytest.mark.parametrize("agent", AGENTS)
def test_what_an_agent_thinks_the_customer_never_hears_and_the_other_way_round(talk: Play, agent: str) -> None:
    played = talk(agent, "react")
    thoughts = [turn.thought for turn in played.turns() if turn.thought]
    assert thoughts == ([] if agent == "act" else [THOUGHT] * len(thoughts))
    assert bool(thoughts) == (agent != "act")
    assert [turn.thought for turn in played.turns(seat="user")] == [SECRET] * 2
    hidden = (THOUGHT, "Create the task.", BELIEVED["explanation"], "```", "Action:")
    for request in played.wire.sent("user"):
        assert not any(str(word) in said.text for said in request.messages for word in hidden)
    for who in ("model", "belief", "plan"):
        assert not any(SECRET in said.text for request in played.wire.sent(who) for said in request.messages)


@pytest.mark.parametrize("agent", AGENTS)
def test_the_record_has_the_system_prompt_and_the_tools_that_the_model_saw(talk: Play, agent: str) -> None:
    played = talk(agent)
    first = played.wire.sent("model")[0]
    recorded = played.trajectory.system_prompt
    assert first.system.startswith(recorded) if agent == "planning" else first.system == recorded
    shown = [tool["function"]["name"] for tool in played.trajectory.tools]
    assert ("respond" in shown) == (agent not in ("tool_calling", "few_shot"))
    if agent in ("react", "act", "code"):
        assert first.tools == ()
        assert all(f'"name": "{name}"' in first.system for name in shown)
    else:
        assert list(first.tools) == shown


# planning


def test_a_belief_comes_before_the_plan_and_both_before_the_action(talk: Play) -> None:
    played = talk("planning")
    assert [turn.kind for turn in played.turns()] == ["belief", "plan", "tool_call", "message"]
    assert [who for who, _ in played.wire.asked][:4] == ["user", "belief", "plan", "model"]
    belief, made = played.turns("belief", "plan")
    assert belief.belief == BELIEVED
    assert made.plan == "1. Create the task."
    assert [len(turn.calls) for turn in played.turns()] == [1, 1, 1, 1]


def test_the_action_sees_policy_known_and_unknown_facts_and_the_plan(talk: Play) -> None:
    played = talk("planning")
    for request in played.wire.sent("model"):
        assert played.trajectory.system_prompt in request.system
        for word in ("the title is Important Meeting (from the customer)", "the date", "1. Create the task."):
            assert word in request.system
    [planned] = played.wire.sent("plan")
    assert "the date" in planned.messages[-1].text
    assert '"name": "create_task"' in planned.messages[-1].text
    assert "Please create my task." in planned.messages[-1].text


def test_intervals_count_actions(talk: Play) -> None:
    wire = Wire("planning", "llm")
    wire.actions = [("get_users", {})] * 8 + wire.actions
    played = talk("planning", "llm", wire=wire)
    kinds = [turn.kind for turn in played.turns()]
    acted = [kinds[: index + 1].count("tool_call") for index, kind in enumerate(kinds) if kind == "belief"]
    assert acted == [0, 2, 4, 6, 8]
    assert [kinds[:i].count("tool_call") for i, kind in enumerate(kinds) if kind == "plan"] == [0, 4, 8]
    assert "The previous plan:\n1. Create the task." in wire.sent("plan")[1].messages[-1].text


@pytest.mark.parametrize("unreadable", ["I believe it is fine.", "{", '{"state": "sure"}', "[]", ""])
def test_a_belief_that_cannot_be_read_is_asked_again_and_then_the_last_good_one_stands(
    talk: Play, unreadable: str
) -> None:
    wire = Wire("planning", "llm")
    wire.actions = [("get_users", {})] * 2 + wire.actions
    wire.beliefs = [unreadable, json.dumps(BELIEVED), *[unreadable] * 3]
    played = talk("planning", "llm", wire=wire)
    first, second = played.turns("belief")
    assert (first.belief, first.error, len(first.calls)) == (BELIEVED, False, 2)
    assert (second.belief, second.error, len(second.calls)) == (BELIEVED, True, 3)
    assert second.observation
    assert all("the date" in request.system for request in wire.sent("model"))
    assert played.trajectory.reward == 1.0


def test_a_belief_in_a_fence_is_read(talk: Play) -> None:
    wire = Wire("planning", "llm")
    wire.beliefs = [f"Here it is:\n```json\n{json.dumps(BELIEVED)}\n```"]
    assert talk("planning", "llm", wire=wire).turns("belief")[0].belief == BELIEVED


# react and act


def test_results_and_words_come_back_as_text(talk: Play) -> None:
    wire = Wire("react", "llm")
    wire.words.insert(1, "And now?")
    wire.actions += [("respond", {"content": "That is all."})]
    talk("react", "llm", wire=wire)
    texts = [said.text for said in wire.sent("model")[-1].messages if said.role == "user"]
    assert texts[0] == OPENING  # before the greeting, which is the agent's
    assert texts[1] == "Customer: Please create my task."
    assert texts[2].startswith('Observation: {"task_id":"task_2"') or texts[2].startswith("Observation: {")
    assert texts[3] == "Customer: And now?"


@pytest.mark.parametrize(
    "answer",
    [
        'Thought: x\n\nAction: {"name": "get_users", "arguments": {}}',
        '**Thought:** x\n**Action:**\n```json\n{"name": "get_users", "arguments": {}}\n```',
        'Thought: x\nAction:\n{"name": "get_users"}\nObservation: [made up]\nThought: y\nAction: {"name": "no"}',
        '{"name": "get_users", "arguments": {}}',
    ],
)
def test_the_form_is_taken_loosely_and_what_follows_the_action_is_forgotten(talk: Play, answer: str) -> None:
    wire = Wire("react", "llm")
    act = wire._action
    texts = [Answer(answer)]
    wire._action = lambda: texts.pop(0) if texts else act()  # type: ignore[method-assign]
    played = talk("react", "llm", wire=wire)
    first = played.turns()[0]
    assert first.tool_call is not None
    assert (first.kind, first.tool_call.name, first.thought) == (
        "tool_call",
        "get_users",
        "x" if "x" in answer else None,
    )
    assert not any("made up" in said.text for request in wire.sent("model") for said in request.messages)


@pytest.mark.parametrize(
    "answer", ["Hello!", "Action: none", 'Action: {"name": 3}', 'Action: {"arguments": {}}', "Action: ["]
)
def test_text_without_an_action_is_a_mistake_and_not_said(talk: Play, answer: str) -> None:
    wire = Wire("react", "llm")
    act = wire._action
    texts = [Answer(answer)]
    wire._action = lambda: texts.pop(0) if texts else act()  # type: ignore[method-assign]
    played = talk("react", "llm", wire=wire)
    assert [turn.kind for turn in played.turns()] == ["mistake", "tool_call", "message"]
    assert not any("Hello!" in said.text for request in wire.sent("user") for said in request.messages)


# few_shot


def test_examples_are_successful_train_episodes_and_never_the_task_itself(talk: Play) -> None:
    system = talk("few_shot").wire.sent("model")[0].system
    assert system.count("<example>") == 2
    assert "Customer: " in system
    assert "Agent called " in system
    other = talk("few_shot", task="update_task_1", wire=Wire("few_shot", "llm")).wire.sent("model")[0].system
    assert other != system


@pytest.mark.parametrize(
    "override",
    ["agent.k=3", "agent.examples=/nowhere", "domain=airline"],
    ids=["too many", "nothing", "another domain"],
)
def test_examples_that_are_not_there_are_refused_before_the_run(run_of: RunOf, examples: Path, override: str) -> None:
    chosen = ["model=gpt4o", "user=gpt4o", "agent=few_shot", f"agent.examples={examples}", "agent.k=2"]
    with pytest.raises(ConfigError, match="split=train"):
        plan_run(run_of("domain=mock", "split=base", *chosen, override))


# code


def written(talk: Play, *blocks: str, limits: tuple[str, ...] = ()) -> Played:
    """An episode of the code agent that writes these blocks, then creates the task and says so."""
    wire = Wire("code", "llm")
    act = wire._action
    texts = [Answer(f"Hm.\n```python\n{block}\n```") for block in blocks]
    wire._action = lambda: texts.pop(0) if texts else act()  # type: ignore[method-assign]
    return talk("code", "llm", *limits, wire=wire)


def test_code_is_a_turn_and_so_is_every_call_in_it(talk: Play) -> None:
    played = written(talk, "users = get_users()\nfor user in users:\n    print(user['name'])\nget_users()")
    kinds = [turn.kind for turn in played.turns()]
    assert kinds == ["code", "tool_call", "tool_call", "code", "tool_call", "code", "message"]
    block, first, *_ = played.turns()
    assert (block.observation, block.thought, block.error) == ("Test User", "Hm.", False)
    assert "users = get_users()" in (block.code or "")
    assert len(block.calls) == 1
    assert first.calls == ()
    assert "Observation: Test User" in [said.text for said in played.wire.sent("model")[1].messages]
    assert played.trajectory.reward == 1.0


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("import os\nos.remove('x')", "Import of os is not allowed"),
        ("open('/etc/passwd').read()", "open"),
        ("1/0", "division by zero"),
        pytest.param("while True:\n    pass", "iterations", marks=pytest.mark.slow),
        ("print(create_task(user_id='user_1', title={1, 2}))", "not a JSON object"),
        ("print(respond(content=None))", "respond needs content"),
        ("print(final_answer('x'))", "final_answer"),
    ],
)
def test_what_goes_wrong_in_code_is_told(talk: Play, block: str, told: str) -> None:
    played = written(talk, block)
    first = played.turns()[0]
    assert first.kind == "code"
    assert told in (first.observation or "")
    assert told in played.wire.sent("model")[1].messages[-1].text
    assert played.trajectory.reward == 1.0


@pytest.mark.parametrize("block", ["print('\\ud800')", "raise Exception('\\ud800')", "get_users('\\ud800')"])
def test_code_that_prints_what_is_no_text_leaves_a_record_all_the_same(talk: Play, block: str) -> None:
    played = written(talk, block)
    assert played.trajectory.reward == 1.0
    played.trajectory.model_dump_json()


def test_names_live_from_block_to_block_and_arguments_may_stand_by_position(talk: Play) -> None:
    played = written(talk, "title = 'Other'", "create_task('user_1', title)")
    [other, _] = played.turns("tool_call")
    assert other.tool_call is not None
    assert other.tool_call.arguments == {"user_id": "user_1", "title": "Other"}


def test_code_that_does_nothing_again_and_again_ends_the_episode(talk: Play) -> None:
    played = written(talk, *["x = 1"] * 9, limits=("limits.mistakes_in_a_row=3",))
    assert (played.trajectory.outcome.kind, len(played.turns())) == ("too_many_mistakes", 3)


def test_prose_without_code_is_told_so_and_not_said(talk: Play) -> None:
    wire = Wire("code", "llm")
    act = wire._action
    texts = [Answer("Hello there, dear customer!"), Answer("")]
    wire._action = lambda: texts.pop(0) if texts else act()  # type: ignore[method-assign]
    played = talk("code", "llm", wire=wire)
    assert [turn.kind for turn in played.turns()][:2] == ["mistake", "mistake"]
    assert played.turns()[0].thought == "Hello there, dear customer!"
    assert not any("dear customer" in said.text for request in wire.sent("user") for said in request.messages)


def test_nothing_is_done_after_the_customer_stopped_even_in_the_same_block(talk: Play) -> None:
    played = written(
        talk,
        "respond(content='Bye?')\nrespond(content='Bye!')\ntry:\n    get_users()\nexcept Exception:\n    get_users()",
    )
    assert played.trajectory.outcome.kind == "user_stop"
    assert [turn.message for turn in played.turns("message")] == ["Bye?"]
    assert played.turns("tool_call") == []


def test_a_customer_whose_provider_fails_inside_code_fails_the_episode(run_of: RunOf, talk: Play) -> None:
    wire = Wire("code", "llm")
    wire.words = ["Please create my task.", "", "", ""]
    with pytest.raises(EmptyReply):
        talk("code", "llm", wire=wire)


def test_offline_runs_are_the_same_byte_for_byte_apart_from_times(run_of: RunOf) -> None:
    def played() -> list[str]:
        run = run_of("domain=mock", "split=base")
        records = [
            grade_episode(run_episode(run, spec, Recorder()), run)
            for spec in plan_episodes(run, ["create_task_1", "update_task_1"])
        ]
        return [re.sub(r'"(started|seconds)":[0-9.e+-]+', "", record.model_dump_json()) for record in records]

    assert played() == played()
