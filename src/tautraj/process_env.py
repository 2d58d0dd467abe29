"""Process-wide settings that must be in place before a heavy library is imported.

Not here: anything that a run can choose; that is in `conf/`.
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
    "LITELLM_LOCAL_MODEL_COST_MAP": "true",  # else litellm fetches it; without a network `mlflow server` hangs
    "LITELLM_LOG": "ERROR",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # the run prints it at its end
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # default 7, over 4 minutes; a server that is down is retried later
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",  # default 120
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else a job runner and seven consumers, 310 MB
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # its pages ask amplitude.com; the links of a run lead to the first
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # default 20; starts take 9 to 34 s
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",  # else pages of tracebacks when the embedded server stops
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",  # default 1, a transaction for every state
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",  # default 5 s
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the progress bar reports; the Prefect UI has the rest
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",  # else a line for every event that misses a server that is down
    "PREFECT_CLIENT_MAX_RETRIES": "2",  # default 5, over 62 s; a server that is down is retried later
    "PREFECT_API_REQUEST_TIMEOUT": "20",  # default 60
    "PREFECT_CLI_WRAP_LINES": "false",
    "HF_HUB_OFFLINE": "1",  # only an export uses the hub
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}

GUEST_SETTINGS = ("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOG", "MLFLOW_DISABLE_TELEMETRY")
"""Those of `SETTINGS` that are set in a process that is somebody else's."""

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - users write it for their own server
"""Hosts that no proxy is asked for: it would look for them on its own machine, if it is up at all."""

GC_THRESHOLD = 100_000
"""Allocations between two garbage collections. Python's 700 cost a quarter of the import time."""

M_ARENA_MAX = -8  # of <malloc.h>

MALLOC_ARENAS = 2
"""Arenas of glibc's malloc. The default is 8 per core, and free memory of one is not used by threads of another."""


def prepare(*, hub: bool = False) -> None:
    """Load `.env` from the working directory, set unset variables of `SETTINGS`, add the directory to `sys.path`.

    Exempts this machine's servers from any proxy. `hub`: whether the Hugging Face Hub may be accessed.
    """
    _load_own_files()
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")  # from litellm: they quote a provider's answer
    for name, value in {**SETTINGS, **({"HF_HUB_OFFLINE": "0"} if hub else {})}.items():
        os.environ.setdefault(name, value)
    _exempt_loopback_from_proxies()
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MALLOC_ARENAS)
    gc.set_threshold(GC_THRESHOLD, 50, 50)
    logging.raiseExceptions = False  # else Prefect reports at every log line that its server is down


def prepare_guest() -> None:
    """For a process that is somebody else's, a trainer's: load `.env`, keep litellm from the network.

    Its garbage collection, its access to the Hugging Face Hub, its MLflow and its logging stay as they are.
    """
    _load_own_files()
    for name in GUEST_SETTINGS:
        os.environ.setdefault(name, SETTINGS[name])
    _exempt_loopback_from_proxies()


def freeze_gc() -> None:
    """Exempt all objects loaded so far from garbage collection, which otherwise takes half of an episode's time."""
    gc.collect()
    gc.freeze()


def _load_own_files() -> None:
    """Load `.env` from the working directory, and let components be imported from there."""
    from dotenv import load_dotenv

    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    load_dotenv(Path.cwd() / ".env")


def _exempt_loopback_from_proxies() -> None:
    """Add `LOOPBACK_HOSTS` to NO_PROXY, in both spellings: some libraries read one, some the other first."""
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in exempt.split(",") if host.strip()]
    if "*" not in hosts:  # no proxy at all; urllib knows the star only when it stands alone
        hosts += [host for host in LOOPBACK_HOSTS if host not in hosts]
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(hosts)
