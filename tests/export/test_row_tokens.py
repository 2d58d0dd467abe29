"""`choose.row_tokens`: rows that are longer than a trainer takes are left out, and it is said how many and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.exports import played, rows_in

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError
from tautraj.export import pipeline
from tautraj.export.output.row_lengths import estimate_tokens
from tautraj.export.request import ExportRequest
from tautraj.export.result import ExportResult
from tautraj.report.terminal.tables import print_export

SHORT = ("style.system=short", "style.tools=names")


def export(*words: str) -> ExportResult:
    return pipeline.export(parse_as(ExportRequest, compose_tree(["guard=off", *words], "export")))


@pytest.fixture(scope="module")
def run(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rows") / "outputs"
    return played(run_of("domain=retail", "tracking=none", "split=train", "tasks.limit=5", root=root))


def say(length: int) -> dict[str, Any]:
    """A message of so many characters with the 30 that a template puts around it."""
    return {"role": "assistant", "content": "é" * (length - 30)}


def call(name: str, arguments: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": name, "arguments": arguments}}]}


def tool(name: str, **properties: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"properties": properties}}}


def test_an_estimate_counts_what_a_template_shows_of_the_longest_conversation_and_of_the_tools() -> None:
    assert estimate_tokens({"messages": [say(83), say(60)], "tools": []}) == 143 // 3
    assert estimate_tokens({"messages": [say(83)]}) == 83 // 3
    for arguments in ({"a": 1}, '{"a": 1}'):  # 8 characters
        assert estimate_tokens({"messages": [call("look_up", arguments)], "tools": []}) == (7 + 8 + 30) // 3
    named = {"messages": [say(60)], "tools": [tool("look_up"), tool("write")]}
    assert estimate_tokens(named) == (60 + 7 + 5) // 3
    described = tool("look_up", order={"type": "string"})
    schema = len(json.dumps(described["function"]))
    assert estimate_tokens({"messages": [say(60)], "tools": [described]}) == (60 + schema) // 3
    pair = {"prompt": [say(100)], "chosen": [say(56)], "rejected": [say(156)], "tools": []}
    assert estimate_tokens(pair) == 256 // 3
    assert estimate_tokens({"prompt": [say(76)], "tools": []}) == 76 // 3


def test_rows_over_the_limit_are_left_out_and_counted_wherever_counts_are(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(f"run={run}", f"out={tmp_path}/all", *SHORT)
    tokens = {row["episode"]: estimate_tokens(row) for row in rows_in(tmp_path / "all")}
    limit = sorted(tokens.values())[2]
    within = {episode for episode, n in tokens.items() if n <= limit}
    assert 0 < len(within) < len(tokens) == 5
    print_export(export(f"run={run}", f"out={tmp_path}/data", f"choose.row_tokens={limit}", *SHORT))
    assert {row["episode"] for row in rows_in(tmp_path / "data")} == within
    left_out, reason = 5 - len(within), f"over {limit:,} tokens, estimated at 3 characters each"
    printed = [
        [cell.strip() for cell in line.split("│")[1:3]]
        for line in capsys.readouterr().out.splitlines()
        if "│" in line
    ]
    assert [f"no row of at most {limit:,} tokens", f"-{left_out}"] in printed
    assert ["conversations kept", str(len(within))] in printed
    card = (tmp_path / "data" / "README.md").read_text()
    assert f"| no row of at most {limit:,} tokens | {left_out} | {len(within)} |" in card
    assert f"{len(within)} rows ({len(within)} train) of {len(within)} conversations." in card
    assert f"- {left_out} rows refused: {reason}" in card and f"row_tokens: {limit}" in card


def test_a_conversation_stays_while_one_of_its_decisions_fits(run: Path, tmp_path: Path) -> None:
    steps = export(f"run={run}", f"out={tmp_path}/all", "format=steps", *SHORT)
    lengths = sorted(estimate_tokens(row) for row in rows_in(tmp_path / "all"))
    limit = lengths[len(lengths) // 2]
    some = export(f"run={run}", f"out={tmp_path}/some", "format=steps", f"choose.row_tokens={limit}", *SHORT)
    assert some.total_rows == sum(n <= limit for n in lengths) < steps.total_rows
    assert (some.funnel[-1].dropped, some.funnel[-1].left) == (0, 5)
    assert list(some.counts.refused.values()) == [steps.total_rows - some.total_rows]


def test_what_leaves_nothing_says_how_to_go_on(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        export(f"run={run}", f"out={tmp_path}/data", "choose.row_tokens=10")
    assert "has no row of 5 conversations. 5 refused: over 10 tokens, estimated" in str(refused.value)
    assert str(refused.value).endswith(
        "Raise choose.row_tokens, or add style.system=short style.tools=names style.results=short"
    )


@pytest.mark.parametrize("name", ["sharegpt", "traces", "predecessor"])
def test_formats_without_messages_take_no_limit(name: str, run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^choose.row_tokens counts messages, and rows of this format have none"):
        export(f"run={run}", f"out={tmp_path}/data", f"format={name}", "choose.row_tokens=1000")
    assert not (tmp_path / "data").exists()


def test_a_prompt_that_is_too_long_leaves_out_its_task(run: Path, tmp_path: Path) -> None:
    export(f"run={run}", f"out={tmp_path}/all", "format=prompts", *SHORT)
    lengths = {row["task"]: estimate_tokens(row) for row in rows_in(tmp_path / "all")}
    limit = sorted(lengths.values())[1]
    some = export(f"run={run}", f"out={tmp_path}/some", "format=prompts", f"choose.row_tokens={limit}", *SHORT)
    within = {task for task, n in lengths.items() if n <= limit}
    assert {row["task"] for row in rows_in(tmp_path / "some")} == within
    assert (some.funnel[-1].dropped, some.funnel[-1].left) == (5 - len(within), len(within))
