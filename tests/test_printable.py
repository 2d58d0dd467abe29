"""What others wrote, on the terminal of whoever reads it: nothing in it acts."""

import os
import pty
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tautraj.benchmarks import Scenario
from tautraj.config import Run, command_line
from tautraj.config.identity import EpisodeSpec, identify_cell
from tautraj.errors import RateLimited, SeatError, TautrajError, boundary
from tautraj.metrics import Failure
from tautraj.printable import escape_unprintable
from tautraj.report.terminal import console, tables
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.users import UserContext
from tautraj.users.human import human

HOSTILE = {
    "clears the screen": "\x1b[2J\x1b[H",
    "hides what follows": "\x1b[8m",
    "sets the title": "\x1b]0;pwned\x07",
    "links elsewhere": "\x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\",
    "fills the clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "asks the terminal": "\x1b[6n\x1bP+q544e\x1b\\",
    "in eight bits": "\x9b2J\x9d0;pwned\x9c",
    "writes over the line": "harmful\rharmless",
    "takes letters back": "rm -rf\b\b\b\b\b\bls    ",
    "rings": "\x07",
    "turns letters round": "\u202e\u2066txt.exe\u2069\u202c",
    "deletes": "\x7f\x00",
    "parts lines": "a\u2028b\u2029c\x0bd\x0ce\x85f",
    "tags": "\U000e0041\U000e007f",
}
MARKUP = "[red]x[/red] [link=http://evil]y[/link] [/] [bold :smile: \\[z\\] \\"
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
each = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


@each
def test_it_is_seen_and_does_nothing(text: str) -> None:
    assert ACTS.search(text)
    shown = escape_unprintable(f"a{text}b")
    assert not ACTS.search(shown)
    assert (shown[0], shown[-1]) == ("a", "b")
    assert shown.encode("latin-1", "ignore").decode("unicode_escape").startswith("a")


@pytest.mark.parametrize("text", ["Grüße, 5\u202f000 €\u00a0!\n\t漢字 عربى 👩\u200d💻 नमस्\u200dते", "", MARKUP])
def test_what_people_write_stays(text: str) -> None:
    assert escape_unprintable(text) == text


@given(st.text())
def test_nothing_that_acts_is_left_of_any_text(text: str) -> None:
    shown = escape_unprintable(text)
    assert not ACTS.search(shown)
    shown.encode()
    assert escape_unprintable(shown) == shown


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], str]:
    """What a call writes to a terminal, as the terminal gets it."""

    def seen(call: Callable[[], object]) -> str:
        master, terminal_end = pty.openpty()
        with monkeypatch.context() as patch, open(terminal_end, "w", encoding="utf-8") as end:  # noqa: PTH123
            patch.setattr(sys, "stdout", end)
            patch.setattr(sys, "stderr", end)
            patch.setenv("TERM", "xterm-256color")
            call()
        shown = b""
        with suppress(OSError):  # as Linux says that the other end was closed
            while piece := os.read(master, 100_000):
                shown += piece
        os.close(master)
        return shown.decode().replace("\r\n", "\n")

    return seen


Screen = Callable[[Callable[[], object]], str]


@each
def test_a_line_of_ours_quotes_it(text: str, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    said = f"I say {text} {MARKUP}"
    assert screen(lambda: console.say(said)) == f"{escape_unprintable(said)}\n"
    lines = escape_unprintable(said).split("\n")
    assert screen(lambda: command_line._print_error(said)) == "".join(f"error: {line}\n" for line in lines)


def test_an_address_is_shown_without_its_password(screen: Screen) -> None:
    assert screen(lambda: console.say("http://me:secret@host is back")) == "http://***@host is back\n"


def test_lines_break_between_words_and_a_path_stays_whole(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    path = "outputs/default/a-long-name"
    assert screen(lambda: console.say(f"It is not written to {path} yet.\n\nShort.")).splitlines() == [
        "It is not written to",
        path,
        "yet.",
        "",
        "Short.",
    ]
    assert screen(lambda: command_line._print_error(f"{path} is there")).splitlines() == ["error:", path, "is there"]


@each
def test_the_closing_table_quotes_it(text: str, screen: Screen, run_of: Callable[..., Run], tmp_path: Path) -> None:
    failures = [Failure(f"id{text}", f"kind{text}", f"message\n{text}{MARKUP}")]
    progress = RunProgress(RunPlan(run_of(), {}, identify_cell(run_of()), Store(str(tmp_path)), [], failures, []))
    numbers = {**progress.compute_metrics(), f"reward_{text}{MARKUP}": 1.0}
    shown = screen(lambda: tables.print_summary(progress, numbers, {f"where{text}": f"there{text}{MARKUP}"}))
    own = re.compile(r"\x1b\[[0-9;]*m")  # colours of the table
    assert not ACTS.search(own.sub("", shown))
    assert "\x1b[8m" not in shown
    plain = " ".join(own.sub("", shown).split())
    assert " ".join(escape_unprintable(f"there{text}{MARKUP}").split()) in plain
    assert escape_unprintable(" ".join(f"failed: id{text}: kind{text}: message {text}{MARKUP}".split())) in plain


@each
def test_the_customer_at_the_terminal_sees_it(text: str, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    context = UserContext(
        prompt="",
        scenario=Scenario(f"told{text}", "", "", "", ""),
        given_turns=(),
        stop_word="###STOP###",
        transfer_word="###STOP###",
        tools=({"function": {"name": f"tool{text}"}},),
        ask=None,  # type: ignore[arg-type]
        call=lambda call, aside: f"answer{text}",
        think=lambda thought: None,
    )
    lines = iter(["/tool", "fine"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    shown = screen(lambda: human(context)(f"heard{text}"))
    assert not ACTS.search(shown)
    for said in (f"told{text}", f"tool{text}", f"Agent: heard{text}", f"answer{text}"):
        assert escape_unprintable(said).strip() in shown


def test_bytes_that_are_no_text_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = UserContext("", Scenario("", "", "", "", ""), (), "", "", (), None, None, None)  # type: ignore[arg-type]
    monkeypatch.setattr("builtins.input", lambda prompt: "caf\udce9")  # as Python reads it in the C locale
    assert human(nobody)("hello") == "caf?"


@each
def test_an_error_of_ours_quotes_it(text: str) -> None:
    """Prefect and Python print errors without asking how."""
    for kind in (TautrajError, RateLimited):
        assert str(kind(f"a provider said {text}")) == f"a provider said {escape_unprintable(text)}"


@each
def test_a_cause_that_acts_is_not_kept(text: str) -> None:
    with pytest.raises(SeatError) as caught, boundary(SeatError, "playing"):
        raise ValueError(text)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@each
def test_an_episode_is_called_by_what_can_be_shown(text: str) -> None:
    """Prefect writes it into its lines on the terminal."""
    assert EpisodeSpec("x", f"task{text}", 3, 0).title == f"task{escape_unprintable(text)} trial 3"


def test_a_harmless_cause_is_kept() -> None:
    with pytest.raises(SeatError) as caught, boundary(SeatError, "playing"):
        raise ValueError("harmless")
    assert isinstance(caught.value.__cause__, ValueError)
