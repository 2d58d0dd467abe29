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

from tautraj.printable import escape_unprintable
from tautraj.report.episode_rows import EpisodeRow, select_conversations
from tautraj.report.html.conversation_data import Blob, ConversationPacker, sanitise
from tautraj.report.html.plots import draw_plots
from tautraj.report.html.summary import group_failures, list_settings, make_figures, runs_table
from tautraj.report.run_data import LoadedRun, explain_reward, load_run
from tautraj.store import Store

FOLDER = Path(__file__).parent

SCRIPTS = ("dom.js", "table.js", "turns.js", "conversation.js", "page.js")

CHUNK_CHARACTERS = 1 << 16
"""Letters that are written at once."""


def write_page(stores: Sequence[Store], target: str, *, title: str, conversations: int) -> None:
    """Write the page of these run directories; `target`: a path or fsspec URL of a file, there whole or not at all.

    All episodes are in its table; of their `conversations` it holds at most so many, failures first. Raises
    `StoreError`; reads every record twice at most and keeps none.
    """
    folder, slash, name = target.rpartition("/")
    write_page_into(Store(folder or slash or "."), name, stores, title, conversations)


def write_page_into(folder: Store, name: str, stores: Sequence[Store], title: str, conversations: int) -> None:
    """Likewise, into a folder that is known."""
    runs = [load_run(store, number) for number, store in enumerate(stores)]
    folder.write_chunks(name, _encode_chunks(render_page(runs, title, conversations)))


def render_page(runs: Sequence[LoadedRun], title: str, conversations: int) -> Iterator[str]:
    entries = sorted((one for run in runs for one in run.episodes), key=_sort_key)
    kept = select_conversations(entries, conversations)
    script, style = _join_scripts(), (FOLDER / "page.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_csp_hash(script)}'; style-src '{_csp_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    yield from _load_template().generate(
        title=title,
        policy=policy,
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704
        runs=runs,
        figures=make_figures(runs, entries),
        settings=list_settings(runs[0]) if len(runs) == 1 else None,
        table=runs_table(runs),
        plots=draw_plots(entries, [run.name for run in runs], [run.run.domain.name for run in runs]),
        kinds=group_failures(runs),
        episodes=len(entries),
        held=len(kept),
        data=_to_script_json(_table_data(runs, entries, set(kept))),
        blobs=_pack_conversations(runs, entries, kept),
    )


def _pack_conversations(
    runs: Sequence[LoadedRun], episodes: Sequence[EpisodeRow], selected: Iterable[int]
) -> Iterator[Blob]:
    packing = ConversationPacker()
    for number in selected:
        one = episodes[number]
        trajectory = runs[one.run].store.read_episode(one.id)
        if trajectory is not None:
            why = explain_reward(trajectory, runs[one.run].benchmark) if one.status == "failed" else None
            yield from packing.pack(number, trajectory, why)


COLUMNS = (
    *("key", "id", "run", "task", "trial", "status", "reward", "lost", "ending", "turns", "calls", "mistakes"),
    *("seconds", "tokens", "usd", "labels", "held"),
)
"""Names of a table row's values, as the page's scripts use them; written into the page as `fields`."""


def _table_data(runs: Sequence[LoadedRun], episodes: Sequence[EpisodeRow], selected: set[int]) -> dict[str, Any]:
    """The data that `dom.js` reads: each row of `rows` holds the values that `fields` names."""
    keys: set[str] = set()
    rows = []
    for number, episode in enumerate(episodes):
        key = episode.id if episode.id not in keys else f"{episode.id}~{number}"
        keys.add(key)
        identity = (key, episode.id, episode.run, episode.task_id, episode.trial)
        outcome = (episode.status, episode.reward, episode.failed_components, episode.ending)
        counts = (episode.turns, episode.tool_calls, episode.mistakes, round(episode.seconds, 2))
        rows.append((*identity, *outcome, *counts, episode.tokens, episode.usd, episode.labels, number in selected))
    names, urls = [run.name for run in runs], [run.store.url for run in runs]
    return {"runs": names, "urls": urls, "fields": COLUMNS, "rows": rows}


def _sort_key(episode: EpisodeRow) -> tuple[Any, ...]:
    numbered = [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,15})", episode.task_id)
    ]
    return numbered, episode.trial, episode.run


def _to_script_json(value: Any) -> Markup:
    """JSON that can stand in a script: nothing in it ends one or begins a comment."""
    text = json.dumps(sanitise(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _join_scripts() -> str:
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "(() => {\n" + "\n".join(['"use strict";', *parts]) + "})();\n"


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _load_template() -> Any:
    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) else escape_unprintable(str(value))

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


def _encode_chunks(chunks: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    length = 0
    for piece in chunks:
        waiting.append(piece)
        length += len(piece)
        if length >= CHUNK_CHARACTERS:
            yield "".join(waiting).encode()
            waiting, length = [], 0
    yield "".join(waiting).encode()
