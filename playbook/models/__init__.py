"""The tables. Importing this package registers all of them on `Base.metadata`."""

from playbook.models.base import Base
from playbook.models.log import LogEntry
from playbook.models.preparedness.directory import (
    ContactKind,
    ContactPoint,
    Organisation,
    Person,
    RoleHolder,
)
from playbook.models.preparedness.playbooks import (
    PlaybookVersion,
    PublishedPlaybook,
    TranslationReading,
)
from playbook.models.response.activations import (
    Activation,
    ActivationKind,
    ActivationText,
    Decision,
    Task,
    TaskKind,
)
from playbook.models.response.announcements import Announcement, AnnouncementPerson
from playbook.models.response.callouts import Attempt, RoleCall, RoleCallState, Rung
from playbook.models.response.deliveries import Delivery, Inbound, SimulatedMessage
from playbook.models.users import Role, SignInLink, User, WebAuthn

__all__ = [
    "Activation",
    "ActivationKind",
    "ActivationText",
    "Announcement",
    "AnnouncementPerson",
    "Attempt",
    "Base",
    "ContactKind",
    "ContactPoint",
    "Decision",
    "Delivery",
    "Inbound",
    "LogEntry",
    "Organisation",
    "Person",
    "PlaybookVersion",
    "PublishedPlaybook",
    "Role",
    "RoleCall",
    "RoleCallState",
    "RoleHolder",
    "Rung",
    "SignInLink",
    "SimulatedMessage",
    "Task",
    "TaskKind",
    "TranslationReading",
    "User",
    "WebAuthn",
]
