"""Screens of an incident under way: the board, one role, one decision, messages, the end."""

from playbook.web.incidents import deciding, doing, ending, ladder, messages, showing, wording
from playbook.web.incidents.blueprint import blueprint

__all__ = ["blueprint", "deciding", "doing", "ending", "ladder", "messages", "showing", "wording"]
