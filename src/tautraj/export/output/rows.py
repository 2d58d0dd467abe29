"""The second pass of an export: rows of the chosen conversations, task by task, each checked before it is written.

Not here: the content of a row (`export.formats`), files (`export.output.files`).
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

from tautraj.benchmarks import Benchmark
from tautraj.benchmarks.briefing import Briefing, build_briefing, keep_names
from tautraj.benchmarks.tool_results import shorten_turn
from tautraj.export.columns import Kind, find_kinds
from tautraj.export.contamination.fingerprints import TaskFingerprint, group_tasks
from tautraj.export.contamination.guard import load_guard
from tautraj.export.formats import Conversation, Format, Row
from tautraj.export.messages import Style
from tautraj.export.output.chat_template import ChatTemplate
from tautraj.export.output.files import RowWriter, encode_row, join_row, open_writer
from tautraj.export.output.licences import build_run_columns
from tautraj.export.output.origins import build_task_columns
from tautraj.export.output.row_checks import find_problem
from tautraj.export.output.row_lengths import describe_limit, estimate_tokens
from tautraj.export.request import Choice, ExportRequest
from tautraj.export.result import RowCounts
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.filters import may_be_rejected
from tautraj.export.selection.scan import ScannedEpisode, Source
from tautraj.grading.branching.values import count_continuations
from tautraj.metrics import is_success
from tautraj.trajectory import Trajectory


def write_rows(
    folder: Path,
    request: ExportRequest,
    format_task: Format,
    template: ChatTemplate | None,
    sources: Mapping[str, Source],
    scanned: Sequence[ScannedEpisode],
    chosen: Sequence[Candidate],
) -> RowCounts:
    """Write one file per split of the dataset."""
    chosen_ids = {(candidate.run, candidate.id) for candidate in chosen}
    tasks = {candidate.task_key for candidate in chosen}
    used = (episode for episode in scanned if _is_chosen_or_sibling(episode, tasks, chosen_ids, request.choose))
    episodes = sorted(used, key=_get_sort_key)
    fingerprints = (episode.fingerprint for episode in episodes if episode.fingerprint)
    groups = group_tasks([*fingerprints, *_iter_official_fingerprints(episodes)])
    splits = ["train", "validation"] if request.validation else ["train"]
    branched = count_continuations((episode.candidate.parent, episode.candidate.reward) for episode in scanned)
    run_columns = {url: build_run_columns(source, request) for url, source in sources.items()}
    with ExitStack() as files:
        paths = {split: folder / f"{split}{request.suffix}" for split in splits}
        writer = _CheckedWriter(
            {split: files.enter_context(open_writer(path)) for split, path in paths.items()},
            template,
            request.choose.row_tokens,
        )
        for _, members in groupby(episodes, key=lambda episode: episode.candidate.task_key):
            first, *others = members
            fingerprint = first.fingerprint
            split = _assign_split(groups[fingerprint.task], request.validation) if fingerprint else "train"
            conversations = _load_conversations([first, *others], sources, chosen_ids, run_columns, request.style)
            valued = (made._replace(places=branched.get(_name_origin(made), {})) for made in conversations)
            for row in format_task(valued, request.style):
                writer.write(split, row)
    return writer.counts


class _CheckedWriter:
    """Writes the rows that pass their checks, each with a uuid and its tokens, and counts all of them."""

    def __init__(
        self, writers: Mapping[str, RowWriter], template: ChatTemplate | None, most_tokens: int | None
    ) -> None:
        self._writers, self._template, self._most_tokens = writers, template, most_tokens
        self._rows = dict.fromkeys(writers, 0)
        self._refused: Counter[str] = Counter()
        self._columns: dict[str, Kind] = {}
        self._tokens: list[int] = []
        self._labels: set[bool] = set()
        self._short: set[tuple[str, ...]] = set()
        self._long: set[tuple[str, ...]] = set()

    def write(self, split: str, row: Row) -> None:
        problem, tokens = find_problem(row), None
        if self._template and problem is None:
            problem, tokens = self._template.check_row(row)
        if problem is not None:
            self._refused[problem] += 1
            return
        if self._most_tokens is not None:
            if (estimate_tokens(row) if tokens is None else tokens) > self._most_tokens:
                self._refused[describe_limit(self._most_tokens, is_counted=tokens is not None)] += 1
                self._long.add(_find_source(row))
                return
            self._short.add(_find_source(row))
        encoded = encode_row(row)
        head, tail = {"uuid": _compute_uuid(join_row(encoded))}, {"row_tokens": tokens}
        row = {**head, **row, **tail}
        self._columns = self._columns or find_kinds(row)
        self._tokens += [] if tokens is None else [tokens]
        self._labels |= {row["label"]} if isinstance(row.get("label"), bool) else set()
        self._writers[split].write(row, {**encode_row(head), **encoded, **encode_row(tail)})
        self._rows[split] += 1

    @property
    def counts(self) -> RowCounts:
        return RowCounts(
            self._rows,
            dict(self._refused),
            self._columns,
            tuple(self._tokens),
            frozenset(self._labels),
            frozenset(self._long - self._short),
        )


def _get_sort_key(episode: ScannedEpisode) -> tuple[Any, ...]:
    return (*episode.candidate.task_key, episode.candidate.run, episode.candidate.trial)


def _is_chosen_or_sibling(
    episode: ScannedEpisode, tasks: Collection[Any], chosen_ids: Collection[tuple[str, str]], choice: Choice
) -> bool:
    """Whether it was chosen, or may be the rejected side for a chosen episode of its task."""
    if episode.refusal is not None or episode.candidate.task_key not in tasks:
        return False
    failed = is_success(episode.candidate.reward) is False
    return (episode.candidate.run, episode.candidate.id) in chosen_ids or (
        failed and may_be_rejected(episode.candidate, choice)
    )


def _iter_official_fingerprints(episodes: Iterable[ScannedEpisode]) -> Iterator[TaskFingerprint]:
    """Official tasks, which may connect two exported ones: so a group does not depend on what was chosen."""
    for domain in sorted({episode.candidate.domain for episode in episodes if episode.fingerprint}):
        yield from load_guard(domain).list_official_tasks()


def _load_conversations(
    members: Iterable[ScannedEpisode],
    sources: Mapping[str, Source],
    chosen_ids: Collection[tuple[str, str]],
    run_columns: Mapping[str, Row],
    style: Style,
) -> Iterator[Conversation]:
    has_worlds = any(source.origins for source in sources.values())
    for episode in members:
        source = sources[episode.candidate.run]
        if (trajectory := source.store.read_episode(episode.candidate.id)) is None:
            continue
        trajectory = _put_in_style(trajectory, source, style)
        task_columns = build_task_columns(episode.candidate.origin) if has_worlds else {}
        is_chosen = (source.url, trajectory.id) in chosen_ids
        yield Conversation(trajectory, run_columns[source.url], is_chosen, task_columns)


def _put_in_style(trajectory: Trajectory, source: Source, style: Style) -> Trajectory:
    """The trajectory with the prompt, the tools and the tools' answers of the rows."""
    briefing = _choose_briefing(trajectory, source.benchmark, style)
    turns = trajectory.turns
    if style.results == "short" or (style.system == "recorded" and source.has_short_results):
        turns = tuple(shorten_turn(turn, source.benchmark.writing_tools) for turn in turns)
    return trajectory.model_copy(update={"system_prompt": briefing.system, "tools": briefing.tools, "turns": turns})


def _choose_briefing(trajectory: Trajectory, benchmark: Benchmark, style: Style) -> Briefing:
    """What the rows of a conversation begin with."""
    if style.system in ("benchmark", "short"):
        return build_briefing(benchmark, style.system, style.tools)
    tools = trajectory.tools if style.tools == "full" else keep_names(trajectory.tools)
    return Briefing(trajectory.system_prompt, tools)


def _name_origin(conversation: Conversation) -> tuple[str, str]:
    """What its branches call it."""
    return conversation.trajectory.cell, conversation.trajectory.id


def _find_source(row: Row) -> tuple[str, ...]:
    """The conversation that a row is of, as `RowCounts.too_long` has it."""
    columns = ("run", "episode") if "episode" in row else ("benchmark", "domain", "task")
    return tuple(str(row.get(name)) for name in columns)


def _compute_uuid(content: bytes) -> str:
    """The same for equal rows, on any machine. `content`: the row as JSON."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, content.decode()))


def _assign_split(group: str, validation_share: float) -> str:
    position = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 16**8
    return "validation" if position < validation_share else "train"
