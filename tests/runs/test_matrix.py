"""A grid and its numbers: which cells it has, how they stand beside each other, what each axis explains.

Not here: playing them (`test_sweep`).
"""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import row, usage

from tautraj.config import Run
from tautraj.config.command_line import compose_tree, to_hydra_overrides, to_override
from tautraj.errors import ConfigError
from tautraj.metrics import EpisodeSummary, compute_metrics
from tautraj.report.terminal.sweep_tables import matrix_rows, print_matrix
from tautraj.runs.sweep.axes import parse_axes
from tautraj.runs.sweep.grid import parse_sweep
from tautraj.runs.sweep.matrix import CellResult, build_matrix, list_ks, to_csv
from tautraj.runs.sweep.variance import (
    CellRewards,
    VarianceShares,
    decompose_sum_of_squares,
    explain_variance,
    pair_varying_axes,
)

AXES = {"agent": ["a", "b"], "user": ["x", "y"]}
GPT = ["model=gpt4o", "user=gpt4o"]


def graded(**rewards: float | None) -> list[EpisodeSummary]:
    """One trial of each task."""
    return [row(id=f"{task}-{reward}", task_id=task, reward=reward) for task, reward in rewards.items()]


def cells(table: Mapping[tuple[str, str], list[EpisodeSummary]]) -> list[CellRewards]:
    return [CellRewards({"agent": agent, "user": user}, ("retail",), rows) for (agent, user), rows in table.items()]


def test_each_source_by_hand() -> None:
    """Means of A .75, .25; of B .25, .75; of the tasks .75, .25; none of A×B; SS_total 2."""
    table = np.array([[[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 0.0]]])
    assert decompose_sum_of_squares(table) == pytest.approx((0.25, 0.25, 0.0, 0.25, 0.25))


def test_what_only_both_axes_together_explain() -> None:
    table = np.array([[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]])
    assert decompose_sum_of_squares(table) == pytest.approx((0.0, 0.0, 1.0, 0.0, 0.0))


def test_unequal_numbers_of_levels_by_hand() -> None:
    """Two by three, one task. Means of A 1/3, 2/3; of B 1/2, 1/2, 1/2; SS_total 3/2, SS_A 1/6, SS_AB the rest."""
    table = np.array([[[1.0], [0.0], [0.0]], [[0.0], [1.0], [1.0]]])
    assert decompose_sum_of_squares(table) == pytest.approx((1 / 9, 0.0, 8 / 9, 0.0, 0.0))


def test_rewards_that_are_all_alike_explain_nothing() -> None:
    assert decompose_sum_of_squares(np.ones((2, 2, 3))) is None


@given(st.lists(st.floats(0, 1), min_size=24, max_size=24))
def test_shares_are_shares_of_one(values: list[float]) -> None:
    found = decompose_sum_of_squares(np.array(values).reshape(2, 3, 4))
    if found is not None:
        assert sum(found) == pytest.approx(1.0)
        assert min(found) >= -1e-9


def test_a_task_counts_where_every_cell_has_it_graded() -> None:
    played = {
        ("a", "x"): graded(easy=1.0, hard=0.0, unfair=1.0),
        ("a", "y"): graded(easy=1.0, hard=1.0, unfair=None),
        ("b", "x"): graded(easy=0.0, hard=0.0),
        ("b", "y"): graded(easy=1.0, hard=0.0, unfair=0.0),
    }
    found = explain_variance(AXES, ("agent", "user"), cells(played))
    assert found == VarianceShares(
        ("agent", "user"), 2, *(pytest.approx(share) for share in (0.25, 0.25, 0, 0.25, 0.25))
    )


def test_trials_of_a_task_are_one_mean() -> None:
    mixed = [row(id="0", task_id="t", reward=1.0), row(id="1", task_id="t", reward=0.0, trial=1)]
    played = {("a", "x"): mixed, ("a", "y"): mixed, ("b", "x"): graded(t=1.0), ("b", "y"): graded(t=1.0)}
    found = explain_variance(AXES, ("agent", "user"), cells(played))
    assert found is not None
    assert found.first == pytest.approx(1.0)


def test_the_same_name_in_another_domain_is_another_task() -> None:
    three = {**AXES, "domain": ["retail", "airline"]}
    played = [
        CellRewards({"agent": agent, "user": user, "domain": domain}, (domain,), graded(t=float(domain == "retail")))
        for agent in "ab"
        for user in "xy"
        for domain in three["domain"]
    ]
    found = explain_variance(three, ("agent", "user"), played)
    assert found is not None
    assert (found.tasks, found.task) == (2, pytest.approx(1.0))


def test_a_third_axis_is_averaged_over() -> None:
    three = {**AXES, "seed": ["1", "2"]}
    played = [
        CellRewards(
            {"agent": agent, "user": user, "seed": seed}, (), graded(t=float(seed == "1"), u=float(agent == "a"))
        )
        for agent in "ab"
        for user in "xy"
        for seed in "12"
    ]
    found = explain_variance(three, ("agent", "user"), played)
    assert found is not None
    assert found.tasks == 2
    assert found.second == pytest.approx(0.0)
    assert explain_variance(three, ("agent", "user"), played[1:]) is None, "not every combination was played"


