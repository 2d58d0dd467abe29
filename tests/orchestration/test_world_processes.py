"""`orchestration.worlds.processes`: no process is left behind by a command that was killed."""

import subprocess
import sys
import time
from pathlib import Path

KILLED = """
import os, signal
from tautraj.orchestration.worlds.processes import start_processes

if __name__ == "__main__":
    with start_processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    process = Path("/proc", done.stdout.strip())
    for _ in range(300):
        if not process.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{process} outlives its parent")
