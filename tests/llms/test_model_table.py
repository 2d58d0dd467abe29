"""When a model ends, by litellm's table: which row decides, and when a run warns.

Dates as litellm 1.106.2 lists them. Not here: the presets' own models (`tests/config/test_presets.py`).
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tautraj.config import Llm, Run
from tautraj.config.command_line import compose_tree, to_hydra_overrides
from tautraj.errors import PreflightError
from tautraj.llms.model_table import find_end, list_endings
from tautraj.orchestration.run_flow import generate
from tautraj.orchestration.sweep_flow import sweep_cells
from tautraj.runs.sweep.grid import parse_sweep

RunOf = Callable[..., Run]


@pytest.fixture(scope="module")
def claude(run_of: RunOf) -> Llm:
    return run_of("model=claude").model


def at(llm: Llm, route: str, name: str) -> Llm:
    return llm.model_copy(update={"name": name, "provider": llm.provider.model_copy(update={"route": route})})


@pytest.mark.parametrize(
    ("route", "name", "end"),
    [
        ("anthropic", "claude-sonnet-4-5", date(2026, 11, 30)),
        ("openai", "gpt-4o-2024-11-20", date(2027, 1, 14)),
        ("openai", "gpt-4o", None),  # azure/gpt-4o: 2027-04-14
        ("openai", "gpt-4.1", None),  # github_copilot/gpt-4.1: 2026-06-01
        ("azure", "gpt-4o", date(2027, 4, 14)),
        ("gemini", "gemini-3.1-flash-lite", date(2027, 5, 7)),
        ("gemini", "gemini-2.5-flash", date(2026, 10, 20)),  # Vertex's row; that of the route has no date
        ("gemini", "gemini-3.8-flash", None),
        ("openrouter", "deepseek/deepseek-chat", date(2026, 7, 24)),  # no row of the route: the maker's
        ("openrouter", "openai/gpt-4o-2024-11-20", date(2027, 1, 14)),
        ("hosted_vllm", "Qwen/Qwen3-8B", None),
        ("offline", "claude-sonnet-4-5", None),
        ("rehearsed", "claude-sonnet-4-5", None),
    ],
)
def test_the_end_is_that_of_the_routes_row_then_of_the_makers(
    claude: Llm, route: str, name: str, end: date | None
) -> None:
    assert find_end(at(claude, route, name)) == end


@pytest.mark.parametrize(
    ("today", "when"),
    [
        (date(2026, 9, 1), "ends on 2026-11-30, in 90 days"),
        (date(2026, 11, 29), "ends on 2026-11-30, in 1 day"),
        (date(2026, 11, 30), "ended on 2026-11-30"),
        (date(2027, 2, 1), "ended on 2026-11-30"),
    ],
)
def test_a_model_that_ends_within_90_days_is_one_line(claude: Llm, today: date, when: str) -> None:
    old = at(claude, "anthropic", "claude-sonnet-4-5")
    [line] = list_endings([("model", old), ("user", old), ("model", old), ("judge", claude)], today)
    assert line == (
        f"model=claude-sonnet-4-5, user=claude-sonnet-4-5: {when}, by litellm's table. "
        "Choose a newer model with model=… user=…"
    )


def test_a_model_that_ends_later_is_none(claude: Llm) -> None:
    assert list_endings([("model", at(claude, "anthropic", "claude-sonnet-4-5"))], date(2026, 8, 31)) == []


OLD = ["model=claude", "model.name=claude-sonnet-4-5", "domain=mock", "split=base"]
ENDS = "warning: model=claude-sonnet-4-5: end"


def test_dry_runs_of_a_cell_and_of_a_grid_warn(run_of: RunOf, capsys: pytest.CaptureFixture[str]) -> None:
    generate(run_of(*OLD, "dry_run=true"), {})
    assert [line[: len(ENDS)] for line in capsys.readouterr().err.splitlines()] == [ENDS]
    words = to_hydra_overrides([*OLD, "dry_run=true", "grid.agent=[act,react]"])
    sweep_cells(parse_sweep(compose_tree(words, "sweep"), words))
    assert [line[: len(ENDS)] for line in capsys.readouterr().err.splitlines()] == [ENDS]


def test_a_run_warns_before_its_first_call(run_of: RunOf, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of what is wrong with the model the line comes first; here no Prefect server answers."""
    nobody = temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"})
    with nobody, pytest.raises(PreflightError, match="Prefect at"):
        generate(run_of(*OLD, root=tmp_path), {})
    assert [line[: len(ENDS)] for line in capsys.readouterr().err.splitlines()] == [ENDS]
