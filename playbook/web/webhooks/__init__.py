"""What providers call: delivery receipts and messages from phones. Signed, or refused and logged."""

from playbook.web.webhooks.views import blueprint, inbound, status

__all__ = ["blueprint"]

#: Providers sign their calls; they have no page of ours to take a token from.
csrf_exempt = (inbound, status)
