"""What the tests share: an environment that is nobody's own, runs composed as the command line composes them."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from support.cli import Finished, Generate, by_the_door
from support.composed import composed_tree
from support.mlflow_store import mlflow_database, ready_database
from support.prefect_server import prefect_database, shared_prefect_server

from tautraj import process_env

os.environ["PYTHON_DOTENV_DISABLED"] = "1"  # neither ours nor tau2's search for a .env finds the developer's
FOREIGN = ("_API_KEY", "PREFECT_API_URL", "MLFLOW_TRACKING_URI")
for name in [name for name in os.environ if name.endswith(FOREIGN)]:
    del os.environ[name]
process_env.prepare()

from tautraj.config import CONF, Run  # noqa: E402
from tautraj.config.identity import locate_run_directory  # noqa: E402
from tautraj.config.parse import parse_run  # noqa: E402
from tautraj.store import Store  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start servers and runs first: between the workers, what is short fills the end."""
    long = {"end_to_end", "orchestration"}
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None and not long & {*item.path.parts})


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """`run_of("model=gpt4o", root=tmp_path)`: the run that those overrides describe."""

    def compose(*overrides: str, root: Path | None = None) -> Run:
        tree = composed_tree(*overrides)
        if root is not None:
            tree.root = str(root)
        return parse_run(tree)

    return compose


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The same one for all of pytest's processes."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def empty_database(shared_folder: Path) -> Path:
    """Prefect's, of no run."""
    return prefect_database(shared_folder)


@pytest.fixture(scope="session")
def empty_mlflow(shared_folder: Path) -> Path:
    """MLflow's database, of no run."""
    return mlflow_database(shared_folder)


@pytest.fixture(scope="session")
def prefect_home(empty_database: Path) -> Callable[[Path], str]:
    """Make a folder a PREFECT_HOME that no run was ever kept in."""

    def made(folder: Path) -> str:
        folder.mkdir()
        shutil.copy(empty_database, folder)
        return str(folder)

    return made


@pytest.fixture(scope="session")
def server(empty_database: Path, shared_folder: Path) -> Iterator[str]:
    """The address of a Prefect server's API, which has the flow runs of all tests: ask it for one by its name."""
    providers = sorted(path.stem.replace("_", "-") for path in CONF.glob("provider/*.yaml"))
    with shared_prefect_server(shared_folder / "prefect-server", empty_database, providers) as api:
        yield api


@pytest.fixture
def environ(server: str, prefect_home: Callable[[Path], str], tmp_path: Path) -> dict[str, str]:
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"), "canary")
    return {**os.environ, **keys, "PREFECT_API_URL": server, "PREFECT_HOME": prefect_home(tmp_path / "prefect-home")}


@pytest.fixture
def generate(environ: dict[str, str], tmp_path: Path, empty_mlflow: Path) -> Generate:
    """Run the command line in an empty directory."""
    return by_door("generate", environ, tmp_path, empty_mlflow)


@pytest.fixture
def sweep(environ: dict[str, str], tmp_path: Path, empty_mlflow: Path) -> Generate:
    """Likewise, a grid's."""
    return by_door("sweep", environ, tmp_path, empty_mlflow)


def by_door(door: str, environ: dict[str, str], cwd: Path, empty_mlflow: Path) -> Generate:
    def run(*overrides: str, cold: bool = False, **variables: str) -> Finished:
        """`cold`: all is made anew, as at a user's first run."""
        with nullcontext() if cold else ready_database(empty_mlflow, cwd / "outputs"):
            return by_the_door(door, *overrides, cwd=cwd, env={**environ, **variables}, cold=cold)

    return run


@pytest.fixture
def store_of(run_of: Callable[..., Run], tmp_path: Path) -> Callable[..., Store]:
    def store(*overrides: str) -> Store:
        return Store(locate_run_directory(run_of(*overrides, root=tmp_path / "outputs")))

    return store
