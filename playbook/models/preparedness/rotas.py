"""Rotas: who is on duty for a role, week by week, with everything that differs on a day."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, UTCDateTime
from playbook.models.preparedness.directory import Person


class Rota(Base):
    """The rota of one role; a role without one is held by the same people at every hour."""

    __tablename__ = "rota"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(80), unique=True)
    #: After how many weeks the pattern begins again.
    cycle_weeks: Mapped[int] = mapped_column(default=1)
    #: The Monday of a week 0.
    anchor: Mapped[date] = mapped_column(Date)
    #: IANA; empty means the city's own.
    time_zone: Mapped[str] = mapped_column(String(60), default="")

    shifts: Mapped[list["RotaShift"]] = relationship(
        back_populates="rota",
        order_by="RotaShift.week, RotaShift.weekday, RotaShift.starts, RotaShift.position",
        cascade="all, delete-orphan",
    )
    entries: Mapped[list["RotaEntry"]] = relationship(
        back_populates="rota",
        order_by="RotaEntry.starts_at, RotaEntry.id",
        cascade="all, delete-orphan",
    )


class RotaShift(Base):
    """A turn of duty that returns with the pattern, in the rota's wall-clock time."""

    __tablename__ = "rota_shift"
    __table_args__ = (Index("ix_rota_shift_rota_id", "rota_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: 0 is on duty, 1 stands behind, and so on.
    position: Mapped[int] = mapped_column(default=0)
    #: Of the cycle, from 0.
    week: Mapped[int] = mapped_column(default=0)
    #: Monday is 0; 7 stands for every public holiday.
    weekday: Mapped[int]
    #: "HH:MM"; an end that is not after the start lies on the next day.
    starts: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))

    rota: Mapped[Rota] = relationship(back_populates="shifts")
    person: Mapped[Person] = relationship()


class RotaEntryKind(StrEnum):
    """Why a stretch differs from the pattern; where two overlap, the later name here wins."""

    IMPORTED = "imported"
    EXCEPTION = "exception"
    SWAP = "swap"


class RotaEntry(Base):
    """A dated stretch of duty that stands before the pattern."""

    __tablename__ = "rota_entry"
    __table_args__ = (
        Index("ix_rota_entry_rota_id_ends_at", "rota_id", "ends_at"),
        UniqueConstraint("rota_id", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"))
    #: None: nobody, although the pattern would say somebody.
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[RotaEntryKind] = mapped_column(String(10))
    #: A calendar's id for it and its start, so that importing the same calendar twice changes nothing.
    source: Mapped[str | None] = mapped_column(String(250))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: Who wrote it: a user's or a partner's name.
    made_by_name: Mapped[str] = mapped_column(String(200), default="")

    rota: Mapped[Rota] = relationship(back_populates="entries")
    person: Mapped[Person | None] = relationship()


class SwapState(StrEnum):
    """How a wish to swap stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RotaSwap(Base):
    """Somebody on a rota asks somebody else to take a stretch of duty."""

    __tablename__ = "rota_swap"
    __table_args__ = (Index("ix_rota_swap_to_person_id_state", "to_person_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"), index=True)
    from_person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    to_person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[SwapState] = mapped_column(String(10), default=SwapState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    rota: Mapped[Rota] = relationship()
    from_person: Mapped[Person] = relationship(foreign_keys=[from_person_id])
    to_person: Mapped[Person] = relationship(foreign_keys=[to_person_id])


class CityHoliday(Base):
    """A day that the city keeps as a public holiday, or does not, against the calendar of its region."""

    __tablename__ = "city_holiday"

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(Date, unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    #: False: the region's calendar has it, the city works.
    kept: Mapped[bool] = mapped_column(default=True)
