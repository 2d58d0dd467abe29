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

from tautraj.export.contamination.fingerprints import Trace, groups
from tautraj.export.contamination.guard import guard_of
from tautraj.export.formats import Conversation, Format
from tautraj.export.messages import Style
from tautraj.export.output.chat_template import Template
from tautraj.export.output.files import writing
from tautraj.export.output.row_checks import fault
from tautraj.export.request import Choice, Export
from tautraj.export.result import Counts
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.filters import may_be_rejected
from tautraj.export.selection.scan import Known, Source
from tautraj.metrics import SUCCESS


def write_rows(
    folder: Path,
    asked: Export,
    make: Format,
    template: Template | None,
    sources: Mapping[str, Source],
    known: Sequence[Known],
    left: Sequence[Candidate],
) -> Counts:
    """A file for each split."""
    wanted = {(one.run, one.id) for one in left}
    tasks = {_task(one) for one in left}
    theirs = sorted((one for one in known if _wanted(one, tasks, wanted, asked.choose)), key=_order)
    group_of = groups([*(one.trace for one in theirs if one.trace), *_official(theirs)])
    rows = {"train": 0, "validation": 0} if asked.validation else {"train": 0}
    refused: Counter[str] = Counter()
    columns: dict[str, str] = {}
    longest = 0
    with ExitStack() as files:
        writers = {name: files.enter_context(writing(folder / f"{name}.{asked.file}")) for name in rows}
        for _, members in groupby(theirs, key=lambda one: _task(one.candidate)):
            first, *others = members
            split = _split(group_of[first.trace.task], asked.validation) if first.trace else "train"
            for row in make(_loaded([first, *others], sources, wanted, asked.style), asked.style):
                wrong, tokens = fault(row), 0
                if template and wrong is None:
                    wrong, tokens = template.measured(row)
                if wrong is not None:
                    refused[wrong] += 1
                    continue
                columns = columns or {name: _kind(value) for name, value in row.items()}
                longest = max(longest, tokens)
                writers[split].write(row)
                rows[split] += 1
    return Counts(rows, dict(refused), columns, longest if template else None)


def _task(one: Candidate) -> tuple[str, str, str]:
    return one.benchmark, one.domain, one.task_id


def _order(one: Known) -> tuple[Any, ...]:
    return (*_task(one.candidate), one.candidate.run, one.candidate.trial)


def _wanted(one: Known, tasks: Collection[Any], wanted: Collection[tuple[str, str]], choice: Choice) -> bool:
    """Chosen, or a failed sibling of one that was."""
    if one.refused is not None or _task(one.candidate) not in tasks:
        return False
    failed = one.candidate.reward is not None and one.candidate.reward < SUCCESS
    return (one.candidate.run, one.candidate.id) in wanted or (failed and may_be_rejected(one.candidate, choice))


def _official(theirs: Iterable[Known]) -> Iterator[Trace]:
    """Tasks that are not exported and join two that are: a group is the same whatever was chosen."""
    for domain in sorted({one.candidate.domain for one in theirs if one.trace}):
        yield from guard_of(domain).official()


def _loaded(
    members: Iterable[Known], sources: Mapping[str, Source], wanted: Collection[tuple[str, str]], style: Style
) -> Iterator[Conversation]:
    for one in members:
        source = sources[one.candidate.run]
        if (found := source.store.episode(one.candidate.id)) is None:
            continue
        if style.system == "benchmark":
            own = {"system_prompt": source.benchmark.agent_prompt, "tools": source.benchmark.tools}
            found = found.model_copy(update=own)
        yield Conversation(found, source.url, (source.url, found.id) in wanted)


def _kind(value: Any) -> str:
    """Of a column, in words."""
    if isinstance(value, list):
        keys = ", ".join(f"`{key}`" for key in (value[0] if value else ()))
        return f"list of objects: {keys}" if keys else "list of objects"
    return {str: "text", bool: "true or false", int: "number", float: "number"}.get(type(value), "text or nothing")


def _split(group: str, validation: float) -> str:
    place = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 16**8
    return "validation" if place < validation else "train"
