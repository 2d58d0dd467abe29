"""One HTML file over one or several run directories, written piece by piece: no more than one conversation at a time.

Nothing from a run is ever markup in it: the template escapes, data is JSON without a `<`, and a policy in its head
lets nothing run but our own script. Not here: what the page tells (`played`, `conversations`, `plots`).
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tautraj.printable import printable
from tautraj.report.episode_rows import Entry, held
from tautraj.report.html.conversation_data import Blob, Packing, fit
from tautraj.report.html.plots import plots
from tautraj.report.html.summary import figures, kinds, runs_table, settings
from tautraj.report.run_data import Played, explained, played
from tautraj.store import Store

HERE = Path(__file__).parent

SCRIPTS = ("dom.js", "table.js", "turns.js", "conversation.js", "page.js")

PIECE = 1 << 16
"""Letters that are written at once."""


def write(stores: Sequence[Store], target: str, *, title: str, conversations: int) -> None:
    """Write the page of these run directories; `target`: a path or fsspec URL of a file, there whole or not at all.

    All episodes are in its table; of their `conversations` it holds at most so many, failures first. Raises
    `StoreError`; reads every record twice at most and keeps none.
    """
    folder, slash, name = target.rpartition("/")
    write_into(Store(folder or slash or "."), name, stores, title, conversations)


def write_into(folder: Store, name: str, stores: Sequence[Store], title: str, conversations: int) -> None:
    """Likewise, into a folder that is known."""
    runs = [played(store, number) for number, store in enumerate(stores)]
    folder.write_pieces(name, _encoded(page(runs, title, conversations)))


def page(runs: Sequence[Played], title: str, conversations: int) -> Iterator[str]:
    entries = sorted((one for run in runs for one in run.entries), key=_order)
    kept = held(entries, conversations)
    script, style = _script(), (HERE / "page.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    yield from _template().generate(
        title=title,
        policy=policy,
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704
        runs=runs,
        figures=figures(runs, entries),
        settings=settings(runs[0]) if len(runs) == 1 else None,
        table=runs_table(runs),
        plots=plots(entries, [run.name for run in runs], [run.run.domain.name for run in runs]),
        kinds=kinds(runs),
        episodes=len(entries),
        held=len(kept),
        data=_embedded(_data(runs, entries, set(kept))),
        blobs=_blobs(runs, entries, kept),
    )


def _blobs(runs: Sequence[Played], entries: Sequence[Entry], kept: Iterable[int]) -> Iterator[Blob]:
    packing = Packing()
    for number in kept:
        one = entries[number]
        trajectory = runs[one.run].store.episode(one.id)
        if trajectory is not None:
            why = explained(trajectory, runs[one.run].benchmark) if one.status == "failed" else None
            yield from packing.pack(number, trajectory, why)


def _data(runs: Sequence[Played], entries: Sequence[Entry], kept: set[int]) -> dict[str, Any]:
    """What `table.js` makes rows of; a row is `table.js`'s FIELDS."""
    keys: set[str] = set()
    rows = []
    for number, one in enumerate(entries):
        key = one.id if one.id not in keys else f"{one.id}~{number}"
        keys.add(key)
        what = (key, one.id, one.run, one.task_id, one.trial, one.status, one.reward, one.lost_on, one.ending)
        counts = (one.turns, one.tool_calls, one.mistakes, round(one.seconds, 2), one.tokens, one.usd)
        rows.append((*what, *counts, one.labels, number in kept))
    return {"runs": [run.name for run in runs], "urls": [run.store.url for run in runs], "rows": rows}


def _order(one: Entry) -> tuple[Any, ...]:
    numbered = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,15})", one.task_id)]
    return numbered, one.trial, one.run


def _embedded(value: Any) -> Markup:
    """JSON that can stand in a script: nothing in it ends one or begins a comment."""
    text = json.dumps(fit(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _script() -> str:
    parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "(() => {\n" + "\n".join(['"use strict";', *parts]) + "})();\n"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _template() -> Any:
    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) else printable(str(value))

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= PIECE:
            yield "".join(waiting).encode()
            waiting, length = [], 0
    yield "".join(waiting).encode()
