"""Metrics of a set of episodes. Pure. `compute_metrics` says which episodes enter a mean.

Ungraded and failed episodes are in no mean; their numbers, `ungraded` and `failed`, are always reported beside them.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import NormalDist, fmean
from typing import NamedTuple

from tautraj.trajectory import Ending, FaultTag, Seat, Trajectory, Usage, count_turns

SUCCESS = 1.0 - 1e-6
"""The benchmark's threshold: a reward of 1, within float tolerance."""


class CompactUsage(NamedTuple):
    """A seat's `Usage` as a tuple, in a quarter of the memory: a long run holds those of all its episodes."""

    calls: int
    retries: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    usd: float | None
    """None if any call was unpriced."""
    seconds: float


class EpisodeSummary(NamedTuple):
    """The fields of an episode from which metrics are computed."""

    id: str
    task_id: str
    trial: int
    reward: float | None
    ungraded: str | None
    components: dict[str, float]
    outcome: Ending
    turns: int
    """As `count_turns`."""
    tool_calls: int
    mistakes: int
    seconds: float
    usage: dict[Seat, CompactUsage]
    attempt: int
    """How often it was played before, and put aside since its customer was at fault."""
    faults: tuple[FaultTag, ...]
    """What its customer did wrong, without what is minor."""


class Failure(NamedTuple):
    """The latest failure of an episode that is still to be played."""

    id: str
    kind: str
    message: str


Metrics = dict[str, float]


def is_success(reward: float | None) -> bool | None:
    """Whether `reward` counts as a success; None if there is no reward."""
    return None if reward is None else reward >= SUCCESS


def total_usd(prices: Iterable[float | None]) -> float | None:
    """The sum in USD; None if any price is None."""
    summands = list(prices)
    return None if None in summands else sum(price or 0.0 for price in summands)


def select_by_prefix(metrics: Metrics, prefix: str) -> Metrics:
    """Select the metrics whose name begins with `prefix`, in order; keys are the names without it."""
    return {name.removeprefix(prefix): value for name, value in metrics.items() if name.startswith(prefix)}


def select_pass_hats(metrics: Metrics) -> dict[int, float]:
    """Select pass^k as k -> value."""
    return {int(k): value for k, value in select_by_prefix(metrics, "pass_hat_").items() if k.isdecimal()}


def describe_pass_hat(metrics: Metrics, k: int) -> str:
    """Format pass^k, with the number of its tasks unless all graded ones have k trials: 0.250 (3 of 40 tasks)."""
    value, all_tasks = metrics[f"pass_hat_{k}"], metrics.get("tasks", 0)
    tasks = metrics.get(f"pass_hat_{k}_tasks", all_tasks)
    return f"{value:.3f}" if tasks == all_tasks else f"{value:.3f} ({tasks:.0f} of {all_tasks:.0f} tasks)"


def summarise(trajectory: Trajectory) -> EpisodeSummary:
    played = [turn for turn in trajectory.turns if not turn.given]
    return EpisodeSummary(
        id=trajectory.id,
        task_id=trajectory.task_id,
        trial=trajectory.trial,
        reward=trajectory.reward,
        ungraded=trajectory.ungraded,
        components=trajectory.grade.components if trajectory.grade else {},
        outcome=trajectory.outcome.kind,
        turns=count_turns(played),
        tool_calls=sum(turn.kind == "tool_call" for turn in played),
        mistakes=sum(turn.kind == "mistake" for turn in played),
        seconds=trajectory.seconds,
        usage={seat: CompactUsage(**dict(usage)) for seat, usage in trajectory.usage.items()},
        attempt=trajectory.attempt,
        faults=tuple(fault.tag for fault in trajectory.decisive_faults),
    )


def compute_metrics(
    rows: Sequence[EpisodeSummary],
    failures: Sequence[Failure],
    failed: Sequence[Usage] = (),
    put_aside: Sequence[Usage] = (),
) -> Metrics:
    """Return metric name -> value; a metric without a value (a mean over nothing, an unpriced sum) is absent.

    Means are taken over graded episodes. `failed`, `put_aside`: usage of all seats in attempts that failed, or were
    played again since their customer was at fault.
    """
    graded = [r for r in rows if r.reward is not None]
    numbers: Metrics = {
        "episodes": len(rows),
        "graded": len(graded),
        "ungraded": len(rows) - len(graded),
        "failed": len(failures),
    }
    numbers |= {f"failures_{kind}": n for kind, n in Counter(f.kind for f in failures).items()}
    numbers |= {f"endings_{kind}": n for kind, n in Counter(r.outcome for r in rows).items()}
    numbers |= _compute_usage_metrics(rows)
    numbers |= _compute_cost_metrics(rows, failed, put_aside)
    numbers |= _compute_fault_metrics(rows)
    if graded:
        for name in ("turns", "tool_calls", "mistakes", "seconds"):
            numbers[f"{name}_mean"] = fmean(getattr(r, name) for r in graded)
        numbers |= _compute_success_metrics(graded)
        numbers["reward_mean"] = fmean(r.reward or 0.0 for r in graded)
        for name in sorted({name for r in graded for name in r.components}):
            numbers[f"reward_{name}"] = fmean(r.components[name] for r in graded if name in r.components)
    return numbers


def pass_hat_k(successes: Iterable[tuple[int, int]], k: int) -> float | None:
    """pass^k: the probability that k attempts at a task all succeed, averaged over tasks (Yao et al. 2024, τ-bench).

    `successes`: (c, n) per task, c successes in n trials; the unbiased estimate is C(c, k) / C(n, k). Tasks with
    n < k are left out; None if no task is left.
    """
    chances = [math.comb(c, k) / math.comb(n, k) for c, n in successes if n >= k]
    return fmean(chances) if chances else None


