"""The HTML page of one or several run directories, written in chunks: one conversation in memory at a time.

Text from a run is never markup: the template escapes it, data is JSON without a `<`, and a content security policy
allows only the page's own script. Not here: the page's contents (`report.run_data`, `report.html.conversation_data`,
`report.html.plots`, `report.html.summary`), its template and scripts (`report.html.assets`).
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup

from tautraj.grading.branching.values import count_continuations
from tautraj.report.episode_rows import EpisodeRow, select_conversations
from tautraj.report.html.assets import build_policy, join_scripts, load_template, read_style
from tautraj.report.html.conversation_data import Blob, ConversationPacker, sanitise
from tautraj.report.html.plots import draw_plots
from tautraj.report.html.summary import group_failures, list_settings, make_figures, runs_table
from tautraj.report.run_data import LoadedRun, describe_unreadable, explain_reward, load_run
from tautraj.report.run_labels import label_runs
from tautraj.store import Store

COMMAND = "python flows/report.py"
"""Writes the page of the newest run."""

CHUNK_CHARACTERS = 1 << 16
"""Characters of a chunk, at least; the last is shorter."""


def write_page(
    stores: Sequence[Store],
    target: str,
    *,
    title: str,
    conversations: int,
    command: str = COMMAND,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Write the page of these run directories to `target`, a path or fsspec URL, atomically.

    Its table has all episodes; at most `conversations` conversations are included, failures first. Every record is
    read at most twice and none is kept in memory. `command`: writes the page again; shown if a run is not complete.
    `say`: called with a line for each episode that cannot be read. Raises `StoreError`.
    """
    folder, slash, name = target.rpartition("/")
    write_page_into(Store(folder or slash or "."), name, stores, title, conversations, command, say)


def write_page_into(
    folder: Store,
    name: str,
    stores: Sequence[Store],
    title: str,
    conversations: int,
    command: str,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """`write_page` into the file `name` of `folder`."""
    runs = [load_run(store, number) for number, store in enumerate(stores)]
    for line in (line for run in runs for line in run.unreadable):
        say(f"left out: {line}")
    folder.write_chunks(name, _encode_chunks(render_page(runs, title, conversations, command)))


def render_page(runs: Sequence[LoadedRun], title: str, conversations: int, command: str) -> Iterator[str]:
    """The page in pieces of text."""
    episodes = sorted((episode for run in runs for episode in run.episodes), key=_sort_key)
    selected = select_conversations(episodes, conversations)
    labels = label_runs([run.run for run in runs])
    script, style = join_scripts(), read_style()
    yield from load_template().generate(
        title=title,
        policy=build_policy(script, style),
        style=Markup(style),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704
        runs=runs,
        notes=_summarise_notes(runs),
        figures=make_figures(runs, episodes),
        settings=list_settings(runs[0]) if len(runs) == 1 else None,
        runs_table=runs_table(runs, labels.names),
        shared_settings=labels.shared,
        written=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        command=command if any(run.owed or run.is_under_way for run in runs) else None,
        plots=draw_plots(episodes, labels.names, [run.run.domain.name for run in runs]),
        failure_groups=group_failures(runs),
        unreadable=[line for run in runs for line in run.unreadable],
        episodes=len(episodes),
        included=len(selected),
        data=_to_script_json(_table_data(runs, labels.names, episodes, set(selected))),
        blobs=_pack_conversations(runs, episodes, selected),
    )


def _summarise_notes(runs: Sequence[LoadedRun]) -> list[str]:
    """Notes for the head of the page: all of one run's; of several, those about offline seats and how many go on."""
    if len(runs) == 1:
        return runs[0].notes
    under_way = sum(run.is_under_way and bool(run.owed) for run in runs)
    offline = list(dict.fromkeys(run.offline_note for run in runs if run.offline_note))
    going_on = f"{under_way:,} of {len(runs):,} runs under way: as they stood" if under_way else None
    return [*filter(None, (going_on, describe_unreadable(runs))), *offline]


def _pack_conversations(
    runs: Sequence[LoadedRun], episodes: Sequence[EpisodeRow], selected: Iterable[int]
) -> Iterator[Blob]:
    packer = ConversationPacker()
    branched = count_continuations((episode.parent, episode.reward) for episode in episodes)
    for number in selected:
        episode = episodes[number]
        run = runs[episode.run]
        trajectory = run.store.read_episode(episode.id)
        if trajectory is not None:
            explanation = explain_reward(trajectory, run.benchmark) if episode.status == "failed" else None
            places = branched.get((trajectory.cell, trajectory.id), {})
            yield from packer.pack(number, trajectory, explanation, places)


COLUMNS = (
    *(
        "key",
        "id",
        "run",
        "task",
        "reason",
        "trial",
        "status",
        "reward",
        "lost",
        "ending",
        "turns",
        "calls",
        "mistakes",
    ),
    *("seconds", "tokens", "usd", "labels", "included", "cell", "parent"),
)
"""Names of the values of a table row in the page's scripts; written into the page as `fields`."""


def _table_data(
    runs: Sequence[LoadedRun], names: Sequence[str], episodes: Sequence[EpisodeRow], selected: set[int]
) -> dict[str, Any]:
    """The data of `dom.js`: each of `rows` has the values named by `fields`."""
    keys: set[str] = set()
    rows = []
    for number, episode in enumerate(episodes):
        key = episode.id if episode.id not in keys else f"{episode.id}~{number}"
        keys.add(key)
        identity = (key, episode.id, episode.run, episode.task_id, episode.reason, episode.trial)
        outcome = (episode.status, episode.reward, episode.failed_components, episode.ending)
        counts = (episode.turns, episode.tool_calls, episode.mistakes, round(episode.seconds, 2))
        spent = (episode.tokens, episode.usd)
        lineage = (episode.cell, episode.parent and tuple(dict(episode.parent).values()))
        rows.append((*identity, *outcome, *counts, *spent, episode.labels, number in selected, *lineage))
    domains = [f"{run.run.benchmark.name} {run.run.domain.name}" for run in runs]
    urls = [run.store.url for run in runs]
    return {"runs": names, "urls": urls, "domains": domains, "fields": COLUMNS, "rows": rows}


def _sort_key(episode: EpisodeRow) -> tuple[Any, ...]:
    task_id = [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,15})", episode.task_id)
    ]
    return task_id, episode.trial, episode.run


def _to_script_json(value: Any) -> Markup:
    """`value` as JSON for a script element: nothing in it ends the script or begins a comment."""
    text = json.dumps(sanitise(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _encode_chunks(chunks: Iterable[str]) -> Iterator[bytes]:
    buffer: list[str] = []
    length = 0
    for chunk in chunks:
        buffer.append(chunk)
        length += len(chunk)
        if length >= CHUNK_CHARACTERS:
            yield "".join(buffer).encode()
            buffer, length = [], 0
    yield "".join(buffer).encode()
