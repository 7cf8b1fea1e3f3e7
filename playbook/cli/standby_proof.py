"""Starting a copy for a moment: the real web process on loopback, with sending off."""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from playbook.cli.parent import VARIABLE

#: How long (seconds) the pages may take to answer on a slow machine, and to end.
PATIENCE, LAST_WORDS = 60.0, 15.0
_LOOK_EVERY = 0.2
#: Settings of the first installation that must not reach the process: its database, providers, keys and secrets.
_NOT_PASSED_ON = (
    "DATABASE_URL", "ENCRYPTION_KEYS", "SECRET_KEY", "STANDBY_FOLDER", "TRUSTED_PROXIES",
)  # fmt: skip
_PROVIDERS = ("TWILIO_", "SMTP_")
_ERROR = re.compile(r"^(✗|\w[\w.]*(Error|Exception|Missing|NotConfigured)\b)")


def start_and_ask(instance: Path, keys: str) -> str:
    """Start the web process on `instance` and ask for its sign-in page and its health; return what is wrong, or ""."""
    from playbook.models.keyring import read_or_make_secret

    read_or_make_secret(instance / "keys" / "encryption.keys", keys)
    port = _free_port()
    said = instance / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "playbook.cli", "web"],
            env=_environment(instance, port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
        try:
            problem = _ask(process, port)
        finally:
            _end(process)
    reason = _last_error(said.read_text(errors="replace")) if problem else ""
    return f"{problem} {reason}".strip()


def _last_error(said: str) -> str:
    """Return the last line of what the process said that names an error; empty if none does."""
    errors = [line.strip() for line in said.splitlines() if _ERROR.match(line)]
    return errors[-1] if errors else ""


def _environment(instance: Path, port: int) -> dict[str, str]:
    passed = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_PASSED_ON and not name.startswith(_PROVIDERS)
    }
    return passed | {
        VARIABLE: str(os.getpid()),
        "PLAYBOOK_INSTANCE": str(instance),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "SMS_PROVIDER": "null",
        "EMAIL_PROVIDER": "null",
        "EXERCISES_REACH_REAL_PHONES": "false",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


def _ask(process: subprocess.Popen[bytes], port: int) -> str:
    until, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"The web process ended at once (exit code {process.returncode})."
        with contextlib.suppress(urllib.error.URLError, OSError, ValueError):
            health = json.loads(_get(port, "/health"))
            if health.get("database") != "reachable":
                return "The web process cannot reach its database."
            return "" if "<form" in _get(port, "/sign-in") else "The sign-in page is not there."
        pause.wait(_LOOK_EVERY)
    return f"The pages did not answer within {PATIENCE:g} seconds."


def _get(port: int, path: str) -> str:
    address = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(LAST_WORDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
