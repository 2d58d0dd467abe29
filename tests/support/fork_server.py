"""Commands of `flows/` without their cold start: children of a process that has imported the libraries already.

All of pytest's processes share it. It imports what is not ours and starts no thread. A child has its own arguments,
folder, environment and open files; it imports `tautraj` itself, runs the script as `__main__` and ends as an
interpreter ends. Whatever a library reads from the environment when it is imported was read from pytest's: `may_fork`
says whom that suits.
"""

import ast
import functools
import gc
import importlib
import json
import logging.config
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from filelock import FileLock

REPO = Path(__file__).parents[2]

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")
READ_WHEN_ASKED = ("PREFECT_", "MLFLOW_HTTP_", "COLUMNS", "PYTEST_", *PROXIES)
"""Names in the environment, or how they begin, that are read when they are needed, or read again in a child."""

NOT_THE_RUNS = {"tautraj", "tau_bench", "xllamacpp", "transformers", "huggingface_hub", "uvicorn", "prefect.server"}
"""What `src/` and `flows/` import that is left to the child, or that no child needs."""

IMPORTED_BY_LIBRARIES = (
    "hydra._internal.core_plugins.basic_launcher",
    "hydra._internal.core_plugins.basic_sweeper",
    "hydra._internal.core_plugins.file_config_source",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "mlflow.store.tracking.sqlalchemy_store",
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.telemetry.run_telemetry",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.mysql",
)
"""Libraries import these when they are used: a second of a run."""

OWN_PROCESSES = ("runner=processes", "runner=dask", "runner=ray", "hydra", "--help", "--cfg")
"""How words of a command begin that starts its `__main__` again, sets up logging, or is to import what it needs."""

NUMBER = struct.Struct("i")

LONGEST_ENVIRON = 1 << 17


