"""Tasks for training on one's own policy: what the agent starts from, who the customer is, how to have it graded.

One row per task, whatever was played of it. No gold: the benchmark grades what comes of it.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools
from tautraj.export.messages import Style, build_messages


def prompts(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    one = next((one for one in task if one.chosen), None)
    if one is None:
        return
    found = one.trajectory
    given = [turn for turn in found.turns if turn.given]
    yield {
        "prompt": build_messages(found.model_copy(update={"turns": tuple(given)}), style),
        "tools": dump_tools(found),
        "scenario": found.scenario,
        "user_prompt": found.user_prompt,
        "benchmark": found.benchmark,
        "domain": found.domain,
        "split": found.split,
        "task": found.task_id,
        "data_hash": found.data_hash,
        "grade_with": (
            f"python flows/generate.py benchmark={found.benchmark} domain={found.domain} split={found.split} "
            f"'tasks.ids=[\"{found.task_id}\"]' model=openai_compatible model.provider.api_base=…"
        ),
    }
