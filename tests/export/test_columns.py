"""Types of columns are declared, so that a loader keeps what only a late row has."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tautraj.export.columns import describe_features, find_kinds
from tautraj.export.output.files import encode_row, join_row, open_writer

BLOCK = 10 << 20
"""Bytes of a JSON lines file that `datasets` guesses types from."""


def row(number: int, **message: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": "x" * 100_000, **message}
    return {"messages": [{"role": "user", "content": "Hi!"}, said], "reward": None if number < 2 else 1, "task": "5"}


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_only_a_late_row_has_is_kept(kind: str, tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = [row(number) for number in range(BLOCK // 100_000 + 5)]
    call = {"id": "a", "type": "function", "function": {"name": "look_up", "arguments": {"order": "W1"}}}
    rows.append(row(999, reasoning_content="I think.", tool_calls=[call]))
    with open_writer(tmp_path / f"train.{kind}") as writer:
        for made in rows:
            writer.write(made, encode_row(made))
    files = [{"split": "train", "path": f"train.{kind}"}]
    card = {
        "configs": [{"config_name": "default", "data_files": files}],
        "dataset_info": {"features": describe_features(find_kinds(rows[0]))},
    }
    (tmp_path / "README.md").write_text(f"---\n{yaml.safe_dump(card)}---\n")
    loaded = load_dataset(str(tmp_path), cache_dir=str(tmp_path / "cache"))["train"]
    assert list(loaded) == rows


def test_parquet_has_the_page_index_of_the_hubs_viewer(tmp_path: Path) -> None:
    from pyarrow import parquet

    with open_writer(tmp_path / "train.parquet") as writer:
        writer.write(row(2), encode_row(row(2)))
    group = parquet.ParquetFile(tmp_path / "train.parquet").metadata.row_group(0)
    assert all(group.column(number).has_offset_index for number in range(group.num_columns))


def test_a_row_is_joined_from_its_columns() -> None:
    """Whatever a value is: half a surrogate pair and a number beyond 64 bits too, which orjson refuses."""
    made = {**row(2), "flag": True, 'odd "name': {"text": "\ud83d", "number": 1 << 70}, "empty": [], "none": None}
    assert json.loads(join_row(encode_row(made))) == made
    assert join_row({}) == b"{}"
