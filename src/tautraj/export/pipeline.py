"""An export, from run directories to a folder of rows with its card: whole or not at all.

Two walks: one over all conversations, of which little is kept (`walk`); one over those that were chosen, task by task
(`rows`). Not here: who is chosen (`choosing`), who is refused (`guard`), the card's words (`card`).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

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


def export(request: ExportRequest) -> ExportResult:
    """Raises `UserError` when there is nothing to export, or nowhere to put it."""
    make: Format = load_component(request.format)
    template = ChatTemplate(request.tokenizer) if request.tokenizer else None
    if request.hub:
        hub.check_token()
    found = open_sources(resolve_runs(request.run, request.root))
    folder = _resolve_folder(request, next(iter(found.values())))
    check_replaceable(folder)
    known = [one for source in found.values() for one in scan(source, request)]
    if not known:
        raise StoreError(f"{', '.join(found)}: no episodes to export. Play some: python flows/generate.py")
    left, funnel = _select(known, request.choose)
    if not left:
        raise ConfigError(f"nothing is left to export: {_describe_funnel(funnel)}. {_suggest_next_step(funnel)}")
    with atomic_folder(folder) as partial:
        counts = write_rows(partial, request, make, template, found, known, left)
        _check_split_rows(counts, request, len(left))
        done = ExportResult(folder, counts, funnel, total_usd(episode.candidate.usd for episode in known))
        tools = {name for url in {one.run for one in left} for name in found[url].benchmark.writing_tools}
        taught = compute_stats([one.candidate for one in known], left, tools)
        write_plots(partial, taught, left)
        (partial / CARD_FILE).write_text(
            render_card(done, request, list(found.values()), left, taught), encoding="utf-8"
        )
    if request.hub:
        return done._replace(hub_url=hub.push(folder, request.hub, private=request.hub_private))
    return done


def _check_split_rows(counts: RowCounts, request: ExportRequest, conversations: int) -> None:
    """Raise `ConfigError` where a split has no row."""
    if not sum(counts.rows.values()):
        why = "; ".join(f"{n} refused: {wrong}" for wrong, n in counts.refused.items()) or NO_PAIRS
        raise ConfigError(f"format={request.format.name} has no row of {conversations} conversations. {why}")
    if empty := [name for name, n in counts.rows.items() if not n]:
        raise ConfigError(f"validation={request.validation:g} leaves {empty[0]} without a row. Ask for another share")


NO_PAIRS = (
    "It takes failed siblings of what was chosen, that part from it where the agent speaks: more trials, more runs, "
    "or format.same_prompt=false"
)


def _select(scanned: Sequence[ScannedEpisode], choice: Choice) -> tuple[list[Candidate], list[FunnelStep]]:
    funnel = [FunnelStep("came in", 0, len(scanned))]
    for reason in sorted({one.refusal for one in scanned if one.refusal}):
        refused = sum(one.refusal == reason for one in scanned)
        funnel.append(FunnelStep(reason, refused, funnel[-1].left - refused))
    left, steps = apply_filters([one.candidate for one in scanned if one.refusal is None], choice)
    return left, [*funnel, *steps]


def _describe_funnel(funnel: Sequence[FunnelStep]) -> str:
    return (
        ", ".join(f"{step.dropped} dropped ({step.reason})" for step in funnel if step.dropped) or "nothing came in"
    )


def _suggest_next_step(funnel: Sequence[FunnelStep]) -> str:
    dropped = {step.reason for step in funnel if step.dropped}
    if "a test task" in dropped:
        return "Play split=train; guard=off exports test tasks, and says so on the card"
    if any("with a test task" in what for what in dropped):
        return "guard=own guards the test tasks of the benchmark that was played, and not the other's"
    if "not labelled" in dropped:
        return "Older records get their labels by: python flows/regrade.py run=… keep=true"
    return "Ask for less: choose=any_success, or a choose.… of your own"


def _resolve_folder(request: ExportRequest, first: Source) -> Path:
    if request.out is not None and "://" in request.out:
        raise ConfigError(f"out={redact_credentials(request.out)} is no folder of this machine: name one, out=FOLDER")
    if request.out is not None:
        return Path(request.out).expanduser().resolve()
    if not first.store.is_local:
        raise ConfigError(f"{first.url} is not on this machine: say where the dataset goes, out=FOLDER")
    digest = hashlib.sha256(request.model_dump_json(exclude={"hub", "hub_private"}).encode()).hexdigest()[:8]
    return Path(first.store.path, "exports", f"{request.format.name}-{digest}").resolve()
