"""Whether a new task has anything of an official one: an id, a gold write, a run of words, nearly the same text.

Official are τ²'s tasks and classic τ-bench's, of every split; the closeness of the text is measured to the tasks of
τ²'s package, among them nearly all of classic's test tasks. Of telecom only ids are compared: its texts are τ²'s own,
and `synthesis.telecom` compares the compositions. Not here: the hashes that official tasks are known by
(`export.contamination.official_data`), or what may be exported (`export.contamination.guard`).
"""

import functools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.export.contamination.official_data import (
    Contact,
    OfficialData,
    list_texts,
    load_official_data,
    split_words,
)
from tautraj.synthesis.diversity import mask_entities, mask_names

COSINE_LIMIT = 0.6

CHECKS = ("entity", "gold write", "8 words with an entity or number", "13 words", "cosine")


class Candidate(NamedTuple):
    """A new task."""

    text: str
    """All that its customer is told: reason, known, unknown and instructions, one below another."""
    writes: Sequence[tuple[str, Mapping[str, Any]]]
    """(tool, arguments) of its gold actions that change the database."""
    entities: Collection[str]
    """Ids that it touches, beside those in `text` and `writes`."""


class TextProfiles:
    """Texts as TF-IDF vectors of their character 4-grams, ids, numbers and names masked.

    Without the weights any two customers of a shop are alike: the median cosine of two different τ² retail tasks is
    0.50 (0.16 with them), while a task with other names and numbers keeps 1.00 either way.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [count_grams(text) for text in texts]
        self._rows = {gram: row for row, gram in enumerate(sorted(set().union(*counts)))}
        matrix = np.zeros((len(self._rows), len(texts)), np.float32)
        for column, grams in enumerate(counts):
            matrix[[self._rows[gram] for gram in grams], column] = list(grams.values())
        self._rarest = float(np.log(1 + len(texts)) + 1)
        """Weight of a 4-gram that no text has."""
        self._weights = self._rarest - np.log(1 + (matrix > 0).sum(axis=1))
        matrix *= self._weights[:, None]
        self._matrix = matrix / np.linalg.norm(matrix, axis=0)

    def measure_cosine(self, text: str) -> float:
        """Cosine of `text` with the closest of the texts, 0 to 1."""
        grams = count_grams(text)
        known = {self._rows[gram]: count for gram, count in grams.items() if gram in self._rows}
        rows = list(known)
        vector = np.fromiter(known.values(), float) * self._weights[rows]
        unknown = sum(count**2 for gram, count in grams.items() if gram not in self._rows) * self._rarest**2
        length = np.sqrt(vector @ vector + unknown)
        return float((vector @ self._matrix[rows]).max() / length) if length else 0.0


def count_grams(text: str) -> Counter[str]:
    """Character 4-grams of the masked words of `text`, in lower case, single blanks between and around them."""
    joined = f" {' '.join(split_words(mask_names(mask_entities(text))))} "
    return Counter(joined[at : at + 4] for at in range(len(joined) - 3))


class OfficialTasks:
    """The official tasks of a domain, to compare new ones with."""

    def __init__(self, data: OfficialData, texts: Sequence[str]) -> None:
        """`texts`: of the tasks that closeness is measured to; none: it is not measured."""
        self._data = data
        self._profiles = TextProfiles(texts) if texts else None

    def find_contact(self, task: Candidate) -> Contact | None:
        """The first thing that a task shares with an official one; None: nothing."""
        return self.compare(task)[0]

    def compare(self, task: Candidate) -> tuple[Contact | None, float]:
        """(the first thing that a task shares with an official one, the cosine with the closest of them).

        The cosine is 0 where something else is shared.
        """
        if contact := self._data.find_contact(task.text, task.writes, task.entities):
            return contact, 0.0
        cosine = self.measure_cosine(task.text)
        return (Contact("cosine", f"{cosine:.3f}") if cosine >= COSINE_LIMIT else None), cosine

    def measure_cosine(self, text: str) -> float:
        """Cosine of the masked text with the closest official one, 0 to 1; 0 where it is not measured."""
        return self._profiles.measure_cosine(text) if self._profiles else 0.0


@functools.cache
def load_official_tasks(domain: str) -> OfficialTasks:
    """The official tasks of a domain. Opens τ²'s package for their texts, in a second or two."""
    data, texts = load_official_data(domain), []
    if data.long_runs:
        tau2 = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None))
        texts = ["\n".join(list_texts(tau2.get_task(task_id))) for task_id in tau2.list_task_ids("base")]
    return OfficialTasks(data, texts)


def count_contacts(contacts: Iterable[Contact | None]) -> dict[str, int]:
    """How many tasks were looked at, and how many each check refused, for a world's card."""
    counts = Counter(contact.check if contact else "none" for contact in contacts)
    return {"looked at": counts.total(), **{check: counts[check] for check in CHECKS}}
