"""Climb every ladder whose minutes are over, and tell again who has not confirmed a change."""

from datetime import datetime

from playbook.services.response.announcing import tell_again_due
from playbook.services.response.escalation import climb_due
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Do what is due at `now`, ladders first, each in a transaction of its own; return what was done, by kind."""
    with wiring.transaction() as session:
        counts = climb_due(session, now, wiring.settings.public_url)
    with wiring.transaction() as session:
        return counts | tell_again_due(session, now, wiring.settings.public_url)
