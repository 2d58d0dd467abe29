"""Makes the index of official tasks that the guard knows: `python -m tautraj.export.contamination.reference_index`.

From the installed data: every task of τ² and of classic τ-bench (whose package has to be there), as the oracle
plays it. Not here: what the index is for (`guard`).
"""

import json
import re
from collections.abc import Iterator, Sequence

from tautraj import process_env
from tautraj.benchmarks import World
from tautraj.export.contamination.fingerprints import CUSTOMER, Trace, hashed, trace
from tautraj.export.contamination.guard import REFERENCE

NAME = re.compile(r"\bYou(?:'re| are) ([A-Z]\w+) ([A-Z]\w+)")

TEST, OTHERS = ("test",), ("train", "dev")

CELLS = {"tau2": ("retail", "airline", "telecom"), "tau_bench": ("retail", "airline")}


def traces(benchmark: str, domain: str, splits: Sequence[str]) -> Iterator[Trace]:
    """Of every task of those splits that there are, as the oracle plays it."""
    from tautraj.benchmarks import open_benchmark
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse
    from tautraj.errors import ConfigError
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run

    for split in splits:
        words = [f"benchmark={benchmark}", f"domain={domain}", f"split={split}", "root=/nonexistent"]
        run = parse(compose_tree(words))
        opened = open_benchmark(run.benchmark, run.domain)
        try:
            owed = plan_run(run).owed
        except ConfigError:
            if split == "test":
                raise  # an index without it would let its test tasks through
            continue
        for spec in owed:
            played = run_episode(run, spec, Recorder())
            found = trace(played, opened)
            if not found.customers and (
                user := _looked_up(played.scenario, opened.world(opened.task(played.task_id)))
            ):
                found = found.model_copy(update={"customers": (hashed(domain, CUSTOMER, user),)})
            yield found


def _looked_up(scenario: str, world: World) -> str | None:
    """Who a customer is that gives name and zip, where gold does not ask."""
    name, zip_code = NAME.search(scenario), re.search(r"\b\d{5}\b", scenario)
    if name is None or zip_code is None:
        return None
    asked = {"first_name": name[1], "last_name": name[2], "zip": zip_code[0]}
    found: str | None = world.peek("find_user_id_by_name_zip", asked)
    return found


def main() -> None:
    index: dict[str, dict[str, list[dict[str, object]]]] = {}
    for benchmark, domains in CELLS.items():
        for domain in domains:
            found = index.setdefault(domain, {"test": [], "others": []})
            found["test"] += [one.model_dump(mode="json") for one in traces(benchmark, domain, TEST)]
            others = (one.model_copy(update={"scenario": ()}) for one in traces(benchmark, domain, OTHERS))
            found["others"] += [one.model_dump(mode="json") for one in others]
    REFERENCE.write_text(json.dumps(index, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{REFERENCE}: {sum(len(tasks) for parts in index.values() for tasks in parts.values())} tasks")


if __name__ == "__main__":
    process_env.prepare()
    main()
