"""What keeps a synthetic world's conversations out of training data: its own test split, and anything official in it.

Its tasks were compared with the official ones when they were made; here each is compared again, since a folder can be
changed. Not here: the tasks of the benchmarks themselves (`export.contamination.guard`).
"""

import functools
import json

from tautraj.benchmarks import Benchmark
from tautraj.export.contamination.official_data import hash_write, list_texts, load_official_data


@functools.lru_cache(maxsize=1 << 16)
def find_world_refusal(benchmark: Benchmark, task_id: str) -> str | None:
    """Why a conversation about this task may not be trained on; None: it may, or it is no synthetic task."""
    task = benchmark.get_task(task_id)
    if task.goal is None:
        return None
    if task_id in benchmark.list_task_ids("test"):
        return "a test task of its world"
    official = load_official_data(benchmark.domain)
    texts = list_texts(task)
    gold = [(action["name"], action["arguments"]) for action in task.privileged.gold_actions]
    if official.find_entity((*texts, *(json.dumps(arguments, ensure_ascii=False) for _, arguments in gold))):
        return "names something of an official database"
    if any(hash_write(name, arguments) in official.writes for name, arguments in gold):
        return "shares a gold write with an official task"
    scenario = "\n".join(texts)
    if official.find_short_run(scenario) or official.find_long_run(scenario):
        return "has words of an official task"
    return None
