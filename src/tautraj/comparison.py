"""What MLflow's pages compare cells by: parameters, numbers in sections, a table of episodes, a note to read first.

Pure. Not here: how the numbers come about (`metrics`), how they are written (`view`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tautraj.metrics import Metrics, Row

COMPARED = ("model", "agent", "user", "user_strategy", "benchmark", "domain", "split", "judge")
"""Branches of the configuration whose name alone is a parameter as well: one group-by away."""
SECTIONS = ("endings", "failures", "reward", "model", "user", "judge", "pass_hat", "spent", "wasted")
"""The first words of numbers that are details: MLflow's charts fold what comes before a slash into a section."""
COLUMNS = ["id", "task_id", "trial", "reward", "outcome", "turns", "tool_calls", "mistakes", "seconds"]
STEPPED = "pass_hat_k"
"""Drawn over k: its step is k, not how many episodes there were."""
EXPERIMENT = """\
Each run is one cell: a setting of agent, customer, domain and split. Runs compare by `success_rate` (95 % interval: \
`success_rate_low`, `success_rate_high`) and `pass_hat_k`, grouped by `model`, `agent`, `user`, `user_strategy`. \
Traces are conversations, found by `tags.task_id`, `tags.outcome`, `tags.success`, `tags.label.…`."""


def compared(config: Mapping[str, Any]) -> dict[str, str]:
    """Of the resolved tree; what is not there is left out."""
    branches = {name: config.get(name) for name in COMPARED}
    return {name: str(branch["name"]) for name, branch in branches.items() if isinstance(branch, Mapping)}


def named(numbers: Metrics) -> Metrics:
    """By the names that MLflow shows: details in sections, what says the same twice left out."""
    found: Metrics = {}
    for name, value in numbers.items():
        section = next((section for section in SECTIONS if name.startswith(f"{section}_")), None)
        if name == "reward_mean":
            section = None
        if name == "pass_hat_1" or name.endswith("_tasks"):
            continue
        found[name if section is None else f"{section}/{name.removeprefix(f'{section}_')}"] = value
    return found


def stepped(numbers: Metrics) -> dict[int, float]:
    """pass^k by k."""
    words = {name: name.removeprefix("pass_hat_") for name in numbers if name.startswith("pass_hat_")}
    return {int(k): numbers[name] for name, k in words.items() if k.isdecimal()}


def note(numbers: Metrics, config: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """Markdown: what was played, how it went, where to look."""
    played = " · ".join(f"{name} **{value}**" for name, value in compared(config).items())
    lines = [played, ""]
    if "success_rate" in numbers:
        low, high = numbers["success_rate_low"], numbers["success_rate_high"]
        rate = (
            f"Success **{numbers['success_rate']:.1%}** [{low:.1%}, {high:.1%}] over {numbers['graded']:.0f} episodes"
        )
        hats = ", ".join(f"pass^{k} {value:.3f}" for k, value in stepped(numbers).items() if k > 1)
        lines.append(f"{rate}{', ' if hats else ''}{hats}.")
    lines.append(f"{numbers['ungraded']:.0f} ungraded, {numbers['failed']:.0f} failed: in no mean.")
    if "usd" in numbers:
        lines.append(f"{numbers['spent_tokens']:,.0f} tokens, {numbers['spent_usd']:.2f} USD.")
    return "\n".join([*lines, "", *(f"- {name}: {where}" for name, where in links.items())])


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots: {"model": {"name": "x"}} becomes {"model.name": "x"}."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            leaves |= flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def table(rows: Sequence[Row]) -> dict[str, Any]:
    """One line per episode, in the form of `mlflow.log_table`; tokens and USD by seat, USD None where unpriced."""
    seats = sorted({seat for row in rows for seat in row.usage})
    columns = [*COLUMNS, *(f"{seat}_{name}" for seat in seats for name in ("tokens_in", "tokens_out", "usd"))]
    data = []
    for row in sorted(rows, key=lambda row: (row.task_id, row.trial)):
        line = [getattr(row, name) for name in COLUMNS]
        for seat in seats:
            usage = row.usage.get(seat)
            line += [getattr(usage, name, None) for name in ("tokens_in", "tokens_out", "usd")]
        data.append(line)
    return {"columns": columns, "data": data}
