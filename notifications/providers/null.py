"""Takes every message and sends none: for measuring, and for switching a channel off."""

from notifications.messages import Message, Outcome, OutcomeKind


class NullProvider:
    """Accepts and forgets."""

    name = "null"
    reaches_people = False

    async def send(self, message: Message) -> Outcome:
        """Accept the message under its own attempt token; nothing is kept."""
        return Outcome(OutcomeKind.ACCEPTED, self.name, f"null-{message.attempt_token}")

    async def close(self) -> None:
        """Nothing to let go of."""
