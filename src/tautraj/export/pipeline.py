"""An export, from run directories to a folder of rows with its card, written atomically.

Two passes: `scan` over all conversations, keeping little of each; then `write_rows` over the chosen ones, task by
task. Not here: filters (`export.selection.filters`), refusals (`export.contamination.guard`), the card
(`export.output.card`).
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tautraj.config.components import load_component
from tautraj.errors import ConfigError, StoreError
from tautraj.export.formats import Format
from tautraj.export.output import hub
from tautraj.export.output.card import render_card
from tautraj.export.output.chat_template import ChatTemplate
from tautraj.export.output.folder import CARD_FILE, atomic_folder, check_replaceable
from tautraj.export.output.rows import write_rows
from tautraj.export.output.stats import compute_stats, write_plots
from tautraj.export.request import Choice, ExportRequest
from tautraj.export.result import ExportResult, RowCounts
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.filters import FunnelStep, apply_filters
from tautraj.export.selection.scan import ScannedEpisode, Source, open_sources, scan
from tautraj.metrics import total_usd
from tautraj.redaction import redact_credentials
from tautraj.store.discovery import resolve_runs


def export(request: ExportRequest, say: Callable[[str], None] = lambda _: None) -> ExportResult:
    """Write the dataset that `request` describes.

    `say`: called with a line if what was named has several run directories. Raises `UserError` when nothing is left
    or the folder is not free.
    """
    format_task: Format = load_component(request.format)
    template = ChatTemplate(request.tokenizer) if request.tokenizer else None
    if request.hub:
        hub.check_token()
    sources = open_sources(resolve_runs(request.run, request.root, say))
    folder = _resolve_folder(request, list(sources.values()))
    check_replaceable(folder)
    scanned = [episode for source in sources.values() for episode in scan(source, request)]
    if not scanned:
        raise StoreError(f"{', '.join(sources)}: no episodes to export. Play some: python flows/generate.py")
    chosen, funnel = _select(scanned, request.choose)
    if not chosen:
        raise ConfigError(f"nothing is left to export: {_describe_funnel(funnel)}. {_suggest_next_step(funnel)}")
    with atomic_folder(folder) as partial:
        counts = write_rows(partial, request, format_task, template, sources, scanned, chosen)
        _check_split_rows(counts, request, len(chosen))
        _check_labels(counts, request)
        if request.choose.row_tokens is not None:
            chosen, step = _leave_out_long(chosen, counts, sources, request.choose.row_tokens)
            funnel = [*funnel, step]
        gold = {candidate.model for candidate in chosen if sources[candidate.run].is_gold_replay}
        programs = {candidate.model for candidate in chosen if sources[candidate.run].is_program}
        usd = total_usd(episode.candidate.usd for episode in scanned)
        result = ExportResult(folder, counts, funnel, usd, tuple(sorted(gold)), tuple(sorted(programs)))
        urls = {candidate.run for candidate in chosen}
        tools = {name for url in urls for name in sources[url].benchmark.writing_tools}
        stats = compute_stats([episode.candidate for episode in scanned], chosen, tools)
        write_plots(partial, stats, chosen)
        (partial / CARD_FILE).write_text(
            render_card(result, request, list(sources.values()), chosen, stats), encoding="utf-8"
        )
    if request.hub:
        return result._replace(hub_url=hub.push(folder, request.hub, private=request.hub_private))
    return result


def _check_labels(counts: RowCounts, request: ExportRequest) -> None:
    """Raise `ConfigError` if all rows have the same label and the format needs both."""
    if request.format.both_labels and len(counts.labels) == 1:
        [label] = counts.labels
        other = "failed" if label else "successful"
        raise ConfigError(
            f"format={request.format.name}: all rows have label={str(label).lower()}. It needs {other} conversations "
            "too: name more runs, 'run=[a,b]', or write only what was said: format=sft"
        )


def _check_split_rows(counts: RowCounts, request: ExportRequest, conversations: int) -> None:
    """Raise `ConfigError` if a split of the dataset has no row."""
    if not sum(counts.rows.values()):
        reasons = "; ".join(f"{n} refused: {problem}" for problem, n in counts.refused.items()) or NO_PAIRS
        hint = ". Raise choose.row_tokens, or add style.system=short style.tools=names style.results=short" * bool(
            counts.too_long
        )
        raise ConfigError(
            f"format={request.format.name} has no row of {conversations} conversations. {reasons}{hint}"
        )
    if empty := [name for name, n in counts.rows.items() if not n]:
        raise ConfigError(f"validation={request.validation:g} leaves {empty[0]} without a row. Ask for another share")


NO_PAIRS = (
    "A pair needs a failed episode of a chosen task that diverges from the chosen one at a message of the agent: add "
    "trials or runs, or set format.same_prompt=false"
)


def _select(scanned: Sequence[ScannedEpisode], choice: Choice) -> tuple[list[Candidate], list[FunnelStep]]:
    funnel = [FunnelStep("came in", 0, len(scanned))]
    for reason in sorted({episode.refusal for episode in scanned if episode.refusal}):
        refused = sum(episode.refusal == reason for episode in scanned)
        funnel.append(FunnelStep(reason, refused, funnel[-1].left - refused))
    left, steps = apply_filters([episode.candidate for episode in scanned if episode.refusal is None], choice)
    return left, [*funnel, *steps]


def _leave_out_long(
    chosen: Sequence[Candidate], counts: RowCounts, sources: Mapping[str, Source], limit: int
) -> tuple[list[Candidate], FunnelStep]:
    """The conversations that have a row within `choose.row_tokens`."""
    left = [
        candidate
        for candidate in chosen
        if not {(sources[candidate.run].name, candidate.id), candidate.task_key} & counts.too_long
    ]
    return left, FunnelStep(f"no row of at most {limit:,} tokens", len(chosen) - len(left), len(left))


def _describe_funnel(funnel: Sequence[FunnelStep]) -> str:
    return (
        ", ".join(f"{step.dropped} dropped ({step.reason})" for step in funnel if step.dropped) or "nothing came in"
    )


def _suggest_next_step(funnel: Sequence[FunnelStep]) -> str:
    dropped = {step.reason for step in funnel if step.dropped}
    if "a test task" in dropped:
        return (
            "Test tasks are kept out of training data. To look at rows of this run, add guard=off, which the card "
            "states; for a dataset, play the train tasks: python flows/generate.py split=train, then add guard=own"
        )
    if any("with a test task" in reason for reason in dropped):
        return (
            "Add guard=own: it checks only against the test tasks of the benchmark that was played; the default also "
            "checks against the other's, which are nearly all of τ²'s tasks"
        )
    if "not labelled" in dropped:
        return "Older records get their labels by: python flows/regrade.py run=… keep=true"
    return "Ask for less: choose=any_success, or a choose.… of your own"


def _resolve_folder(request: ExportRequest, sources: Sequence[Source]) -> Path:
    """The folder that `out` names, else one in the first run directory, by a digest of what is written."""
    first = sources[0]
    if request.out is not None and "://" in request.out:
        raise ConfigError(f"out={redact_credentials(request.out)} is no folder of this machine: name one, out=FOLDER")
    if request.out is not None:
        return Path(request.out).expanduser().resolve()
    if not first.store.is_local:
        raise ConfigError(f"{first.url} is not on this machine: say where the dataset goes, out=FOLDER")
    left_out: dict[str, Any] = dict.fromkeys(("run", "root", "out", "hub", "hub_private"), True)
    left_out["format"] = {"sessions", "both_labels"}
    others = [os.path.relpath(source.url, first.url) for source in sources[1:]]
    written = f"{request.model_dump_json(exclude=left_out)}{others}"
    digest = hashlib.sha256(written.encode()).hexdigest()[:8]
    return Path(first.store.path, "exports", f"{request.format.name}-{digest}").resolve()
