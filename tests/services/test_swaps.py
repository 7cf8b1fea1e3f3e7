"""People swap their turns of duty themselves, and everybody concerned hears what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.encoding import segment
from playbook.domain.preparedness.rota import Shift, on_duty
from playbook.domain.preparedness.standing import say
from playbook.domain.preparedness.standing.duty import TEXTS
from playbook.domain.preparedness.texts import placeholders_in
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    ContactKind,
    Delivery,
    LogEntry,
    Person,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaSwap,
    SwapState,
)
from playbook.queries.preparedness.duty import own_turns
from playbook.services.preparedness import swaps
from playbook.services.preparedness.directory import remove_person
from playbook.services.preparedness.duty import pattern_of
from playbook.services.preparedness.rotas import (
    EntryFacts,
    RotaFacts,
    add_entry,
    save_rota,
    set_shifts,
)
from playbook.services.preparedness.swaps import Wish
from playbook.settings import Settings
from tests.support import harbour

#: The night of Saturday 14 March 2026, that begins after the tests' `now`.
START = datetime(2026, 3, 14, 19, tzinfo=UTC)
END = datetime(2026, 3, 15, 7, tzinfo=UTC)


@pytest.fixture
def people(session: Session, now: datetime) -> dict[str, Person]:
    harbour.publish_harbour(session, now)
    return harbour.add_people(session)


@pytest.fixture
def rota(session: Session, people: dict[str, Person], now: datetime) -> Rota:
    """Dora has every night, Dan every day; Paul stands behind at night."""
    made = save_rota(session, "duty-officer", RotaFacts(1, date(2026, 3, 9)), now=now, user=None)
    night, day = (time(19), time(7)), (time(7), time(19))
    shifts = [
        Shift(people[who].id, position, 0, weekday, *hours)
        for weekday in range(7)
        for who, position, hours in (("dora", 0, night), ("dan", 0, day), ("paul", 1, night))
    ]
    set_shifts(session, made, shifts, now=now, user=None)
    return made


@pytest.fixture
def wish(rota: Rota, people: dict[str, Person]) -> Callable[..., Wish]:
    def make(to: str = "dan", start: datetime = START, end: datetime = END) -> Wish:
        return Wish(rota.id, 0, start, end, people[to].id)

    return make


def who(session: Session, rota: Rota, settings: Settings, at: datetime) -> list[int | None]:
    pattern = pattern_of(session, rota, settings, at - timedelta(days=1), at + timedelta(days=1))
    return [turn.person_id for turn in on_duty(pattern, at)]


def told(session: Session) -> Sequence[tuple[str, str]]:
    rows = session.execute(
        select(Delivery.message, Person.name)
        .join(Person, Delivery.person_id == Person.id)
        .order_by(Delivery.id)
    )
    return [(message, name.split()[0]) for message, name in rows]


def test_a_turn_is_asked_for_taken_and_counts_from_that_moment(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    at = START + timedelta(hours=4)
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    assert who(session, rota, settings, at)[0] == people["dora"].id  # nothing has changed yet
    swaps.accept(session, people["dan"], swap.id, settings, now)
    assert who(session, rota, settings, at) == [people["dan"].id, people["paul"].id]
    assert who(session, rota, settings, at + timedelta(days=1))[0] == people["dora"].id
    assert told(session) == [("swap-asked", "Dan"), ("swap-accepted", "Dora")]
    entry = session.scalars(select(RotaEntry)).one()
    assert (entry.kind, entry.made_by_name) == (RotaEntryKind.SWAP, "Dan Deputy")


def test_what_is_sent_names_the_stretch_with_its_zone_and_leads_to_the_own_page(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swaps.ask_swap(session, people["dora"], wish(), settings, now)
    message = session.scalars(select(Delivery)).one()
    assert "Duty officer" in message.body
    assert "Sat 14 Mar 19:00 GMT - Sun 15 Mar 07:00 GMT" in message.body.replace(",", "")
    assert "not an alarm" in message.body
    assert f"{settings.public_url}/duty/" in message.body
    assert segment(message.body).encoding == "GSM-7"
    assert message.purpose == "notice"
    assert session.info["wake"]


def test_asking_and_answering_twice_does_it_once(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    first = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    again = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    assert first is again
    for _ in range(2):
        swaps.accept(session, people["dan"], first.id, settings, now)
    assert len(session.scalars(select(RotaEntry)).all()) == 1
    assert told(session) == [("swap-asked", "Dan"), ("swap-accepted", "Dora")]


def test_of_two_who_were_asked_the_first_to_accept_has_it_and_the_other_is_told(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    one = swaps.ask_swap(session, people["dora"], wish("dan"), settings, now)
    middle = START + timedelta(hours=6)
    two = swaps.ask_swap(session, people["dora"], wish("paul", middle), settings, now)
    swaps.accept(session, people["dan"], one.id, settings, now)
    assert two.state == SwapState.WITHDRAWN
    assert told(session)[-1] == ("swap-over", "Paul")
    with pytest.raises(Conflict, match="settled"):
        swaps.accept(session, people["paul"], two.id, settings, now)
    assert who(session, rota, settings, START + timedelta(hours=8))[0] == people["dan"].id


def test_a_no_and_a_withdrawal_leave_the_turn_where_it_was(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    one = swaps.ask_swap(session, people["dora"], wish("dan"), settings, now)
    for _ in range(2):
        swaps.decline(session, people["dan"], one.id, settings, now)
    two = swaps.ask_swap(session, people["dora"], wish("paul"), settings, now)
    for _ in range(2):
        swaps.withdraw(session, people["dora"], two.id, settings, now)
    assert [one.state, two.state] == [SwapState.DECLINED, SwapState.WITHDRAWN]
    assert told(session) == [
        ("swap-asked", "Dan"),
        ("swap-declined", "Dora"),
        ("swap-asked", "Paul"),
        ("swap-over", "Paul"),
    ]
    assert who(session, rota, settings, START)[0] == people["dora"].id
    with pytest.raises(Conflict):
        swaps.accept(session, people["dan"], one.id, settings, now)


def test_a_turn_that_is_no_longer_the_askers_cannot_be_taken(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    facts = EntryFacts(people["paul"].id, START, START + timedelta(hours=1))
    add_entry(session, rota, facts, now=now, user=None)
    with pytest.raises(Conflict, match="Dora Duty no longer has this turn"):
        swaps.accept(session, people["dan"], swap.id, settings, now)
    assert swap.state == SwapState.ASKED


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"rota_id": 10**9}, NotFound),
        ({"to_person_id": 10**9}, BadInput),
        ({"position": 1}, Conflict),
        ({"ends_at": END + timedelta(hours=1)}, Conflict),
        ({"starts_at": START - timedelta(hours=1)}, Conflict),
        ({"ends_at": START}, BadInput),
        ({"ends_at": START - timedelta(days=9)}, BadInput),
    ],
)
def test_what_cannot_be_swapped_is_not_asked(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
    change: dict[str, object],
    error: type[Exception],
) -> None:
    bad = replace(wish(), **change)  # type: ignore[arg-type]  # fields of a wish
    with pytest.raises(error):
        swaps.ask_swap(session, people["dora"], bad, settings, now)
    assert session.scalars(select(RotaSwap)).all() == []
    assert told(session) == []


def test_nobody_asks_themselves_or_somebody_who_has_nothing_to_do_with_it(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    assert [p.name for p in swaps.who_can_take(session, rota, people["dora"])] == [
        "Dan Deputy",
        "Paul Police",
    ]
    for other in ("dora", "maya"):
        with pytest.raises(BadInput):
            swaps.ask_swap(session, people["dora"], wish(other), settings, now)


def test_a_swap_is_only_for_the_two_whom_it_concerns(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    for act, person in (
        (swaps.accept, "dora"),
        (swaps.accept, "paul"),
        (swaps.decline, "dora"),
        (swaps.withdraw, "dan"),
    ):
        with pytest.raises(NotFound):
            act(session, people[person], swap.id, settings, now)
    with pytest.raises(NotFound):
        swaps.accept(session, people["dan"], 10**9, settings, now)


def test_of_a_turn_that_runs_only_what_is_left_changes_hands(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    asked_at = START + timedelta(hours=1, seconds=20)
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, asked_at)
    later = START + timedelta(hours=2)
    swaps.accept(session, people["dan"], swap.id, settings, later)
    assert who(session, rota, settings, later - timedelta(minutes=1))[0] == people["dora"].id
    assert who(session, rota, settings, later)[0] == people["dan"].id


def test_after_its_end_a_swap_changes_nothing_any_more(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    with pytest.raises(Conflict, match="over"):
        swaps.accept(session, people["dan"], swap.id, settings, END)


def test_who_cannot_be_texted_gets_a_mail_and_who_cannot_be_reached_is_known(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    for point in people["dan"].contact_points:
        if point.kind == ContactKind.PHONE:
            point.gets_sms = False
    assert swaps.channel_to(people["dan"]) == "email"
    swaps.ask_swap(session, people["dora"], wish(), settings, now)
    mail = session.scalars(select(Delivery)).one()
    assert (mail.channel, bool(mail.subject)) == ("email", True)
    people["paul"].held_at = now
    offer = swaps.check_wish(session, people["dora"], wish("paul"), settings, now)
    assert offer.channel is None


def test_the_same_page_sends_everybody_their_link_once(
    session: Session, people: dict[str, Person], rota: Rota, settings: Settings, now: datetime
) -> None:
    from tests.support.people import add_user

    user = add_user(session)
    sent = [
        swaps.send_links(session, rota, key="k_1" * 8, settings=settings, now=now, user=user)
        for _ in range(2)
    ]
    assert sent == [3, 0]
    assert {m for m, _ in told(session)} == {"duty-link"}
    assert len(told(session)) == 3


def test_own_turns_name_who_stands_behind_and_what_is_asked(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    mine = own_turns(session, people["dora"], settings, now)
    running, coming = mine[0], mine[1]
    assert running.starts_at == START - timedelta(days=1)  # whole, although it began before now
    assert (coming.starts_at, coming.ends_at) == (START, END)
    assert coming.behind == ("Paul Police",)
    assert coming.asked == (swap,)
    assert len(mine) == 57
    swaps.accept(session, people["dan"], swap.id, settings, now)
    mine = own_turns(session, people["dora"], settings, now)
    assert START not in [turn.starts_at for turn in mine]


def test_through_the_night_of_a_clock_change_the_whole_turn_is_swapped(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    start, end = datetime(2026, 3, 28, 19, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)
    swap = swaps.ask_swap(session, people["dora"], wish("dan", start, end), settings, now)
    assert "07:00 BST" in session.scalars(select(Delivery)).one().body
    swaps.accept(session, people["dan"], swap.id, settings, now)
    assert who(session, rota, settings, end - timedelta(seconds=1))[0] == people["dan"].id


def test_whoever_leaves_the_directory_takes_no_turn(
    session: Session,
    people: dict[str, Person],
    rota: Rota,
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    remove_person(session, people["dan"], now=now, user=None)
    with pytest.raises(BadInput):
        swaps.ask_swap(session, people["dora"], wish("dan"), settings, now)


def test_the_log_holds_who_and_when_but_no_number_and_no_secret(
    session: Session,
    people: dict[str, Person],
    wish: Callable[..., Wish],
    settings: Settings,
    now: datetime,
) -> None:
    swap = swaps.ask_swap(session, people["dora"], wish(), settings, now)
    swaps.accept(session, people["dan"], swap.id, settings, now)
    entries = session.scalars(
        select(LogEntry).where(LogEntry.kind.like("rota.swap-%")).order_by(LogEntry.id)
    ).all()
    assert [e.kind for e in entries] == ["rota.swap-asked", "rota.swap-accepted"]
    assert [e.person_id for e in entries] == [people["dora"].id, people["dan"].id]
    for entry in entries:
        assert "+44" not in (entry.payload or "")
        assert "/duty/" not in (entry.payload or "")


@pytest.mark.parametrize("message", TEXTS)
def test_every_text_exists_in_four_languages_with_the_same_facts_and_is_no_alarm(
    message: str,
) -> None:
    assert set(TEXTS[message]) == {"en", "ar", "fr", "sk"}
    bodies = {words.body for words in TEXTS[message].values()}
    assert len({frozenset(placeholders_in(body)) for body in bodies}) == 1
    facts = dict.fromkeys(("city", "role", "from", "to", "stretch", "link"), "x")
    calm = {
        "en": "not an alarm",
        "ar": "ليس إنذارًا",
        "fr": "pas une alerte",
        "sk": "nie je to poplach",
    }
    for language, words in TEXTS[message].items():
        said = say(TEXTS, message, language, "email", facts)
        assert calm[language] in said.body
        assert said.subject
        assert words.subject
