"""Text to the terminal: whole lines, escape sequences removed."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tautraj.printable import escape_unprintable
from tautraj.redaction import redact_credentials


def say(text: str) -> None:
    """A line of our own among whatever else is shown."""
    Console(stderr=True, soft_wrap=True).print(safe_text(text))


def safe_text(text: str) -> Text:
    """Never read as markup; nothing in it moves the cursor, and no address tells its password."""
    return Text(escape_unprintable(redact_credentials(text)))


def format_duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def make_table(title: str, rows: list[tuple[str, str]]) -> Table:
    shown = Table(title=safe_text(title), show_header=False, title_justify="left")
    shown.add_column(style="bold")
    shown.add_column(justify="right", overflow="fold")
    for name, value in rows:
        shown.add_row(safe_text(name), safe_text(value))
    return shown
