"""The answer page: what a partner without an account sees behind the link in a message."""

from playbook.web.answers.views import blueprint, take

__all__ = ["blueprint"]

#: The link itself is the secret; a partner's old phone may keep no cookies.
csrf_exempt = (take,)
