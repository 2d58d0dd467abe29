"""In how many of TRL's chat templates a row is right: python measurements/chat_templates.py EXPORT/train.jsonl

Takes what `make test-trl` installs; downloads nothing: the templates of published models come with TRL. A template
can render a tool conversation if it shows the call of a plain one, its arguments an object or JSON text. Of each such
template: is every call of the first rows shown with its name and arguments, every result, and nothing encoded twice?
Those that TRL changed for training are left out: they show what the published ones show.
"""

import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from tautraj.export.output.chat_template import find_hidden

ROWS = 5


def plain_conversation(arguments: Any) -> list[dict[str, Any]]:
    """System, user, call, result, answer: what a template for tools was written for."""
    call = {"id": "a23456789", "type": "function", "function": {"name": "look_up", "arguments": arguments}}
    return [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where is my order?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a23456789", "name": "look_up", "content": "shipped"},
        {"role": "assistant", "content": "It was shipped."},
    ]


def find_problem(template: str, messages: Sequence[Any], tools: Any) -> str | None:
    """What is wrong with a conversation in a template; None: nothing."""
    from transformers.utils.chat_template_utils import render_jinja_template

    try:
        [text], _ = render_jinja_template([list(messages)], tools=tools, chat_template=template)
    except Exception as error:  # noqa: BLE001 - a template is a program of its author
        return f"{type(error).__name__}: {error}"[:90]
    return next(iter(find_hidden(messages, text)), None)


def main(path: str) -> None:
    with Path(path).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(ROWS), strict=False)]
    tool = {"type": "function", "function": {"name": "look_up", "description": "", "parameters": {"type": "object"}}}
    names, right = 0, 0
    for file in sorted(files("trl").joinpath("chat_templates").iterdir(), key=lambda file: file.name):
        is_published = file.name.endswith(".jinja") and not file.name.endswith("_training.jinja")
        template = file.read_text(encoding="utf-8") if is_published else ""
        plain = [plain_conversation({"order": "W1"}), plain_conversation('{"order": "W1"}')]
        if not template or all(find_problem(template, messages, [tool]) for messages in plain):
            continue
        names += 1
        problem = next(filter(None, (find_problem(template, row["messages"], row["tools"]) for row in rows)), None)
        right += problem is None
        print(f"{file.name:45} {problem or 'right'}")
    print(f"right in {right} of {names} templates that can render a tool conversation")


if __name__ == "__main__":
    main(sys.argv[1])
