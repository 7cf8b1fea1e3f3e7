"""Where the pages are, and whether somebody else is there already."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from playbook.cli.exits import AddressTaken

if TYPE_CHECKING:
    from playbook.settings import Settings


def refuse_taken(host: str, port: int) -> None:
    """Raise `AddressTaken` if another program listens on `host`:`port`, or if we may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise AddressTaken(
                    "Another program listens on {host} port {port}; perhaps this service runs already. "
                    "Stop it, or choose another port: PORT={other} playbook up",
                    host=host,
                    port=port,
                    other=port + 1,
                ) from error
            raise AddressTaken(
                "Port {port} on {host} cannot be opened ({reason}). Choose another one with HOST and PORT.",
                host=host,
                port=port,
                reason=error.strerror or type(error).__name__,
            ) from error


def is_answering(host: str, port: int) -> bool:
    """Return whether somebody accepts connections there."""
    try:
        socket.create_connection((reachable(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def reachable(host: str) -> str:
    """Return where this machine reaches a server that binds to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound


def local_address(settings: Settings) -> str:
    """Return the address for a browser on this machine."""
    host = reachable(settings.host)
    name = "localhost" if host in {"127.0.0.1", "::1"} else f"[{host}]" if ":" in host else host
    return f"http://{name}:{settings.port}"