def test_axes_that_vary() -> None:
    assert pair_varying_axes({"model": ["a", "b"], "user": ["c"], "agent": ["d", "e"], "domain": ["f", "g"]}) == [
        ("model", "agent")
    ]


def lines(run_of: Callable[..., Run]) -> list[CellResult]:
    run = run_of(*GPT)
    good = [row(id="1", task_id="1", usage={"model": usage(usd=0.5)}), row(id="2", task_id="1", trial=1)]
    made = []
    for agent, user, rows in (("a", "x", good), ("a", "y", []), ("b", "x", graded(t=0.0)), ("b", "y", good)):
        made.append(
            CellResult({"agent": agent, "user": user}, run, f"{agent}{user}", 3, rows, compute_metrics(rows, []))
        )
    return made


def test_a_line_has_the_numbers_of_its_cell(run_of: Callable[..., Run]) -> None:
    made = lines(run_of)
    found = build_matrix("default", AXES, made)
    assert found["axes"] == AXES
    assert [one["cell"] for one in found["cells"]] == ["ax", "ay", "bx", "by"]
    first, empty, *_ = found["cells"]
    assert {name: first[name] for name in ("agent_llm", "customer", "domain", "split", "grid.user", "owed")} == {
        "agent_llm": "gpt-4o",
        "customer": "llm",
        "domain": "retail",
        "split": "test",
        "grid.user": "x",
        "owed": 3,
    }
    for name in ("success_rate", "success_rate_low", "pass_hat_2", "turns_mean", "spent_usd", "failed"):
        assert first[name] == made[0].metrics[name]
    assert (empty["episodes"], empty["success_rate"], empty["pass_hat_2"]) == (0, None, None)
    assert list_ks(found) == [1, 2]


