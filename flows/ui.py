"""Prefect UI and MLflow UI on 127.0.0.1, until Ctrl-C: `make ui`, or `python flows/ui.py`.

Runs started in another terminal find the Prefect server by themselves. Ports: PREFECT_PORT, MLFLOW_PORT.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tautraj import environment

HOST = "127.0.0.1"
BIN = Path(sys.executable).parent


def main() -> int:
    environment.prepare()
    prefect, mlflow = os.environ.get("PREFECT_PORT", "4200"), os.environ.get("MLFLOW_PORT", "5000")
    for name, port in (("PREFECT_PORT", prefect), ("MLFLOW_PORT", mlflow)):
        if taken(port):
            print(f"error: port {port} is taken. Choose another: {name}={int(port) + 1} make ui", file=sys.stderr)
            return 2
    root = Path(os.environ.get("TAUTRAJ_ROOT", "outputs")).absolute()
    root.mkdir(parents=True, exist_ok=True)
    here = ["--host", HOST, "--port"]
    store = ["--backend-store-uri", f"sqlite:///{root}/mlflow.db", "--artifacts-destination", f"{root}/mlartifacts"]
    servers = [
        subprocess.Popen([str(BIN / "prefect"), "server", "start", *here, prefect]),
        subprocess.Popen([str(BIN / "mlflow"), "server", "--workers", "1", *store, *here, mlflow]),
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while not (taken(prefect) and taken(mlflow)) and all(server.poll() is None for server in servers):
            time.sleep(0.2)
        print(
            f"\nPrefect: http://{HOST}:{prefect}\nMLflow:  http://{HOST}:{mlflow}\nCtrl-C stops both.\n", flush=True
        )
        while all(server.poll() is None for server in servers):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(timeout=30)
    return 0


def taken(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, int(port))) == 0


if __name__ == "__main__":
    sys.exit(main())
