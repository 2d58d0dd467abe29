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

from tautraj.printable import escape_unprintable
from tautraj.redaction import redact_credentials
from tautraj.report.rendering import active_labels, belief_text, call_line, episode_status
from tautraj.report.show import EpisodeRef, ShowResult
from tautraj.trajectory import Seat, Trajectory, Turn

MOST_CHARACTERS = 600
"""Letters; what is longer is shortened to so many, and to `LINES`."""

MOST_LINES = 12

SEAT_NAMES: dict[Seat, str] = {"model": "Agent", "user": "Customer", "judge": "Judge"}

SEAT_STYLES: dict[Seat, str] = {"model": "bold green", "user": "bold cyan", "judge": "bold magenta"}

STATUS_STYLES = {"passed": "bold green", "failed": "bold red", "ungraded": "bold yellow"}


class Block(NamedTuple):
    """A piece of a turn."""

    name: str
    """"" for what is simply said."""
    text: str
    style: str


def print_conversation(result: ShowResult, *, full: bool) -> None:
    console = Console(highlight=False)
    if result.trajectory is None:
        _print_candidates(console, result.candidates)
        return
    one = result.trajectory
    _print_header(console, result.url, one, full)
    before: Turn | None = None
    for turn in one.turns:
        if before is None or before.seat != turn.seat:
            given = "  given by the task" if turn.given else ""
            console.print(Text.assemble("\n", (SEAT_NAMES[turn.seat], SEAT_STYLES[turn.seat]), (given, "dim")))
        _print_turn(console, turn, full)
        before = turn
    _print_footer(console, one, result.explanation)


def _print_header(console: Console, url: str, trajectory: Trajectory, full: bool) -> None:
    verdict = episode_status(trajectory.reward)
    title = Text.assemble(
        _safe_text(f"task {trajectory.task_id}, trial {trajectory.trial}: "), (verdict, STATUS_STYLES[verdict])
    )
    console.print(Rule(title, style="dim"))
    for name, value in (
        ("episode", trajectory.id),
        ("run", url),
        ("agent", f"{trajectory.model} as {trajectory.agent}"),
        ("customer", f"{trajectory.user} as {trajectory.user_strategy}"),
    ):
        console.print(Text.assemble((f"{name:<10}", "dim"), _safe_text(value)), soft_wrap=True)
    if trajectory.quarantine:
        console.print(_safe_text(f"gold known to be bad: {trajectory.quarantine}", "yellow"))
    if trajectory.scenario:
        _print_block(console, Block("scenario", trajectory.scenario, "dim"), full)


def _print_turn(console: Console, turn: Turn, full: bool) -> None:
    for said in _turn_blocks(turn):
        _print_block(console, said, full)


def _turn_blocks(turn: Turn) -> Iterator[Block]:
    """In the order in which they came about."""
    if turn.reasoning:
        yield Block("reasoning", turn.reasoning, "dim italic")
    if turn.thought:
        yield Block("thought", turn.thought, "dim italic")
    if turn.belief is not None:
        yield Block("belief", belief_text(turn.belief), "dim")
    if turn.plan:
        yield Block("plan", turn.plan, "dim")
    if turn.message is not None:
        yield Block("", turn.message, "")
    if turn.code:
        yield Block("code", turn.code, "magenta")
    if turn.tool_call is not None:
        yield Block("calls", call_line(turn.tool_call), "magenta")
    if turn.observation is not None:
        wrong = turn.error or turn.kind == "mistake"
        name = "told" if turn.kind == "mistake" else "error" if turn.error else "result"
        yield Block(name, indent_json(turn.observation), "red" if wrong else "")
    for call in turn.dropped:
        yield Block("dropped", f"one call at a time: {call_line(call)}", "red")


def _print_block(console: Console, block: Block, full: bool) -> None:
    text = block.text if full else shorten(block.text)
    line = Text(overflow="fold")
    if block.name:
        line.append(f"{block.name}  ", "bold dim")
    line.append(escape_unprintable(redact_credentials(text)), block.style)
    console.print(Padding(line, (0, 0, 0, 4 if block.name else 2), expand=False))


def _print_footer(console: Console, trajectory: Trajectory, explanation: Sequence[str]) -> None:
    console.print()
    detail = f": {trajectory.outcome.detail}" if trajectory.outcome.detail else ""
    console.print(Rule(_safe_text(f"ended {trajectory.outcome.kind}{detail}"), style="dim"))
    parts = trajectory.grade.components.items() if trajectory.grade else ()
    factors = " × ".join(f"{name} {value:g}" for name, value in parts)
    reward = "none" if trajectory.reward is None else f"{trajectory.reward:g}" + (f" = {factors}" if factors else "")
    console.print(Text.assemble(("reward    ", "bold"), _safe_text(reward)))
    for told in explanation:
        console.print(Padding(_safe_text(told), (0, 0, 0, 10), expand=False))
    if found := list(active_labels(trajectory.labels, trajectory.reward)):
        console.print(Text.assemble(("labels    ", "bold"), _safe_text(", ".join(found))))
    for seat, spent in trajectory.usage.items():
        usd = "unpriced" if spent.usd is None else f"{spent.usd:.4f} USD"
        tokens = f"{spent.calls} calls, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, {usd}"
        console.print(Text.assemble((f"{SEAT_NAMES[seat].lower():<10}", "bold"), tokens))


def _print_candidates(console: Console, candidates: Sequence[EpisodeRef]) -> None:
    shown = Table("episode", "task", "trial", "reward", box=None)
    for one in candidates:
        reward = "none" if one.reward is None else f"{one.reward:g}"
        shown.add_row(_safe_text(one.id), _safe_text(one.task_id), str(one.trial), reward)
    console.print(shown)
    console.print("Several are meant: add trial=… or episode=…")


def shorten(text: str) -> str:
    """Its beginning, and how much it is; all of it where it is not long."""
    lines = text.split("\n")
    if len(text) <= MOST_CHARACTERS and len(lines) <= MOST_LINES:
        return text
    start = "\n".join(lines[:MOST_LINES])[:MOST_CHARACTERS].rstrip()
    return f"{start} … ({len(text):,} letters, full=true shows them)"


def indent_json(text: str) -> str:
    """An object in JSON over several lines; other text as it is."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text


def _safe_text(text: str, style: str = "") -> Text:
    """Never read as markup; nothing in it moves the cursor, and no address tells its password."""
    return Text(escape_unprintable(redact_credentials(text)), style, overflow="fold")
