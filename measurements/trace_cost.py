"""What a trace costs: CPU, time and room in MLflow's SQLite, and how much longer a run's end takes for a sample.

    python measurements/trace_cost.py [--episodes 50]

Retail's test split is played offline; to every turn of a seat is added what a model's call would have left in the
record, so that a trace has as many spans as with two llms. Prints a table.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

CALL = {"llm": "gpt-4o", "tokens_in": 5000, "tokens_out": 80, "tokens_cached": 4000, "usd": 0.01, "retries": 0}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=50)
    return parser.parse_args()


def played(root: Path, episodes: int, traces: str) -> Any:
    """A run directory with so many conversations, which MLflow never heard of."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run, redact_config
    from tautraj.runs.plan import plan_run
    from tautraj.runs.play import play

    tree = compose_tree(
        [f"root={root}", "trials=2", f"tracking.traces={traces}", f"tracking.traces_sample={episodes}"]
    )
    job = plan_run(parse_run(tree), redact_config(tree))
    job.store.open(dict(job.config), "")
    for spec in job.owed[:episodes]:
        play(job.run, spec)
    for trajectory in list(job.store.read_episodes()):
        job.store.write(trajectory.model_copy(update={"turns": tuple(called(turn) for turn in trajectory.turns)}))
    return job.store


def called(turn: Any) -> Any:
    """As if a model had been asked for it."""
    from tautraj.trajectory import LlmCall

    call = LlmCall(**CALL, started=turn.started, seconds=turn.seconds / 2, finish="stop")
    return turn.model_copy(update={"calls": (call,)})


def main() -> None:
    given = arguments()
    from tautraj import process_env

    process_env.prepare()
    from tautraj.tracking.spans import build_spans

    print("| traces | of episodes | spans each | CPU ms each | ms each | KB each in SQLite | the run's end, s |")
    print("|---|---|---|---|---|---|---|")
    plain: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        measured(played(Path(name), 1, "sample"), Path(name))  # what is loaded at the first time is not counted
    for traces in ("none", "sample"):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            store = played(root, given.episodes, traces)
            found = [len(build_spans(one)) for one in store.read_episodes()]
            took = measured(store, root)
            each = {key: (took[key] - plain.get(key, took[key])) / len(found) for key in took}
            plain = plain or took
            print(
                f"| {traces} | {len(found)} | {sum(found) / len(found):.0f} | {1000 * each['cpu']:.0f} "
                f"| {1000 * each['seconds']:.0f} | {each['bytes'] / 1024:.0f} | {took['seconds']:.1f} |",
                flush=True,
            )


def measured(store: Any, root: Path) -> dict[str, float]:
    """Of writing the view of a run directory."""
    from mlflow import MlflowClient

    from tautraj.tracking.backfill import backfill

    MlflowClient(tracking_uri=f"sqlite:///{root}/mlflow.db").search_experiments()  # makes the database
    size = (root / "mlflow.db").stat().st_size
    cpu, began = time.process_time(), time.monotonic()
    backfill(store, None)
    seconds, spent = time.monotonic() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu": spent, "bytes": (root / "mlflow.db").stat().st_size - size}


if __name__ == "__main__":
    main()
