"""The process that serves a local model: `python -m tautraj.llms.local_server <weights> <calls at once>`.

It writes its address to stdout once it can be asked, and is gone when its stdin ends: whatever ends the run closes
that pipe, a SIGKILL too. Not here: who starts it and why (`local`).
"""

import os
import sys
from pathlib import Path

from tautraj.child_server import exit_with_stdin

CONTEXT_TOKENS = 8192
"""Tokens of one conversation: what SmolLM2 was trained on."""

CHAT_TEMPLATE = Path(__file__).with_name("smollm2.jinja")
"""The one inside the weights leaves the tools out, and fails on a message without text."""

CACHE_MIB = 1024
"""Of conversations read so far; llama.cpp's own choice is 8192."""


def main(weights: str, calls_at_once: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.chat_template = CHAT_TEMPLATE.read_text()
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS * calls_at_once, calls_at_once
    params.hostnames, params.port = ["127.0.0.1"], 0  # 0: a free one
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _choose_thread_count()
    params.cache_ram_mib = CACHE_MIB
    params.ui, params.verbosity = False, 1  # errors only
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    exit_with_stdin()  # returning would run its destructor, which waits for the answers under way


def _choose_thread_count() -> int:
    """A core is left to the run: llama.cpp's threads wait by spinning, and crawl when they have to share."""
    return min(4, max(1, (os.cpu_count() or 1) - 1))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
