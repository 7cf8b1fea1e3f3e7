"""Screens of an incident under way: the board, one role, one decision, messages, the end."""

from playbook.web.incidents import (
    change_wording,
    changing,
    codes,
    codes_wording,
    deciding,
    doing,
    duty_wording,
    ending,
    ladder,
    messages,
    paper,
    paper_wording,
    showing,
    telling_wording,
    warning,
    warning_wording,
    wording,
)
from playbook.web.incidents.blueprint import blueprint

__all__ = [
    "blueprint",
    "change_wording",
    "changing",
    "codes",
    "codes_wording",
    "deciding",
    "doing",
    "duty_wording",
    "ending",
    "ladder",
    "messages",
    "paper",
    "paper_wording",
    "showing",
    "telling_wording",
    "warning",
    "warning_wording",
    "wording",
]
