"""Turns of duty from somebody's calendar: shown first, written once, hostile files refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict
from playbook.models import LogEntry, Person, Rota, RotaEntry, RotaEntryKind
from playbook.services.preparedness import calendar_reading
from playbook.services.preparedness.rota_calendars import (
    MOST_BYTES,
    MOST_ENTRIES,
    CalendarPlan,
    CalendarTurn,
    apply_calendar,
    plan_calendar,
    read_calendar,
)
from playbook.services.preparedness.rotas import EntryFacts, RotaFacts, add_entry, save_rota
from playbook.settings import Settings
from tests.support import harbour

LONDON = ZoneInfo("Europe/London")

NIGHTS = """\
UID:nights
SUMMARY:Night
DTSTART;TZID=Europe/London:20260316T190000
DTEND;TZID=Europe/London:20260317T070000
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID=Europe/London:20260323T190000
ATTENDEE;CN=Dora:MAILTO:Dora@harbour.example.org
"""


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def one(summary: str = "Dora Duty", uid: str = "one", more: str = "") -> str:
    return f"UID:{uid}\nSUMMARY:{summary}\nDTSTART:20260320T190000Z\nDTEND:20260321T070000Z\n{more}"


@pytest.fixture
def people(session: Session) -> dict[str, Person]:
    return harbour.add_people(session)


@pytest.fixture
def rota(session: Session, people: dict[str, Person], now: datetime) -> Rota:
    return save_rota(session, "duty-officer", RotaFacts(1, date(2026, 3, 9)), now=now, user=None)


Bring = Callable[..., CalendarPlan]


@pytest.fixture
def bring(session: Session, rota: Rota, settings: Settings, now: datetime) -> Bring:
    """Read, show and write a file, as the two pages do."""

    def do(data: bytes, at: datetime = now) -> CalendarPlan:
        read = read_calendar(data, LONDON, at)
        shown = plan_calendar(session, rota, read, settings, at)
        return apply_calendar(
            session, rota, read, settings, expected=shown.digest, now=at, user=None
        )

    return do


def entries(session: Session) -> list[RotaEntry]:
    return list(
        session.scalars(select(RotaEntry).order_by(RotaEntry.starts_at, RotaEntry.position))
    )


def test_repetitions_are_spread_out_exceptions_left_out_and_clock_changes_kept(
    now: datetime,
) -> None:
    read = read_calendar(ics(NIGHTS), LONDON, now)
    assert [turn.starts_at for turn in read[:3]] == [
        datetime(2026, 3, 16, 19, tzinfo=UTC),
        datetime(2026, 3, 30, 18, tzinfo=UTC),  # 19:00 BST; the 23rd is an exception
        datetime(2026, 4, 6, 18, tzinfo=UTC),
    ]
    assert read[0].mails == ("dora@harbour.example.org",)
    assert read[-1].starts_at < now + timedelta(weeks=26)
    assert len(read) == 25


def test_a_whole_day_and_a_floating_time_are_read_in_the_rotas_own_zone(now: datetime) -> None:
    read = read_calendar(
        ics(
            "UID:day\nSUMMARY:x\nDTSTART;VALUE=DATE:20260403\nDTEND;VALUE=DATE:20260404",
            "UID:float\nSUMMARY:x\nDTSTART:20260405T080000\nDURATION:PT4H",
        ),
        ZoneInfo("Europe/Paris"),
        now,
    )
    assert [(t.starts_at, t.ends_at) for t in read] == [
        (datetime(2026, 4, 2, 22, tzinfo=UTC), datetime(2026, 4, 3, 22, tzinfo=UTC)),
        (datetime(2026, 4, 5, 6, tzinfo=UTC), datetime(2026, 4, 5, 10, tzinfo=UTC)),
    ]


def test_what_is_cancelled_past_or_beyond_half_a_year_is_left_out(now: datetime) -> None:
    assert (
        read_calendar(
            ics(
                one(more="STATUS:CANCELLED"),
                "UID:past\nSUMMARY:x\nDTSTART:20260301T190000Z\nDTEND:20260302T070000Z",
                "UID:far\nSUMMARY:x\nDTSTART:20270301T190000Z\nDTEND:20270302T070000Z",
                "UID:empty\nSUMMARY:x\nDTSTART:20260320T190000Z\nDTEND:20260320T190000Z",
            ),
            LONDON,
            now,
        )
        == ()
    )


def test_people_are_found_by_mail_else_by_key_else_by_their_exact_name(
    session: Session, rota: Rota, settings: Settings, now: datetime
) -> None:
    harbour.add_person(session, "Same Name")
    twin = harbour.add_person(session, "Same Name")
    twin.key = "same-name-2"
    session.flush()
    read = read_calendar(
        ics(
            one("Dan Deputy", "mail", "ATTENDEE:mailto:DORA@harbour.example.org"),
            one("Duty: dan-deputy", "key"),
            one("Night - paul  POLICE (phone)", "name"),
            one("Dora Duty / Dan Deputy", "two"),
            one("Daniel Deputyson", "other"),
            one("Same Name", "twins"),
            one("Dan Deputy", "stranger", "ATTENDEE:mailto:stranger@elsewhere.example.org"),
        ),
        LONDON,
        now,
    )
    plan = plan_calendar(session, rota, read, settings, now)
    found = {}
    for turn in plan.turns:
        uid = next(t.uid for t in read if turn.source in (t.source(0), t.source(1)))
        found.setdefault(uid, []).append((turn.name, turn.position))
    assert found == {
        "mail": [("Dora Duty", 0)],
        "key": [("Dan Deputy", 0)],
        "name": [("Paul Police", 0)],
        "two": [("Dora Duty", 0), ("Dan Deputy", 1)],
        "stranger": [("Dan Deputy", 0)],
    }
    assert {turn.uid for turn in plan.unmatched} == {"other", "twins"}


def test_importing_the_same_calendar_twice_changes_nothing(
    session: Session, bring: Bring, now: datetime
) -> None:
    first = bring(ics(NIGHTS))
    before = [(entry.id, entry.made_at) for entry in entries(session)]
    second = bring(ics(NIGHTS), now + timedelta(hours=1))
    assert (first.added, first.removed) == (25, 0)
    assert (second.added, second.unchanged, second.removed) == (0, 25, 0)
    assert [(entry.id, entry.made_at) for entry in entries(session)] == before
    logged = session.scalars(select(LogEntry).where(LogEntry.kind == "rota.imported")).all()
    assert len(logged) == 1


def test_a_new_calendar_replaces_the_coming_turns_and_nothing_else(
    session: Session, rota: Rota, people: dict[str, Person], bring: Bring, now: datetime
) -> None:
    bring(ics(NIGHTS, one()))
    swap = EntryFacts(
        people["dan"].id,
        datetime(2026, 3, 16, 19, tzinfo=UTC),
        datetime(2026, 3, 17, 7, tzinfo=UTC),
        RotaEntryKind.SWAP,
    )
    add_entry(session, rota, swap, now=now, user=None)
    later = datetime(2026, 4, 1, tzinfo=UTC)  # two nights and the one of the 20th are past
    plan = bring(ics(NIGHTS.replace("BYDAY=MO", "BYDAY=TU")), later)
    assert plan.removed == 23
    kinds = [entry.kind for entry in entries(session)]
    assert kinds.count(RotaEntryKind.SWAP) == 1
    past = [e for e in entries(session) if e.ends_at <= later and e.kind == RotaEntryKind.IMPORTED]
    assert len(past) == 3
    coming = [e for e in entries(session) if e.ends_at > later]
    assert {e.starts_at.astimezone(LONDON).weekday() for e in coming} == {1}


def test_what_would_be_written_must_be_what_was_shown(
    session: Session, rota: Rota, people: dict[str, Person], settings: Settings, now: datetime
) -> None:
    read = read_calendar(ics(one("Dan Deputy")), LONDON, now)
    shown = plan_calendar(session, rota, read, settings, now)
    people["dan"].removed_at = now
    session.flush()
    with pytest.raises(Conflict):
        apply_calendar(session, rota, read, settings, expected=shown.digest, now=now, user=None)
    assert entries(session) == []


def test_the_gaps_that_are_left_are_named(
    session: Session, rota: Rota, settings: Settings, now: datetime
) -> None:
    read = read_calendar(ics(one()), LONDON, now)
    plan = plan_calendar(session, rota, read, settings, now)
    assert plan.gaps[0].starts_at == now
    assert plan.gaps[0].ends_at == datetime(2026, 3, 20, 19, tzinfo=UTC)
    assert plan.gaps[1].starts_at == datetime(2026, 3, 21, 7, tzinfo=UTC) == plan.ends_at
    assert entries(session) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "calendar"),
        (b"name,phone\nDora,1\n", "calendar"),
        (ics(NIGHTS)[:-20], "calendar"),
        (ics(one().replace("DTSTART:2026", "DTSTART:year")), "calendar"),
        (ics("UID:no start"), "calendar"),
        (b"\x00\xff\xfeBEGIN:VCALENDAR\x00END:VCALENDAR", "calendar"),
        (b"BEGIN:VCALENDAR" + b" " * MOST_BYTES, "1 MB"),
        (ics(*[one(uid=str(i)) for i in range(MOST_ENTRIES + 1)]), "more turns"),
        (ics(one(more="RRULE:FREQ=HOURLY")), "more turns"),
    ],
    ids=[
        "empty",
        "a table",
        "cut off",
        "no date",
        "no start",
        "bytes",
        "large",
        "entries",
        "hourly",
    ],
)
def test_what_is_no_calendar_or_too_large_is_refused_in_words(
    data: bytes, sentence: str, now: datetime
) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_calendar(data, LONDON, now)


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"], ids=["endless", "never"]
)
def test_a_rule_without_an_end_to_it_is_stopped(
    rule: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbook.services.preparedness.rota_calendars.PATIENCE", 1.5)
    with pytest.raises(BadInput, match="more turns"):
        read_calendar(ics(one(more=f"RRULE:{rule}")), LONDON, now)


def test_ids_of_any_length_are_kept_apart(now: datetime) -> None:
    turn = CalendarTurn("u" * calendar_reading.LONGEST, "", (), now, now + timedelta(hours=1))
    assert len(turn.source(0)) <= 250
    assert turn.source(0) != turn.source(1)
