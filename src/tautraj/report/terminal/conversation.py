"""One conversation in the terminal: speakers, private reasoning, messages, tool calls and results.

Text from a run is never read as markup. Not here: which episode is shown (`report.show`), the tables of runs
(`report.terminal.tables`).
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

from tautraj.report.rendering import active_labels, belief_text, call_line, episode_status, fault_line
from tautraj.report.show import EpisodeRef, ShowResult
from tautraj.report.terminal.console import safe_text
from tautraj.trajectory import Seat, Trajectory, Turn

MOST_CHARACTERS = 600
"""Longer text is shortened to so many characters and to `MOST_LINES` lines."""

MOST_LINES = 12

SEAT_NAMES: dict[Seat, str] = {"model": "Agent", "user": "Customer", "judge": "Judge"}

SEAT_STYLES: dict[Seat, str] = {"model": "bold green", "user": "bold cyan", "judge": "bold magenta"}

STATUS_STYLES = {"passed": "bold green", "failed": "bold red", "ungraded": "bold yellow"}


class Block(NamedTuple):
    """A part of a turn."""

    name: str
    """"" for a message."""
    text: str
    style: str


def print_conversation(result: ShowResult, *, full: bool) -> None:
    """Print the episode, or the episodes to choose from. `full`: do not shorten long text."""
    console = Console(highlight=False)
    if result.trajectory is None:
        _print_candidates(console, result.candidates)
        return
    trajectory = result.trajectory
    _print_header(console, result.url, trajectory, full)
    previous: Turn | None = None
    for turn in trajectory.turns:
        if previous is None or previous.seat != turn.seat:
            given = "  given by the task" if turn.given else ""
            console.print(Text.assemble("\n", (SEAT_NAMES[turn.seat], SEAT_STYLES[turn.seat]), (given, "dim")))
        _print_turn(console, turn, full)
        for fault in trajectory.customer_faults or ():
            if fault.turn == turn.index:
                _print_block(console, Block("fault", fault_line(fault), "yellow"), full)
        previous = turn
    _print_footer(console, trajectory, result.explanation)


def _print_header(console: Console, url: str, trajectory: Trajectory, full: bool) -> None:
    status = episode_status(trajectory.reward)
    title = Text.assemble(
        safe_text(f"task {trajectory.task_id}, trial {trajectory.trial}: "), (status, STATUS_STYLES[status])
    )
    console.print(Rule(title, style="dim"))
    for name, value in (
        ("episode", trajectory.id),
        ("run", url),
        ("agent", " as ".join(dict.fromkeys((trajectory.model, trajectory.agent)))),
        ("customer", " as ".join(dict.fromkeys((trajectory.user, trajectory.user_strategy)))),
        *_list_origins(trajectory),
    ):
        console.print(Text.assemble((f"{name:<10}", "dim"), safe_text(value)), soft_wrap=True)
    if trajectory.quarantine:
        console.print(safe_text(f"gold known to be bad: {trajectory.quarantine}", "yellow"))
    if trajectory.scenario:
        _print_block(console, Block("scenario", trajectory.scenario, "dim"), full)


def _list_origins(trajectory: Trajectory) -> Iterator[tuple[str, str]]:
    """Where it leaves another episode, and its place in a training."""
    if (parent := trajectory.parent) is not None:
        yield "branch", f"try {parent.attempt} from turn {parent.turn} of {parent.episode}"
    if (rollout := trajectory.rollout) is not None:
        step = "" if rollout.step is None else f", step {rollout.step}"
        yield "rollout", f"training {rollout.training}{step}, group {rollout.group}, member {rollout.member}"


def _print_turn(console: Console, turn: Turn, full: bool) -> None:
    for block in _turn_blocks(turn):
        _print_block(console, block, full)


def _turn_blocks(turn: Turn) -> Iterator[Block]:
    """The parts of a turn in the order in which they came about."""
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
        failed = turn.error or turn.kind == "mistake"
        name = "feedback" if turn.kind == "mistake" else "error" if turn.error else "result"
        yield Block(name, indent_json(turn.observation), "red" if failed else "")
    for call in turn.dropped:
        yield Block("dropped", f"one call at a time: {call_line(call)}", "red")


def _print_block(console: Console, block: Block, full: bool) -> None:
    text = block.text if full else shorten(block.text)
    line = Text(overflow="fold")
    if block.name:
        line.append(f"{block.name}  ", "bold dim")
    line.append_text(safe_text(text, block.style))
    console.print(Padding(line, (0, 0, 0, 4 if block.name else 2), expand=False))


def _print_footer(console: Console, trajectory: Trajectory, explanation: Sequence[str]) -> None:
    console.print()
    detail = f": {trajectory.outcome.detail}" if trajectory.outcome.detail else ""
    console.print(Rule(safe_text(f"ended {trajectory.outcome.kind}{detail}"), style="dim"))
    parts = trajectory.grade.components.items() if trajectory.grade else ()
    factors = " × ".join(f"{name} {value:g}" for name, value in parts)
    reward = "none" if trajectory.reward is None else f"{trajectory.reward:g}" + (f" = {factors}" if factors else "")
    console.print(Text.assemble(("reward    ", "bold"), safe_text(reward)))
    for line in explanation:
        console.print(Padding(safe_text(line), (0, 0, 0, 10), expand=False))
    if labels := list(active_labels(trajectory.labels, trajectory.reward)):
        console.print(Text.assemble(("labels    ", "bold"), safe_text(", ".join(labels))))
    for seat, usage in trajectory.usage.items():
        usd = "unpriced" if usage.usd is None else f"{usage.usd:.4f} USD"
        tokens = f"{usage.calls} calls, {usage.tokens_in:,} tokens in, {usage.tokens_out:,} out, {usd}"
        console.print(Text.assemble((f"{SEAT_NAMES[seat].lower():<10}", "bold"), tokens))


def _print_candidates(console: Console, candidates: Sequence[EpisodeRef]) -> None:
    table = Table("episode", "task", "trial", "reward", box=None)
    for episode in candidates:
        reward = "none" if episode.reward is None else f"{episode.reward:g}"
        table.add_row(safe_text(episode.id), safe_text(episode.task_id), str(episode.trial), reward)
    console.print(table)
    console.print("Several episodes match. Add trial=… or episode=…")


def shorten(text: str) -> str:
    """The beginning of a long text and its length; a short text unchanged."""
    lines = text.split("\n")
    if len(text) <= MOST_CHARACTERS and len(lines) <= MOST_LINES:
        return text
    start = "\n".join(lines[:MOST_LINES])[:MOST_CHARACTERS].rstrip()
    return f"{start} … ({len(text):,} characters, full=true shows them)"


def indent_json(text: str) -> str:
    """A JSON object or array, indented; other text unchanged."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text
