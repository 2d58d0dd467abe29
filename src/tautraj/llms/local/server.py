"""The process that serves a local model: `python -m tautraj.llms.local.server <settings as JSON>`.

It prints its address to stdout once it accepts requests and exits when its stdin is closed, which also happens when
the run is killed (SIGKILL). Not here: starting it (`llms.local.serving`).
"""

import json
import os
import sys

from tautraj.child_server import exit_with_stdin
from tautraj.llms.local.chat_template import load_template

CACHE_MIB = 1024
"""MiB for the prompt cache; llama.cpp's default is 8192."""


SPIN_COUNT = "1000"
"""Times that a waiting thread looks again before it sleeps."""


def main(weights: str, template: str | None, context_tokens: int, threads: int | None, calls_at_once: int) -> None:
    """`context_tokens`: per call. The other arguments are those of `ServerSettings`."""
    # Threads that wait for each other spin for microseconds, then sleep. Spinning on, two of them took over 150 s on
    # two busy cores for what takes 44 to 81 s now; asleep at once, they write half as fast on idle ones (37 tokens a
    # second, 73). llama.cpp's own setting (`cpuparams.poll`) changed nothing: its threads are OpenMP's
    os.environ["GOMP_SPINCOUNT"] = SPIN_COUNT
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.chat_template = load_template(weights, template)
    params.prefill_assistant = False  # else it goes on with a conversation's last message if that is the assistant's
    params.n_ctx, params.n_parallel = context_tokens * calls_at_once, calls_at_once
    params.hostnames, params.port = ["127.0.0.1"], 0  # 0: any free port
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or _choose_thread_count()
    params.cache_ram_mib = CACHE_MIB
    params.ui, params.verbosity = False, 1  # errors only
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    exit_with_stdin()  # returning would run the server's destructor, which waits for answers in progress


def _choose_thread_count() -> int:
    """The run itself has little to do: on two idle cores, two threads write 101 tokens a second, one writes 58.

    On busy ones, they are no slower (44 to 81 s against 60 to 78).
    """
    return min(4, os.cpu_count() or 1)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
