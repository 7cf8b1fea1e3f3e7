"""What the call-out services share while they work on one activation, read once per transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.built_in import built_in
from playbook.domain.response.changes import ChangeKind, role_in_playbook
from playbook.domain.response.texts import FrozenText
from playbook.errors import Conflict, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    ActivationText,
    Announcement,
    Attempt,
    ContactPoint,
    Person,
    RoleCall,
    Rung,
)
from playbook.models.keyring import LINK_LENGTH, current_keyring
from playbook.services.preparedness.documents import document_of

#: 60 bits: an answer link lives for one incident, is guessed at a few a second, and has to fit into an SMS.
ANSWER_LINK_LENGTH = 12

#: A person with where messages can go; the values stay encrypted until a message is handed to a provider.
PERSON_LOADING = (
    defer(Person.notes),
    selectinload(Person.contact_points).defer(ContactPoint.value),
)

#: What is read with a rung whenever ladders are worked on: no query per person later.
RUNG_LOADING = (
    selectinload(Rung.all_attempts).joinedload(Attempt.delivery),
    joinedload(Rung.role_call),
    joinedload(Rung.asked_with).selectinload(Rung.all_attempts),
    joinedload(Rung.person).options(*PERSON_LOADING),
)


@dataclass
class CallOut:
    """One activation being worked on: its pinned document, its frozen texts, the session, and now."""

    session: Session
    activation: Activation
    now: datetime
    public_url: str
    #: Check codes by person, as far as they have been read or given.
    codes: dict[int, str] = field(default_factory=dict)
    _rungs: dict[int, list[Rung]] = field(default_factory=dict)
    _people: list[Person] = field(default_factory=list)

    @cached_property
    def document(self) -> Playbook:
        """The playbook as pinned."""
        return document_of(self.activation.version)

    @cached_property
    def texts(self) -> dict[tuple[str, str, str], FrozenText]:
        """The frozen texts by (message, language, channel)."""
        rows = self.session.scalars(
            select(ActivationText).where(ActivationText.activation_id == self.activation.id)
        )
        return {
            (r.message, r.language, r.channel): FrozenText(
                r.message, r.language, r.channel, r.subject, r.body
            )
            for r in rows
        }

    def text(self, message: str, language: str, channel: str) -> FrozenText:
        """Return a frozen text; in the source language where `language` has none, built in where there is none."""
        source = self.document.languages.source
        for tried in (language, source):
            if found := self.texts.get((message, tried, channel)):
                return found
        if plain := built_in(message, language, channel, self.mark(channel, language), {}):
            return plain
        raise NotFound("This activation has no frozen text “{message}”.", message=message)

    def mark(self, channel: str, language: str) -> str:
        """Return the word with which everything said in an exercise begins, and a space; empty when it is real."""
        if not self.exercise:
            return ""
        return self.document.message_text("exercise-mark", channel, language).body.strip() + " "

    @property
    def exercise(self) -> bool:
        """Whether this is an exercise."""
        return self.activation.kind == ActivationKind.EXERCISE

    def role_name(self, role: str, language: str) -> str:
        """Return what `role` is called in `language`; one that only the directory knows, by its id."""
        known = role_in_playbook(role)
        if known not in self.document.roles:
            return known
        return self.document.text(f"roles.{known}.name", language).text

    @cached_property
    def warnings(self) -> list[tuple[datetime, dict[str, str]]]:
        """The coordinator's own words of each warning to similar places, language → text, by when it was given."""
        rows = self.session.execute(
            select(Announcement.made_at, Announcement.texts)
            .where(
                Announcement.activation_id == self.activation.id,
                Announcement.kind == str(ChangeKind.SITE_WARNING),
            )
            .order_by(Announcement.id)
        )
        return [(made_at, dict(json.loads(texts))) for made_at, texts in rows]

    def words_of_warning(self, warned_at: datetime) -> dict[str, str]:
        """Return the coordinator's own words of the warning of that moment, language → text."""
        return next((texts for at, texts in reversed(self.warnings) if at <= warned_at), {})

    def shared_facts(self, language: str) -> dict[str, str]:
        """Return the facts that are read at sending, because they can change while the incident runs."""
        level = self.document.text(f"levels.{self.activation.level}.name", language).text
        number = str(self.activation.number)
        return {"level": level, "number": number, "check": check_page(self.public_url)}

    def link(self, token: str) -> str:
        """Return the address of a partner's answer page."""
        return f"{self.public_url.rstrip('/')}/a/{token}"

    @cached_property
    def link_length(self) -> int:
        """How long the secrets in this activation's answer links are.

        What began before links became short keeps its long ones: a rung knows only the digest of its own.
        """
        first = self.session.execute(
            select(Rung.link_token_digest, RoleCall.role, Rung.person_id)
            .join(RoleCall, Rung.role_call_id == RoleCall.id)
            .where(Rung.activation_id == self.activation.id)
            .order_by(Rung.id)
            .limit(1)
        ).first()
        if first is None:
            return ANSWER_LINK_LENGTH
        short = link_token(self.activation, first[1], first[2], ANSWER_LINK_LENGTH)
        return ANSWER_LINK_LENGTH if token_digest(short) == first[0] else LINK_LENGTH

    def token(self, role: str, person_id: int) -> str:
        """Return the secret in a partner's answer link; the same for the same role call and person."""
        return link_token(self.activation, role, person_id, self.link_length)

    @property
    def people_at_hand(self) -> Iterable[int]:
        """The people whose ladders have been read."""
        return self._rungs.keys()

    def preload(self, role_calls: Iterable[RoleCall]) -> None:
        """Read the ladders of `role_calls`, and every other rung of the people on them, at once."""
        ids = [r.id for r in role_calls]
        people = select(Rung.person_id).where(Rung.role_call_id.in_(ids))
        rungs = self.session.scalars(
            select(Rung)
            .where(Rung.activation_id == self.activation.id, Rung.person_id.in_(people))
            .options(*RUNG_LOADING)
            .order_by(Rung.position)
        ).all()
        self.remember(rungs)

    def load_people(self, person_ids: Iterable[int]) -> None:
        """Read these people at once, and keep them for as long as this call-out is worked on."""
        self._people = list(
            self.session.scalars(
                select(Person).where(Person.id.in_(set(person_ids))).options(*PERSON_LOADING)
            )
        )

    def remember(self, rungs: Iterable[Rung]) -> None:
        """Take `rungs`, all of their people's, as read."""
        for rung in rungs:
            mine = self._rungs.setdefault(rung.person_id, [])
            if all(rung is not known for known in mine):
                mine.append(rung)

    def rungs_of_person(self, person_id: int) -> list[Rung]:
        """Return every rung of a person in this activation."""
        if person_id not in self._rungs:
            rows = self.session.scalars(
                select(Rung)
                .where(Rung.activation_id == self.activation.id, Rung.person_id == person_id)
                .options(*RUNG_LOADING)
            )
            self._rungs[person_id] = list(rows)
        return self._rungs[person_id]

    def touch(self) -> None:
        """Say that the board has changed."""
        self.activation.changed()

    def take_turn(self) -> None:
        """Wait until nobody else works on this activation, and read afresh what may have changed meanwhile."""
        take_turn(self.session, self.activation.id)
        self._rungs.clear()


