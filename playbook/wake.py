"""How a commit in one process wakes the engine in another: one byte to a socket in the instance folder.

A lost byte is harmless; the engine's one-second tick is the net below.
"""

import contextlib
import socket
from hashlib import sha256
from pathlib import Path


def wake_address(folder: Path) -> str:
    """Return the socket's path; a folder too deep for the system (107 bytes) gets a short one."""
    path = (folder / "engine.sock").resolve()
    if len(str(path)) < 100:
        return str(path)
    return f"/tmp/playbook-{sha256(str(path).encode()).hexdigest()[:16]}.sock"  # noqa: S108 - only a nudge travels here


class SocketWaker:
    """Wakes the engine of this instance folder."""

    def __init__(self, folder: Path) -> None:
        self._address = wake_address(folder)

    def wake(self) -> None:
        """Send one byte; nobody listening is no error."""
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(b"!", self._address)


class WakeListener:
    """The engine's end: waits for a byte, and swallows those that came meanwhile."""

    def __init__(self, folder: Path) -> None:
        address = wake_address(folder)
        Path(address).unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds`; return whether somebody called."""
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(1)
        except TimeoutError:
            return False
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(64):
                pass
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
