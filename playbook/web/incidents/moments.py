"""Moments in forms: as a browser's date-and-time field writes them, in a zone that the page names."""

from datetime import UTC, datetime, tzinfo

from playbook.errors import BadInput


def write_moment(instant: datetime, zone: tzinfo) -> str:
    """Return "2026-03-14T02:10", the minute of `instant` in `zone`."""
    return instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the instant (aware, UTC) that `text` names in `zone`; None for an empty text.

    An hour that comes twice, when clocks go back, is read as the first one. Raises BadInput.
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "The date and time could not be read. Write them like 2026-03-14 02:10."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadInput(
            "The date and time could not be read. Write them like 2026-03-14 02:10."
        ) from None
