"""What is asked of the page and where it goes: at the door, and at the end of a run.

Not here: the page (`page`).
"""

import shlex
from collections.abc import Callable, Sequence

from pydantic import Field

from tautraj.errors import ConfigError, StoreError, TautrajError, boundary
from tautraj.report.html.page import write_page, write_page_into
from tautraj.store import Store
from tautraj.store.discovery import RunDirectories, read_run, resolve_runs
from tautraj.trajectory import Record

REPORT_FILE = "report.html"


class ReportRequest(Record):
    """What the door is asked for."""

    run: RunDirectories
    root: str
    out: str | None
    """The file; None: report.html in the run directory, or for several in the folder that they have in common."""
    conversations: int | None = Field(ge=0)
    """Which it holds at most; None: as the runs say."""


def write_report(request: ReportRequest) -> str:
    """Write the page that is asked for; where it is. Raises `UserError`."""
    urls = resolve_runs(request.run, request.root)
    target = request.out or f"{_common_folder(urls)}/{REPORT_FILE}"
    if target.endswith("/"):
        raise ConfigError(f"out={target} names a folder and no file: out={target}{REPORT_FILE}")
    stores = [Store(url) for url in urls]
    most = request.conversations
    if most is None:
        most = max(read_run(store).report.conversations for store in stores)
    write_page(stores, target, title=_title(urls), conversations=most)
    return target


def write_run_report(store: Store, conversations: int, cells: Sequence[Store] = ()) -> str:
    """Write a directory's own page into it; where it is. Raises `StoreError`.

    `cells`: the run directories that it is about; none: itself.
    """
    of = list(cells) or [store]
    with boundary(StoreError, f"the report of {store.url}"):
        write_page_into(store, REPORT_FILE, of, _title([one.path for one in of]), conversations)
    return f"{store.url.rstrip('/')}/{REPORT_FILE}"


def write_closing_report(
    store: Store, conversations: int, notify: Callable[[str], None], cells: Sequence[Store] = ()
) -> dict[str, str]:
    """Of a run or a sweep: its page, under the word for it. What goes wrong is said, and ends nothing."""
    try:
        return {"report": write_run_report(store, conversations, cells)}
    except TautrajError as error:
        which = [one.url for one in cells] or [store.url]
        run = which[0] if len(which) == 1 else f"[{','.join(which)}]"
        notify(f"No report: {error}. Once that is seen to: python flows/report.py {shlex.quote(f'run={run}')}")
        return {}


def _common_folder(urls: Sequence[str]) -> str:
    """A single run directory itself, or the folder that several stand in."""
    if len(urls) == 1:
        return urls[0]
    folders = {url.rpartition("/")[0] or "." for url in urls}
    if len(folders) > 1:
        raise ConfigError(
            f"the runs are in several folders ({', '.join(sorted(folders))}): name the file, out=FILE.html"
        )
    return folders.pop()


def _title(urls: Sequence[str]) -> str:
    if len(urls) == 1:
        return urls[0].rstrip("/").rpartition("/")[2]
    experiments = sorted({url.rpartition("/")[0].rpartition("/")[2] or "." for url in urls})
    return f"{', '.join(experiments)}: {len(urls)} runs"
