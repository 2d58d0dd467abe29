"""An export teaches: a model that solves no task of a world solves half of them after the loop.

Takes what `make learn` installs, and a quarter of an hour: `make test-learn`. Not here: the steps (`test_loop`), the
training (`test_train`).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import by_the_door
from support.exports import rows_in

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.store import Store
from tautraj.store.discovery import list_runs
from tautraj.training.loop import SHORT_STYLE, locate_model, name_after
from tautraj.training.loop_request import LearnRequest
from tautraj.training.scores import read_scores

pytestmark = [pytest.mark.learn, pytest.mark.timeout(3600)]

SMALL = (
    "families=[direct]",
    "worlds.test.n=700",
    "tasks.before=20",
    "tasks.after=20",
    "train.rows=100",
)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[LearnRequest, str]:
    """The loop, and what it printed."""
    folder = tmp_path_factory.mktemp("learned")
    words = (*SMALL, f"root={folder}/learn")
    done = by_the_door("learn", *words, cwd=folder)
    assert done.code == 0, done.err
    return parse_as(LearnRequest, compose_tree(list(words), "learn")), done.out


def test_a_model_that_solves_nothing_solves_half_of_the_tasks_of_a_world_it_never_saw(
    learned: tuple[LearnRequest, str],
) -> None:
    request, printed = learned
    before, after = read_scores(request)
    assert (before.name, after.name) == ("before", "after-1")
    assert before.overall == (0, 20)
    assert after.overall.tasks == 20
    assert after.overall.successes >= 10
    assert f"{after.overall.successes} of 20" in printed
    assert f"python flows/report.py root={request.root} run=all" in printed
    assert not find_names(Path(request.root), 101) & find_names(Path(request.root), 202)


def test_what_the_model_was_shown_in_play_is_what_a_row_of_the_play_shows(
    learned: tuple[LearnRequest, str], tmp_path: Path
) -> None:
    """Each call's prompt, earlier thoughts included, token for token."""
    from transformers import AutoTokenizer

    request, _ = learned
    [run] = [url for url in list_runs(request.root) if Store(url).read_config().get("name") == name_after(1)]
    words = (f"run={run}", "choose=everything", *SHORT_STYLE, "out=played")
    assert by_the_door("export", *words, cwd=tmp_path).code == 0
    rows = {row["task"]: row for row in rows_in(tmp_path / "played")}
    tokenizer = AutoTokenizer.from_pretrained(locate_model(request, 1))
    compared = 0
    for episode in Store(run).read_episodes():
        turns = [turn for turn in episode.turns if turn.seat == "model" and turn.calls]
        if any(turn.kind == "mistake" for turn in turns):
            continue  # no part of a row
        shown = count_tokens_before_answers(tokenizer, rows[str(episode.task_id)])
        assert shown[: len(turns)] == [turn.calls[-1].tokens_in for turn in turns]
        compared += len([turn for turn in turns if turn.reasoning])
    assert compared >= 20


def count_tokens_before_answers(tokenizer: Any, row: dict[str, Any]) -> list[int]:
    """How many tokens the agent has read before each of its answers; its greeting is none."""
    messages = row["messages"]
    answers = [index for index, message in enumerate(messages) if message["role"] == "assistant"][1:]
    return [
        len(
            tokenizer.apply_chat_template(
                messages[:index], tools=row["tools"], add_generation_prompt=True, return_dict=False
            )
        )
        for index in answers
    ]


def find_names(root: Path, seed: int) -> set[str]:
    """Tasks, customers, their addresses of email, and what was ordered.

    Not numbers of orders: those that stand in no benchmark's database are few, and some come up again.
    """
    [folder] = root.glob(f"worlds/{seed}-*/tau2/domains/retail")
    database = json.loads((folder / "db.json").read_text())
    users, orders = database["users"], database["orders"].values()
    tasks = {task["id"] for task in json.loads((folder / "tasks.json").read_text())}
    ordered = {json.dumps(order["items"]) for order in orders}
    return tasks | set(users) | {user["email"] for user in users.values()} | ordered
