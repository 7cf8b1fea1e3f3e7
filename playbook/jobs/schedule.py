"""What time does by itself, and how often. The one table that an engine reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from playbook.jobs import call_sheets, dispatch, escalation, readiness, sealing, truth
from playbook.wiring import Wiring

#: What a tick did, by kind; all zero or empty means that nothing was due.
Counts = dict[str, int]


@dataclass(frozen=True)
class Tick:
    """Something that is looked after again and again.

    A tick claims what is due in the database, does it, and returns counts. It is safe at any time,
    twice, and by anyone: correctness comes from the rows, never from the timetable.
    """

    name: str
    every_seconds: float
    run: Callable[[Wiring, datetime], Counts]
    #: Run at once when a commit wakes the engine, again and again while there is work.
    on_wake: bool = False


#: In the order in which a wake runs them: climbing a ladder queues messages, which are
#: then sent, each channel at its own pace.
TICKS = (
    Tick("escalation", 1, escalation.run, on_wake=True),
    Tick("texts", 1, dispatch.run_texts, on_wake=True),
    Tick("mails", 1, dispatch.run_mails, on_wake=True),
    Tick("sealing", 5, sealing.run),
    Tick("readiness", 5, readiness.run),
    Tick("call-sheets", 60, call_sheets.run),
    Tick("truth", 60, truth.run),
)
