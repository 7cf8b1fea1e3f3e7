"""The inbox: texts that no rule understood, read by people."""

from playbook.web.inbox.views import blueprint

__all__ = ["blueprint"]
