"""When to try again what is known not to have been sent."""

from datetime import datetime, timedelta

#: The first waits are short, because somebody is being woken; then they double.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)


def next_try_at(tries: int, now: datetime, retry_after: float | None = None) -> datetime:
    """Return when to try again after `tries` temporary failures; never sooner than the provider asked for."""
    doublings: int = min(max(tries - 1, 0), 10)
    wait = min(FIRST_WAIT * float(1 << doublings), LONGEST_WAIT)
    if retry_after is not None:
        wait = max(wait, timedelta(seconds=min(retry_after, 3600)))
    return now + wait
