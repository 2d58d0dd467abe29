"""Cases of exports: what a loader makes of a large one."""

from pathlib import Path

import pytest
from support.cases import load_case
from support.cli import Generate
from support.exports import by_the_door

from tautraj.store import Store


@pytest.mark.slow  # 14 MB of rows
def test_late_column(generate: Generate, tmp_path: Path) -> None:
    """`test_columns` has the same of rows that are made up."""
    from datasets import load_dataset

    case = load_case("late-column")
    played = generate(*case["play"])
    assert played.code == 0, played.err
    [run] = (path.parent for path in tmp_path.glob("outputs/default/*/run.yaml"))
    store = Store(str(run))
    late = sorted(store.read_episodes(), key=lambda episode: (episode.task_id, episode.trial))[-8:]
    for episode in late:
        own = [turn.seat == "model" and not turn.given for turn in episode.turns]
        turns = [
            turn.model_copy(update={"reasoning": "I think."}) if is_own else turn
            for turn, is_own in zip(episode.turns, own, strict=True)
        ]
        store.write(episode.model_copy(update={"turns": tuple(turns)}))
    done = by_the_door(*case["export"], f"run={run}", f"out={tmp_path}/data", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / "data" / "train.jsonl").stat().st_size > 10 << 20
    assert 'load_dataset("./data")' in (tmp_path / "data" / "README.md").read_text()
    loaded = load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))["train"]
    with_reasoning = {
        row["episode"]
        for row in loaded
        if any(message.get("reasoning_content") == "I think." for message in row["messages"])
    }
    assert with_reasoning == {episode.id for episode in late}
