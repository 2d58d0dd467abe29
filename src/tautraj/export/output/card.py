"""The dataset card: a README.md for the Hugging Face Hub that says where every row comes from.

Not here: the rows (`export.formats`), the filters (`export.selection.filters`), the guard
(`export.contamination.guard`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tautraj.export.columns import describe_features, describe_kinds
from tautraj.export.output.licences import (
    describe_licences,
    describe_paraphrasers,
    find_license,
    find_providers,
    get_terms,
)
from tautraj.export.output.markdown import render_table
from tautraj.export.output.origins import render_origins
from tautraj.export.output.stats import DatasetStats
from tautraj.export.request import FLAGS, ExportRequest
from tautraj.export.result import ExportResult, RowCounts
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.scan import Source
from tautraj.printable import escape_unprintable
from tautraj.redaction import redact_tree

GUARD_OFF_WARNING = (
    "THE CONTAMINATION GUARD WAS OFF: THIS DATASET MAY HOLD TEST TASKS OF THE BENCHMARK, AND TASKS THAT SHARE THEIR "
    "CUSTOMERS. NOTHING TRAINED ON IT CAN BE COMPARED WITH ANYTHING ON τ-BENCH OR τ²-BENCH."
)


def render_card(
    result: ExportResult,
    request: ExportRequest,
    sources: Sequence[Source],
    chosen: Sequence[Candidate],
    stats: DatasetStats,
) -> str:
    """The card's text. `chosen`: the conversations that rows were made of; `stats`: computed from them."""
    return escape_unprintable("\n".join(_render_lines(result, request, sources, chosen, stats)) + "\n")


def _render_lines(
    result: ExportResult,
    request: ExportRequest,
    sources: Sequence[Source],
    chosen: Sequence[Candidate],
    stats: DatasetStats,
) -> Iterator[str]:
    yield from _render_head(result, request, sources)
    for name in result.gold_models:
        yield f"Conversations of the model `{name}` replay the benchmark's gold actions; they are no model's work.\n"
    for name in result.programs:
        yield f"The model `{name}` is a program that knows no gold actions; its conversations are no model's work.\n"
    yield "```python\nfrom datasets import load_dataset\n"
    takes = "" if request.suffix else "  # sessions take the package teich"
    yield f'data = load_dataset("{request.hub or f"./{result.folder.name}"}"){takes}\nprint(data["train"][0])\n```\n'
    yield from _render_counts(result, len(chosen))
    yield from _render_guard(request, has_worlds=any(candidate.origin for candidate in chosen))
    yield from _render_stats(stats)
    yield from _render_lengths(result.counts)
    yield "## Columns\n"
    yield from render_table(("column", "holds"), describe_kinds(result.counts.columns))
    yield "\n## Labels\n"
    yield from render_table(("label", "holds", "does not", "unknown"), _count_labels(chosen))
    yield "\n## Where it comes from\n"
    yield from render_table(
        ("run", "agent", "model", "customer", "split", "system prompt, sha256", "conversations"),
        _count_conversations(sources, chosen),
    )
    yield from (f"\nTasks of {name}" for name in sorted({_describe_tasks(source) for source in sources}))
    yield "\nEvery row names its episode, run directory and cell; `run.yaml` there repeats the run. "
    yield "`uuid` is the same for equal rows. `mistakes_left_out` counts calls that never reached the world; `style` "
    yield "says how text that was not said, the prompt and arguments appear.\n"
    yield from render_origins(chosen)
    yield "## Licence and terms\n"
    yield from (f"- {licence}" for licence in describe_licences(chosen))
    yield from (f"- answers of `{name}`: {get_terms(name)}" for name in find_providers(sources))
    yield from (f"- {terms}" for terms in describe_paraphrasers(sources))
    yield "\n## How it was made\n"
    config = yaml.safe_dump(_describe_request(request, sources), sort_keys=False).strip()
    yield f"```yaml\n{config}\n```"


def _describe_request(request: ExportRequest, sources: Sequence[Source]) -> dict[str, Any]:
    """The request without paths of this machine: runs by name, no output folder."""
    tree: dict[str, Any] = redact_tree(request.model_dump(mode="json", exclude={"root", "out"}))
    if request.tokenizer and Path(request.tokenizer).exists():
        tree["tokenizer"] = Path(request.tokenizer).name
    return tree | {"run": [source.name for source in sources]}


def _describe_tasks(source: Source) -> str:
    benchmark = source.benchmark
    return f"{benchmark.name} {benchmark.domain}: {benchmark.version}, data {benchmark.data_hash[:8]}."


