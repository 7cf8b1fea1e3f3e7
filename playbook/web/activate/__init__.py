"""Activating a playbook: what and where, what will happen, one button."""

from playbook.web.activate import paper
from playbook.web.activate.views import blueprint

__all__ = ["blueprint", "paper"]
