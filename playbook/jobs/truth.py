"""Tell the owners of organisations, once a week, what is new about their people's numbers."""

from datetime import datetime

from playbook.services.preparedness.truth import forget_expired, tell_owners
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Mail what is new since Monday, forget numbers that nobody confirmed; return how many of each."""
    with wiring.transaction() as session:
        return {
            "told": tell_owners(session, now, wiring.settings),
            "forgotten": forget_expired(session, now),
        }