def _render_head(result: ExportResult, request: ExportRequest, sources: Sequence[Source]) -> Iterator[str]:
    """The Hub's metadata, the title, and the warning where the guard was off."""
    suffix = request.suffix or "/*.jsonl"
    files = [{"split": name, "path": f"{name}{suffix}"} for name, n in result.counts.rows.items() if n]
    traces, licence = not request.suffix, find_license(sources)
    metadata: dict[str, Any] = {
        "pretty_name": f"tautraj {request.format.name}",
        "license": licence,
        **({"license_name": "see-licence-and-terms"} if licence == "other" else {}),
        "language": ["en"],
        "task_categories": ["text-generation"],
        "size_categories": [find_size_category(result.total_rows)],
        "tags": ["agent", "tool-use", "tau-bench", "trajectories", *(["agent-traces"] if traces else [])],
        "configs": [{"config_name": "default", "data_files": files}],
    }
    if not traces:
        metadata["dataset_info"] = {"features": describe_features(result.counts.columns)}
    yield "---\n" + yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True).strip() + "\n---\n"
    yield f"# Customer-support conversations, format `{request.format.name}`\n"
    if request.guard == "off":
        yield f"**{GUARD_OFF_WARNING}**\n"


def find_size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for bound, name in bounds if rows < bound), "1M<n<10M")


def _render_counts(result: ExportResult, conversations: int) -> Iterator[str]:
    """The funnel, the rows, their cost, and the rows refused."""
    yield "## What was kept\n"
    yield from render_table(("step", "dropped", "left"), result.funnel)
    usd = "unpriced" if result.usd is None else f"{result.usd:.4f} USD"
    each = "" if result.usd is None else f", {result.usd / result.total_rows:.4f} USD per row"
    counts = ", ".join(f"{n} {name}" for name, n in result.counts.rows.items())
    yield f"\n{result.total_rows} rows ({counts}) of {conversations} conversations. All of it cost {usd}{each}.\n"
    yield from (f"- {n} rows refused: {problem}" for problem, n in sorted(result.counts.refused.items()))
    if len(result.counts.rows) > 1:
        yield "Train and validation share no customer, order or reservation (telecom: no task).\n"


def _render_guard(request: ExportRequest, *, has_worlds: bool) -> Iterator[str]:
    scope = {"all": "over τ² and classic τ-bench", "own": "of the benchmark that was played alone"}.get(request.guard)
    if scope:
        yield (
            f"The contamination guard refused test tasks {scope}, and whatever shares a customer, order, reservation "
            "or gold write with one, or tells nearly its story; how many, the table says.\n"
        )
    if scope and has_worlds:
        yield (
            "Of synthetic worlds it refused their own test tasks, tasks without a proof, and whatever has an id, a "
            "gold write or words of an official task of any split.\n"
        )


def _render_stats(stats: DatasetStats) -> Iterator[str]:
    yield "## What it teaches\n"
    yield from render_table(
        ("operation", "conversations kept", "found, graded", "of them succeeded"), stats.operations
    )
    if stats.unused_tools:
        yield f"\nOf the writing tools, no conversation has: {', '.join(f'`{name}`' for name in stats.unused_tools)}."
    yield f"\n{stats.sequences} different sequences of writes, entropy {stats.entropy:.2f} bits."
    for name, (fewest, median, most) in (("turns", stats.turns), ("tokens of the agent's model", stats.tokens)):
        yield f"A conversation has {fewest:,} to {most:,} {name}, median {median:,.0f}."
    yield "\n![operations](operations.png)\n![lengths](lengths.png)\n"


def _render_lengths(counts: RowCounts) -> Iterator[str]:
    """How long the rows are for a trainer; nothing without a tokenizer."""
    if counts.row_tokens:
        yield f"The longest row has {max(counts.row_tokens):,} tokens, tools included, by the tokenizer named below. "
        yield "A trainer whose limit is lower cuts or drops rows:\n"
        longer = counts.count_longer_rows().items()
        yield from render_table(("limit in tokens", "rows that are longer"), ((f"{k:,}", n) for k, n in longer))
        yield ""


def _count_labels(chosen: Sequence[Candidate]) -> Iterator[tuple[Any, ...]]:
    for name in FLAGS:
        counts = Counter(getattr(candidate.labels, name) if candidate.labels else None for candidate in chosen)
        yield f"`{name}`", counts[True], counts[False], counts[None]
    violations = (candidate.labels.violations if candidate.labels else None for candidate in chosen)
    counts = Counter(None if rules is None else bool(rules) for rules in violations)
    yield "`violations`", counts[True], counts[False], counts[None]


def _count_conversations(sources: Sequence[Source], chosen: Sequence[Candidate]) -> Iterator[tuple[Any, ...]]:
    for source in sources:
        of_run = [candidate for candidate in chosen if candidate.run == source.url]
        kinds = Counter((row.agent, row.model, row.user, row.split, row.prompt_hash) for row in of_run)
        yield from ((f"`{source.name}`", *kind, n) for kind, n in sorted(kinds.items()))
