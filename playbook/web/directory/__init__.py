"""The directory on screens: people, organisations, roles, what is wrong, import and export."""

from playbook.web.directory import files, lists, organisations, people, person, roles, truth
from playbook.web.directory.blueprint import blueprint

__all__ = ["blueprint", "files", "lists", "organisations", "people", "person", "roles", "truth"]
