"""The server of OpenEnv's clients: it opens a run directory, listens until it is stopped, and concludes the run.

Not here: a session (`training.openenv.environment`).
"""

import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import Any

from tautraj.benchmarks import open_benchmark
from tautraj.errors import PreflightError, boundary
from tautraj.training.openenv.request import ServeRequest
from tautraj.training.openenv.tasks import ServedTasks
from tautraj.training.rollouts.factory import EnvironmentFactory
from tautraj.training.rollouts.policy_run import compose_run
from tautraj.training.rollouts.task_rows import list_trainable

PACKAGE = "openenv"
"""Import name of openenv-core."""


def serve(request: ServeRequest, overrides: Sequence[str], say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. `overrides`: as of `tautraj.training.environment`. Raises `UserError`."""
    if find_spec(PACKAGE) is None:
        raise PreflightError("A server of rollouts needs the package openenv-core. To install it: make serve")
    where = f"host={request.host} port={request.port}"
    with boundary(PreflightError, where, "Name another: port=…"):
        listening = socket.create_server((request.host, request.port))
    with listening:
        tasks = list_served_tasks(overrides)
        factory = EnvironmentFactory(overrides, say)
        try:
            host, port = listening.getsockname()[:2]
            say(f"{len(tasks)} tasks, up to {request.sessions} sessions: http://{host}:{port}. Ctrl-C ends it.")
            _listen(listening, request.sessions, tasks, factory)
            factory.conclude()
        finally:
            factory.close()


def list_served_tasks(overrides: Sequence[str]) -> ServedTasks:
    """Those that `tautraj.training.tasks` has rows of. Raises `ConfigError`."""
    run, _ = compose_run(overrides)
    specs = list_trainable(run, open_benchmark(run.benchmark, run.domain))
    return ServedTasks(run.domain.name, run.split.name, [(spec.task_id, spec.trial) for spec in specs])


def _listen(listening: socket.socket, sessions: int, tasks: ServedTasks, factory: EnvironmentFactory) -> None:
    """Answer clients until a signal. Sessions that are open then are closed, and their rollouts abandoned."""
    import uvicorn
    from openenv.core.env_server import create_fastapi_app
    from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

    from tautraj.training.openenv.environment import OpenEnvSession, RolloutAction, RolloutObservation

    session = partial(OpenEnvSession, tasks, factory.open)
    app = create_fastapi_app(session, RolloutAction, RolloutObservation, max_concurrent_envs=sessions)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        # OpenEnv answers and closes connections that are gone: else a page of traceback for each
        with suppress(WebSocketDisconnect, WebSocketDisconnected):
            await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(answer, log_level="warning"))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has shut down, and raises the signal that ended it once more
        return


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
