"""The second walk: rows of those that were chosen, task by task, each looked at before it is written.

Not here: what a row is (`formats`), files (`writing`).
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

from tautraj.export.contamination.fingerprints import TaskFingerprint, group_tasks
from tautraj.export.contamination.guard import load_guard
from tautraj.export.formats import Conversation, Format
from tautraj.export.messages import Style
from tautraj.export.output.chat_template import ChatTemplate
from tautraj.export.output.files import open_writer
from tautraj.export.output.row_checks import find_problem
from tautraj.export.request import Choice, ExportRequest
from tautraj.export.result import RowCounts
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.filters import may_be_rejected
from tautraj.export.selection.scan import ScannedEpisode, Source
from tautraj.metrics import is_success


def write_rows(
    folder: Path,
    request: ExportRequest,
    format_task: Format,
    template: ChatTemplate | None,
    sources: Mapping[str, Source],
    scanned: Sequence[ScannedEpisode],
    chosen: Sequence[Candidate],
) -> RowCounts:
    """A file for each split."""
    wanted = {(one.run, one.id) for one in chosen}
    tasks = {_get_task_key(one) for one in chosen}
    theirs = sorted(
        (one for one in scanned if _is_chosen_or_sibling(one, tasks, wanted, request.choose)), key=_get_sort_key
    )
    group_of = group_tasks(
        [*(one.fingerprint for one in theirs if one.fingerprint), *_iter_official_fingerprints(theirs)]
    )
    rows = {"train": 0, "validation": 0} if request.validation else {"train": 0}
    refused: Counter[str] = Counter()
    columns: dict[str, str] = {}
    longest = 0
    with ExitStack() as files:
        writers = {name: files.enter_context(open_writer(folder / f"{name}.{request.file}")) for name in rows}
        for _, members in groupby(theirs, key=lambda one: _get_task_key(one.candidate)):
            first, *others = members
            split = (
                _assign_split(group_of[first.fingerprint.task], request.validation) if first.fingerprint else "train"
            )
            for row in format_task(
                _load_conversations([first, *others], sources, wanted, request.style), request.style
            ):
                wrong, tokens = find_problem(row), 0
                if template and wrong is None:
                    wrong, tokens = template.check_row(row)
                if wrong is not None:
                    refused[wrong] += 1
                    continue
                columns = columns or {name: _describe_column(value) for name, value in row.items()}
                longest = max(longest, tokens)
                writers[split].write(row)
                rows[split] += 1
    return RowCounts(rows, dict(refused), columns, longest if template else None)


def _get_task_key(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.benchmark, candidate.domain, candidate.task_id


def _get_sort_key(episode: ScannedEpisode) -> tuple[Any, ...]:
    return (*_get_task_key(episode.candidate), episode.candidate.run, episode.candidate.trial)


def _is_chosen_or_sibling(
    episode: ScannedEpisode, tasks: Collection[Any], chosen_ids: Collection[tuple[str, str]], choice: Choice
) -> bool:
    """Chosen, or a failed sibling of one that was."""
    if episode.refusal is not None or _get_task_key(episode.candidate) not in tasks:
        return False
    failed = is_success(episode.candidate.reward) is False
    return (episode.candidate.run, episode.candidate.id) in chosen_ids or (
        failed and may_be_rejected(episode.candidate, choice)
    )


def _iter_official_fingerprints(episodes: Iterable[ScannedEpisode]) -> Iterator[TaskFingerprint]:
    """Tasks that are not exported and join two that are: a group is the same whatever was chosen."""
    for domain in sorted({one.candidate.domain for one in episodes if one.fingerprint}):
        yield from load_guard(domain).list_official_tasks()


def _load_conversations(
    members: Iterable[ScannedEpisode],
    sources: Mapping[str, Source],
    chosen_ids: Collection[tuple[str, str]],
    style: Style,
) -> Iterator[Conversation]:
    for one in members:
        source = sources[one.candidate.run]
        if (found := source.store.read_episode(one.candidate.id)) is None:
            continue
        if style.system == "benchmark":
            own = {"system_prompt": source.benchmark.agent_prompt, "tools": source.benchmark.tools}
            found = found.model_copy(update=own)
        yield Conversation(found, source.url, (source.url, found.id) in chosen_ids)


def _describe_column(value: Any) -> str:
    """Of a column, in words."""
    if isinstance(value, list):
        keys = ", ".join(f"`{key}`" for key in (value[0] if value else ()))
        return f"list of objects: {keys}" if keys else "list of objects"
    return {str: "text", bool: "true or false", int: "number", float: "number"}.get(type(value), "text or nothing")


def _assign_split(group: str, validation_share: float) -> str:
    place = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 16**8
    return "validation" if place < validation_share else "train"
