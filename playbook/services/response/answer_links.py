"""A partner's answer page: found by the secret in its link, answered by a button."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import text_for
from playbook.domain.response.escalation import RungState
from playbook.domain.response.site_calls import SITE_WARNING
from playbook.errors import NotFound
from playbook.models import Announcement, AnnouncementPerson, RoleCallState, Rung
from playbook.services.response.acknowledging import acknowledge
from playbook.services.response.answers import Heard, record_answer
from playbook.services.response.callout import SAID, alike
from playbook.services.response.context import CallOut, load, token_digest

NO_SUCH_LINK = (
    "This link does not belong to any alert. Check that the whole address was opened, or call us."
)


@dataclass(frozen=True)
class News:
    """Something that this person was told since they were called; `text` are the coordinator's own words."""

    message: str
    level: str
    text: str
    text_language: str
    at: datetime
    asks: bool
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class Invitation:
    """What a partner's link shows: whom we ask for what, and what they have said so far."""

    exercise: bool
    number: int
    level: str
    roles: tuple[str, ...]
    ended: bool
    said: Answer | None
    said_at: datetime | None
    #: Who answers for the role when it is somebody else.
    answered_by: str | None
    #: What changed, the latest last.
    news: tuple["News", ...] = ()
    #: A similar place is warned; nobody is asked to come.
    warning: "SiteWarning | None" = None


@dataclass(frozen=True)
class SiteWarning:
    """The coordinator's own words to a similar place, and the language that they are in; may be empty."""

    text: str
    language: str


@dataclass(frozen=True)
class Notice:
    """What a link shows to somebody who was never called and got a message to a list."""

    exercise: bool
    number: int
    language: str
    news: tuple["News", ...]


def find(session: Session, token: str, now: datetime, public_url: str) -> tuple[CallOut, Rung]:
    """Return the call-out and rung that a link belongs to, or raise NotFound. Changes nothing."""
    rung = session.scalar(select(Rung).where(Rung.link_token_digest == token_digest(token)))
    if rung is None or rung.person.removed_at is not None:
        raise NotFound(NO_SUCH_LINK)
    return load(session, rung.activation_id, now, public_url), rung


def invitation(call_out: CallOut, rung: Rung, language: str) -> Invitation:
    """Return what the page shows, level and roles named in `language`."""
    mine = [
        r
        for r in call_out.rungs_of_person(rung.person_id)
        if r.state != RungState.WAITING and alike(r, rung)
    ]
    said = max(
        (r for r in mine if r.answered_at is not None),
        key=lambda r: r.answered_at or call_out.now,
        default=None,
    )
    leader = rung.role_call.answered_by
    document, activation = call_out.document, call_out.activation
    return Invitation(
        exercise=call_out.exercise,
        number=activation.number,
        level=document.text(f"levels.{activation.level}.name", language).text,
        roles=tuple(
            dict.fromkeys(call_out.role_name(r.role_call.role, language) for r in mine or [rung])
        ),
        ended=activation.ended_at is not None
        or all(r.role_call.state == RoleCallState.CLOSED for r in mine or [rung]),
        said=Answer(str(said.state)) if said is not None and said.state in SAID else None,
        said_at=said.answered_at if said is not None else None,
        answered_by=leader.name if leader and leader.id != rung.person_id else None,
        news=news_for(call_out, rung.person_id),
        warning=_warning(call_out, rung),
    )


def _warning(call_out: CallOut, rung: Rung) -> "SiteWarning | None":
    if rung.role_call.message != SITE_WARNING:
        return None
    words = call_out.words_of_warning(rung.role_call.starts_at)
    return SiteWarning(*text_for(words, rung.language, call_out.document.languages.source))


def find_notice(session: Session, token: str, now: datetime, public_url: str) -> Notice:
    """Return what the link of somebody who was never called shows, or raise NotFound. Changes nothing."""
    row = _told(session, token)
    call_out = load(session, row.announcement.activation_id, now, public_url)
    return Notice(
        exercise=call_out.exercise,
        number=call_out.activation.number,
        language=row.language,
        news=news_for(call_out, row.person_id),
    )


def _told(session: Session, token: str) -> AnnouncementPerson:
    row = session.scalar(
        select(AnnouncementPerson)
        .where(AnnouncementPerson.link_token_digest == token_digest(token))
        .order_by(AnnouncementPerson.id)
        .limit(1)
    )
    if row is None or row.person.removed_at is not None:
        raise NotFound(NO_SUCH_LINK)
    return row


def news_for(call_out: CallOut, person_id: int) -> tuple[News, ...]:
    """Return what this person was told in this incident since the call-out, the latest last."""
    document = call_out.document
    rows = call_out.session.scalars(
        select(AnnouncementPerson)
        .join(Announcement)
        .where(
            Announcement.activation_id == call_out.activation.id,
            AnnouncementPerson.person_id == person_id,
        )
        .options(joinedload(AnnouncementPerson.announcement))
        .order_by(AnnouncementPerson.id)
    )
    found = []
    for row in rows:
        made = row.announcement
        text, language = text_for(json.loads(made.texts), row.language, document.languages.source)
        level = document.text(f"levels.{made.level_after}.name", row.language).text
        found.append(
            News(row.message, level, text, language, made.made_at, row.asks, row.acknowledged_at)
        )
    return tuple(found)


def confirm_read(session: Session, token: str, now: datetime, public_url: str) -> None:
    """Take the button "I have read this"; also after the end, and twice without harm."""
    try:
        _call_out, rung = find(session, token, now, public_url)
    except NotFound:
        row = _told(session, token)
        acknowledge(session, row.announcement.activation_id, [row.person_id], "link", now)
        return
    acknowledge(session, rung.activation_id, [rung.person_id], "link", now)


def answer(
    session: Session, token: str, what: Answer, now: datetime, public_url: str
) -> tuple[CallOut, Rung, Heard]:
    """Take the answer that a button on the page gives."""
    call_out, rung = find(session, token, now, public_url)
    about = rung.role_call.message
    heard = record_answer(call_out, rung.person, what, via="link", at=now, about=about)
    acknowledge(session, rung.activation_id, [rung.person_id], "link", now)
    return call_out, rung, heard
