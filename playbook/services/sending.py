"""The sender that this installation's settings ask for, and the simulator's store behind it."""

from sqlalchemy.orm import Session, sessionmaker

from notifications.messages import Channel, Message
from notifications.sender import Sender
from playbook.clock import Clock
from playbook.models import SimulatedMessage
from playbook.models.keyring import current_keyring
from playbook.settings import Settings


class TableStore:
    """Simulated phones and mailboxes, kept in a table so that every process sees the same."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def deliver(self, message: Message) -> str:
        """Put `message` on its phone or into its mailbox; return the simulator's id for it."""
        with self._sessions.begin() as session:
            shown = SimulatedMessage(
                at=self._clock.now(),
                channel=message.channel.value,
                address=message.to,
                address_index=current_keyring().blind_index(message.to),
                direction="in",
                subject=message.subject,
                body=message.body,
                language=message.language,
                exercise=message.exercise,
                attempt_token=message.attempt_token,
            )
            session.add(shown)
            session.flush()
            return f"sim-{shown.id}"
