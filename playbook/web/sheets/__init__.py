"""Call sheets: the contact tree on paper, before anything has happened, and by mail when it changed."""

from playbook.web.sheets.views import blueprint

__all__ = ["blueprint"]
