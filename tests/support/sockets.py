"""Where a process and its children listen, by what the kernel says; ports where nobody does."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def listening(pid: int) -> set[str]:
    """Addresses, `127.0.0.1:4200`, of the process and whatever it started that still runs."""
    mine = {inode for one in family(pid) for inode in _sockets(one)}
    return {address for inode, address in _listeners() if inode in mine}


def family(pid: int) -> Iterator[int]:
    """The process and its children, theirs too."""
    yield pid
    with suppress(OSError):  # gone by now
        for children in PROC.glob(f"{pid}/task/*/children"):
            for child in children.read_text().split():
                yield from family(int(child))


def _sockets(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for handle in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                if found := re.fullmatch(r"socket:\[(\d+)\]", str(handle.readlink())):
                    yield found[1]


def _listeners() -> Iterator[tuple[str, str]]:
    """(inode, address) of every socket of this machine that listens."""
    for name, kind in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in (PROC / "net" / name).read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == "0A":
                words, port = local.split(":")
                packed = b"".join(bytes.fromhex(words[at : at + 8])[::-1] for at in range(0, len(words), 8))
                yield rest[5], f"{socket.inet_ntop(kind, packed)}:{int(port, 16)}"


def free_ports() -> list[str]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in (one, other)]
