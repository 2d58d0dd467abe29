"""What an episode of a run will take: calls, tokens, USD. From episodes played, else from a guess that says so.

Calls nobody. Not here: what was spent (`budget`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.errors import ConfigError
from tautraj.llms.prices import look_up_prices
from tautraj.metrics import EpisodeSummary
from tautraj.runs.budget import Cost
from tautraj.store.discovery import read_past_runs
from tautraj.trajectory import Seat

GUESSED_CALLS: dict[Seat, int] = {"model": 14, "user": 7, "judge": 0}
"""A guess, near what published retail conversations take; planning agents and checked replies take more."""

TOKENS_PER_TURN, TOKENS_OUT, CHARS_PER_TOKEN = 120, 60, 4
"""By which a conversation grows from call to call; of an answer; of English."""


class MeanUsage(NamedTuple):
    """By one seat in one episode, on average."""

    calls: float
    tokens_in: float
    tokens_out: float


class Estimate(NamedTuple):
    seats: dict[Seat, MeanUsage]
    """Of those that are played by an llm."""
    source: str
    cost: Cost
    """Of one episode, by today's prices."""


PastRun = tuple[Mapping[str, Any], Mapping[str, float]]


def estimate(run: Run, rows: list[EpisodeSummary], past: Iterable[PastRun] | None = None) -> Estimate:
    """Of one episode of `run`; `rows`: those it has played. `past`: other runs; None for those under its root."""
    seats = [seat for seat, llm in run.seats.items() if not llm.is_offline]
    past = read_past_runs(run.root) if past is None else past
    if rows:
        found, source = _average_rows(rows), f"{len(rows)} episodes of this run"
    else:
        found, source = _average_past_runs(run, past) or (_guess(run), "a guess")
    taken = {seat: found.get(seat, MeanUsage(0, 0, 0)) for seat in seats}
    return Estimate(taken, source, _compute_cost(run, taken))


def check_prices(run: Run) -> None:
    """Raise `ConfigError` where a limit in USD cannot be kept, since a seat has no price."""
    limit = "budget.usd" if run.budget.usd is not None else "limits.usd" if run.limits.usd is not None else None
    if limit is None:
        return
    unpriced = [seat for seat, llm in run.seats.items() if look_up_prices(llm) is None]
    if unpriced:
        keys = " ".join(f"{s}.usd_per_million_tokens_in=… {s}.usd_per_million_tokens_out=…" for s in unpriced)
        names = ", ".join(f"{seat}={run.seats[seat].name}" for seat in unpriced)
        raise ConfigError(
            f"{limit}: no price is known for {names}. Give one, {keys}, or limit tokens: {limit[:-3]}tokens=…"
        )


def _average_rows(rows: list[EpisodeSummary]) -> dict[Seat, MeanUsage]:
    seats = {seat for row in rows for seat in row.usage}
    return {
        seat: MeanUsage(
            *(
                sum(getattr(row.usage[seat], name) for row in rows if seat in row.usage) / len(rows)
                for name in MeanUsage._fields
            )
        )
        for seat in seats
    }


def _average_past_runs(run: Run, past: Iterable[PastRun]) -> tuple[dict[Seat, MeanUsage], str] | None:
    """Other runs under the same root: of the same llms if there are any, else of other llms in the same roles."""
    alike: list[tuple[bool, Mapping[str, Any]]] = []
    for config, numbers in past:
        same = [
            _get_path(config, "domain.name") == run.domain.name,
            _get_path(config, "agent.name") == run.agent.name,
            _get_path(config, "user_strategy.name") == run.user_strategy.name,
        ]
        if all(same) and numbers.get("episodes") and numbers.get("model_calls"):
            named = (_get_path(config, "model.name"), _get_path(config, "user.name"))
            alike.append((named == (run.model.name, run.user.name), numbers))
    chosen = [numbers for same, numbers in alike if same] or [numbers for _, numbers in alike]
    if not chosen:
        return None
    episodes = sum(numbers["episodes"] for numbers in chosen)
    of_these = "" if any(same for same, _ in alike) else " of other llms"
    taken: dict[Seat, MeanUsage] = {
        seat: MeanUsage(*(sum(n.get(f"{seat}_{name}", 0) for n in chosen) / episodes for name in MeanUsage._fields))
        for seat in GUESSED_CALLS
    }
    return taken, f"{episodes:.0f} episodes{of_these} in {len(chosen)} past run{'s' * (len(chosen) > 1)}"


def _guess(run: Run) -> dict[Seat, MeanUsage]:
    benchmark = open_benchmark(run.benchmark, run.domain)
    policy = len(benchmark.agent_prompt) + len(json.dumps(benchmark.tools))
    told: dict[Seat, int] = {"model": policy, "user": 3000, "judge": 3000}
    return {
        seat: MeanUsage(n, n * (told[seat] / CHARS_PER_TOKEN + n / 2 * TOKENS_PER_TURN), n * TOKENS_OUT)
        for seat, n in GUESSED_CALLS.items()
    }


def _compute_cost(run: Run, usage: Mapping[Seat, MeanUsage]) -> Cost:
    usd: float | None = 0.0
    for seat, took in usage.items():
        each = look_up_prices(run.seats[seat])
        usd = (
            None
            if each is None or usd is None
            else usd + took.tokens_in * each.usd_in + took.tokens_out * each.usd_out
        )
    return Cost(sum(took.tokens_in + took.tokens_out for took in usage.values()), usd)


def _get_path(config: Mapping[str, Any], path: str) -> Any:
    node: Any = config
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
