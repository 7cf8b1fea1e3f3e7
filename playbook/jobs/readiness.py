"""Begin and close proofs of numbers and drills."""

from datetime import datetime

from playbook.services.preparedness.readiness_closing import close_due
from playbook.services.preparedness.readiness_schedule import begin_due
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Close what is over, then begin what is due; return how many of each."""
    with wiring.transaction() as session:
        closed = close_due(session, now, wiring.settings)
        return {"closed": closed, "begun": begin_due(session, now, wiring.settings)}
