"""Lines and tables for the terminal; control characters from a run are escaped."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tautraj.printable import escape_unprintable, wrap_words
from tautraj.redaction import redact_credentials


def say(text: str) -> None:
    """Print a line to stderr, as `print_sentence` does."""
    _print_words(Console(stderr=True), text)


def print_sentence(text: str) -> None:
    """Print a line to stdout; a terminal that is narrower gets it broken between words, a path in it stays whole."""
    _print_words(Console(), text)


def _print_words(console: Console, text: str) -> None:
    console.print(safe_text(wrap_words(text) if console.is_terminal else text), soft_wrap=True)


def safe_text(text: str, style: str = "") -> Text:
    """`text` without markup, with control characters escaped and the passwords of addresses masked."""
    return Text(escape_unprintable(redact_credentials(text)), style, overflow="fold")


def format_duration(seconds: float) -> str:
    """3725.4 -> 1:02:05"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def print_table(title: str, rows: list[tuple[str, str]]) -> None:
    """Print the title on a line of its own, which is never folded, then names on the left and values on the right."""
    table = Table(show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right", overflow="fold")
    for name, value in rows:
        table.add_row(safe_text(name), safe_text(value))
    console = Console(soft_wrap=False)
    console.print(safe_text(title), soft_wrap=True)
    console.print(table)
