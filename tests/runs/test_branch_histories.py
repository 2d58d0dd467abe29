"""What llms are sent in a branch: at its first turn, word for word what they were sent there in its parent.

Not here: how the branch goes on (`test_branches`).
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.branched_runs import branch_run
from support.rehearsed_server import served_here

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.grading.branching.points import list_decisions
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.runs.rehearsed.server import RehearsedServer
from tautraj.runs.rehearsed.wire import RehearsedReply, encode_completion, parse_request
from tautraj.runs.startup import open_directory
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.xdist_group("rehearsed")

SLIP = RehearsedReply("Let me try something.", ("no_such_tool", {"x": 1}))
Requests = dict[str, list[Any]]
"""Seat -> the messages of each request about the next action or reply; not those about beliefs, plans and drafts."""


class HearingServer(RehearsedServer):
    """Keeps what it is sent. Its agent's third answer is a slip, if it is `clumsy`."""

    clumsy = False

    def __init__(self, script: Any) -> None:
        super().__init__(script)
        self.heard: Requests = {"model": [], "user": []}

    def answer(self, path: str, raw: bytes) -> tuple[int, bytes]:
        request, seat = parse_request(raw), "model" if "/model/" in path else "user"
        if len(request.messages) > 2 or request.tools or seat == "user":
            self.heard[seat].append(request.messages)
        if seat == "model" and self.clumsy and len(self.heard["model"]) == 3:
            return 200, encode_completion(SLIP, request, raw)
        return super().answer(path, raw)


class ClumsyServer(HearingServer):
    clumsy = True


def play_heard(run: Run, spec: EpisodeSpec, kind: type[HearingServer]) -> tuple[Trajectory, Requests]:
    servers: list[HearingServer] = []

    def make(script: Any) -> HearingServer:
        servers.append(kind(script))
        return servers[-1]

    with served_here(run, [spec], make) as served:
        played = grade_episode(run_episode(served, spec, Recorder()), served)
    return played, servers[0].heard


CASES = [
    ("agent=tool_calling", ClumsyServer),
    ("agent=tool_calling", HearingServer),
    ("agent=tool_calling agent.offer_respond=true", ClumsyServer),
    ("agent=react user_strategy=react", HearingServer),
    ("agent=act", HearingServer),
    ("agent=code", HearingServer),
    ("agent=planning", ClumsyServer),
]


@pytest.mark.parametrize(
    ("words", "kind"),
    [CASES[0], *(pytest.param(*case, marks=pytest.mark.slow) for case in CASES[1:])],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_branch_begins_with_the_requests_of_its_parent(
    words: str, kind: type[HearingServer], run_of: Callable[..., Run], tmp_path: Path
) -> None:
    run = run_of("model=rehearsed", "user=rehearsed", "tasks.ids=[5]", *words.split(), root=tmp_path)
    plan = plan_run(run)
    parent, sent = play_heard(run, plan.owed[0], kind)
    open_directory(plan)
    plan.store.write(parent)
    if kind is ClumsyServer:
        assert any(turn.kind == "mistake" for turn in parent.turns)
    branches = branch_run(plan.store, tmp_path, "at=before_each_turn", "tries=1")
    specs = plan_run(branches).owed
    assert [spec.parent and spec.parent.turn for spec in specs] == list_decisions(parent.turns)
    for number, spec in enumerate(specs):
        assert spec.parent is not None
        played, own = play_heard(branches, spec, HearingServer)
        assert played.turns[: spec.parent.turn] == parent.turns[: spec.parent.turn]
        assert explain(own["model"][0]) == explain(sent["model"][number])
        replies = sum(turn.seat == "user" and turn.kind == "message" for turn in parent.turns[: spec.parent.turn])
        for ours, theirs in zip(own["user"][:1], sent["user"][replies:], strict=False):
            assert ours[:-1] == theirs[:-1]  # the last is the agent's message of then and now


def explain(messages: Any) -> str:
    """As text that pytest shows the difference of.

    Without the notes of beliefs and plans, which are made anew, and the ids of calls, which a record of what was said
    does not have.
    """
    notes = messages[0]["content"].partition("\n\n# Your notes")[0]
    text = json.dumps([notes, *messages[1:]], indent=1).replace("Thought: ", "Thought:\\n")  # as the prompt asks
    return re.sub(r'("id"|"tool_call_id"): "\w+"', r"\1", text)
