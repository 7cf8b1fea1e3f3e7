"""The register of places: closed, need-to-know, every opening written down."""

from playbook.web.sites import importing, views
from playbook.web.sites.blueprint import blueprint

__all__ = ["blueprint", "importing", "views"]
