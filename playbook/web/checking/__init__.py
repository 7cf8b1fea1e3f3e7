"""Pages by which anybody can tell a hoax from the real thing: a code to check, and the sender's card to save."""

from playbook.web.checking import card
from playbook.web.checking.views import blueprint, check

__all__ = ["blueprint", "card"]

#: A stranger's old phone may keep no cookies, and the form does nothing that a stranger may not do.
csrf_exempt = (check,)
