"""An export, from run directories to a folder of rows with its card: whole or not at all.

Two walks: one over all conversations, of which little is kept (`walk`); one over those that were chosen, task by task
(`rows`). Not here: who is chosen (`choosing`), who is refused (`guard`), the card's words (`card`).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tautraj.config.components import part
from tautraj.errors import ConfigError, StoreError
from tautraj.export.formats import Format
from tautraj.export.output import hub
from tautraj.export.output.card import card
from tautraj.export.output.chat_template import Template
from tautraj.export.output.folder import CARD, free, whole
from tautraj.export.output.rows import write_rows
from tautraj.export.output.stats import plots, stats
from tautraj.export.request import Choice, Export
from tautraj.export.result import Counts, Exported
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.filters import Step, chosen
from tautraj.export.selection.scan import Known, Source, sources, walk
from tautraj.redaction import without_credentials
from tautraj.store.discovery import newest


def export(asked: Export) -> Exported:
    """Raises `UserError` when there is nothing to export, or nowhere to put it."""
    make: Format = part(asked.format)
    template = Template(asked.tokenizer) if asked.tokenizer else None
    if asked.hub:
        hub.check()
    found = sources(asked.run or [newest(asked.root)])
    folder = _folder(asked, next(iter(found.values())))
    free(folder)
    known = [one for source in found.values() for one in walk(source, asked)]
    if not known:
        raise StoreError(f"{', '.join(found)}: no episodes to export. Play some: python flows/generate.py")
    left, funnel = _select(known, asked.choose)
    if not left:
        raise ConfigError(f"nothing is left to export: {_told(funnel)}. {_way_out(funnel)}")
    with whole(folder) as partial:
        counts = write_rows(partial, asked, make, template, found, known, left)
        _check(counts, asked, len(left))
        done = Exported(folder, counts, funnel, _usd(known))
        tools = {name for url in {one.run for one in left} for name in found[url].benchmark.writing_tools}
        taught = stats([one.candidate for one in known], left, tools)
        plots(partial, taught, left)
        (partial / CARD).write_text(card(done, asked, list(found.values()), left, taught), encoding="utf-8")
    if asked.hub:
        return done._replace(address=hub.push(folder, asked.hub, private=asked.hub_private))
    return done


def _check(counts: Counts, asked: Export, conversations: int) -> None:
    """Raise `ConfigError` where a split has no row."""
    if not sum(counts.rows.values()):
        why = "; ".join(f"{n} refused: {wrong}" for wrong, n in counts.refused.items()) or NO_PAIRS
        raise ConfigError(f"format={asked.format.name} has no row of {conversations} conversations. {why}")
    if empty := [name for name, n in counts.rows.items() if not n]:
        raise ConfigError(f"validation={asked.validation:g} leaves {empty[0]} without a row. Ask for another share")


NO_PAIRS = (
    "It takes failed siblings of what was chosen, that part from it where the agent speaks: more trials, more runs, "
    "or format.same_prompt=false"
)


def _select(known: Sequence[Known], choice: Choice) -> tuple[list[Candidate], list[Step]]:
    funnel = [Step("came in", 0, len(known))]
    for reason in sorted({one.refused for one in known if one.refused}):
        refused = sum(one.refused == reason for one in known)
        funnel.append(Step(reason, refused, funnel[-1].left - refused))
    left, steps = chosen([one.candidate for one in known if one.refused is None], choice)
    return left, [*funnel, *steps]


def _told(funnel: Sequence[Step]) -> str:
    return ", ".join(f"{step.dropped} dropped ({step.what})" for step in funnel if step.dropped) or "nothing came in"


def _way_out(funnel: Sequence[Step]) -> str:
    dropped = {step.what for step in funnel if step.dropped}
    if "a test task" in dropped:
        return "Play split=train; guard=off exports test tasks, and says so on the card"
    if any("with a test task" in what for what in dropped):
        return "guard=own guards the test tasks of the benchmark that was played, and not the other's"
    if "not labelled" in dropped:
        return "Older records get their labels by: python flows/regrade.py run=… keep=true"
    return "Ask for less: choose=any_success, or a choose.… of your own"


def _folder(asked: Export, first: Source) -> Path:
    if asked.out is not None and "://" in asked.out:
        raise ConfigError(f"out={without_credentials(asked.out)} is no folder of this machine: name one, out=FOLDER")
    if asked.out is not None:
        return Path(asked.out).expanduser().resolve()
    if not first.store.local:
        raise ConfigError(f"{first.url} is not on this machine: say where the dataset goes, out=FOLDER")
    digest = hashlib.sha256(asked.model_dump_json(exclude={"hub", "hub_private"}).encode()).hexdigest()[:8]
    return Path(first.store.path, "exports", f"{asked.format.name}-{digest}").resolve()


def _usd(known: Sequence[Known]) -> float | None:
    prices = [one.candidate.usd for one in known]
    return None if None in prices else sum(price or 0.0 for price in prices)
