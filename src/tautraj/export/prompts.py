"""Tasks for on-policy training: the agent's starting messages, the customer's scenario, the command that grades.

One row per task, however it was played. No gold: the benchmark grades the new conversation.
"""

import json
import shlex
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools
from tautraj.export.messages import Style, build_messages


def prompts(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: prompt, tools, scenario, user_prompt, benchmark, domain, split, task, data_hash, grade_with."""
    conversation = next((conversation for conversation in task if conversation.chosen), None)
    if conversation is None:
        return
    trajectory = conversation.trajectory
    choices = {name: getattr(trajectory, name) for name in ("benchmark", "domain", "split")}
    words = [
        *(f"{name}={value}" for name, value in choices.items()),
        f"tasks.ids={json.dumps([trajectory.task_id], ensure_ascii=False)}",
    ]
    given_turns = [turn for turn in trajectory.turns if turn.given]
    yield {
        "prompt": build_messages(trajectory.model_copy(update={"turns": tuple(given_turns)}), style),
        "tools": dump_tools(trajectory),
        "scenario": trajectory.scenario,
        "user_prompt": trajectory.user_prompt,
        "benchmark": trajectory.benchmark,
        "domain": trajectory.domain,
        "split": trajectory.split,
        "task": trajectory.task_id,
        "data_hash": trajectory.data_hash,
        "grade_with": (
            f"python flows/generate.py {shlex.join(words)} model=openai_compatible model.provider.api_base=…"
        ),
    }
