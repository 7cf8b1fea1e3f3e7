"""Mail fresh call sheets once the directory has changed and come to rest; throw away files that have left."""

from datetime import datetime

from playbook.services.preparedness.call_sheet_mail import mail_changed, throw_away_files
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Mail what is due at `now`; return how many mails were queued and how many files thrown away."""
    return {**mail_changed(wiring, now), "thrown-away": throw_away_files(wiring)}
