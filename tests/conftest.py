"""What the tests share: an environment that is nobody's own, runs composed as the command line composes them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.cli import Finished, Generate, by_the_door
from support.prefect_server import prefect_database, prefect_server

from tautraj import process_env

os.environ["PYTHON_DOTENV_DISABLED"] = "1"  # neither ours nor tau2's search for a .env finds the developer's
FOREIGN = ("_API_KEY", "PREFECT_API_URL", "MLFLOW_TRACKING_URI")
for name in [name for name in os.environ if name.endswith(FOREIGN)]:
    del os.environ[name]
process_env.prepare()

from tautraj.config import Run  # noqa: E402
from tautraj.config.command_line import compose_tree  # noqa: E402
from tautraj.config.identity import locate_run_directory  # noqa: E402
from tautraj.config.parse import parse_run  # noqa: E402
from tautraj.store import Store  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start servers and runs first: between two workers, what is short fills the end."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """`run_of("model=gpt4o", root=tmp_path)`: the run that those overrides describe."""

    def compose(*overrides: str, **values: object) -> Run:
        return parse_run(compose_tree([*overrides, *(f"{key}={value}" for key, value in values.items())]))

    return compose


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[Path], str]:
    """Make a folder a PREFECT_HOME that no run was ever kept in."""
    own = tmp_path_factory.getbasetemp()
    database = prefect_database(own if worker_id == "master" else own.parent)

    def made(folder: Path) -> str:
        folder.mkdir()
        shutil.copy(database, folder)
        return str(folder)

    return made


@pytest.fixture(scope="module")
def server(prefect_home: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server of a module's own; its API address. Runs that were killed keep leases on it for a while."""
    home = tmp_path_factory.mktemp("server") / "prefect"
    prefect_home(home)
    with prefect_server(home) as api:
        yield api


@pytest.fixture
def environ(server: str, prefect_home: Callable[[Path], str], tmp_path: Path) -> dict[str, str]:
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"), "canary")
    return {**os.environ, **keys, "PREFECT_API_URL": server, "PREFECT_HOME": prefect_home(tmp_path / "prefect-home")}


@pytest.fixture
def generate(environ: dict[str, str], tmp_path: Path) -> Generate:
    """Run the command line in an empty directory."""
    return by_door("generate", environ, tmp_path)


@pytest.fixture
def sweep(environ: dict[str, str], tmp_path: Path) -> Generate:
    """Likewise, a grid's."""
    return by_door("sweep", environ, tmp_path)


def by_door(door: str, environ: dict[str, str], cwd: Path) -> Generate:
    def run(*overrides: str, **variables: str) -> Finished:
        return by_the_door(door, *overrides, cwd=cwd, env={**environ, **variables})

    return run


@pytest.fixture
def store_of(run_of: Callable[..., Run], tmp_path: Path) -> Callable[..., Store]:
    def store(*overrides: str) -> Store:
        return Store(locate_run_directory(run_of(*overrides, root=tmp_path / "outputs")))

    return store
