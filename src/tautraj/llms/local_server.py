"""The process that serves a local model: `python -m tautraj.llms.local_server <weights> <calls at once>`.

It prints its address to stdout once it accepts requests and exits when its stdin is closed, which also happens when
the run is killed (SIGKILL). Not here: starting it (`llms.local`).
"""

import os
import sys
from pathlib import Path

from tautraj.child_server import exit_with_stdin

CONTEXT_TOKENS = 8192
"""Tokens per conversation: the context length that SmolLM2 was trained with."""

CHAT_TEMPLATE = Path(__file__).with_name("smollm2.jinja")
"""Replaces the template inside the weights, which omits the tools and fails on a message without text."""

CACHE_MIB = 1024
"""MiB for the prompt cache; llama.cpp's default is 8192."""


def main(weights: str, calls_at_once: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.chat_template = CHAT_TEMPLATE.read_text()
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS * calls_at_once, calls_at_once
    params.hostnames, params.port = ["127.0.0.1"], 0  # 0: any free port
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _choose_thread_count()
    params.cache_ram_mib = CACHE_MIB
    params.ui, params.verbosity = False, 1  # errors only
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    exit_with_stdin()  # returning would run the server's destructor, which waits for answers in progress


def _choose_thread_count() -> int:
    """Leaves one core to the run: llama.cpp's threads spin while waiting and are very slow when they share cores."""
    return min(4, max(1, (os.cpu_count() or 1) - 1))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
