"""One's own account: name, language, zone, and how one signs in; and where one-time links lead."""

from playbook.web.account.views import blueprint

__all__ = ["blueprint"]
