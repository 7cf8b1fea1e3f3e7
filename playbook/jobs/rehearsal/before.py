"""What happens before the activation: rotas are made, one of them has nobody tonight, a turn is swapped."""

from collections.abc import Iterable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.rota import Shift, on_duty
from playbook.domain.response.rehearsal import BEFORE, pick
from playbook.jobs.rehearsal.record import SwapMade
from playbook.jobs.rehearsal.scene import Scene, Skipped, holders, link_in, texts_of
from playbook.models import Person, Rota
from playbook.services.preparedness import rotas, swaps
from playbook.services.preparedness.duty import pattern_of, rota_of, zone_of
from playbook.services.preparedness.own_pages import person_by_token

#: Between them the day; what is left is the night.
DAY_BEGINS, DAY_ENDS = time(7), time(19)
#: One role's night ends this long after the activation, so that who is called later is somebody else.
TURNOVER = timedelta(minutes=5)
#: As many roles get a rota as can be: one for a gap, one for a swap, one with a change of turns.
WANTED = 3
_EVERY = range(7)


def make_rotas(scene: Scene) -> str:
    """Give some roles of the call-out a rota by which the second in line has the nights."""
    with scene.night.wiring.transaction() as session:
        known = set(session.scalars(select(Rota.role)))
        by_role = {
            role: people
            for role, people in holders(session, scene.document.roles_of_level(scene.level)).items()
            if len(people) > 1 and role not in known
        }
        now_called = [r for r in by_role if r in scene.document.roles_of_level(scene.begins_at)]
        chosen = pick(scene.seed, "rotas", sorted(now_called), WANTED - 1)
        later = [r for r in sorted(by_role) if r not in chosen and _starts_later(scene, r)]
        rest = [r for r in sorted(by_role) if r not in chosen]
        chosen += pick(scene.seed, "turnover", later or rest)
        if len(chosen) < WANTED:
            raise Skipped("too few roles that two people hold")
        for role in chosen[:-1]:
            _save(scene, session, role, by_role[role], (DAY_BEGINS, DAY_ENDS))
        ends = _turnover(scene)
        _save(scene, session, chosen[-1], by_role[chosen[-1]], (ends, DAY_ENDS))
    scene.record.rota_roles = chosen
    return f"Rotas were made: {', '.join(chosen)}"


def _starts_later(scene: Scene, role: str) -> bool:
    tier = scene.document.roles[role].tier
    return tier is not None and scene.document.tiers[tier].starts.rough_minutes > 0


def _turnover(scene: Scene) -> time:
    zone = ZoneInfo(scene.night.settings.city_time_zone)
    local = (scene.starts_at + TURNOVER).astimezone(zone)
    return local.time().replace(second=0, microsecond=0)


def _save(
    scene: Scene, session: Session, role: str, people: list[Person], edges: tuple[time, time]
) -> None:
    """The first in line has the days, from the first of `edges` to the second, the second one the nights."""
    today = scene.now.astimezone(ZoneInfo(scene.night.settings.city_time_zone)).date()
    user = scene.night.coordinator(session)
    rota = rotas.save_rota(session, role, rotas.RotaFacts(1, today), now=scene.now, user=user)
    begins, ends = edges
    shifts = [
        shift
        for day in _EVERY
        for shift in (
            Shift(people[0].id, 0, 0, day, begins, ends),
            Shift(people[1].id, 0, 0, day, ends, begins),
        )
    ]
    rotas.set_shifts(session, rota, shifts, now=scene.now, user=user)


def make_gap(scene: Scene) -> str:
    """Whoever would be on duty at the activation has called in sick, and nobody stands in."""
    if not scene.record.rota_roles:
        raise Skipped("no rota was made")
    role = scene.record.rota_roles[0]
    with scene.night.wiring.transaction() as session:
        rota = _rota(session, role)
        away = rotas.EntryFacts(None, scene.now, scene.now + 3 * BEFORE)
        user = scene.night.coordinator(session)
        rotas.add_entry(session, rota, away, now=scene.now, user=user)
    scene.record.gap_role = role
    return f"Nobody is on the rota tonight: {role}"


def offer_turn(scene: Scene) -> str:
    """Whoever has the night opens the page behind their own link and asks somebody to take it."""
    if len(scene.record.rota_roles) < WANTED:
        raise Skipped("no rota was made")
    role = scene.record.rota_roles[1]
    with scene.night.wiring.transaction() as session:
        rota, settings = _rota(session, role), scene.night.settings
        pattern = pattern_of(session, rota, settings, scene.now, scene.now + BEFORE)
        [turn] = on_duty(pattern, scene.now)
        asker = _at_their_page(session, turn.person_id)
        others = _who_read(session, swaps.who_can_take(session, rota, asker))
        if not others:
            raise Skipped("nobody else can take the turn")
        [other] = pick(scene.seed, "swap", others)
        wish = swaps.Wish(rota.id, turn.position, turn.starts_at, turn.ends_at, other.id)
        swap = swaps.ask_swap(session, asker, wish, settings, scene.now)
        scene.record.swap = SwapMade(swap.id, role, asker.id, other.id)
        local = turn.ends_at.astimezone(zone_of(rota, settings))
        return f"{asker.name} asked {other.name} to take the turn until {local:%H:%M %Z}: {role}"


def send_links(scene: Scene) -> None:
    """Send the people of the rota, one of whose turns will be swapped, the links to their own pages."""
    if len(scene.record.rota_roles) < WANTED:
        return
    with scene.night.wiring.transaction() as session:
        rota = _rota(session, scene.record.rota_roles[1])
        user = scene.night.coordinator(session)
        settings = scene.night.settings
        swaps.send_links(session, rota, key="exercise", settings=settings, now=scene.now, user=user)


def accept_turn(scene: Scene) -> str:
    """Whoever was asked opens their own page and takes the turn."""
    made = scene.record.swap
    if made is None:
        raise Skipped("nobody was asked to swap")
    with scene.night.wiring.transaction() as session:
        person = _at_their_page(session, made.to_person_id)
        swaps.accept(session, person, made.swap_id, scene.night.settings, scene.now)
        return f"{person.name} took the turn: {made.role}"


def _rota(session: Session, role: str) -> Rota:
    rota = rota_of(session, role)
    if rota is None:
        raise Skipped("the rota is gone")
    return rota


def _at_their_page(session: Session, person_id: int | None) -> Person:
    """Return whose page opens behind the link that this person has got."""
    person = session.get_one(Person, person_id)
    return person_by_token(session, link_in(texts_of(session, person), "duty"))


def _who_read(session: Session, people: Iterable[Person]) -> list[Person]:
    """Return those who have got their link."""
    return [p for p in people if any("/duty/" in shown.body for shown in texts_of(session, p))]
