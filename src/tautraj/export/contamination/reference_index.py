"""Builds the guard's index of official tasks: `python -m tautraj.export.contamination.reference_index`.

From the installed data: every task of τ² and of classic τ-bench (whose package must be installed), as the oracle
plays it. Not here: using the index (`export.contamination.guard`).
"""

import json
import re
from collections.abc import Iterator, Sequence

from tautraj import process_env
from tautraj.benchmarks import World
from tautraj.export.contamination.fingerprints import CUSTOMER_KIND, TaskFingerprint, compute_fingerprint, hash_parts
from tautraj.export.contamination.guard import REFERENCE_FILE

NAME_PATTERN = re.compile(r"\bYou(?:'re| are) ([A-Z]\w+) ([A-Z]\w+)")

TEST_SPLITS, OTHER_SPLITS = ("test",), ("train", "dev")

DOMAINS = {"tau2": ("retail", "airline", "telecom"), "tau_bench": ("retail", "airline")}


def fingerprint_tasks(benchmark: str, domain: str, splits: Sequence[str]) -> Iterator[TaskFingerprint]:
    """Fingerprint of every task of the splits that exist, as the oracle plays it."""
    from tautraj.benchmarks import open_benchmark
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run
    from tautraj.errors import ConfigError
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run

    for split in splits:
        words = [f"benchmark={benchmark}", f"domain={domain}", f"split={split}", "root=/nonexistent"]
        run = parse_run(compose_tree(words))
        opened = open_benchmark(run.benchmark, run.domain)
        try:
            owed = plan_run(run).owed
        except ConfigError:
            if split == "test":
                raise  # an index without it would let its test tasks through
            continue
        for spec in owed:
            trajectory = run_episode(run, spec, Recorder())
            fingerprint = compute_fingerprint(trajectory, opened)
            if not fingerprint.customers:
                world = opened.build_world(opened.get_task(trajectory.task_id))
                if user_id := _look_up_user_id(trajectory.scenario, world):
                    customers = (hash_parts(domain, CUSTOMER_KIND, user_id),)
                    fingerprint = fingerprint.model_copy(update={"customers": customers})
            yield fingerprint


def _look_up_user_id(scenario: str, world: World) -> str | None:
    """User id of a customer who is known by name and zip, for tasks whose gold looks nobody up."""
    name, zip_code = NAME_PATTERN.search(scenario), re.search(r"\b\d{5}\b", scenario)
    if name is None or zip_code is None:
        return None
    arguments = {"first_name": name[1], "last_name": name[2], "zip": zip_code[0]}
    user_id: str | None = world.peek("find_user_id_by_name_zip", arguments)
    return user_id


def main() -> None:
    index: dict[str, dict[str, list[dict[str, object]]]] = {}
    for benchmark, domains in DOMAINS.items():
        for domain in domains:
            entry = index.setdefault(domain, {"test": [], "others": []})
            entry["test"] += [
                fingerprint.model_dump(mode="json")
                for fingerprint in fingerprint_tasks(benchmark, domain, TEST_SPLITS)
            ]
            others = (
                fingerprint.model_copy(update={"scenario": ()})
                for fingerprint in fingerprint_tasks(benchmark, domain, OTHER_SPLITS)
            )
            entry["others"] += [fingerprint.model_dump(mode="json") for fingerprint in others]
    REFERENCE_FILE.write_text(json.dumps(index, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{REFERENCE_FILE}: {sum(len(tasks) for parts in index.values() for tasks in parts.values())} tasks")


if __name__ == "__main__":
    process_env.prepare()
    main()