def may_fork(command: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether it is the command line of a script under `flows/` that no import can tell from one in a new process."""
    if Path(command[1]).parent != REPO / "flows" or any(word.startswith(OWN_PROCESSES) for word in command):
        return False
    known = _server().environ
    names = {*env, *known}  # what env inherits from pytest, which libraries there have added to, is no difference
    differing = {name for name in names if env.get(name) not in (known.get(name), os.environ.get(name))}
    return all(name.startswith(READ_WHEN_ASKED) or name.endswith("_KEY") for name in differing)


class Forked:
    """A command under way, with `Popen`'s names for what can be done with it. No output goes to a terminal."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: IO[Any] | int = subprocess.DEVNULL,
        stdout: IO[Any] | int,
        stderr: IO[Any] | int,
        start_new_session: bool = False,
    ) -> None:
        self.args = command
        self.returncode: int | None = None
        asked = {"argv": [str(word) for word in command[1:]], "cwd": str(cwd)}
        asked |= {"env": dict(env), "session": start_new_session}
        self._status, theirs = os.pipe()
        with tempfile.TemporaryFile() as letter, Path(os.devnull).open("r+") as nothing:
            letter.write(json.dumps(asked).encode())
            letter.flush()
            standard = [nothing if file == subprocess.DEVNULL else file for file in (stdin, stdout, stderr)]
            files = [file if isinstance(file, int) else file.fileno() for file in (letter, theirs, *standard)]
            socket.send_fds(_server().line, [b"."], files)
        os.close(theirs)
        self.pid: int = self._number()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(timeout=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            ended = select.poll()  # not select: pytest's process may have more than 1,024 files open
            ended.register(self._status, select.POLLIN)
            if not ended.poll(None if timeout is None else 1000 * timeout):
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(self._number())
            os.close(self._status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _number(self) -> int:
        """The process id, then how it ended."""
        data = os.read(self._status, NUMBER.size)
        if not data:
            raise RuntimeError(f"the fork server has ended: {_server().log.read_text()[-2000:]}")
        return int(NUMBER.unpack(data)[0])


class Server(NamedTuple):
    line: socket.socket
    environ: Mapping[str, str]
    """What its libraries were imported with."""
    log: Path


@functools.cache
def _server() -> Server:
    """Started by whoever asks first in this test session; it ends with the last line to it."""
    folder = Path(tempfile.gettempdir()) / f"tautraj-fork-servers-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with FileLock(f"{place}.lock"):
        try:
            line.connect(str(place))
        except OSError:
            place.unlink(missing_ok=True)
            _start(place)
            line.connect(str(place))
    environ = json.loads(line.recv(LONGEST_ENVIRON))
    return Server(line, environ, place.with_suffix(".log"))


def _start(place: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener, place.with_suffix(".log").open("w") as log:
        listener.bind(str(place))
        listener.listen()
        subprocess.Popen(
            [sys.executable, "-m", "support.fork_server", str(listener.fileno()), str(place)],
            cwd=REPO / "tests",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # a Ctrl-C is pytest's to answer
        )


# What follows runs in the server and in its children.


def main(number: int, place: Path) -> None:
    listener = socket.socket(fileno=number)
    listener.set_inheritable(False)
    path = sys.path[1:]  # its first is this folder's
    environ = json.dumps(dict(os.environ)).encode()
    _import_libraries()
    asked, files = _serve(listener, place, environ)
    _become(asked, files, path)


def _import_libraries() -> None:
    """In the order of a run: logging is set up by Hydra first."""
    import yaml

    from tautraj import process_env

    process_env.prepare()
    logging.config.dictConfig(yaml.safe_load((REPO / "conf/hydra/job_logging/quiet.yaml").read_text()))
    from loguru import logger

    logger.remove()
    for name in [*_imported_by_us(), *IMPORTED_BY_LIBRARIES]:
        with suppress(ImportError):  # a name in a module, or an extra
            importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tautraj"]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()


def _imported_by_us() -> Iterator[str]:
    """Modules, and names in them that may be modules too, wherever they are imported."""
    for file in [*(REPO / "src").rglob("*.py"), *(REPO / "flows").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
            yield from (name for name in names if not _is_left_out(name))


def _is_left_out(name: str) -> bool:
    return any(f"{name}.".startswith(f"{left}.") for left in NOT_THE_RUNS)


def _serve(listener: socket.socket, place: Path, environ: bytes) -> tuple[dict[str, Any], list[int]]:
    """Fork for whoever asks, until nobody can any more. Comes back in a child, with what it is to be."""
    lines: dict[int, socket.socket] = {}
    children: dict[int, tuple[int, int]] = {}  # pidfd -> process id, where to say how it ended
    while True:
        readable = select.poll()
        for file in (listener.fileno(), *lines, *children):
            readable.register(file, select.POLLIN)
        ready = [file for file, _ in readable.poll()]
        if listener.fileno() in ready:
            line, _ = listener.accept()
            line.send(environ)
            lines[line.fileno()] = line
        for ended in [file for file in ready if file in children]:
            pid, status = children.pop(ended)
            with suppress(BrokenPipeError):  # nobody wants to know
                os.write(status, NUMBER.pack(os.waitpid(pid, 0)[1]))
            os.close(status)
            os.close(ended)
        for line in [lines[file] for file in ready if file in lines]:
            message, files, _, _ = socket.recv_fds(line, 1, 5)
            if not message:
                del lines[line.fileno()]
                line.close()
                continue
            letter, status, *standard = files
            pid = os.fork()
            if not pid:
                ours = [listener.detach(), status, *(other.detach() for other in lines.values())]
                for file in [*ours, *children, *(status for _, status in children.values())]:
                    os.close(file)
                with os.fdopen(letter, "rb") as asked:
                    asked.seek(0)
                    return json.load(asked), standard
            for file in (letter, *standard):
                os.close(file)
            children[os.pidfd_open(pid)] = pid, status
            os.write(status, NUMBER.pack(pid))
        if not lines:
            _end_unless_asked(listener, place, [pid for pid, _ in children.values()])


def _end_unless_asked(listener: socket.socket, place: Path, children: Sequence[int]) -> None:
    """Whoever starts a server holds the lock until it has a line."""
    with FileLock(f"{place}.lock"):
        asked = select.poll()
        asked.register(listener.fileno(), select.POLLIN)
        if asked.poll(0):
            return
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for file in (place, place.with_suffix(".log"), Path(f"{place}.lock")):
            file.unlink(missing_ok=True)
        os._exit(0)


def _become(asked: dict[str, Any], files: list[int], path: list[str]) -> None:
    """That command, as in a process of its own; its exit is the interpreter's."""
    if asked["session"]:
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = asked["argv"]
    door = Path(sys.argv[0])
    sys.path[:] = [str(door.parent), *path]
    importlib.invalidate_caches()
    random.seed()
    _read_settings_again()
    sys.modules["__main__"] = module = types.ModuleType("__main__")
    module.__file__ = str(door)
    exec(compile(door.read_bytes(), door, "exec"), module.__dict__)


def _read_settings_again() -> None:
    """Prefect's and numpy's, and Hydra's logging, which libraries have added to since."""
    import numpy
    import prefect.context

    from tautraj.process_env import SETTINGS

    for name, value in SETTINGS.items():
        if name.startswith("PREFECT_"):
            os.environ.setdefault(name, value)  # as the script will
    prefect.context.refresh_global_settings_context()
    numpy.random.seed()
    for user in [module for name, module in sys.modules.items() if name.startswith("hydra.")]:
        if hasattr(user, "configure_log"):
            user.configure_log = lambda *_: None


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
