"""How varied texts are: distinct-n, and the removal of near-duplicates.

Both leave out what only names somebody: two orders in the same words are the same text twice. Not here: similarity to
official tasks (`synthesis.decontamination`), or between conversations (`export.similarity`).
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random
from statistics import fmean

MASK = "0"
"""Stands for what was masked; no other digit is left in a masked text."""

SAMPLE_SIZE = 114
"""Texts that distinct-n is measured over, because it falls with their number: τ² has 114 retail tasks."""

SAMPLES = 100

SHINGLE_WORDS = 3


def mask_entities(text: str) -> str:
    """`text` with `MASK` for every e-mail address and every word that has a digit: ids, prices, dates, zip codes."""
    return re.sub(r"[\w.+-]+@[\w.-]*\w|\S*\d\w*", MASK, text)


def mask_names(text: str) -> str:
    """`text` with `MASK` for every run of capitalised words within a sentence: people, cities, brands."""
    return re.sub(r"(?<=[a-z0,;:'\"] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*", MASK, text)


def measure_distinct(texts: Sequence[str], n: int = 3, size: int = SAMPLE_SIZE) -> float:
    """Share of the runs of `n` words that differ from each other, entities masked, 0 to 1: mean of `sample_distinct`.

    0.561 for τ²'s 114 retail tasks (`reason_for_call`), 0.427 for classic τ-bench's 500 train tasks (`instruction`):
    `measurements/text_diversity.py`. Names count as they are written: in the latter every product begins with
    capitals. nan without any run.
    """
    return fmean(sample_distinct(texts, n, size))


def sample_distinct(texts: Sequence[str], n: int = 3, size: int = SAMPLE_SIZE) -> list[float]:
    """The share over each of `SAMPLES` random samples of `size` texts; over all of them once if there are no more.

    Words are compared in lower case, without punctuation; a run of words ends with its text.
    """
    runs = [_list_runs(mask_entities(text), n) for text in texts]
    rng = Random(f"distinct-{n}")
    samples = [rng.sample(runs, size) for _ in range(SAMPLES)] if len(runs) > size else [runs]
    return [_measure_share([run for text in sample for run in text]) for sample in samples]


def _measure_share(runs: list[str]) -> float:
    return len(set(runs)) / len(runs) if runs else math.nan


def _list_runs(text: str, n: int) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[at : at + n]) for at in range(len(words) - n + 1)]


def drop_near_duplicates(texts: Sequence[str], limit: float = 0.9) -> list[int]:
    """Positions of the texts that are kept: of those that are alike, the first.

    Alike: the Jaccard similarity of their sets of runs of three words, entities and names masked, is at least
    `limit`. Exact: two such texts share one of the rarest runs of each (prefix filtering, Chaudhuri et al. 2006), and
    only those that do are compared.
    """
    shingles = [_collect_shingles(text) for text in texts]
    frequencies = Counter(run for runs in shingles for run in runs)
    kept: list[int] = []
    kept_by_run: dict[str, list[int]] = defaultdict(list)
    for position, runs in enumerate(shingles):
        by_rarity = sorted(runs, key=lambda run: (frequencies[run], run))
        prefix = by_rarity[: len(runs) - math.ceil(limit * len(runs) - 1e-9) + 1]
        candidates = {other for run in prefix for other in kept_by_run[run]}
        if any(_is_alike(runs, shingles[other], limit) for other in candidates):
            continue
        kept.append(position)
        for run in prefix:
            kept_by_run[run].append(position)
    return kept


def _collect_shingles(text: str) -> frozenset[str]:
    """A text's runs of words, each of them once in memory for all texts; of a shorter text, all of it."""
    masked = mask_names(mask_entities(text))
    return frozenset(map(sys.intern, _list_runs(masked, SHINGLE_WORDS) or [masked.lower()]))


def _is_alike(first: frozenset[str], second: frozenset[str], limit: float) -> bool:
    if min(len(first), len(second)) < limit * max(len(first), len(second)):
        return False  # spares a third of the time
    shared = len(first & second)
    return shared >= limit * (len(first) + len(second) - shared)
