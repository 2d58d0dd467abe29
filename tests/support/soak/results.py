"""What came of a soak, in figures: the table of `measurements/soak.py`, the assertions of `test_soak`."""

from collections.abc import Sequence
from pathlib import Path

from support.provider.call_log import Visit, most_in_window
from support.provider.replay import essence
from support.soak.provider_process import Report, Sky, weathered
from support.soak.run import TIMEOUT, Played, Soak, play, recordings
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory, plan_episodes
from tautraj.config.parse import parse_run
from tautraj.store import Store
from tautraj.trajectory import Trajectory


def figures(
    soak: Soak, run: Run, expected: dict[str, Trajectory], played: Played, report: Report
) -> dict[str, str | int]:
    """By name, in the order of the table. `expected`: by id of the episode."""
    store, owed = Store(locate_run_directory(run)), dict(expected)
    different = other_words = ungraded = twice = calls = retries = 0
    for found in store.read_episodes():
        known = owed.pop(found.id, None)
        twice += known is None
        known = known or expected[found.id]
        different += found.reward != known.reward
        other_words += essence(found) != essence(known)
        ungraded += found.reward is None
        calls += sum(usage.calls for usage in found.usage.values())
        retries += sum(usage.retries for usage in found.usage.values())
    answered = sum(visit.whole and visit.tokens > 0 for visit in report.visits)  # preflight calls have no size
    return {
        "episodes completed": len(expected) - len(owed),
        "lost": len(owed),
        "duplicated": twice + played.rewritten,
        "rewards different": different,
        "conversations different": other_words,
        "ungraded": ungraded,
        "failures kept": len(list(Path(store.path).glob("failures/*"))),
        "kills": soak.kills,
        "calls asked": len(report.visits),
        "answers in no record": answered - calls,
        "retries": retries,
        "faults": sum(report.injected.values()),
        **{f"fault: {kind}": count for kind, count in sorted(report.injected.items())},
        "odd answers": sum(report.odd.values()),
        **{f"odd: {kind}": count for kind, count in sorted(report.odd.items())},
        "peak memory": f"{played.peak_mb:.0f} MB",
        **_overshoot(soak, report.visits),
        "seconds": f"{played.seconds:.0f}, {played.cpu_seconds:.0f} of CPU",
    }


def _overshoot(soak: Soak, visits: Sequence[Visit]) -> dict[str, str | int]:
    """What the fullest 60 s at the provider had beyond the limit; calls at once at any moment."""
    arrivals = [visit.arrived for visit in visits]
    at_once = max((visit.at_once for visit in visits), default=0)
    most = {
        "requests a minute": (most_in_window(arrivals, [1.0] * len(visits), 60), soak.requests_per_minute),
        "tokens a minute": (most_in_window(arrivals, [v.tokens for v in visits], 60), soak.tokens_per_minute),
        "calls at once": (at_once, soak.calls_at_once),
    }
    return {
        name: f"{seen:,.0f}" + (f" of {limit:,}: {max(0.0, seen / limit - 1):+.1%}" if limit else ", no limit")
        for name, (seen, limit) in most.items()
    }


def soaked(soak: Soak, folder: Path, environ: dict[str, str]) -> dict[str, str | int]:
    """All of it. `folder` is empty and keeps what the run writes; `environ` names the Prefect server."""
    recorded = {trajectory.task_id: trajectory for trajectory in recordings(soak)}
    here = parse_run(compose_tree(soak.overrides(folder / "outputs", "http://127.0.0.1")))
    by_seed = {spec.seed: recorded[spec.task_id] for spec in plan_episodes(here, list(recorded))}
    with weathered(by_seed, Sky(soak.seed, soak.faulty, soak.odd, TIMEOUT)) as served:
        overrides = soak.overrides(folder / "outputs", served.address)
        run = parse_run(compose_tree(overrides))
        expected = {spec.id: recorded[spec.task_id] for spec in plan_episodes(run, list(recorded))}
        played = play(soak, overrides, Path(locate_run_directory(run)) / "episodes", environ, folder)
        report = served.report()
    if played.code or report.errors:
        raise RuntimeError(f"exit code {played.code}: {played.said[-2000:]}\n{report.errors[:3]}")
    return figures(soak, run, expected, played, report)
