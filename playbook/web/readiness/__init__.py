"""Proofs of numbers and drills: starting them, what came of them, and the page behind a proof's mail."""

from playbook.web.readiness import planning, public, starting, views
from playbook.web.readiness.blueprint import blueprint

__all__ = ["blueprint", "planning", "public", "starting", "views"]

#: The link itself is the secret; a partner's old phone may keep no cookies.
csrf_exempt = (public.confirm,)
