"""The examples of docs/synthesis.md are what their commands make."""

import sys

import pytest
from support.cli import REPO

sys.path.append(str(REPO / "tools"))


@pytest.mark.slow
def test_the_examples_are_what_is_made_now() -> None:
    """If not: python tools/world_examples.py."""
    import world_examples

    page = world_examples.PAGE.read_text()
    assert world_examples.insert_examples(page, world_examples.make_examples()) == page
