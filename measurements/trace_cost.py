"""Cost of MLflow traces: CPU, time and size in SQLite per episode, and time added to a run's end by a sample.

    python measurements/trace_cost.py [--episodes 50]

Retail's test split is played offline. Every turn then gets the record of a model call, so that a trace has as many
spans as with two llms. Prints a table.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

CALL = {"llm": "gpt-4o", "tokens_in": 5000, "tokens_out": 80, "tokens_cached": 4000, "usd": 0.01, "retries": 0}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=50)
    return parser.parse_args()


def make_run_directory(root: Path, episodes: int, traces: str) -> Any:
    """The store of a run directory with `episodes` conversations that MLflow does not have yet."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run, redact_config
    from tautraj.runs.plan import plan_run
    from tautraj.runs.play import play

    tree = compose_tree(
        [f"root={root}", "trials=2", f"tracking.traces={traces}", f"tracking.traces_sample={episodes}"]
    )
    plan = plan_run(parse_run(tree), redact_config(tree))
    plan.store.open(dict(plan.config), "")
    for spec in plan.owed[:episodes]:
        play(plan.run, spec)
    for trajectory in list(plan.store.read_episodes()):
        turns = tuple(add_llm_call(turn) for turn in trajectory.turns)
        plan.store.write(trajectory.model_copy(update={"turns": turns}))
    return plan.store


def add_llm_call(turn: Any) -> Any:
    """The turn as if an llm had produced it."""
    from tautraj.trajectory import LlmCall

    call = LlmCall(**CALL, started=turn.started, seconds=turn.seconds / 2, finish="stop")
    return turn.model_copy(update={"calls": (call,)})


def main() -> None:
    args = parse_arguments()
    from tautraj import process_env

    process_env.prepare()
    from tautraj.tracking.spans import build_spans

    print("| traces | of episodes | spans each | CPU ms each | ms each | KB each in SQLite | the run's end, s |")
    print("|---|---|---|---|---|---|---|")
    baseline: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        measure_backfill(make_run_directory(Path(name), 1, "sample"), Path(name))  # imports are not measured
    for traces in ("none", "sample"):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            store = make_run_directory(root, args.episodes, traces)
            spans = [len(build_spans(trajectory)) for trajectory in store.read_episodes()]
            cost = measure_backfill(store, root)
            added = {key: (cost[key] - baseline.get(key, cost[key])) / len(spans) for key in cost}
            baseline = baseline or cost
            print(
                f"| {traces} | {len(spans)} | {sum(spans) / len(spans):.0f} | {1000 * added['cpu']:.0f} "
                f"| {1000 * added['seconds']:.0f} | {added['bytes'] / 1024:.0f} | {cost['seconds']:.1f} |",
                flush=True,
            )


def measure_backfill(store: Any, root: Path) -> dict[str, float]:
    """Seconds, CPU seconds and bytes that writing a run directory to MLflow takes."""
    from mlflow import MlflowClient

    from tautraj.tracking.backfill import backfill

    MlflowClient(tracking_uri=f"sqlite:///{root}/mlflow.db").search_experiments()  # creates the database
    size = (root / "mlflow.db").stat().st_size
    cpu_started, started = time.process_time(), time.monotonic()
    backfill(store, None)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu_started
    return {"seconds": seconds, "cpu": cpu, "bytes": (root / "mlflow.db").stat().st_size - size}


if __name__ == "__main__":
    main()
