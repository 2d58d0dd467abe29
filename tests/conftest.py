"""What the tests share: an environment that is nobody's own, runs composed as the command line composes them."""

import os
from collections.abc import Callable

import pytest

from tautraj import environment

os.environ["PYTHON_DOTENV_DISABLED"] = "1"  # neither ours nor tau2's search for a .env finds the developer's
FOREIGN = ("_API_KEY", "PREFECT_API_URL", "MLFLOW_TRACKING_URI")
for name in [name for name in os.environ if name.endswith(FOREIGN)]:
    del os.environ[name]
environment.prepare()

from tautraj.command_line import compose_tree  # noqa: E402
from tautraj.config import Run  # noqa: E402
from tautraj.tree import parse  # noqa: E402


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """`run_of("model=gpt4o", root=tmp_path)`: the run that those overrides describe."""

    def compose(*overrides: str, **values: object) -> Run:
        return parse(compose_tree([*overrides, *(f"{key}={value}" for key, value in values.items())]))

    return compose
