"""A person plays the customer in the terminal: `user=human`. One conversation at a time."""

import sys
from typing import Any

from tautraj.config import Run
from tautraj.config.components import attach_check
from tautraj.errors import ConfigError
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, parse_json_object
from tautraj.printable import escape_unprintable, wrap_words
from tautraj.trajectory import ToolCall
from tautraj.users.base import Customer, UserContext

INSTRUCTIONS = "Say something in one line. Ctrl-D, or {stop}, ends the conversation."

TOOL_INSTRUCTIONS = 'Your tools: {names}. Use one with /name or /name {{"argument": "value"}}.'

RULER = "=" * 60


def _check(run: Run, **_: Any) -> None:
    if not sys.stdin.isatty():
        raise ConfigError("user=human needs a terminal. Run the command in one, or choose another user=…")
    if run.runner.workers > 1:
        raise ConfigError(
            f"user=human plays one conversation at a time: leave out runner.workers={run.runner.workers}"
        )


@attach_check(_check)
def human(context: UserContext) -> Customer:
    """Print the scenario once, then each message of the agent; a typed line is the reply."""
    names = [tool["function"]["name"] for tool in context.tools]
    introduced = False

    def reply(message: str) -> str:
        nonlocal introduced
        if not introduced:
            instructions = [
                INSTRUCTIONS.format(stop=context.stop_word),
                *([TOOL_INSTRUCTIONS.format(names=", ".join(names))] if names else []),
            ]
            introduction = "\n".join(["", RULER, context.scenario.text.strip(), *instructions, RULER])
            print(wrap_words(escape_unprintable(introduction)))
            introduced = True
        print(wrap_words(escape_unprintable(f"\nAgent: {message}")))
        while True:
            try:
                line = input("You: ").strip().encode(errors="replace").decode()  # bytes that are not valid text
            except EOFError:
                return context.stop_word
            if line.startswith("/") and names:
                print(wrap_words(escape_unprintable(_use_tool(context, line[1:]))))
            elif line:
                return line

    return reply


def _use_tool(context: UserContext, line: str) -> str:
    name, _, text = line.partition(" ")
    arguments = parse_json_object(text or "{}")
    raw = text if arguments is None else None
    return context.call(ToolCall(id=f"typed_{name}", name=name, arguments=arguments or {}, raw=raw), NO_SIDE_CHANNELS)
