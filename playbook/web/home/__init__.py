"""The first page: what is happening, or that nothing is and how to begin. Also health and appearance."""

from playbook.web.home.views import blueprint

__all__ = ["blueprint"]
