"""A TCP line to a server on 127.0.0.1 that can be cut in the middle of whatever goes over it, and mended."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Line:
    """Listens at `port`; what comes in goes to the server, while the line is whole."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._ends: list[socket.socket] = []
        self._changing = threading.Lock()
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Every connection breaks, and the next one is refused."""
        with self._changing:
            self._close(self._listener)
            for end in self._ends:
                self._close(end)
            self._ends = []

    def mend(self) -> None:
        self._listener = self._listening(self.port)

    def _listening(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._server))
                with self._changing:
                    if listener.fileno() < 0:  # cut since it was accepted
                        self._close(near)
                        self._close(far)
                        return
                    self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=[source, sink], daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self._close(sink)

    def _close(self, end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
