"""Whether the engine is running: what it last said of itself in the instance folder.

Without an engine no message leaves and no ladder climbs, so the board says it aloud.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

#: The engine says that it is alive this often (seconds).
BEAT_SECONDS = 2.0
#: After this long without a word we call it stopped: five beats.
QUIET_AFTER = timedelta(seconds=10)


@dataclass(frozen=True)
class EngineState:
    """What is known of the engine."""

    running: bool
    #: When it last said something; None if it never did, or said that it stopped.
    last_seen: datetime | None = None
    #: The ticks whose last run failed: the engine is alive, but "dispatch" or "escalation" is not
    #: done.
    failing: tuple[str, ...] = ()


def beat_path(instance: Path) -> Path:
    """Return the file in which the engine says that it is alive."""
    return instance / "engine.beat"


def write_beat(instance: Path, now: datetime, failing: Iterable[str] = ()) -> None:
    """Say that the engine is alive at `now`, and which ticks fail."""
    path = beat_path(instance)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"at": now.isoformat(), "failing": sorted(failing)}))
    draft.replace(path)


def engine_state(instance: Path, now: datetime) -> EngineState:
    """Return what the instance folder says of the engine at `now`; silence is not running."""
    try:
        said = json.loads(beat_path(instance).read_text())
        last_seen = datetime.fromisoformat(said["at"])
        failing = tuple(str(name) for name in said["failing"])
    except (OSError, ValueError, KeyError, TypeError):
        return EngineState(running=False)
    return EngineState(now - last_seen <= QUIET_AFTER, last_seen, failing)
