"""Licences of the benchmarks, providers' terms, and the columns that every row of a run shares.

Not here: the columns of an episode (`export.formats`).
"""

import functools
from collections.abc import Collection, Iterable
from pathlib import Path

import yaml

from tautraj.export.formats import Row
from tautraj.export.request import ExportRequest
from tautraj.export.selection.candidates import Candidate
from tautraj.export.selection.scan import Source

TERMS_FILE = Path(__file__).with_name("terms.yaml")

LICENCES = {
    "tau2": "policies and tools of τ²-bench, MIT and Apache-2.0",
    "tau_bench": "policies and tools of τ-bench, MIT",
}

WORLD_LICENCE = "tasks and data of synthetic worlds, made by tautraj, MIT"

NOBODYS_MODELS = {"offline", "program", "rehearsed"}
"""Providers whose answers are this program's own."""


def build_run_columns(source: Source, request: ExportRequest) -> Row:
    """Columns of every row of a run: where it is from, what guarded it, its licence, what was done to it."""
    providers = find_providers([source])
    return {
        "run": source.name,
        "guard": request.guard,
        "license": find_license([source]),
        "terms": "; ".join([*(f"{name}: {get_terms(name)}" for name in providers), *describe_paraphrasers([source])]),
        "style": request.style.model_dump(),
    }


def describe_licences(chosen: Iterable[Candidate]) -> list[str]:
    """Licences of what is in the conversations beside what was said in them."""
    kinds = {(candidate.benchmark, candidate.origin is not None) for candidate in chosen}
    lines = {LICENCES[name] if is_synthetic else f"tasks, {LICENCES[name]}" for name, is_synthetic in kinds}
    return [*sorted(lines), *([WORLD_LICENCE] if any(is_synthetic for _, is_synthetic in kinds) else [])]


def find_license(sources: Collection[Source]) -> str:
    """The identifier that the Hub knows; `other` where words of somebody's model are in it."""
    is_ours = set(find_providers(sources)) <= NOBODYS_MODELS and not describe_paraphrasers(sources)
    return "mit" if is_ours else "other"


def find_providers(sources: Collection[Source]) -> list[str]:
    """Names of the providers whose models spoke."""
    return sorted({source.config[seat]["provider"]["name"] for source in sources for seat in ("model", "user")})


def describe_paraphrasers(sources: Iterable[Source]) -> list[str]:
    """The terms of the llms that rewrote tasks of the worlds that were played."""
    worlds = {origin.world for source in sources for origin in source.origins.values() if origin.paraphrased}
    names = sorted({world.paraphrased_by for world in worlds if world.paraphrased_by})
    return [f"words of {name} in tasks of a synthetic world: the terms of its provider apply" for name in names]


def get_terms(provider: str) -> str:
    return _read_terms().get(provider, "nothing is known of its terms; read them")


@functools.cache
def _read_terms() -> dict[str, str]:
    """Provider -> its terms."""
    terms: dict[str, str] = yaml.safe_load(TERMS_FILE.read_text(encoding="utf-8"))
    return terms
