"""What an invariant is given to look at."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.site_calls import CALL_OUT
from playbook.jobs.rehearsal.record import Record
from playbook.models import Activation, Announcement, RoleCall, Rung
from playbook.settings import Settings


@dataclass
class Looked:
    """An exercise that is over: its rows, and what the exercise itself has done."""

    session: Session
    activation: Activation
    document: Playbook
    settings: Settings
    record: Record

    @cached_property
    def calls(self) -> list[RoleCall]:
        """Every call of the incident with its ladder, warned places too."""
        return list(
            self.session.scalars(
                select(RoleCall)
                .where(RoleCall.activation_id == self.activation.id)
                .options(selectinload(RoleCall.rungs).joinedload(Rung.person))
                .order_by(RoleCall.id)
            )
        )

    @property
    def call_out(self) -> list[RoleCall]:
        """The calls that ask people to join."""
        return [call for call in self.calls if call.message == CALL_OUT]

    @cached_property
    def announcements(self) -> list[Announcement]:
        """Every change that was announced, in order."""
        return list(
            self.session.scalars(
                select(Announcement)
                .where(Announcement.activation_id == self.activation.id)
                .options(selectinload(Announcement.told))
                .order_by(Announcement.id)
            )
        )

    def announced(self, kind: str) -> Announcement | None:
        """Return the first change of a kind, if there was one."""
        return next((made for made in self.announcements if made.kind == kind), None)

    @cached_property
    def roles_of_people(self) -> dict[int, str]:
        """Person → the first role that they were on a ladder for: how findings name people."""
        return {rung.person_id: call.role for call in reversed(self.calls) for rung in call.rungs}

    def role_of(self, person_id: int) -> str:
        """Return how a finding names somebody."""
        return self.roles_of_people.get(person_id, "nobody's role")
