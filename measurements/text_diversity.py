"""Entity-masked distinct-3 of what customers want: official tasks beside those of synthetic worlds.

    python measurements/text_diversity.py [WORLD …]

Measured over random samples of 114 and of 300 texts, because it falls with their number: mean and smallest of 100
samples. A smaller set is measured whole, so that one of 50 texts stands higher than it would. Classic τ-bench is
included if its package can be imported; its tasks have one text, in which name and manner of the customer stand too.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from tautraj import process_env

process_env.prepare()

from tautraj.benchmarks import open_benchmark  # noqa: E402
from tautraj.config import BenchmarkConfig, Domain  # noqa: E402
from tautraj.errors import ConfigError  # noqa: E402
from tautraj.synthesis.diversity import sample_distinct  # noqa: E402

OFFICIAL = [
    ("tau_bench", "retail", "train"),
    ("tau_bench", "retail", "test"),
    ("tau_bench", "airline", "test"),
    *(("tau2", domain, "base") for domain in ("retail", "airline", "telecom")),
]
SIZES = (114, 300)


def read_official(benchmark: str, domain: str, split: str) -> list[str]:
    """What the customers of a split want; of classic τ-bench all that they are told."""
    opened = open_benchmark(BenchmarkConfig(name=benchmark, world="overlay"), Domain(name=domain, data_dir=None))
    scenarios = [opened.get_task(task_id).scenario for task_id in opened.list_task_ids(split)]
    return [scenario.reason or scenario.text for scenario in scenarios]


def read_world(world: Path) -> list[str]:
    (tasks,) = world.glob("tau2/domains/*/tasks.json")
    return [task["user_scenario"]["instructions"]["reason_for_call"] for task in json.loads(tasks.read_text())]


def collect_texts(worlds: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(name, texts) of each official set that can be opened, then of each world."""
    for official in OFFICIAL:
        try:
            yield "/".join(official), read_official(*official)
        except ConfigError as error:
            print(f"{'/'.join(official)} left out: {error}", file=sys.stderr)
    for world in worlds:
        yield Path(world).name, read_world(Path(world))


def describe(texts: list[str], size: int) -> str:
    """Mean and smallest share, or the share of the whole set; – where a smaller size has shown that."""
    if len(texts) < size and size != SIZES[0]:
        return "–"
    shares = sample_distinct(texts, size=size)
    if len(shares) == 1:
        return f"{shares[0]:.3f}"
    return f"{fmean(shares):.3f} ({min(shares):.3f})"


def main(worlds: list[str]) -> None:
    print("| tasks | texts | over 114: mean (smallest) | over 300 |\n|---|--:|--:|--:|")
    for name, texts in collect_texts(worlds):
        print(f"| {name} | {len(texts):,} | {' | '.join(describe(texts, size) for size in SIZES)} |", flush=True)


if __name__ == "__main__":
    process_env.freeze_gc()
    main(sys.argv[1:])
