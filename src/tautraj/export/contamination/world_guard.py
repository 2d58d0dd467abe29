"""What keeps a synthetic world's conversations out of training data: its own test split, and anything official in it.

Its tasks were compared with the official ones when they were made; here each is compared again, since a folder can be
changed. Not here: the tasks of the benchmarks themselves (`export.contamination.guard`).
"""

import functools

from tautraj.benchmarks import Benchmark
from tautraj.export.contamination.official_data import list_texts, load_official_data

REASONS = {
    "entity": "names something of an official database",
    "gold write": "shares a gold write with an official task",
    "8 words with an entity or number": "has words of an official task",
    "13 words": "has words of an official task",
}
"""`Contact.check` -> the guard's reason."""


@functools.lru_cache(maxsize=1 << 16)
def find_world_refusal(benchmark: Benchmark, task_id: str) -> str | None:
    """Why a conversation about this task may not be trained on; None: it may, or it is no synthetic task."""
    task = benchmark.get_task(task_id)
    if task.goal is None:
        return None
    if task_id in benchmark.list_task_ids("test"):
        return "a test task of its world"
    gold = ((action["name"], action["arguments"]) for action in task.privileged.gold_actions)
    contact = load_official_data(benchmark.domain).find_contact("\n".join(list_texts(task)), gold)
    return REASONS[contact.check] if contact else None
