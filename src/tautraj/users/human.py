"""The customer is you, in this terminal: `user=human`. One conversation at a time."""

import sys
from typing import Any

from tautraj.config import Run
from tautraj.config.components import checked_by
from tautraj.errors import ConfigError
from tautraj.llms.tool_calls import NOTHING, json_object
from tautraj.printable import printable
from tautraj.trajectory import ToolCall
from tautraj.users.base import Customer, Scene

HOW = "Say something in one line. Ctrl-D, or {stop}, ends the conversation."

TOOLS = 'Your tools: {names}. Use one with /name or /name {{"argument": "value"}}.'


def _check(run: Run, **_: Any) -> None:
    if not sys.stdin.isatty():
        raise ConfigError("user=human is played in a terminal: run it in one, or choose another user=…")
    if run.runner.workers > 1:
        raise ConfigError("user=human plays one conversation at a time: add runner.workers=1")


@checked_by(_check)
def human(scene: Scene) -> Customer:
    """Show the scenario once, then every message of the agent; a line typed is the answer."""
    names = [tool["function"]["name"] for tool in scene.tools]
    introduced = False

    def reply(heard: str) -> str:
        nonlocal introduced
        if not introduced:
            how = [HOW.format(stop=scene.stop), *([TOOLS.format(names=", ".join(names))] if names else [])]
            print(printable("\n".join(["", "=" * 60, scene.scenario.text.strip(), *how, "=" * 60])))
            introduced = True
        print(f"\nAgent: {printable(heard)}")
        while True:
            try:
                line = input("You: ").strip().encode(errors="replace").decode()  # bytes that are no text
            except EOFError:
                return scene.stop
            if line.startswith("/") and names:
                print(printable(_use(scene, line[1:])))
            elif line:
                return line

    return reply


def _use(scene: Scene, line: str) -> str:
    name, _, written = line.partition(" ")
    arguments = json_object(written or "{}")
    raw = written if arguments is None else None
    return scene.act(ToolCall(id=f"typed_{name}", name=name, arguments=arguments or {}, raw=raw), NOTHING)
