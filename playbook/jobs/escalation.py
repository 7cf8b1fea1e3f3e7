"""Climb every ladder whose minutes are over."""

from datetime import datetime

from playbook.services.response.escalation import climb_due
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Climb what is due at `now`, in one transaction; return what was done, by kind."""
    with wiring.transaction() as session:
        return climb_due(session, now, wiring.settings.public_url)
