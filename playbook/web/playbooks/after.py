"""What goes wrong, what others learned, and what goes on: challenges, lessons, check-ins, care."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.domain.preparedness.durations import Duration, Unit
from playbook.domain.preparedness.parts import Contact
from playbook.web.playbooks import wording
from playbook.web.playbooks.cards import Link, Mark, decision_links, mark, role_link
from playbook.web.playbooks.words import Shown, Standing, Words


@dataclass(frozen=True)
class ChallengeCard:
    """Something that goes wrong, and what holds it down."""

    id: str
    what: Shown
    control: Shown
    evidence: Mark
    decisions: list[Link]
    standing: Standing


@dataclass(frozen=True)
class LessonCard:
    """What happened in a city in a year, and what came of it."""

    id: str
    city: Shown
    year: str
    text: Shown
    evidence: Mark
    decisions: list[Link]
    standing: Standing


@dataclass(frozen=True)
class CheckInCard:
    """A question that is put to people again and again."""

    id: str
    question: Shown
    answers: list[Shown]
    asked: list[Link]
    rhythm: str
    quiet_hours: bool
    standing: Standing


@dataclass(frozen=True)
class ContactRow:
    """One planned contact of a care programme."""

    id: str
    what: str
    when: str
    details: list[str]


@dataclass(frozen=True)
class CareCard:
    """A care programme: its contacts by when they are due, and what renews the offer."""

    id: str
    name: Shown
    contacts: list[ContactRow]
    triggers: list[str]


def challenge_cards(words: Words) -> list[ChallengeCard]:
    """Return the challenges by what they are."""
    cards = []
    for challenge_id, challenge in words.playbook.challenges.items():
        what = words(f"challenges.{challenge_id}.what")
        control = words(f"challenges.{challenge_id}.control")
        cards.append(
            ChallengeCard(
                challenge_id,
                what,
                control,
                mark(words.playbook, challenge.evidence),
                decision_links(words, challenge.decisions),
                Standing.of([what, control], words.playbook.languages.source),
            )
        )
    return cards


def lesson_cards(words: Words) -> list[LessonCard]:
    """Return the lessons, the newest first."""
    cards = []
    for lesson_id, lesson in words.playbook.lessons.items():
        text = words(f"lessons.{lesson_id}.text")
        cards.append(
            LessonCard(
                lesson_id,
                words.line(lesson.city),
                lesson.year,
                text,
                mark(words.playbook, lesson.evidence),
                decision_links(words, lesson.decisions),
                Standing.of([text], words.playbook.languages.source),
            )
        )
    return sorted(cards, key=lambda card: (-int(card.year), str(card.city), card.id))


def check_in_cards(words: Words) -> list[CheckInCard]:
    """Return the check-ins."""
    cards = []
    for check_in_id, check_in in words.playbook.check_ins.items():
        own = f"check-ins.{check_in_id}"
        question = words(f"{own}.question")
        answers = [words(f"{own}.answers.{answer}") for answer in check_in.answers]
        anchor = check_in.until.anchor
        title = (
            words(f"decisions.{anchor}.title").text if check_in.until.counts_from_a_decision else ""
        )
        rhythm = _(
            "Asked %(every)s, %(end)s.",
            every=_every(check_in.every),
            end=wording.until(check_in.until, title),
        )
        cards.append(
            CheckInCard(
                check_in_id,
                question,
                answers,
                [role_link(words, role) for role in check_in.ask],
                rhythm,
                check_in.quiet_hours,
                Standing.of([question, *answers], words.playbook.languages.source),
            )
        )
    return cards


def care_cards(words: Words) -> list[CareCard]:
    """Return the care programmes, contacts by when they are first due."""
    playbook = words.playbook
    return [
        CareCard(
            programme_id,
            words(f"care.{programme_id}.name"),
            [
                contact_row(contact_id, contact)
                for contact_id, contact in playbook.contacts_in_order(programme_id).items()
            ],
            [wording.say(wording.TRIGGERS, trigger) for trigger in programme.triggers],
        )
        for programme_id, programme in playbook.care.items()
    ]


def contact_row(contact_id: str, contact: Contact) -> ContactRow:
    """Return one planned contact in words."""
    details = []
    if contact.fallback:
        instead = wording.say(wording.CONTACT_KINDS, contact.fallback)
        details.append(_("Without an answer: %(contact)s.", contact=instead))
    if contact.release == "by-hand":
        details.append(_("A person releases it."))
    what = wording.say(wording.CONTACT_KINDS, contact.kind)
    return ContactRow(contact_id, what, rhythm(contact), details)


def rhythm(contact: Contact) -> str:
    """Return when a contact is due, as a sentence."""
    if contact.within is not None:
        return str(_("within %(time)s", time=wording.duration(contact.within)))
    if contact.between is not None:
        first, last = (wording.duration(time) for time in contact.between)
        return str(_("between %(first)s and %(last)s", first=first, last=last))
    if contact.at is not None:
        return _after(contact.at)
    every = _every(contact.every) if contact.every else ""
    if contact.on == "anniversary":
        return str(_("%(every)s, on the anniversary", every=every))
    if contact.on == "hearing":
        return str(_("%(every)s, at the hearing", every=every))
    if contact.until is not None:
        end = wording.duration(contact.until)
        return str(_("%(every)s, until %(end)s have passed", every=every, end=end))
    return every


def _after(times: tuple[Duration, ...]) -> str:
    if all(time.unit is Unit.MONTH for time in times):
        counts = ", ".join(str(time.count) for time in times)
        last = times[-1].count
        return str(
            ngettext("after %(counts)s month", "after %(counts)s months", last, counts=counts)
        )
    return str(_("after %(times)s", times=", ".join(wording.duration(time) for time in times)))


def _every(length: Duration) -> str:
    """Return a rhythm in words: "every week", "every 2 weeks"."""
    count = length.count
    if length.unit is Unit.MINUTE:
        return str(ngettext("every minute", "every %(num)d min", count))
    if length.unit is Unit.HOUR:
        return str(ngettext("every hour", "every %(num)d h", count))
    if length.unit is Unit.DAY:
        return str(ngettext("every day", "every %(num)d days", count))
    if length.unit is Unit.WEEK:
        return str(ngettext("every week", "every %(num)d weeks", count))
    if length.unit is Unit.MONTH:
        return str(ngettext("every month", "every %(num)d months", count))
    return str(ngettext("every year", "every %(num)d years", count))
