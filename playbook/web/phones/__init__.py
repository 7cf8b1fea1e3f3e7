"""The simulator's page: a wall of small phones and mailboxes, to read what was sent and to answer as its people."""

from playbook.web.phones.views import blueprint

__all__ = ["blueprint"]
