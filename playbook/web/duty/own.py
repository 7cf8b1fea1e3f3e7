"""A person's own turns of duty, behind a link. Opening it changes nothing; nobody's number is on it."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict, NotFound, PlaybookError
from playbook.models import Person, RotaSwap
from playbook.queries.preparedness.duty import OwnTurn, own_turns, swaps_of
from playbook.services.preparedness import swaps
from playbook.services.preparedness.duty import role_name, rota_by_id, zone_of
from playbook.services.preparedness.own_pages import person_by_token
from playbook.services.preparedness.swaps import Wish
from playbook.web.database import session, transaction
from playbook.web.duty import wording
from playbook.web.duty.blueprint import (
    blueprint,
    from_stamp,
    known_id,
    local_instant,
    local_text,
    settings,
)
from playbook.web.errors import sentence
from playbook.web.guards import public
from playbook.web.languages import force_language, page_language
from playbook.web.limits import limiter
from playbook.web.presentation import now

#: Turns that are shown at once; the later ones open on demand.
AT_ONCE = 8
ACTS = {"accept": swaps.accept, "decline": swaps.decline, "withdraw": swaps.withdraw}


@blueprint.get("/duty/<token>")
@public
@limiter.limit("600 per minute")
def own(token: str) -> ResponseReturnValue:
    """Show a person's coming turns, what they are asked, and what came of what they asked."""
    return _page(token, _person(session(), token))


@blueprint.get("/duty/<token>.ics")
@public
@limiter.limit("600 per minute")
def calendar(token: str) -> ResponseReturnValue:
    """Give the coming turns as a calendar file."""
    person = _person(session(), token)
    made = Calendar()
    made.add("prodid", "-//playbook//duty//EN")
    made.add("version", "2.0")
    for turn in own_turns(session(), person, settings(), now()):
        made.add_component(_event(turn))
    response = Response(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="duty.ics"'
    return response


@blueprint.get("/duty/<token>/ask")
@public
@limiter.limit("600 per minute")
def prepare_ask(token: str) -> ResponseReturnValue:
    """Ask whom to ask, and for which part of the turn."""
    person = _person(session(), token)
    args = request.args
    turn = _turn(
        person,
        known_id(args.get("rota")),
        args.get("position", -1, type=int),
        from_stamp(args.get("start")),
    )
    zone = turn.zone
    typed = {
        "from": local_text(max(turn.starts_at, now()), zone),
        "until": local_text(turn.ends_at, zone),
    }
    return _form(token, person, turn, typed)


@blueprint.post("/duty/<token>/ask")
@public
@limiter.limit("60 per minute")
def ask(token: str) -> ResponseReturnValue:
    """Show exactly what will happen; then, at the second button, ask."""
    person = _person(session(), token)
    form = request.form
    turn = _turn(
        person,
        known_id(form.get("rota")),
        form.get("position", -1, type=int),
        from_stamp(form.get("start")),
    )
    try:
        wish = _wish(turn)
        if form.get("step") != "ask":
            offer = swaps.check_wish(session(), person, wish, settings(), now())
            return render_template(
                "duty/ask_confirm.html", token=token, turn=turn, offer=offer, **_words(turn)
            )
        with transaction() as current:
            swaps.ask_swap(current, person_by_token(current, token), wish, settings(), now())
    except (BadInput, Conflict) as error:
        return _form(token, person, turn, form, sentence(error)), error.status
    return _page(token, _person(session(), token), told="asked")


@blueprint.post("/duty/<token>/swaps/<int:swap_id>")
@public
@limiter.limit("60 per minute")
def answer(token: str, swap_id: int) -> ResponseReturnValue:
    """Take the answer of the button that was pressed; what cannot be any more is said."""
    _person(session(), token)
    act = ACTS.get(request.form.get("answer", ""))
    if act is None:
        return own(token)
    problem: PlaybookError | None = None
    try:
        with transaction() as current:
            act(current, person_by_token(current, token), swap_id, settings(), now())
    except Conflict as error:
        problem = error
    person = _person(session(), token)
    if problem:
        return _page(token, person, problem=sentence(problem)), problem.status
    return _page(token, person, told=request.form["answer"])


def _person(current: Session, token: str) -> Person:
    person = person_by_token(current, token)
    force_language(person.language)
    return person


def _turn(person: Person, rota_id: int, position: int, start: datetime) -> OwnTurn:
    """Return one of the person's own coming turns; raises NotFound."""
    for turn in own_turns(session(), person, settings(), now()):
        same = (turn.rota_id, turn.position) == (rota_id, position)
        if same and abs(turn.starts_at - start) < timedelta(seconds=1):
            return turn
    raise NotFound("This turn is not yours any more, or it is over. Open your page again.")


def _wish(turn: OwnTurn) -> Wish:
    """Return what was typed. Raises BadInput for times that are none or lie outside the turn."""
    starts_at = local_instant(request.form.get("from", ""), turn.zone)
    ends_at = local_instant(request.form.get("until", ""), turn.zone)
    # A form knows no seconds, and an hour that the clocks show twice only once: the whole turn stays whole.
    if local_text(turn.ends_at, turn.zone) == local_text(ends_at, turn.zone):
        ends_at = turn.ends_at
    if ends_at > turn.ends_at or starts_at < min(turn.starts_at, now()):
        raise BadInput("Stay within this turn. Nobody was asked.")
    to_person = known_id(request.form.get("person"))
    return Wish(turn.rota_id, turn.position, max(starts_at, turn.starts_at), ends_at, to_person)


def _words(turn: OwnTurn) -> dict[str, Any]:
    return {"role": role_name(session(), turn.role, page_language())}


def _form(token: str, person: Person, turn: OwnTurn, typed: Any, problem: str = "") -> str:
    rota = rota_by_id(session(), turn.rota_id)
    return render_template(
        "duty/ask.html",
        token=token,
        turn=turn,
        typed=typed,
        problem=problem,
        people=swaps.who_can_take(session(), rota, person),
        **_words(turn),
    )


def _page(token: str, person: Person, told: str = "", problem: str = "") -> str:
    found = swaps_of(session(), person, now())
    turns = own_turns(session(), person, settings(), now())
    return render_template(
        "duty/own.html",
        token=token,
        person=person,
        turns=turns,
        at_once=AT_ONCE,
        requests=[s for s in found if s.to_person_id == person.id and s.state == "asked"],
        outcomes=[s for s in found if s.from_person_id == person.id and s.state != "asked"],
        zone_of=lambda swap: zone_of(swap.rota, settings()),
        role_name=_role_name,
        told=told,
        problem=problem,
    )


def _role_name(thing: OwnTurn | RotaSwap) -> str:
    role = thing.role if isinstance(thing, OwnTurn) else thing.rota.role
    # A page of eight weeks names the same one or two roles sixty times.
    known: dict[str, str] = g.setdefault("duty_role_names", {})
    if role not in known:
        known[role] = role_name(session(), role, page_language())
    return known[role]


def _event(turn: OwnTurn) -> Event:
    event = Event()
    event.add("uid", f"{turn.rota_id}-{turn.position}-{turn.starts_at:%Y%m%dT%H%M%SZ}@duty")
    event.add("dtstamp", now())
    event.add("dtstart", turn.starts_at)
    event.add("dtend", turn.ends_at)
    event.add("summary", f"{_role_name(turn)}: {wording.place(turn.position)}")
    return event
