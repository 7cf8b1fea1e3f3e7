"""What the exit codes mean; `docs/commands.md` says the same to people."""

from playbook.errors import KeyMissing, NotConfigured, PlaybookError

#: A defect of ours: what Python itself exits with after a traceback.
DEFECT = 1
#: The command was not understood; Click's own code.
USAGE = 2
#: What was given cannot be used: findings, bad rows, an unknown name. Nothing was written.
REFUSED = 3
#: This installation is not ready: a setting, a key or the database is missing.
NOT_READY = 4
#: The address is taken by another program.
ADDRESS_TAKEN = 5
#: The log does not prove itself: an entry was changed or removed.
LOG_BROKEN = 6
#: An exercise ended with a role that nobody answered and no named human owns.
UNOWNED = 7
#: A copy for the second machine is not proven to start.
NOT_PROVEN = 8
#: An exercise has shown something that must never be: what was checked afterwards did not hold.
NOT_HELD = 9


class AddressTaken(PlaybookError):
    """Somebody else listens where we should."""


def code_for(error: Exception) -> int | None:
    """Return the exit code for `error`, or None if it is a defect and deserves its traceback."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, AddressTaken):
        return ADDRESS_TAKEN
    if isinstance(error, (NotConfigured, KeyMissing, OperationalError)):
        return NOT_READY
    if isinstance(error, PlaybookError) or type(error).__module__.startswith("notifications."):
        return REFUSED
    return None