def test_what_is_no_model_is_marked(run_of: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Below the table: what replays gold, and a program that knows none of it."""
    first, second, *_ = lines(run_of)
    cells = [first._replace(run=run_of("model=oracle")), second._replace(run=run_of("agent=rules"))]
    matrix = build_matrix("default", {"agent": ["a"], "user": ["x", "y"]}, cells)
    assert [(cell["gold_replayed"], cell["played_by_program"]) for cell in matrix["cells"]] == [
        (True, False),
        (False, True),
    ]
    print_matrix("a sweep", matrix, {})
    printed = " ".join(capsys.readouterr().out.split())
    assert "model=oracle replays the task's gold actions: this checks the pipeline, it is no model's" in printed
    assert "model=rules is a program that knows no gold actions: it is no model's result." in printed


def test_pass_hat_k_names_its_tasks_where_not_all_have_k_trials(run_of: Callable[..., Run]) -> None:
    first, empty, *_ = lines(run_of)
    rows = [*first.rows, *graded(other=0.0)]  # two trials of task 1, one of another
    partial = first._replace(rows=rows, metrics=compute_metrics(rows, []))
    matrix = build_matrix("default", AXES, [first, partial, empty])
    assert [cell["pass_hat_2_tasks"] for cell in matrix["cells"]] == [1, 1, None]
    assert [row["pass^2"] for row in matrix_rows(matrix)] == ["1.000", "1.000 (1/2)", "–"]


def test_customers_at_fault_are_counted_by_cell(run_of: Callable[..., Run]) -> None:
    """Of one cell: of four, one twice played, and one at fault. Cells of customers without a fault say 0."""
    first, empty, *_ = lines(run_of)
    rows = [*graded(a=1.0, b=1.0, c=1.0), row(id="9", task_id="d", attempt=2, reward=0.0, faults=("hallucination",))]
    metrics = compute_metrics(rows, [], put_aside=[usage(usd=0.25), usage(usd=0.5)])
    cells = [first, first._replace(rows=rows, metrics=metrics), empty]
    matrix = build_matrix("default", AXES, cells)
    kept = ("faulty", "played_again", "faults_hallucination", "faulty_share_of_failures", "put_aside_usd")
    assert [tuple(cell[name] for name in kept) for cell in matrix["cells"]] == [
        (0, 0, 0, None, None),
        (1, 2, 25.0, 1.0, 0.75),
        (None,) * 5,
    ]
    assert matrix["cells"][1]["success_rate_without_faults"] == 1.0
    assert [row["at fault"] for row in matrix_rows(matrix)] == ["0.0", "25.0 (2 again)", "–"]
    assert "at fault" not in matrix_rows(build_matrix("default", AXES, [first]))[0]


def test_as_csv_every_cell_is_a_line(run_of: Callable[..., Run]) -> None:
    read = list(csv.DictReader(io.StringIO(to_csv(build_matrix("default", AXES, lines(run_of))))))
    assert [one["grid.agent"] for one in read] == ["a", "a", "b", "b"]
    assert (read[0]["success_rate"], read[1]["success_rate"]) == ("1.0", "")


@pytest.mark.parametrize(
    ("level", "cell"),
    [(level, f"'{level}") for level in ("=1+1", "@cf/meta/llama", "+x", "-x", "\tx")]
    + [("a\r=1", "a\\r=1"), ("a\n=1", "a\n=1"), ('a","=1', 'a","=1'), ("1.5", "1.5")],
)
def test_no_cell_of_the_csv_is_a_formula(level: str, cell: str, run_of: Callable[..., Run]) -> None:
    odd = [line._replace(levels={**line.levels, "agent": level}) for line in lines(run_of)]
    read = csv.DictReader(io.StringIO(to_csv(build_matrix("default", {**AXES, "agent": [level]}, odd)), newline=""))
    assert [one["grid.agent"] for one in read] == [cell] * 4


@pytest.mark.parametrize(
    "level",
    ["react", "gpt-4o", "a b", "it's", "back\\slash", "end\\", "\\'", "null", "true", "1", "", "a,b", "${oc.env:X}"]
    + [1, 1.5, True, None, ["0", "a b"], {"a": [1, "x"]}],
)
def test_a_level_comes_out_of_hydra_as_it_went_in(level: Any) -> None:
    from omegaconf import OmegaConf

    word = to_override("model.extra.given", level)
    tree = compose_tree([*GPT, word])
    found = OmegaConf.to_container(tree.model.extra, resolve=False)
    assert found == {"given": level}


@pytest.mark.parametrize(
    "words",
    [
        ["grid={agent: [act, react], limits.turns: [5]}"],
        ["grid={agent: [act, react], limits: {turns: [5]}}"],
        ["grid.agent=[act,react]", "grid.limits.turns=5"],
        ["grid.agent=act,react", "grid.limits.turns=[5]"],
        ["+grid.agent=[act,react,act]", "grid.limits.turns=[5,5]"],
        ["experiment=strategies", "grid.user_strategy=null", "grid.agent=[act,react]", "grid.limits.turns=5"],
    ],
    ids=" ".join,
)
def test_ways_to_spell_a_grid(words: list[str]) -> None:
    found = parse_sweep(compose_tree([*GPT, *words], "sweep"), to_hydra_overrides([*GPT, *words]))
    assert found.axes == {"agent": ["act", "react"], "limits.turns": ["5"]}
    assert [setting.run.agent.name for setting in found.cells] == ["act", "react"]
    assert {setting.run.limits.turns for setting in found.cells} == {5}


def test_cells_that_are_one_are_played_once() -> None:
    words = [*GPT, "grid.model.provider.calls_at_once=[4,8]", "grid.agent=[act,react]"]
    found = parse_sweep(compose_tree(words, "sweep"), words)
    assert (found.combination_count, len(found.cells)) == (4, 2)


def test_a_sweep_is_its_cells_in_any_order() -> None:
    made = [
        parse_sweep(compose_tree(words, "sweep"), words)
        for words in ([*GPT, "grid.agent=[act,react]"], [*GPT, "grid.agent=[react,act]"])
    ]
    assert made[0].digest == made[1].digest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["experiment=default"], "the grid has no axis"),
        (["grid.agent=[]"], "grid.agent has no levels"),
        (["grid.trials=[1,2]"], "grid.trials: trials applies to the whole sweep"),
        (["grid.tracking.uri=[a]"], "grid.tracking.uri: "),
        (
            ["grid.agent=[act]", "agent=react"],
            "agent=react: agent is an axis of this grid; leave out agent=react. Its levels: 'grid.agent=[…]'",
        ),
        (["grid.agent=[act,zz]"], "agent=zz: agent=zz does not exist"),
        (["grid.agnt=[act]"], "agnt=act: agnt does not exist. Did you mean agent?"),
        (["grid.limits.turnz=[1,2]"], "limits.turnz=1, limits.turnz=2: limits.turnz does not exist. Did you mean"),
        (["grid.seed=[x]"], "seed=x: seed: Input should be a valid integer"),
        (["grid.agent=[act,oracle]"], "agent=oracle: agent=oracle cannot be played by model=gpt-4o"),
        (["grid.seed=[" + ",".join(map(str, range(30))) + "]", "grid.limits.turns=" + "[" + ",".join(
            map(str, range(1, 31))) + "]"], "the grid has 900 cells; a sweep holds up to 500"),
    ],
)  # fmt: skip
def test_a_grid_that_cannot_be_is_refused_by_name(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_sweep(compose_tree([*GPT, *words], "sweep"), [*GPT, *words])
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_every_cell_that_cannot_be_has_its_reason() -> None:
    words = ["model=gpt4o", "grid.user=[gpt4o,scripted]", "grid.user_strategy=[llm,scripted]"]
    with pytest.raises(ConfigError) as refused:
        parse_sweep(compose_tree(words, "sweep"), words)
    first, second = str(refused.value).splitlines()
    assert first.startswith("user=gpt4o user_strategy=scripted: ")
    assert second.startswith("user=scripted user_strategy=llm: ")


def test_axes_of_nested_keys() -> None:
    assert parse_axes({"limits": {"turns": [1, 2], "usd": None}, "agent": "act"}) == {
        "limits.turns": [1, 2],
        "agent": ["act"],
    }
