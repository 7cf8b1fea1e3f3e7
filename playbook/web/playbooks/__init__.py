"""Playbooks on screens: read, compared, translated, published."""

from playbook.web.playbooks import (
    adopting,
    comparing,
    publishing,
    reading,
    signing,
)
from playbook.web.playbooks.blueprint import blueprint

__all__ = ["adopting", "blueprint", "comparing", "publishing", "reading", "signing"]