def select_ks(trials: int) -> list[int]:
    """The k for which pass^k is reported: 1 to 8, then powers of two, and `trials` itself."""
    return [k for k in range(1, trials + 1) if k <= 8 or k.bit_count() == 1 or k == trials]


def compute_success_interval(successes: Sequence[tuple[int, int]], confidence: float = 0.95) -> tuple[float, float]:
    """Wilson interval (low, high) for the success rate, widened because trials of one task are correlated.

    `successes`: (c, n) per task. The sample size is divided by the design effect of clustering by task (Miller 2024,
    "Adding error bars to evals"); at a rate of exactly 0 or 1, where that effect cannot be estimated, the sample size
    is the number of tasks.
    """
    total = sum(n for _, n in successes)
    rate = sum(c for c, _ in successes) / total
    size = float(len(successes))
    if 0 < rate < 1:
        clustered = sum((c - n * rate) ** 2 for c, n in successes) / total**2
        size = min(float(total), rate * (1 - rate) / clustered) if clustered else float(total)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (rate + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * math.sqrt(rate * (1 - rate) / size + z**2 / (4 * size**2))
    return max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half))


def count_successes_by_task(rows: Iterable[EpisodeSummary]) -> dict[str, tuple[int, int]]:
    """Task id -> (successes, graded trials). Tasks without a graded trial are absent."""
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for r in rows:
        if r.reward is not None:
            c, n = counts[r.task_id]
            counts[r.task_id] = (c + bool(is_success(r.reward)), n + 1)
    return dict(counts)


def _compute_success_metrics(graded: Sequence[EpisodeSummary]) -> Metrics:
    tasks = list(count_successes_by_task(graded).values())
    low, high = compute_success_interval(tasks)
    numbers = {
        "success_rate": sum(c for c, _ in tasks) / len(graded),
        "success_rate_low": low,
        "success_rate_high": high,
        "tasks": len(tasks),
    }
    for k in select_ks(max(n for _, n in tasks)):
        chance = pass_hat_k(tasks, k)
        if chance is not None:
            numbers[f"pass_hat_{k}"] = chance
            numbers[f"pass_hat_{k}_tasks"] = sum(n >= k for _, n in tasks)
    return numbers


def _compute_fault_metrics(rows: Sequence[EpisodeSummary]) -> Metrics:
    """Conversations whose customer was at fault, and those played again for that; nothing if there are none."""
    faulty, played_again = [r for r in rows if r.faults], sum(r.attempt for r in rows)
    if not faulty and not played_again:
        return {}
    numbers: Metrics = {"faulty": len(faulty), "played_again": played_again}
    for tag, n in Counter(tag for r in rows for tag in r.faults).items():
        numbers[f"faults_{tag}"] = 100 * n / len(rows)  # per 100 episodes
    if failed := [r for r in rows if is_success(r.reward) is False]:
        numbers["faulty_share_of_failures"] = sum(bool(r.faults) for r in failed) / len(failed)
    if faulty and (faultless := [r for r in rows if r.reward is not None and not r.faults]):
        numbers["success_rate_without_faults"] = fmean(float(bool(is_success(r.reward))) for r in faultless)
    return numbers


def _compute_cost_metrics(
    rows: Sequence[EpisodeSummary], failed: Sequence[Usage], put_aside: Sequence[Usage]
) -> Metrics:
    """Tokens and USD of all attempts, of failed ones and of those put aside; USD only if every call is priced.

    USD per success of all attempts.
    """
    wasted = [*failed, *put_aside]
    done = [usage for r in rows for usage in r.usage.values()]
    numbers: Metrics = {}
    by_name: dict[str, Sequence[Usage | CompactUsage]] = {"spent": [*done, *wasted], "wasted": wasted}
    if put_aside:
        by_name["put_aside"] = put_aside
    for name, usages in by_name.items():
        numbers[f"{name}_tokens"] = sum(u.tokens_in + u.tokens_out for u in usages)
        if (usd := total_usd(u.usd for u in usages)) is not None:
            numbers[f"{name}_usd"] = usd
    successes = sum(c for c, _ in count_successes_by_task(rows).values())
    if successes and "spent_usd" in numbers:
        numbers["usd_per_success"] = numbers["spent_usd"] / successes
    return numbers


def _compute_usage_metrics(rows: Sequence[EpisodeSummary]) -> Metrics:
    """Tokens, USD, calls and llm seconds per seat; tokens and USD in total. USD only if every call is priced."""
    numbers: Metrics = {}
    usages: dict[Seat, list[CompactUsage]] = defaultdict(list)
    for r in rows:
        for seat, usage in r.usage.items():
            usages[seat].append(usage)
    for seat, spent in usages.items():
        for name in ("calls", "retries", "tokens_in", "tokens_out", "tokens_cached", "seconds"):
            numbers[f"{seat}_{name}"] = sum(getattr(u, name) for u in spent)
        if (usd := total_usd(u.usd for u in spent)) is not None:
            numbers[f"{seat}_usd"] = usd
    all_usages = [u for spent in usages.values() for u in spent]
    numbers["tokens"] = sum(u.tokens_in + u.tokens_out for u in all_usages)
    if all_usages and (usd := total_usd(u.usd for u in all_usages)) is not None:
        numbers["usd"] = usd
    return numbers
