"""What a row says the agent said is what the customer heard, in every format and style, of every agent."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.export.formats import Conversation, Row
from tautraj.export.kto import kto
from tautraj.export.messages import Style
from tautraj.export.predecessor import predecessor
from tautraj.export.preference import preference
from tautraj.export.prompts import prompts
from tautraj.export.sft import sft
from tautraj.export.sharegpt import sharegpt
from tautraj.export.steps import steps
from tautraj.export.traces import traces
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.runs.rehearsed.launch import serve_rehearsed
from tautraj.store import Store
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.xdist_group("rehearsed")

AGENTS = ("tool_calling", "planning", "react", "act", "code", "few_shot")
FORMATS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sft": (sft, {}),
    "sharegpt": (sharegpt, {}),
    "steps": (steps, {"discount": 1.0}),
    "preference": (preference, {"same_prompt": True, "completion": "conversation"}),
    "kto": (kto, {}),
    "prompts": (prompts, {}),
    "predecessor": (predecessor, {}),
    "traces": (traces, {}),
}
PLACES = ("reasoning", "inline", "field", "drop")


@pytest.fixture(scope="module")
def played(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trajectory]:
    """A conversation by each agent, with thoughts and a plan where it writes some."""
    offline, examples = run_of("split=train"), Store(str(tmp_path_factory.mktemp("examples")))
    for spec in plan_episodes(offline, ["2", "3", "4"]):
        examples.write(grade_episode(run_episode(offline, spec, Recorder()), offline))
    found = {}
    for agent in AGENTS:
        shown = [f"agent.examples={examples.path}"] if agent == "few_shot" else []
        run = run_of("model=rehearsed", "user=rehearsed", f"agent={agent}", "split=train", "tasks.ids=[1]", *shown)
        specs = plan_episodes(run, ["1"])
        with serve_rehearsed([run], specs) as [served]:
            [spec] = plan_episodes(served, ["1"])
            found[agent] = grade_episode(run_episode(served, spec, Recorder()), served)
    return found


def styles() -> Iterator[Style]:
    """Each place for what was not said, beside each place of the reasoning; greeting and prompt by turns."""
    rest = itertools.cycle([("keep", "benchmark"), ("drop", "none"), ("keep", "recorded")])
    for reasoning, place in itertools.product(("field", "inline", "drop"), PLACES):
        greeting, system = next(rest)
        places = {"reasoning": reasoning, "thought": place, "plan": place, "belief": place}
        yield Style.model_validate(
            {
                **places,
                "system": system,
                "tools": "full",
                "results": "full",
                "greeting": greeting,
                "loss_mask": True,
                "arguments": "object",
            }
        )


def visible(content: str) -> str:
    """Without a block of thought before what is said."""
    return content.partition("</think>\n\n")[2] if content.startswith("<think>\n") else content


def spoken(row: Row) -> Iterator[str]:
    """The content of each message to the customer in a row of any format."""
    for name in ("messages", "prompt", "completion", "chosen", "rejected"):
        for message in row.get(name, ()):
            if message["role"] == "assistant" and "tool_calls" not in message:
                yield visible(message["content"])
    for line in row.get("session", [])[1:]:
        if line["message"]["role"] == "assistant" and "toolCalls" not in line["message"]:
            yield visible(line["message"]["content"])
    yield from (visible(turn["value"]) for turn in row.get("conversations", ()) if turn["from"] == "gpt")
    for step in row.get("trajectory", ()):
        action = json.loads(step["action"])
        yield from [action["arguments"]["content"]] if action["name"] == "respond" else []


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("agent", AGENTS)
def test_it_is_what_the_customer_heard_to_the_letter(agent: str, name: str, played: dict[str, Trajectory]) -> None:
    trajectory = played[agent]
    heard = [turn.message for turn in trajectory.turns if turn.seat == "model" and turn.kind == "message"]
    assert len(heard) > 2
    last = max(turn.index for turn in trajectory.turns if turn.seat == "model" and turn.kind == "message")
    other = [t.model_copy(update={"message": "I cannot."}) if t.index == last else t for t in trajectory.turns]
    failed = trajectory.model_copy(update={"id": "failed", "reward": 0.0, "turns": tuple(other)})
    task = [Conversation(trajectory, {"run": "a"}, chosen=True), Conversation(failed, {"run": "a"}, chosen=False)]
    make, settings = FORMATS[name]
    for style in styles():
        found = [words for row in make(task, style, **settings) for words in spoken(row)]
        assert found or (name == "prompts" and style.greeting == "drop")
        assert set(found) <= {*heard, "I cannot."}, style


def test_agents_that_think_are_among_them(played: dict[str, Trajectory]) -> None:
    """Else the test above would hold of anything."""
    kinds = {agent: {turn.kind for turn in trajectory.turns} for agent, trajectory in played.items()}
    before_words = [
        turn.thought for t in played.values() for turn in t.turns if turn.kind == "message" and turn.seat == "model"
    ]
    assert "plan" in kinds["planning"]
    assert any(before_words)
