"""Whether llama.cpp shows a model a conversation in the tokens of transformers, from which it learned."""

import tempfile
from pathlib import Path
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.llms.local.rendering import render_tokens
from tautraj.llms.local.serving import ServerSettings, serve_weights

SAMPLE = (
    "I'd pay $1,234.56 for order #W0000123, at 12:30 (ZIP 53202)!\n\n  Größe – naïve café, 你好, Привет 😀\tTAB\r\n"
    'IT\'S {"a": [1, 22, 333], "b":   4}   \n\n1. first\n   22 and so on'
)
"""Text with what tokenizers differ in: apostrophes, digits, spaces, ends of lines, several scripts."""

CONTEXT_TOKENS = 4096


def check_tokens(weights: Path, tokenizer: Any, next_step: str) -> None:
    """Raise `ConfigError` if a sample conversation becomes other tokens, by the tokenizer's own chat template.

    `weights`: a GGUF file. `next_step`: ends the message.
    """
    messages = [{"role": role, "content": SAMPLE} for role in ("user", "assistant", "user")]
    with boundary(ConfigError, "the chat template", "Name another: template=FILE"):
        expected = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    with tempfile.NamedTemporaryFile("w", suffix=".jinja", encoding="utf-8") as template:
        template.write(tokenizer.chat_template)
        template.flush()
        settings = ServerSettings(str(weights), template.name, CONTEXT_TOKENS, threads=None)
        with serve_weights(settings, calls_at_once=1) as address, boundary(ConfigError, "llama.cpp", next_step):
            [tokens] = render_tokens(address, [(messages, ())])
    if tokens == expected:
        return
    pairs = enumerate(zip(tokens, expected, strict=False))
    first = next((n for n, (ours, theirs) in pairs if ours != theirs), min(len(tokens), len(expected)))
    read, meant = (tokenizer.decode(of[max(0, first - 3) : first + 3]) for of in (tokens, expected))
    raise ConfigError(
        f"llama.cpp would read a conversation in other tokens than transformers: {read!r} instead of {meant!r}. "
        f"{next_step}"
    )
