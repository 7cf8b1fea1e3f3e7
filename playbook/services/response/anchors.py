"""From "60 min after time-zero" to an instant, where the anchor has a date."""

from datetime import datetime, tzinfo

from playbook.domain.preparedness.durations import Offset
from playbook.models import Activation


def due_at(offset: Offset | None, activation: Activation, zone: tzinfo) -> datetime | None:
    """Return when `offset` is due, or None while its anchor (a hearing, a decision) has no date.

    An anniversary is that of time zero, in the city's own calendar.
    """
    if offset is None:
        return None
    if offset.anchor == "time-zero":
        return offset.due_at(activation.time_zero, zone)
    if offset.anchor == "confirmation":
        return offset.due_at(activation.confirmed_at, zone)
    if offset.anchor == "anniversary":
        local = activation.time_zero.astimezone(zone)
        day = 28 if (local.month, local.day) == (2, 29) else local.day
        return offset.due_at(local.replace(year=local.year + 1, day=day), zone)
    return None
