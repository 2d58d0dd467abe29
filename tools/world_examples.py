"""Generates the examples of `docs/synthesis.md`: a task of each domain with its gold, its proof, its conversation.

    python tools/world_examples.py

A test compares the page with what this script would write. The worlds are made in a temporary folder, in one process,
in about a minute.
"""

import json
import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tautraj import process_env

process_env.prepare()

from tautraj.config.command_line import compose_tree  # noqa: E402
from tautraj.config.parse import parse_as, parse_run  # noqa: E402
from tautraj.runs.episode.conversation import run_episode  # noqa: E402
from tautraj.runs.episode.recorder import Recorder  # noqa: E402
from tautraj.runs.plan import plan_run  # noqa: E402
from tautraj.synthesis.parts import make_part  # noqa: E402
from tautraj.synthesis.pipeline import plan_world, synthesize  # noqa: E402
from tautraj.synthesis.reproof import FinishedWorld, read_world  # noqa: E402
from tautraj.synthesis.request import SynthesisRequest  # noqa: E402
from tautraj.trajectory import Turn  # noqa: E402

PAGE = Path(__file__).parents[1] / "docs" / "synthesis.md"
MARKS = "<!-- examples: python tools/world_examples.py -->", "<!-- end of examples -->"
FAMILIES = {"retail": "change_of_mind", "airline": "conditional", "telecom": "fault"}
"""Domain -> family of its example: the first task with one wish, and not too much to do."""
SEED, TASKS = 7, 20
MOST_PARTS = 3
"""Faults of a telecom example."""
WIDTH = 125
FIRST_LINES, LAST_LINES = 8, 5
"""Turns of a conversation that are shown."""
LONGEST = 330
"""Characters of a message that are shown."""


def main() -> None:
    """Write the page if it differs."""
    examples = make_examples()
    before = PAGE.read_text()
    after = insert_examples(before, examples)
    if after != before:
        PAGE.write_text(after)
        print(f"written: {PAGE.name}")


def make_examples() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return "\n".join(describe_example(make_world(domain, Path(folder, domain))) for domain in FAMILIES)


def insert_examples(page: str, examples: str) -> str:
    """The page with other examples between `MARKS`."""
    start, end = MARKS
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{examples}{end}", page, count=1, flags=re.DOTALL)


def make_world(domain: str, folder: Path) -> FinishedWorld:
    words = [f"domain={domain}", f"n={TASKS}", f"seed={SEED}", f"out={folder}"]
    request = parse_as(SynthesisRequest, compose_tree(words, "synthesize"))
    plan_world(request)
    synthesize(request, lambda numbers: [make_part(request, number) for number in numbers])
    return read_world(folder)


def describe_example(world: FinishedWorld) -> str:
    """A section of the page."""
    task_id = next(task_id for task_id in world.tasks if is_example(world, task_id))
    instructions = world.tasks[task_id]["user_scenario"]["instructions"]
    shown = {name: text for name, text in instructions.items() if text and name != "domain"}
    proof = world.proofs[task_id]
    return "\n".join(
        [
            f"### {world.domain.capitalize()}: {proof['family'].replace('_', ' ')}",
            "",
            f"`{task_id}` of `python flows/synthesize.py domain={world.domain} n={TASKS} seed={SEED}`:",
            "",
            "```json",
            json.dumps(shown, indent=2, ensure_ascii=False),
            "```",
            "",
            "Gold and proof:",
            "",
            "```",
            *(wrap(line) for line in list_gold(world, task_id)),
            wrap(json.dumps(proof["checks"], ensure_ascii=False)),
            "```",
            "",
            "`agent=rules` with `user_strategy=goal`:",
            "",
            "```",
            *(wrap(line) for line in list_conversation(world, task_id)),
            "```",
            "",
        ]
    )


def is_example(world: FinishedWorld, task_id: str) -> bool:
    goal, proof = world.read_goal(task_id), world.proofs[task_id]
    is_short = len(goal.requests) == 1 and len(proof.get("parts", ())) <= MOST_PARTS
    return proof["family"] == FAMILIES[world.domain] and is_short and bool(goal.writes)


def list_gold(world: FinishedWorld, task_id: str) -> Iterator[str]:
    """The gold actions, and what must be told."""
    criteria = world.tasks[task_id]["evaluation_criteria"]
    for action in criteria["actions"]:
        arguments = ", ".join(f"{key}={value!r}" for key, value in action["arguments"].items())
        seat = "the customer: " if action.get("requestor") == "user" else ""
        yield f"{seat}{action['name']}({arguments})"
    for text in criteria.get("communicate_info") or ():
        yield f"told: {text}"


def list_conversation(world: FinishedWorld, task_id: str) -> list[str]:
    """The conversation, a line per message or call; its middle and the end of long messages are left out."""
    words = [f"domain={world.domain}", f"domain.data_dir={world.path}", "split=base", f"tasks.ids=[{task_id}]"]
    offline = ["agent=rules", "user_strategy=goal", "root=/nonexistent", "tracking=none"]
    run = parse_run(compose_tree([*words, *offline]))
    (spec,) = plan_run(run).owed
    lines = [line for turn in run_episode(run, spec, Recorder()).turns if (line := format_turn(turn))]
    if len(lines) <= FIRST_LINES + LAST_LINES:
        return lines
    return [*lines[:FIRST_LINES], "…", *lines[-LAST_LINES:]]


def format_turn(turn: Turn) -> str | None:
    speaker = "Agent" if turn.seat == "model" else "Customer"
    if turn.tool_call:
        arguments = ", ".join(f"{key}={value!r}" for key, value in turn.tool_call.arguments.items())
        return f"{speaker} calls {turn.tool_call.name}({arguments})"
    return f"{speaker}: {textwrap.shorten(turn.message, LONGEST, placeholder=' …')}" if turn.message else None


def wrap(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    main()
