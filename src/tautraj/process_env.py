"""What every process of ours must have in its environment before a heavy library is imported.

Not here: anything a run can choose (that is `conf/`).
"""

import ctypes
import gc
import logging
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path

SETTINGS = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "true",  # else litellm asks the network; without one `mlflow server` hangs
    "LITELLM_LOG": "ERROR",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # the run says it at its end
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # default 7, over 4 minutes; a server that is away is asked again later
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",  # default 120
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else a job runner and seven consumers, 310 MB
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # default 20; starts take 9 to 34
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",  # else pages of tracebacks when the embedded server stops
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",  # default 1, a transaction for every state
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",  # default 5 s
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the progress bar speaks; the Prefect UI has the rest
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",  # else every event that a server which went away misses is a line
    "PREFECT_CLIENT_MAX_RETRIES": "1",  # default 5, over 62 seconds; a server that is away is asked again later
    "PREFECT_API_REQUEST_TIMEOUT": "20",  # default 60
    "PREFECT_CLI_WRAP_LINES": "false",
    "HF_HUB_OFFLINE": "1",  # an export alone has anything to do with a hub
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}

GC_THRESHOLD = 100_000
"""Between two looks for garbage. Python's 700 cost a quarter of the time that importing takes."""

M_ARENA_MAX = -8  # of <malloc.h>

MALLOC_ARENAS = 2
"""Of glibc's malloc. It makes eight per core for threads, each with room that no other thread gets."""


def prepare(*, hub: bool = False) -> None:
    """Read `.env` from the working directory, set what is not set yet, and let modules be found there.

    `hub`: the Hugging Face Hub may be asked.
    """
    from dotenv import load_dotenv

    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    load_dotenv(Path.cwd() / ".env")
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")  # litellm's: they quote a provider's answer
    for name, value in {**SETTINGS, **({"HF_HUB_OFFLINE": "0"} if hub else {})}.items():
        os.environ.setdefault(name, value)
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MALLOC_ARENAS)
    gc.set_threshold(GC_THRESHOLD, 50, 50)
    logging.raiseExceptions = False  # else Prefect says at every log line that its server is away


def freeze_gc() -> None:
    """Exempt what is loaded by now from garbage collection; half of an episode's time goes there otherwise."""
    gc.collect()
    gc.freeze()
