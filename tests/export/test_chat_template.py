"""What a chat template hides of a row is found in what it renders."""

import json
from typing import Any

import pytest

from tautraj.export.output.chat_template import find_hidden

CALL = {
    "id": "a",
    "type": "function",
    "function": {"name": "look_up", "arguments": {"name": 'Zoë "Z"', "zip": 19122}},
}
MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "Where is it?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "a", "name": "look_up", "content": '{"status": "shipped"}'},
]
ARGUMENTS = json.dumps(CALL["function"]["arguments"])  # type: ignore[index]
RESULT = '{"status": "shipped"}'


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"look_up {ARGUMENTS} {RESULT}", []),
        (f'look_up {{"name": "Zoë \\"Z\\"", "zip": 19122}} {RESULT}', []),
        (f'look_up <name>Zoë "Z"</name><zip>19122</zip> {json.dumps(RESULT)}', []),
        (f"<call>{ARGUMENTS}</call> {RESULT}", ["it leaves out tool calls"]),
        (f"look_up {RESULT}", ["it leaves out arguments of calls"]),
        (f"look_up {json.dumps(ARGUMENTS)} {RESULT}", ["it encodes arguments twice: style.arguments=object"]),
        (f"look_up {ARGUMENTS}", ["it leaves out results of calls"]),
    ],
    ids=["right", "letters as they are", "in tags", "no name", "no arguments", "twice", "no result"],
)
def test_what_a_template_hides_is_found(text: str, hidden: list[str]) -> None:
    found = list(find_hidden(MESSAGES, text))
    assert found[-1:] == hidden
