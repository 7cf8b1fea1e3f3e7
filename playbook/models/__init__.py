"""The tables. Importing this package registers all of them on `Base.metadata`."""

from playbook.models.base import Base
from playbook.models.log import LogEntry
from playbook.models.preparedness.call_sheets import CallSheetPrint, CallSheetReader
from playbook.models.preparedness.corrections import NumberCorrection
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
from playbook.models.preparedness.readiness import (
    ReadinessCall,
    ReadinessRound,
    ReadinessSchedule,
    RoundKind,
)
from playbook.models.preparedness.rotas import (
    CityHoliday,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaShift,
    RotaSwap,
    SwapState,
)
from playbook.models.preparedness.sites import RoleList, Site
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
from playbook.models.response.checks import CheckCode, CodeCheck
from playbook.models.response.deliveries import Attachment, Delivery, Inbound, SimulatedMessage
from playbook.models.users import Role, SignInLink, User, WebAuthn

__all__ = [
    "Activation",
    "ActivationKind",
    "ActivationText",
    "Announcement",
    "AnnouncementPerson",
    "Attachment",
    "Attempt",
    "Base",
    "CallSheetPrint",
    "CallSheetReader",
    "CheckCode",
    "CityHoliday",
    "CodeCheck",
    "ContactKind",
    "ContactPoint",
    "Decision",
    "Delivery",
    "Inbound",
    "LogEntry",
    "NumberCorrection",
    "Organisation",
    "Person",
    "PlaybookVersion",
    "PublishedPlaybook",
    "ReadinessCall",
    "ReadinessRound",
    "ReadinessSchedule",
    "Role",
    "RoleCall",
    "RoleCallState",
    "RoleHolder",
    "RoleList",
    "Rota",
    "RotaEntry",
    "RotaEntryKind",
    "RotaShift",
    "RotaSwap",
    "RoundKind",
    "Rung",
    "SignInLink",
    "SimulatedMessage",
    "Site",
    "SwapState",
    "Task",
    "TaskKind",
    "TranslationReading",
    "User",
    "WebAuthn",
]
