"""What the tests share: a prepared environment, runs composed as the command line composes them."""

from collections.abc import Callable

import pytest

from tautraj import environment

environment.prepare()

from tautraj.command_line import compose_tree  # noqa: E402
from tautraj.config import Run, parse  # noqa: E402


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """`run_of("model=gpt4o", root=tmp_path)`: the run that those overrides describe."""

    def compose(*overrides: str, **values: object) -> Run:
        return parse(compose_tree([*overrides, *(f"{key}={value}" for key, value in values.items())]))

    return compose
