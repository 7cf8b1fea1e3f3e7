"""Chain the log's newest entries."""

from datetime import datetime

from playbook.services.log import seal_entries
from playbook.wiring import Wiring

#: Entries per transaction: a few milliseconds of work, so that nobody waits for the chain.
BATCH = 500


def run(wiring: Wiring, _now: datetime) -> dict[str, int]:
    """Seal up to `BATCH` entries; return how many were sealed."""
    with wiring.transaction() as session:
        return {"sealed": seal_entries(session, BATCH)}
