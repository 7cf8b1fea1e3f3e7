"""Who may sign in, for administrators."""

from playbook.web.users.views import blueprint

__all__ = ["blueprint"]
