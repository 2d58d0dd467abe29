"""What vendors require of a request's body: a module per protocol, a function per rule.

A rule takes the body of one request and yields a line for each place that breaks it. Pure. Not here: requests that
keep them (`llms/test_vendor_rules.py`), bodies that break them (`llms/test_vendor_rules_broken.py`).

    chat       OpenAI's chat completions; Mistral and OpenRouter too
    responses  OpenAI's /responses
    mistral, anthropic, gemini, ollama
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

Json = dict[str, Any]
Rule = Callable[[Json], Iterator[str]]


def list_repeated_roles(turns: Sequence[Json]) -> Iterator[str]:
    """Each place where two turns of one side stand together."""
    for number, (turn, following) in enumerate(pairwise(turns)):
        if turn["role"] == following["role"]:
            yield f"{number} and {number + 1}: {turn['role']}"
