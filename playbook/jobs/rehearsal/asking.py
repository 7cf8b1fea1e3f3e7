"""What people do while they are being asked: doubt a message, correct a number, be reached by phone from paper."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.response.escalation import RungState
from playbook.domain.response.paper import Tick, Ticked
from playbook.domain.response.proof import DIGITS
from playbook.domain.response.rehearsal import pick
from playbook.domain.response.site_calls import CALL_OUT
from playbook.jobs.rehearsal.record import CodeTried, Corrected
from playbook.jobs.rehearsal.scene import (
    Scene,
    Skipped,
    code_in,
    only_phone,
    texts_at,
    texts_of,
)
from playbook.models import (
    CheckCode,
    ContactKind,
    ContactPoint,
    Delivery,
    NumberCorrection,
    Person,
    RoleCall,
    Rung,
    SimulatedMessage,
)
from playbook.models.keyring import current_keyring
from playbook.services.preparedness import corrections
from playbook.services.preparedness.own_pages import page_token, person_by_token
from playbook.services.response import checking, paper
from playbook.services.response.asking_again import UNANSWERED, asking_again
from playbook.services.response.codes import code_index
from playbook.services.response.context import load
from playbook.services.response.dispatch import ASKED_IN_VAIN

#: A ladder that waits at least so long for somebody leaves time to correct their number.
LONG_ENOUGH = timedelta(minutes=10)
#: How many people are reached from paper only.
PAPER_PEOPLE = 2
#: Reserved for fiction (Ofcom); the sample city has most of its numbers from here.
NUMBERS = range(447700900000, 447700901000)
CALLER = "Night desk"


def choose_who_reads_nothing(scene: Scene) -> None:
    """Of those who are asked first, let one have a wrong number and some be reached from paper only."""
    with scene.night.wiring.sessions() as session:
        rungs = _asked_first(session, scene.night.activation_id)
        swap = scene.record.swap
        apart = {swap.from_person_id, swap.to_person_id} if swap else set()
        rungs = [r for r in rungs if r.person_id not in apart]
        long_ = [
            r
            for r in rungs
            if timedelta(seconds=r.acknowledge_seconds) >= LONG_ENOUGH
            and only_phone(session, r.person) is not None
        ]
        people = list(dict.fromkeys(r.person_id for r in long_))
        for person_id in pick(scene.seed, "wrong number", people):
            scene.wrong_number = person_id
        others = dict.fromkeys(r.person_id for r in rungs if r.person_id != scene.wrong_number)
        scene.on_paper = pick(scene.seed, "paper", list(others), PAPER_PEOPLE)
    for deaf in (scene.wrong_number, *scene.on_paper):
        if deaf is not None:
            scene.night.deafen(deaf)


def _asked_first(session: Session, activation_id: int) -> list[Rung]:
    """Return the rungs of whoever was texted first of a ladder, in the order of the ladders."""
    return list(
        session.scalars(
            select(Rung)
            .join(RoleCall, Rung.role_call_id == RoleCall.id)
            .join(Delivery, Delivery.rung_id == Rung.id)
            .where(
                Rung.activation_id == activation_id,
                Rung.position == 0,
                Rung.state == RungState.ASKED,
                RoleCall.message == CALL_OUT,
                Delivery.channel == "sms",
            )
            .order_by(Rung.id)
        ).unique()
    )


def check_code(scene: Scene, how: str, turn: int) -> str:
    """Somebody who got a message asks whether it is real, with its code or with another one."""
    via, _, wrong = how.partition("-")
    with scene.night.wiring.transaction() as session:
        person = _somebody_texted(scene, session, turn)
        code = code_in(texts_of(session, person))
        typed = _nobodys(session, code) if wrong else code
        if via == "page":
            believed = checking.check_on_page(session, typed, scene.now).right
        else:
            believed = _at_the_desk(scene, session, typed, person)
        scene.record.codes.append(CodeTried(via, not wrong, believed))
        where = "on the public page" if via == "page" else "at the call-back desk"
        which = "a wrong code" if wrong else "the code of their message"
        heard = "confirmed" if believed else "refused"
        return f"{person.name} gave {which} {where}: {heard}"


def _at_the_desk(scene: Scene, session: Session, typed: str, person: Person) -> bool:
    """Read a code out; whoever it belongs to is let into the room on it, once."""
    user, activation_id = scene.night.coordinator(session), scene.night.activation_id
    found = checking.check_at_desk(session, activation_id, typed, user, scene.now)
    if found is None:
        return False
    if found.admitted_at is None:
        checking.admit(session, activation_id, found.id, user, scene.now, again=False)
    return found.person_id == person.id


def _somebody_texted(scene: Scene, session: Session, turn: int) -> Person:
    texted = session.scalars(
        select(Delivery.person_id)
        .join(SimulatedMessage, SimulatedMessage.attempt_token == Delivery.attempt_token)
        .where(
            Delivery.activation_id == scene.night.activation_id,
            Delivery.purpose == "call-out",
            Delivery.channel == "sms",
        )
        .order_by(Delivery.id)
    ).all()
    deaf = {scene.wrong_number, *scene.on_paper}
    people = [p for p in dict.fromkeys(texted) if p is not None and p not in deaf]
    if not people:
        raise Skipped("nobody had a message yet")
    [chosen] = pick(scene.seed, f"code {turn}", people)
    return session.get_one(Person, chosen)


def _nobodys(session: Session, code: str) -> str:
    """Return the next code after `code` that nobody has."""
    number = int(code)
    while True:
        number = (number + 1) % 10**DIGITS
        typed = f"{number:0{DIGITS}d}"
        taken = select(CheckCode.id).where(CheckCode.code_index == code_index(typed))
        if session.scalar(taken) is None:
            return typed


def give_number(scene: Scene) -> str:
    """Whoever is called at a wrong number gives the right one on their own page."""
    if scene.wrong_number is None:
        raise Skipped("nobody was being asked whose number could be corrected")
    with scene.night.wiring.transaction() as session:
        person = session.get_one(Person, scene.wrong_number)
        person = person_by_token(session, page_token(person))
        phone = only_phone(session, person)
        if phone is None:
            raise Skipped("nobody was being asked whose number could be corrected")
        corrections.ask_to_confirm(
            session,
            person,
            ContactKind.PHONE,
            _free_number(session, scene.seed),
            point_id=phone.id,
            settings=scene.night.settings,
            now=scene.now,
        )
        return f"{person.name} gave another number on their own page"


def _free_number(session: Session, seed: int) -> str:
    for number in pick(seed, "number", NUMBERS, len(NUMBERS)):
        index = current_keyring().blind_index(f"+{number}")
        known = select(func.count()).where(ContactPoint.value_index == index)
        if not session.scalar(known):
            return f"+{number}"
    raise Skipped("the sample city has used every fictional number")


def confirm_number(scene: Scene) -> str:
    """They type the code that came to the new number; the ladder that runs asks them there."""
    now, settings = scene.now, scene.night.settings
    with (
        scene.night.wiring.transaction() as session,
        asking_again(session, now, settings.public_url),
    ):
        wish = session.scalar(
            select(NumberCorrection).where(
                NumberCorrection.person_id == scene.wrong_number,
                NumberCorrection.confirmed_at.is_(None),
            )
        )
        if wish is None or scene.wrong_number is None:
            raise Skipped("no number was given")
        person = session.get_one(Person, scene.wrong_number)
        point = session.get_one(ContactPoint, wish.contact_point_id)
        scene.record.corrected = Corrected(
            person.id,
            point.value_index,
            wish.value_index,
            session.scalar(select(func.max(SimulatedMessage.id))) or 0,
            _waited_for(session, scene.night.activation_id, person.id),
        )
        code = code_in(texts_at(session, [wish.value_index]))
        corrections.confirm(session, person, wish.id, code, settings=settings, now=now)
        scene.night.hears(person.id)
        return f"{person.name} confirmed it by the code that came there"


def _waited_for(session: Session, activation_id: int, person_id: int) -> bool:
    return (
        session.scalar(
            select(Rung.id)
            .join(RoleCall, Rung.role_call_id == RoleCall.id)
            .where(
                Rung.activation_id == activation_id,
                Rung.person_id == person_id,
                Rung.state.in_(ASKED_IN_VAIN),
                RoleCall.state.in_(UNANSWERED),
            )
            .limit(1)
        )
        is not None
    )


def enter_paper(scene: Scene) -> str:
    """What people said who were phoned from paper is entered, each with the time at which they said it."""
    with scene.night.wiring.transaction() as session:
        rungs = [
            rung
            for person_id in scene.on_paper
            if (rung := _still_asked(session, scene.night.activation_id, person_id)) is not None
        ]
        answers = [Ticked.JOINING, *pick(scene.seed, "ticks", list(Ticked), PAPER_PEOPLE)]
        ticks = [
            Tick(rung.role_call.role, rung.person_id, what, scene.said_at(rung.opened_at, place))
            for place, (rung, what) in enumerate(zip(rungs, answers, strict=False))
        ]
        if not ticks:
            raise Skipped("nobody was being asked who could be phoned from paper")
        settings = scene.night.settings
        call_out = load(session, scene.night.activation_id, scene.now, settings.public_url)
        paper.enter(call_out, ticks, scene.night.coordinator(session), CALLER)
        scene.record.ticks = ticks
        told = ", ".join(f"{t.role} {t.what} at {scene.clock_of(t.at)}" for t in ticks)
        return f"Calls made from paper were entered: {told}"


def _still_asked(session: Session, activation_id: int, person_id: int) -> Rung | None:
    return session.scalar(
        select(Rung)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .where(
            Rung.activation_id == activation_id,
            Rung.person_id == person_id,
            Rung.state.in_((RungState.ASKED, RungState.SILENT)),
            RoleCall.message == CALL_OUT,
        )
        .order_by(Rung.opened_at, Rung.id)
        .limit(1)
    )
