"""One conversation for the terminal: who speaks, what nobody else heard, what was called and what came back.

Text from a run is never read as markup. Not here: which conversation (`show`), what runs print (`terminal`).
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tautraj.printable import printable
from tautraj.redaction import without_credentials
from tautraj.report.rendering import badges, belief_text, call_line, status
from tautraj.report.show import Found, Listed
from tautraj.trajectory import Seat, Trajectory, Turn

LONG = 600
"""Letters; what is longer is shortened to so many, and to `LINES`."""

LINES = 12

NAMES: dict[Seat, str] = {"model": "Agent", "user": "Customer", "judge": "Judge"}

STYLES: dict[Seat, str] = {"model": "bold green", "user": "bold cyan", "judge": "bold magenta"}

VERDICT = {"passed": "bold green", "failed": "bold red", "ungraded": "bold yellow"}


class Said(NamedTuple):
    """A piece of a turn."""

    name: str
    """"" for what is simply said."""
    text: str
    style: str


def show(found: Found, *, full: bool) -> None:
    console = Console(highlight=False)
    if found.trajectory is None:
        _several(console, found.several)
        return
    one = found.trajectory
    _head(console, found.url, one, full)
    before: Turn | None = None
    for turn in one.turns:
        if before is None or before.seat != turn.seat:
            given = "  given by the task" if turn.given else ""
            console.print(Text.assemble("\n", (NAMES[turn.seat], STYLES[turn.seat]), (given, "dim")))
        _print(console, turn, full)
        before = turn
    _foot(console, one, found.why)


def _head(console: Console, url: str, one: Trajectory, full: bool) -> None:
    verdict = status(one.reward)
    title = Text.assemble(_plain(f"task {one.task_id}, trial {one.trial}: "), (verdict, VERDICT[verdict]))
    console.print(Rule(title, style="dim"))
    for name, value in (
        ("episode", one.id),
        ("run", url),
        ("agent", f"{one.model} as {one.agent}"),
        ("customer", f"{one.user} as {one.user_strategy}"),
    ):
        console.print(Text.assemble((f"{name:<10}", "dim"), _plain(value)), soft_wrap=True)
    if one.quarantine:
        console.print(_plain(f"gold known to be bad: {one.quarantine}", "yellow"))
    if one.scenario:
        _block(console, Said("scenario", one.scenario, "dim"), full)


def _print(console: Console, turn: Turn, full: bool) -> None:
    for said in _pieces(turn):
        _block(console, said, full)


def _pieces(turn: Turn) -> Iterator[Said]:
    """In the order in which they came about."""
    if turn.reasoning:
        yield Said("reasoning", turn.reasoning, "dim italic")
    if turn.thought:
        yield Said("thought", turn.thought, "dim italic")
    if turn.belief is not None:
        yield Said("belief", belief_text(turn.belief), "dim")
    if turn.plan:
        yield Said("plan", turn.plan, "dim")
    if turn.message is not None:
        yield Said("", turn.message, "")
    if turn.code:
        yield Said("code", turn.code, "magenta")
    if turn.tool_call is not None:
        yield Said("calls", call_line(turn.tool_call), "magenta")
    if turn.observation is not None:
        wrong = turn.error or turn.kind == "mistake"
        name = "told" if turn.kind == "mistake" else "error" if turn.error else "result"
        yield Said(name, indented(turn.observation), "red" if wrong else "")
    for call in turn.dropped:
        yield Said("dropped", f"one call at a time: {call_line(call)}", "red")


def _block(console: Console, said: Said, full: bool) -> None:
    text = said.text if full else shortened(said.text)
    line = Text(overflow="fold")
    if said.name:
        line.append(f"{said.name}  ", "bold dim")
    line.append(printable(without_credentials(text)), said.style)
    console.print(Padding(line, (0, 0, 0, 4 if said.name else 2), expand=False))


def _foot(console: Console, one: Trajectory, why: Sequence[str]) -> None:
    console.print()
    detail = f": {one.outcome.detail}" if one.outcome.detail else ""
    console.print(Rule(_plain(f"ended {one.outcome.kind}{detail}"), style="dim"))
    parts = one.grade.components.items() if one.grade else ()
    factors = " × ".join(f"{name} {value:g}" for name, value in parts)
    reward = "none" if one.reward is None else f"{one.reward:g}" + (f" = {factors}" if factors else "")
    console.print(Text.assemble(("reward    ", "bold"), _plain(reward)))
    for told in why:
        console.print(Padding(_plain(told), (0, 0, 0, 10), expand=False))
    if found := list(badges(one.labels, one.reward)):
        console.print(Text.assemble(("labels    ", "bold"), _plain(", ".join(found))))
    for seat, spent in one.usage.items():
        usd = "unpriced" if spent.usd is None else f"{spent.usd:.4f} USD"
        tokens = f"{spent.calls} calls, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, {usd}"
        console.print(Text.assemble((f"{NAMES[seat].lower():<10}", "bold"), tokens))


def _several(console: Console, several: Sequence[Listed]) -> None:
    shown = Table("episode", "task", "trial", "reward", box=None)
    for one in several:
        reward = "none" if one.reward is None else f"{one.reward:g}"
        shown.add_row(_plain(one.id), _plain(one.task_id), str(one.trial), reward)
    console.print(shown)
    console.print("Several are meant: add trial=… or episode=…")


def shortened(text: str) -> str:
    """Its beginning, and how much it is; all of it where it is not long."""
    lines = text.split("\n")
    if len(text) <= LONG and len(lines) <= LINES:
        return text
    start = "\n".join(lines[:LINES])[:LONG].rstrip()
    return f"{start} … ({len(text):,} letters, full=true shows them)"


def indented(text: str) -> str:
    """An object in JSON over several lines; other text as it is."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text


def _plain(text: str, style: str = "") -> Text:
    """Never read as markup; nothing in it moves the cursor, and no address tells its password."""
    return Text(printable(without_credentials(text)), style, overflow="fold")