def one_at_a_time(session: Session) -> bool:
    """Whether this database lets only one transaction write at a time anyway."""
    return session.get_bind().dialect.name == "sqlite"


def take_turns(session: Session, activation_ids: Iterable[int]) -> None:
    """Lock these activations until the transaction ends: answers, clicks, ticks and receipts follow each other.

    The one order of locks, so that nobody waits in a circle: deliveries, contact points, activations, all else.
    Who already has an activation never waits for a delivery (it passes over the locked ones).
    """
    ids = set(activation_ids)
    if not ids or one_at_a_time(session):
        return
    session.flush()
    session.execute(
        select(Activation.id)
        .where(Activation.id.in_(ids))
        .order_by(Activation.id)
        .with_for_update(key_share=True)
    ).all()


def take_turn(session: Session, activation_id: int) -> None:
    """Lock one activation as `take_turns` does, and forget what was read before it was ours."""
    take_turns(session, [activation_id])
    if not one_at_a_time(session):
        session.expire_all()


def link_token(activation: Activation, role: str, person_id: int, length: int) -> str:
    """Return the secret in a partner's answer link, `length` characters of it."""
    return current_keyring().link_token(f"{activation.request_key}:{role}:{person_id}", length)


def token_digest(token: str) -> str:
    """Return the digest under which an answer link's token is found."""
    return sha256(token.encode()).hexdigest()


def check_page(public_url: str) -> str:
    """Return the address where anybody can check a code."""
    return f"{public_url.rstrip('/')}/check"


def load(session: Session, activation_id: int, now: datetime, public_url: str) -> CallOut:
    """Return the call-out of an activation, or raise NotFound."""
    activation = session.get(Activation, activation_id)
    if activation is None:
        raise NotFound("There is no such incident.")
    return CallOut(session, activation, now, public_url)


def load_running(session: Session, activation_id: int, now: datetime, public_url: str) -> CallOut:
    """Return the call-out of a running activation, our turn taken; raise NotFound, or Conflict if it has ended."""
    call_out = load(session, activation_id, now, public_url)
    call_out.take_turn()
    if call_out.activation.ended_at is not None:
        raise Conflict("This incident has ended. Nothing was changed.")
    return call_out
