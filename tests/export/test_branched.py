"""Rows of episodes that were branched: values of steps, and pairs that begin alike.

Not here: how values are counted (`tests/grading/test_step_values.py`), what TRL makes of the rows (`test_trl`).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from support import records
from support.branched_runs import branch_run, play_run, play_words
from support.exports import by_the_door, rows_in

from tautraj.config.identity import locate_run_directory
from tautraj.export.formats import Conversation, Row
from tautraj.export.messages import Style
from tautraj.export.preference import preference
from tautraj.export.steps import steps
from tautraj.grading.branching.values import Continuations
from tautraj.store import Store
from tautraj.trajectory import Parent, Trajectory, Turn

STYLE = Style.model_validate(
    {
        **dict.fromkeys(("reasoning", "thought", "plan", "belief"), "drop"),
        **{
            "system": "benchmark",
            "tools": "full",
            "results": "full",
            "greeting": "keep",
            "loss_mask": False,
            "arguments": "object",
        },
    }
)


def make_turns(*said: str) -> list[Turn]:
    """The customer and the agent take turns."""
    return [
        records.turn(index=index, seat="model" if index % 2 else "user", message=words)
        for index, words in enumerate(said)
    ]


def make(name: str, reward: float, parent: tuple[str, int] | None, *said: str) -> Conversation:
    """A conversation; `parent`: the episode and the turn that it leaves."""
    cell = "own-0" if parent is None else "branches-0"
    left = parent and Parent(run="own-0", episode=parent[0], turn=parent[1], attempt=0)
    episode = records.trajectory(id=name, cell=cell, parent=left, turns=make_turns(*said), reward=reward)
    return Conversation(episode, {"run": cell, "guard": "off"}, chosen=reward == 1.0)


def pair(*task: Conversation, completion: Any = "conversation") -> list[Row]:
    return list(preference(task, STYLE, same_prompt=True, completion=completion))


def name_pairs(rows: list[Row]) -> list[tuple[str, str]]:
    return sorted((row["episode"], row["rejected_episode"]) for row in rows)


LOST = make("lost", 0.0, None, "Hi.", "Who?", "Ada.", "No.", "Why?", "So.", "Bye.")


def test_an_episode_is_paired_with_a_branch_of_every_turn() -> None:
    early = make("early", 1.0, ("lost", 1), "Hi.", "Name?", "Ada.", "Yes.")
    late = make("late", 1.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Yes.")
    later = make("later", 1.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Sure.")
    rows = pair(LOST, early, late, later)
    assert name_pairs(rows) == [("early", "lost"), ("late", "lost")]
    by_episode = {row["episode"]: row for row in rows}
    assert [len(by_episode[name]["prompt"]) for name in ("early", "late")] == [2, 4]  # with the system prompt
    assert [message["content"] for message in by_episode["late"]["rejected"]] == ["No.", "Why?", "So."]


def test_branches_of_one_turn_come_first_and_others_are_paired_once() -> None:
    won = make("won", 1.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Yes.")
    failed = make("failed", 0.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Never.")
    stranger = make("stranger", 0.0, None, "Hi.", "Who?", "Ada.", "Nope.")
    assert name_pairs(pair(LOST, won, failed, stranger)) == [("won", "failed")]
    second = make("second", 1.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Sure.")
    assert name_pairs(pair(LOST, won, failed, stranger, second)) == [("second", "lost"), ("won", "failed")]


def test_a_pair_may_differ_in_one_action() -> None:
    won = make("won", 1.0, ("lost", 3), "Hi.", "Who?", "Ada.", "Yes.", "Good.", "Done.", "Bye.")
    [row] = pair(LOST, won, completion="action")
    assert [message["content"] for message in row["prompt"][1:]] == ["Hi.", "Who?", "Ada."]
    assert (row["chosen"], row["rejected"]) == (
        [{"role": "assistant", "content": "Yes."}],
        [{"role": "assistant", "content": "No."}],
    )


def test_a_step_has_the_value_of_the_branches_behind_it() -> None:
    lost = LOST._replace(chosen=True, places={3: Continuations(3, 4), 5: Continuations(0, 2)})
    rows = list(steps([lost], STYLE, discount=1.0))
    assert [(row["value"], row["n"]) for row in rows] == [(0.75, 4), (0.0, 2), (0.0, 1)]
    plain = list(steps([LOST._replace(chosen=True)], STYLE, discount=1.0))
    assert [(row["value"], row["n"]) for row in plain] == [(None, 0), (None, 0), (0.0, 1)]


@pytest.fixture(scope="module")
def branched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """Two train episodes whose agent forgets their last write, and what the oracle makes of every turn of them."""
    root = tmp_path_factory.mktemp("branched")
    words = ["model=rehearsed", "user=rehearsed", "model.extra.forgets=1.0", "split=train", "tasks.ids=[0,1]"]
    parents = play_words(root, *words)
    seats = ["model=oracle", "user=scripted", "at=before_each_turn", "tries=1"]
    run = branch_run(parents, root, *seats)
    return parents, play_run(run)


@pytest.mark.slow
def test_rows_of_real_branches_share_their_beginning_to_the_letter(
    branched: tuple[Store, Store], tmp_path: Path
) -> None:
    runs = ",".join(store.path for store in branched)
    episodes = {episode.id: episode for store in branched for episode in store.read_episodes()}
    for completion in ("conversation", "action"):
        out = tmp_path / completion
        done = by_the_door(
            f"run=[{runs}]", "format=preference", f"format.completion={completion}", "guard=off", f"out={out}",
            cwd=tmp_path,
        )  # fmt: skip
        assert done.code == 0, done.err
        rows = rows_in(out)
        assert len(rows) > 4
        for row in rows:
            assert check_beginning(row, episodes)
            if completion == "action":
                assert len(row["chosen"]) == len(row["rejected"]) == 1
    done = by_the_door(
        f"run=[{runs}]", "format=steps", "choose=everything", "guard=off", f"out={tmp_path / 'steps'}", cwd=tmp_path
    )
    assert done.code == 0, done.err
    values = {row["value"] for row in rows_in(tmp_path / "steps") if row["run"] == branched[0].path.rsplit("/", 1)[1]}
    assert values == {0.0, 1.0}
    assert locate_run_directory(branch_run(branched[0], "/x", "model=oracle", "user=scripted")).startswith("/x/")


def check_beginning(row: Row, episodes: dict[str, Trajectory]) -> bool:
    """Whether the rejected conversation has the row's prompt, ids and thoughts included."""
    ours, theirs = episodes[row["episode"]], episodes[row["rejected_episode"]]
    shared = min(side.parent.turn for side in (ours, theirs) if side.parent is not None)
    texts = [json.dumps([turn.model_dump() for turn in side.turns[:shared]]) for side in (ours, theirs)]
    return texts[0] == texts[1]
