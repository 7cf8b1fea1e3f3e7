"""The sections of a playbook: who, when, what is decided, said, done and carried on."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from playbook.domain.preparedness.durations import Duration
from playbook.domain.preparedness.fields import (
    Date,
    DurationField,
    Id,
    Language,
    Line,
    Number,
    OffsetField,
    Part,
    PlaceholderName,
    Url,
    Year,
    YesNo,
)

CallChannel = Literal["sms", "email", "voice"]
MessageChannel = Literal["sms", "email", "voice", "web", "press", "letter"]
MessageKind = Literal[
    "call-out",
    "reply",
    "holding-line",
    "statement",
    "family-coordination",
    "solidarity",
    "rumour-correction",
    "vigil-notice",
    "service-access",
    "donations",
    "school-letter",
    "staff",
    "anniversary",
    "check-in",
    "follow-up-invitation",
]
Audience = Literal["partners", "public", "families", "community", "staff", "schools", "care"]
PlaceholderType = Literal["text", "phone", "time", "date", "number", "link", "place"]
ContactKind = Literal["call", "letter", "sms", "email", "visit", "meeting", "screening"]


class Languages(Part):
    """Which languages the playbook speaks.

    `source` is what translations are made from; every sentence must exist in each of `required`;
    `offered` languages may have gaps, which the source fills.
    """

    source: Language
    required: tuple[Language, ...] = ()
    offered: tuple[Language, ...] = ()

    @property
    def complete(self) -> tuple[str, ...]:
        """The languages that may have no gap: the source first, then the required ones, each once."""
        return tuple(dict.fromkeys((self.source, *self.required)))

    @property
    def all(self) -> tuple[str, ...]:
        """Every language that the playbook speaks, the source first, each once."""
        return tuple(dict.fromkeys((*self.complete, *self.offered)))


class Source(Part):
    """A document that evidence rests on."""

    title: Line
    url: Url | None = None


class Evidence(Part):
    """How well founded something is; shown to whoever reads it.

    `verified`: stated in `source` as read. `default`: a choice of this project, not guidance.
    `unconfirmed`: widely cited, not confirmed.
    """

    mark: Literal["verified", "default", "unconfirmed"]
    source: Id | None = None


class Adopted(Part):
    """Who made a deadline the city's own, and when. Without it a deadline is a reminder and never
    late.
    """

    by: Line
    on: Date


class Tier(Part):
    """A wave of the call-out; `starts` counts from confirmation, whatever earlier tiers have
    answered.
    """

    starts: DurationField


class Phase(Part):
    """A stretch of the response, from time zero; without `until` it does not end by itself."""

    from_: DurationField = Field(alias="from")
    until: DurationField | None = None


class Level(Part):
    """How much of the contact tree is called; `call` names tiers."""

    call: tuple[Id, ...]


class Partner(Part):
    """A category of partner; its words say what it needs from the city and what it gives."""


class Role(Part):
    """Someone who is asked to act.

    A role without `tier` is asked only as a deputy or when a decision calls it out. `deputies` and
    `channels` are in the order in which they are tried; `under` is its parent in the contact tree.
    """

    partner: Id
    tier: Id | None = None
    acknowledge_within: DurationField
    channels: tuple[CallChannel, ...] = Field(min_length=1)
    deputies: tuple[Id, ...] = ()
    under: Id | None = None


class Starts(Part):
    """What choosing an option sets going; `call-out` names roles or whole tiers.

    `warn-sites` leads whoever has decided to the page on which similar places are found and warned.
    """

    call_out: tuple[Id, ...] = ()
    tasks: tuple[Id, ...] = ()
    messages: tuple[Id, ...] = ()
    warn_sites: YesNo = False


class Option(Part):
    """One way to decide; `opens` names the decisions that it brings up."""

    starts: Starts = Starts()
    opens: tuple[Id, ...] = ()


class Decision(Part):
    """A decision point: when it is due, who may take it (`decides`, in order), on what, and what
    follows.
    """

    number: Number | None = None
    phase: Id
    due: OffsetField | None = None
    adopted: Adopted | None = None
    decides: tuple[Id, ...] = Field(min_length=1)
    deputy: Id | None = None
    needs: tuple[Id, ...] = ()
    options: Mapping[Id, Option] = Field(min_length=1)
    evidence: Evidence = Evidence(mark="default")


class Task(Part):
    """Something that a role does, from activation on or once a decision starts it."""

    role: Id
    phase: Id
    begins: Literal["at-activation", "by-decision"]
    due: OffsetField | None = None
    adopted: Adopted | None = None


class Message(Part):
    """Something that the city says; the words hold its text.

    `approval` is how many people besides the writer must agree before it goes; `approves` names the
    roles that may. `placeholders` are filled by a person at sending. `acknowledge` asks whoever gets
    it to confirm that they have read it; it has effect on the announcements of the call-out.
    """

    kind: MessageKind
    audience: Audience
    channels: tuple[MessageChannel, ...] = Field(min_length=1)
    approval: Literal["none", "one", "two"]
    approves: tuple[Id, ...] = ()
    acknowledge: YesNo = False
    placeholders: Mapping[PlaceholderName, PlaceholderType] = Field(default={})


class Challenge(Part):
    """Something that goes wrong in cities after an attack, and the decisions that hold it down."""

    evidence: Evidence = Evidence(mark="default")
    decisions: tuple[Id, ...] = ()


class Lesson(Part):
    """What happened in another city and what came of it."""

    city: Line
    year: Year
    decisions: tuple[Id, ...] = ()
    evidence: Evidence = Evidence(mark="default")


class CheckIn(Part):
    """A question that is put to roles again and again until its end."""

    ask: tuple[Id, ...] = Field(min_length=1)
    every: DurationField
    until: OffsetField
    answers: tuple[Id, ...] = Field(min_length=1)
    quiet_hours: YesNo = True


class Contact(Part):
    """One planned contact of a care programme, with exactly one rhythm.

    `within` once, by then; `every` again and again (with `until`, or `on` a date that returns);
    `between` once, from the first to the second; `at` once at each.
    """

    kind: ContactKind
    within: DurationField | None = None
    every: DurationField | None = None
    until: DurationField | None = None
    on: Literal["anniversary", "hearing"] | None = None
    between: tuple[DurationField, DurationField] | None = None
    at: tuple[DurationField, ...] | None = None
    by: Id | None = None
    battery: Id | None = None
    fallback: ContactKind | None = None
    release: Literal["by-hand", "automatic"] = "automatic"

    @model_validator(mode="after")
    def _has_one_rhythm(self) -> Self:
        rhythms = [self.within, self.every, self.between, self.at]
        if sum(rhythm is not None for rhythm in rhythms) != 1:
            raise PydanticCustomError("not_one_rhythm", "A contact has exactly one rhythm")
        return self

    @property
    def first_due(self) -> Duration:
        """When it is first due after the person was registered, for putting contacts in order."""
        if self.between is not None:
            return self.between[0]
        if self.at:
            return min(self.at, key=lambda duration: duration.rough_minutes)
        return self.within or self.every or Duration.parse("0 min")


class CareProgramme(Part):
    """The contacts that a group of people is owed, and the events that renew the offer."""

    contacts: Mapping[Id, Contact] = Field(min_length=1)
    triggers: tuple[Id, ...] = ()


class Reader(Part):
    """The native speaker who has read a translation, and when."""

    name: Line
    on: Date


class Translation(Part):
    """How a language's words came to be: which source text they were made from, and who has read
    them.
    """

    made_from: str | None = None
    read_by: Reader | None = None
