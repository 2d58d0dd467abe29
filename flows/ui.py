"""Prefect UI and MLflow UI on 127.0.0.1, until Ctrl-C: `make ui`, or `python flows/ui.py`.

Runs started in another terminal find both, at any port: `make ui PREFECT_PORT=4300 MLFLOW_PORT=5100`. They show
the runs under `outputs/`; for runs with root=/elsewhere: `TAUTRAJ_ROOT=/elsewhere make ui`. The servers' logs are
`.ui/prefect.log` and `.ui/mlflow.log` there.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import installed  # noqa: F401 - first: it says if there is nothing to import
from tautraj import process_env
from tautraj.errors import PreflightError
from tautraj.orchestration.ui import choose_addresses, serve_uis, wait_for_exit


def main() -> int:
    process_env.prepare()
    root = Path(os.environ.get("TAUTRAJ_ROOT") or "outputs").absolute()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_interrupt)
    try:
        addresses = choose_addresses(os.environ, root)
        print("Starting Prefect's server and MLflow's; that takes about 20 seconds.", flush=True)
        with serve_uis(root, addresses) as servers:
            print(f"\n  Prefect  {addresses.prefect}\n  MLflow   {addresses.mlflow}\n")
            print(f"Runs started in another terminal find them. MLflow shows the runs under {root}.")
            print("Ctrl-C stops both.", flush=True)
            wait_for_exit(servers)
    except PreflightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    return 0


def raise_interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
