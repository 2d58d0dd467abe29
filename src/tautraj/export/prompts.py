"""Tasks for on-policy training: the messages to begin from, the customer's scenario, the command that grades.

One row per task, however it was played. The prompt ends with the customer's first words in the recorded conversation:
the agent's turn is next. No gold: the benchmark grades the new conversation.
"""

import json
import shlex
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row
from tautraj.export.messages import Style, build_opening


def prompts(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: prompt, tools, scenario, user_prompt, benchmark, domain, split, task, data_hash, grade_with.

    And the task's own: `Conversation.task_columns`.
    """
    conversation = next((conversation for conversation in task if conversation.chosen), None)
    if conversation is None:
        return
    trajectory = conversation.trajectory
    choices = {name: getattr(trajectory, name) for name in ("benchmark", "domain", "split")}
    words = [
        *(f"{name}={value}" for name, value in choices.items()),
        *(["domain.data_dir=…"] if conversation.task_columns.get("world") else []),
        f"tasks.ids={json.dumps([trajectory.task_id], ensure_ascii=False)}",
    ]
    yield {
        "prompt": build_opening(trajectory, style),
        "tools": list(trajectory.tools),
        "scenario": trajectory.scenario,
        "user_prompt": trajectory.user_prompt,
        "benchmark": trajectory.benchmark,
        "domain": trajectory.domain,
        "split": trajectory.split,
        "task": trajectory.task_id,
        "data_hash": trajectory.data_hash,
        **conversation.task_columns,
        "grade_with": (
            f"python flows/generate.py {shlex.join(words)} model=openai_compatible model.provider.api_base=…"
        ),
    }
