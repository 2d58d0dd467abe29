"""What MLflow shows of a run: parameters, metrics, a table of episodes, a note. Pure.

Not here: the formulas (`metrics`), writing them (`tracking.mlflow_run`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tautraj.config import GOLD_ROUTES, PROGRAM_ROUTE
from tautraj.metrics import EpisodeSummary, Metrics, describe_pass_hat, select_pass_hats

COMPARED = ("model", "agent", "user", "user_strategy", "benchmark", "domain", "split", "judge")
"""Parts of the configuration whose `name` is a parameter of its own, to group runs by."""

EPISODE_COLUMNS = ["id", "task_id", "trial", "reward", "outcome", "turns", "tool_calls", "mistakes", "seconds"]

FIRST_METRICS = ("success_rate", "success_rate_low", "success_rate_high", "episodes")

PASS_HAT_METRIC = "pass_hat_k"
"""Its step is k, so that MLflow draws pass^k over k."""

OFFLINE_TAGS = {
    "oracle": (GOLD_ROUTES, "true: gold actions replayed, not a model's result"),
    "program": ((PROGRAM_ROUTE,), "true: a program that knows no gold actions, not a model's result"),
}
"""Tag -> routes of the agent's model that it marks, and its value."""


def build_offline_tags(routes: Collection[str]) -> dict[str, str]:
    """Tags that say that no model has the model's seat. `routes`: of the run's model, or of all models of a sweep."""
    return {tag: value for tag, (marked, value) in OFFLINE_TAGS.items() if not set(marked).isdisjoint(routes)}


def select_compared_params(config: Mapping[str, Any]) -> dict[str, str]:
    """The `COMPARED` parts of a resolved configuration by name; missing ones are left out."""
    branches = {name: config.get(name) for name in COMPARED}
    return {name: str(branch["name"]) for name, branch in branches.items() if isinstance(branch, Mapping)}


def select_metrics(numbers: Metrics) -> Metrics:
    """The metrics for MLflow, `FIRST_METRICS` in front.

    Each becomes a chart; pass^1 is left out, it is the success rate.
    """
    kept = {name: n for name, n in numbers.items() if name != "pass_hat_1" and not name.endswith("_tasks")}
    return {name: kept[name] for name in FIRST_METRICS if name in kept} | kept


def render_note(numbers: Metrics, config: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """Markdown: what was played, the results, links."""
    setting = " · ".join(f"{name} **{value}**" for name, value in select_compared_params(config).items())
    results = []
    if "success_rate" in numbers:
        low, high = numbers["success_rate_low"], numbers["success_rate_high"]
        results.append(
            f"Success **{numbers['success_rate']:.1%}** [{low:.1%}, {high:.1%}] of {numbers['graded']:.0f}"
        )
        results += [f"pass^{k} {describe_pass_hat(numbers, k)}" for k in select_pass_hats(numbers) if k > 1]
    results += [f"{numbers[name]:.0f} {name}" for name in ("ungraded", "failed") if numbers[name]]
    if numbers.get("spent_usd"):
        results.append(f"{numbers['spent_tokens']:,.0f} tokens, {numbers['spent_usd']:.2f} USD")
    return "\n\n".join([setting, ", ".join(results), " · ".join(f"{name}: {where}" for name, where in links.items())])


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots: {"model": {"name": "x"}} becomes {"model.name": "x"}.

    Not `pandas.json_normalize`: it drops empty mappings, which are parameters too (`model.extra`).
    """
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            leaves |= flatten(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def build_episode_table(rows: Sequence[EpisodeSummary]) -> dict[str, Any]:
    """One line per episode, in the form of `mlflow.log_table`; tokens and USD by seat, USD None where unpriced."""
    seats = sorted({seat for row in rows for seat in row.usage})
    columns = [*EPISODE_COLUMNS, *(f"{seat}_{name}" for seat in seats for name in ("tokens_in", "tokens_out", "usd"))]
    data = []
    for row in sorted(rows, key=lambda row: (row.task_id, row.trial)):
        line = [getattr(row, name) for name in EPISODE_COLUMNS]
        for seat in seats:
            usage = row.usage.get(seat)
            line += [getattr(usage, name, None) for name in ("tokens_in", "tokens_out", "usd")]
        data.append(line)
    return {"columns": columns, "data": data}
