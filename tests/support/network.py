"""The network guard: no test reaches beyond this machine, not even to ask for a name.

An audit hook sees every socket of the process, whichever library opened it. A refusal is noted as
well as raised, so that code which swallows errors cannot hide it.
"""

import ipaddress
import socket
import sys
from typing import Any

#: What was refused since the last look, as sentences.
refused: list[str] = []

_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOK_UPS = {
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}
_installed = False


class NetworkRefused(AssertionError):
    """A test tried to leave this machine."""


def is_here(host: Any) -> bool:
    """Return whether `host` is this machine: no name, its own name, or a loopback address."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost", socket.gethostname()}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def install() -> None:
    """Guard this process from now on; an audit hook cannot be taken away again."""
    global _installed
    if not _installed:
        sys.addaudithook(_watch)
        _installed = True


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTS:
        handle, address = arguments
        if handle.family == socket.AF_UNIX or not isinstance(address, tuple):
            return
        host = address[0]
    elif event in _LOOK_UPS:
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    else:
        return
    if not is_here(host):
        sentence = f"{event} to {host!r} was refused: tests never leave this machine"
        refused.append(sentence)
        raise NetworkRefused(sentence)
