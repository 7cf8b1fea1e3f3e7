"""A person's own page: their numbers, corrected by themselves, without an account."""

from playbook.web.own.views import (
    add,
    blueprint,
    confirm,
    correct,
    disown,
    leave,
    speak,
    take_up,
)

__all__ = ["blueprint"]

#: The link itself is the secret; a partner's old phone may keep no cookies.
csrf_exempt = (add, confirm, correct, disown, leave, speak, take_up)
