"""The presets of `conf/llm/`, their provider at the tests' own server."""

import functools
from typing import Any

from support.composed import composed_run
from support.provider.server import Provider
from tautraj.config import Llm

PROTOCOLS = ["gpt4o", "claude", "gemini"]
BASES = {
    "gpt4o": "openai_base",
    "gpt4o_mini": "openai_base",
    "vllm": "openai_base",
    "claude": "anthropic_base",
    "gemini": "gemini_base",
}
"""Preset -> the property of `Provider` that is its api_base."""


@functools.cache
def configured(name: str) -> Llm:
    return composed_run(f"model={name}", f"user={name}").model


def served(name: str, provider: Provider, **settings: Any) -> Llm:
    """The llm of conf/llm/`name`, its provider at that server; one attempt unless `settings` say otherwise."""
    llm = configured(name)
    settings = {"api_base": getattr(provider, BASES[name]), "retry_seconds": 0.0} | settings
    return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})
