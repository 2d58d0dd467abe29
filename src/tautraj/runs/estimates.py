"""Estimate of one episode of a run: calls, tokens, USD. From finished episodes, else a guess labelled as one.

Calls no model. Not here: what was spent (`runs.budget`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.briefing import build_briefing
from tautraj.config import GOLD_ROUTES, Run
from tautraj.errors import ConfigError
from tautraj.llms.model_table import look_up_prices
from tautraj.metrics import EpisodeSummary
from tautraj.runs.budget import Cost
from tautraj.store.discovery import read_past_runs
from tautraj.trajectory import Seat

GUESSED_CALLS: dict[Seat, int] = {"model": 14, "user": 7, "judge": 0}
"""Calls per episode. A guess, near what published retail conversations take; planning agents and checked replies
take more."""

TOKENS_PER_TURN, TOKENS_OUT, CHARS_PER_TOKEN = 120, 60, 4
"""Guesses: tokens a conversation grows by from call to call, tokens of an answer, characters per token in English."""


PLAYING_SEATS: tuple[Seat, ...] = ("model", "user")


class MeanUsage(NamedTuple):
    """Mean usage of one seat in one episode."""

    calls: float
    tokens_in: float
    tokens_out: float
    tokens_cached: float
    """Those of `tokens_in` that are read from a cache."""


class Estimate(NamedTuple):
    seats: dict[Seat, MeanUsage]
    """The seats that an llm plays."""
    source: str
    """Where the figures come from, for people: "10 episodes of this run", "a guess"."""
    cost: Cost
    """Cost of one episode at today's prices."""


PastRun = tuple[Mapping[str, Any], Mapping[str, float]]
"""Configuration and metrics of a run."""


def estimate(run: Run, rows: list[EpisodeSummary], past: Iterable[PastRun] | None = None) -> Estimate:
    """Estimate one episode of `run`.

    `rows`: the finished episodes of `run`. `past`: other runs; None: those under the root of `run`.
    """
    seats = [seat for seat, llm in run.seats.items() if not llm.is_offline]
    past = read_past_runs(run.root) if past is None else past
    if rows:
        means, source = _average_rows(rows), f"{len(rows)} episodes of this run"
    else:
        means, source = _average_past_runs(run, past) or (_guess(run), "a guess")
    usage = {seat: means.get(seat, MeanUsage(0, 0, 0, 0)) for seat in seats}
    return Estimate(usage, source, _compute_cost(run, usage))


def check_prices(run: Run) -> None:
    """Raise `ConfigError` if there is a limit in USD but the price of a seat is unknown."""
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
    """Mean usage and its source, over past runs of the same domain, agent, prompt and user strategy; None if none.

    Runs with the same llms are preferred; without any, runs with other llms count, unless they say nothing about a
    paid model: those of `rehearsed`, which replays gold, and those without prices, such as a stub.
    """
    similar: list[tuple[bool, Mapping[str, float]]] = []
    for config, metrics in past:
        matches = [
            _get_path(config, "domain.name") == run.domain.name,
            _get_path(config, "agent.name") == run.agent.name,
            (_get_path(config, "agent.system") or "benchmark") == run.agent.system,
            (_get_path(config, "agent.tools") or "full") == run.agent.tools,
            (_get_path(config, "agent.results") or "full") == run.agent.results,
            _get_path(config, "user_strategy.name") == run.user_strategy.name,
        ]
        if all(matches) and metrics.get("episodes") and metrics.get("model_calls"):
            same_llms = all(_get_path(config, f"{seat}.name") == run.seats[seat].name for seat in PLAYING_SEATS)
            if same_llms or (metrics.get("usd") and not _replays_gold(config)):
                similar.append((same_llms, metrics))
    chosen = [metrics for same_llms, metrics in similar if same_llms] or [metrics for _, metrics in similar]
    if not chosen:
        return None
    episodes = sum(metrics["episodes"] for metrics in chosen)
    other_llms = "" if any(same_llms for same_llms, _ in similar) else " of other llms"
    usage: dict[Seat, MeanUsage] = {
        seat: MeanUsage(*(sum(m.get(f"{seat}_{name}", 0) for m in chosen) / episodes for name in MeanUsage._fields))
        for seat in GUESSED_CALLS
    }
    return usage, f"{episodes:.0f} episodes{other_llms} in {len(chosen)} past run{'s' * (len(chosen) > 1)}"


def _replays_gold(config: Mapping[str, Any]) -> bool:
    return any(_get_path(config, f"{seat}.provider.route") in GOLD_ROUTES for seat in PLAYING_SEATS)


def _guess(run: Run) -> dict[Seat, MeanUsage]:
    benchmark = open_benchmark(run.benchmark, run.domain)
    briefing = build_briefing(benchmark, run.agent.system, run.agent.tools)
    briefing_chars = len(briefing.system) + len(json.dumps(briefing.tools))
    prompt_chars: dict[Seat, int] = {"model": briefing_chars, "user": 3000, "judge": 3000}
    return {
        seat: MeanUsage(n, n * (prompt_chars[seat] / CHARS_PER_TOKEN + n / 2 * TOKENS_PER_TURN), n * TOKENS_OUT, 0)
        for seat, n in GUESSED_CALLS.items()
    }


def _compute_cost(run: Run, usage: Mapping[Seat, MeanUsage]) -> Cost:
    usd: float | None = 0.0
    for seat, mean in usage.items():
        prices = look_up_prices(run.seats[seat])
        usd = (
            None
            if prices is None or usd is None
            else usd
            + (mean.tokens_in - mean.tokens_cached) * prices.usd_in
            + mean.tokens_cached * prices.usd_cached
            + mean.tokens_out * prices.usd_out
        )
    return Cost(sum(mean.tokens_in + mean.tokens_out for mean in usage.values()), usd)


def _get_path(config: Mapping[str, Any], path: str) -> Any:
    node: Any = config
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
