"""Pages for `python flows/report.py` and for the end of a run: which runs, which file, which title.

Not here: the page itself (`report.html.page`).
"""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field

from tautraj.config.identity import format_run_title
from tautraj.errors import ConfigError, StoreError, TautrajError, boundary
from tautraj.redaction import redact_credentials
from tautraj.report.html.page import COMMAND, write_page, write_page_into
from tautraj.store import Store
from tautraj.store.discovery import RunDirectories, find_newest_run, list_runs, read_run, resolve_runs
from tautraj.trajectory import Record

REPORT_FILE = "report.html"

PAGE_MARK = b"tautraj</title>"
"""In the first `PAGE_HEAD` bytes of every page."""

PAGE_HEAD = 4096

ALL_RUNS = "all"
"""As `run`: every run directory under `root`."""


class ReportRequest(Record):
    """Configuration of `flows/report.py`."""

    run: RunDirectories
    root: str
    out: str | None
    """File to write; None: report.html in the run directory, the common folder of several, or `root` for all."""
    conversations: int | None = Field(ge=0)
    """How many the page includes at most; None: the highest `report.conversations` of the runs."""


def write_report(request: ReportRequest, say: Callable[[str], None] = lambda _: None) -> str:
    """Write the requested page and return its path. Raises `UserError`.

    `say`: gets a line for each run directory that `ALL_RUNS` leaves out because its run.yaml cannot be read, and for
    each episode that cannot be read; and see `resolve_runs`.
    """
    everything = request.run == (ALL_RUNS,)
    named = [url.rstrip("/") for url in request.run or [find_newest_run(request.root)]]
    folder = request.root.rstrip("/") if everything else _common_folder(named)
    target = request.out or f"{folder}/{REPORT_FILE}"
    if target.endswith("/"):
        raise ConfigError(f"out={target} is a folder. Name a file: out={target}{REPORT_FILE}")
    if request.out and "://" not in target:
        _check_replaceable(Path(target))
    urls = _list_readable(request.root, say) if everything else resolve_runs(named, request.root, say)
    stores = [Store(url) for url in urls]
    conversations = request.conversations
    if conversations is None:
        conversations = max(read_run(store).report.conversations for store in stores)
    write_page(
        stores,
        target,
        title=_title(stores),
        conversations=conversations,
        command=_format_command(request, named),
        say=say,
    )
    return target


def write_run_report(store: Store, conversations: int, cells: Sequence[Store] = ()) -> str:
    """Write report.html into `store` and return its path. Raises `StoreError`.

    `cells`: the run directories that the page covers; empty: `store` itself.
    """
    stores = list(cells) or [store]
    with boundary(StoreError, f"the report of {store.url}"):
        command = f"{COMMAND} {_format_run([store.url])}"
        write_page_into(store, REPORT_FILE, stores, _title(stores), conversations, command)
    return f"{store.url.rstrip('/')}/{REPORT_FILE}"


def find_report(store: Store) -> dict[str, str]:
    """The link `report` of a run directory on this machine; empty if there is no page."""
    there = store.is_local and Path(store.path, REPORT_FILE).exists()
    return {"report": f"{store.url.rstrip('/')}/{REPORT_FILE}"} if there else {}


def write_closing_report(
    store: Store, conversations: int, notify: Callable[[str], None], cells: Sequence[Store] = ()
) -> dict[str, str]:
    """`write_run_report` at the end of a run or a sweep. Returns the link `report`.

    A failure is passed to `notify` with the command that repeats it; the result is then empty.
    """
    try:
        return {"report": write_run_report(store, conversations, cells)}
    except TautrajError as error:
        urls = [cell.url for cell in cells] or [store.url]
        notify(f"No report: {error}. To write it again: {COMMAND} {_format_run(urls)}")
        return {}


def _format_command(request: ReportRequest, named: Sequence[str]) -> str:
    """The command that writes the same page, credentials masked. `named`: the run directories it names."""
    root = request.root if request.run == (ALL_RUNS,) else None
    words = [f"{key}={value}" for key, value in (("root", root), ("out", request.out)) if value is not None]
    return redact_credentials(" ".join([COMMAND, _format_run(named), *map(shlex.quote, words)]))


def _format_run(urls: Sequence[str]) -> str:
    """`run=…` as typed in a shell."""
    return shlex.quote(f"run={urls[0]}" if len(urls) == 1 else f"run=[{','.join(urls)}]")


def _list_readable(root: str, notify: Callable[[str], None]) -> list[str]:
    """The run directories under `root` whose run.yaml can be read. Raises `StoreError` if there is none."""
    urls = []
    for url in list_runs(root):
        try:
            read_run(Store(url))
            urls.append(url)
        except StoreError as error:
            notify(f"left out: {error}")
    if not urls:
        raise StoreError(f"{root} has no run directory that can be read. Make one: python flows/generate.py")
    return urls


def _check_replaceable(path: Path) -> None:
    """Raise `ConfigError` unless nothing is there, or an older page."""
    with boundary(ConfigError, f"out={path}"):
        if not path.exists():
            return
        if path.is_file():
            with path.open("rb") as file:
                if PAGE_MARK in file.read(PAGE_HEAD):
                    return
    raise ConfigError(f"out={path} exists and is no report. It is not replaced: name another file, out=FILE.html")


def _common_folder(urls: Sequence[str]) -> str:
    """A single run directory itself, or the parent folder of several. Raises `ConfigError` if they have several."""
    if len(urls) == 1:
        return urls[0]
    folders = {url.rpartition("/")[0] or "." for url in urls}
    if len(folders) > 1:
        raise ConfigError(
            f"the runs are in several folders ({', '.join(sorted(folders))}). Name a file: out=FILE.html"
        )
    return folders.pop()


def _title(stores: Sequence[Store]) -> str:
    paths = [store.path.rstrip("/") for store in stores]
    if len(stores) == 1:
        return format_run_title(stores[0].read_config()["name"], paths[0].rpartition("/")[2])
    experiments = sorted({path.rpartition("/")[0].rpartition("/")[2] or "." for path in paths})
    return f"{', '.join(experiments)}: {len(paths)} runs"
