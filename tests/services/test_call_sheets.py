"""A call sheet says whom to call, at which numbers, in which order, and what has changed since the last one."""

import json
import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.call_sheet import Mark, Standing
from playbook.domain.preparedness.canonical import canonical_bytes, content_hash
from playbook.domain.preparedness.document import Playbook
from playbook.errors import NotFound
from playbook.models import (
    CallSheetPrint,
    ContactKind,
    ContactPoint,
    LogEntry,
    Organisation,
    Person,
    PlaybookVersion,
    PublishedPlaybook,
    RoleHolder,
    Rota,
    RotaShift,
)
from playbook.models.keyring import current_keyring
from playbook.services.log import read_payload
from playbook.services.preparedness import call_sheets
from playbook.services.preparedness.call_sheet_ladders import Directory
from playbook.services.preparedness.call_sheet_pages import STYLE, Imprint, page_of
from playbook.services.preparedness.call_sheets import (
    KEPT,
    Sheet,
    find_print,
    last_print,
    make_sheet,
    record_print,
)
from playbook.services.preparedness.pdf import load_weasyprint
from playbook.settings import Settings
from tests.support import harbour
from tests.support.people import add_user

LANGUAGES = ("en", "ar", "fr", "sk")


@pytest.fixture
def people(session: Session) -> dict[str, Person]:
    return harbour.add_people(session)


@pytest.fixture
def version(session: Session, now: datetime) -> PlaybookVersion:
    return harbour.publish_harbour(session, now)


def sheet_of(session: Session, version: PlaybookVersion, now: datetime, **more: Any) -> Sheet:
    return make_sheet(session, version, "full", Settings(), now, **more)


def printed(session: Session, sheet: Sheet, now: datetime) -> CallSheetPrint:
    return record_print(session, sheet, language="en", via="page", by="Cora", user=None, now=now)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def on_page(sheet: Sheet, now: datetime, language: str = "en") -> str:
    return text_of(page_of(sheet, language, Settings(), Imprint(now, "Cora Coordinator")))


def ladder(sheet: Sheet, role: str) -> list[str]:
    return [p.name for r in sheet.roles if r.role == role for p in r.people]


def test_the_tree_stands_in_the_order_in_which_it_is_called(session, version, people, now) -> None:
    sheet = sheet_of(session, version, now)
    assert [(r.number, r.role) for r in sheet.roles] == [
        ("T0-01", "duty-officer"),
        ("T0-02", "mayor"),
        ("T1-01", "police-liaison"),
        ("T2-01", "mosque-council"),
        ("T2-02", "press-officer"),
    ]
    assert ladder(sheet, "duty-officer") == ["Dora Duty", "Dan Deputy", "Maya Mayor"]
    (duty, *_) = sheet.roles
    assert [p.standing for p in duty.people] == ["holder", "deputy", "deputy-role"]
    assert sheet.people == 7


def test_a_lower_level_calls_fewer(session, version, people, now) -> None:
    sheet = make_sheet(session, version, "watch", Settings(), now)
    assert [r.role for r in sheet.roles] == ["duty-officer", "mayor"]


def test_an_unknown_level_is_refused(session, version, now) -> None:
    with pytest.raises(NotFound):
        make_sheet(session, version, "everything", Settings(), now)


def test_whoever_was_removed_is_not_called(session, version, people, now) -> None:
    people["dora"].removed_at = now
    session.flush()
    assert ladder(sheet_of(session, version, now), "duty-officer")[0] == "Dan Deputy"


def test_numbers_stand_in_the_order_in_which_they_are_tried(session, version, people, now) -> None:
    second = "+447700900191"
    people["dora"].contact_points.append(
        ContactPoint(
            kind=ContactKind.PHONE,
            value=second,
            value_index=current_keyring().blind_index(second),
            position=1,
            label="home",
        )
    )
    session.flush()
    dora = sheet_of(session, version, now).roles[0].people[0]
    assert [n.value for n in dora.phones] == ["+447700900101", second]
    people["dora"].contact_points[0].bounced_at = now
    session.flush()
    dora = sheet_of(session, version, now).roles[0].people[0]
    assert [n.value for n in dora.phones] == [second, "+447700900101"]


def test_every_language_of_the_tree_has_what_to_say_with_blanks_for_what_nobody_knows_yet(
    session, version, people, now
) -> None:
    english, arabic = sheet_of(session, version, now).texts
    assert (english.language, english.people) == ("en", 5)
    assert (arabic.language, arabic.people) == ("ar", 2)
    assert "full activation" in english.body
    assert call_sheets.BLANK in english.body
    assert "http" not in english.body
    assert (
        "0800\N{NO-BREAK SPACE}555\N{NO-BREAK SPACE}000" in english.body
    )  # no line breaks a number
    assert "{" not in english.body + arabic.body


def test_the_page_says_everything_that_a_caller_needs(session, version, people, now) -> None:
    people["dora"].contact_points[0].script = "Ask for the coordinator on call."
    people["paul"].held_at = now
    session.flush()
    said = on_page(sheet_of(session, version, now), now)
    for part in (
        "Contains personal numbers: keep it locked away.",
        "Printed Sat 14 Mar 2026, 02:10 GMT by Cora Coordinator .",
        "T0-01a",
        "+44 7700 900101",
        "dora@harbour.example.org",
        "Switchboard. Say: Ask for the coordinator on call.",
        "answer within 10 min",
        "call 10 min after the decision",
        "No check code stands here",
        "Enter answers from paper",
        "On hold: do not call.",
        "City of Harbour",
        "Arabic",
    ):
        assert part in said.replace("Sat, 14", "Sat 14"), part


def test_a_preview_is_no_printing_and_says_so(session, version, people, now) -> None:
    page = page_of(sheet_of(session, version, now), "en", Settings(), Imprint(now, "", True))
    assert "Not recorded as printed." in text_of(page)
    assert session.scalars(select(CallSheetPrint)).all() == []


def test_a_role_that_nobody_holds_leaves_room_to_write(session, version, now) -> None:
    assert "Nobody holds this role." in on_page(sheet_of(session, version, now), now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_read_left_to_right_in_every_language(
    session, version, people, now, language
) -> None:
    page = page_of(sheet_of(session, version, now), language, Settings(), Imprint(now, "Cora"))
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert '<bdi dir="ltr" class="phone">+44 7700 900101</bdi>' in page


def test_what_changed_since_the_last_printing_is_marked_with_words(
    session, version, people, now
) -> None:
    first = printed(session, sheet_of(session, version, now), now)
    value = "+447700900150"
    people["paul"].contact_points[0].value = value
    people["petra"].removed_at = now
    harbour.add_person(session, "Nils New", phone="+447700900151", roles={"mayor": 1})
    session.flush()
    session.expire_all()
    sheet = sheet_of(session, version, now, since=last_print(session, version, "full"))
    assert sheet.since == first
    marks = {(role, person): mark for (role, person), mark in sheet.changes.marks.items()}
    assert marks["police-liaison", people["paul"].id] is Mark.CHANGED
    assert {mark for (role, _), mark in marks.items() if role == "mayor"} == {Mark.NEW}
    assert [g.name for g in sheet.changes.gone] == ["Petra Police"]
    said = on_page(sheet, now)
    assert "＋ new line" in said
    assert "≠ changed line" in said
    assert "gone: T1-01b Petra Police" in said


def test_a_new_version_is_compared_with_what_was_printed_of_the_old_one(
    session, version, people, now
) -> None:
    before = printed(session, sheet_of(session, version, now), now)
    newer = PlaybookVersion(
        playbook_id=version.playbook_id,
        number=2,
        content_hash="sha256:other",
        canonical=version.canonical,
        title=version.title,
        activatable=True,
        published_at=now,
        published_by_name="",
    )
    session.add(newer)
    session.flush()
    assert last_print(session, newer, "full") == before
    assert last_print(session, version, "watch") is None
    with pytest.raises(NotFound):
        find_print(session, version, "watch", before.id)


def test_a_printing_is_kept_encrypted_and_logged_without_numbers(
    session, version, people, now
) -> None:
    user = add_user(session, name="Cora Coordinator")
    kept = record_print(
        session,
        sheet_of(session, version, now),
        language="ar",
        via="page",
        by=user.name,
        user=user,
        now=now,
    )
    lines = json.loads(kept.lines)
    first = lines["roles"][0]["people"][0]
    assert lines["roles"][0]["number"] == "T0-01"
    assert (first["line"], first["phones"], first["emails"]) == (
        "T0-01a",
        ["+447700900101"],
        ["dora@harbour.example.org"],
    )
    raw = session.connection().exec_driver_sql("SELECT lines FROM call_sheet_print").scalar_one()
    assert b"900101" not in bytes(raw)
    entry = session.scalars(select(LogEntry).where(LogEntry.kind == "call-sheet.printed")).one()
    assert entry.user_id == user.id
    assert read_payload(entry)["people"] == 7
    assert "900101" not in json.dumps(read_payload(entry))


def test_old_printings_are_forgotten(session, version, people, now) -> None:
    for hour in range(KEPT + 3):
        printed(session, sheet_of(session, version, now), now + timedelta(hours=hour))
    kept = session.scalars(select(CallSheetPrint.printed_at)).all()
    assert len(kept) == KEPT
    assert min(kept) == now + timedelta(hours=3)


def test_the_rota_of_the_coming_week_stands_below_its_role(session, version, people, now) -> None:
    guest = harbour.add_person(session, "Nadia Night", phone="+447700900160")
    rota = Rota(role="duty-officer", cycle_weeks=1, anchor=datetime(2026, 3, 9).date())
    for weekday in range(7):
        for person, start, end in (
            (people["dora"], time(7), time(19)),
            (guest, time(19), time(7)),
        ):
            if (weekday, start) != (0, time(7)):  # nobody on Monday by day
                rota.shifts.append(
                    RotaShift(
                        person=person,
                        weekday=weekday,
                        starts=f"{start:%H:%M}",
                        ends=f"{end:%H:%M}",
                    )
                )
    session.add(rota)
    session.flush()
    sheet = sheet_of(session, version, now)
    duty = sheet.roles[0]
    assert [(p.name, p.standing) for p in duty.people][-2:] == [
        ("Nadia Night", Standing.ROTA),
        ("Maya Mayor", Standing.DEPUTY_ROLE),
    ]
    said = on_page(sheet, now).replace("Sun, ", "Sun ").replace("Mon, ", "Mon ")
    assert "Sun 15 Mar 07:00–19:00 Dora Duty" in said
    assert "Sun 15 Mar 19:00–07:00 Nadia Night" in said
    assert "Mon 16 Mar 07:00–19:00 nobody: start with line a" in said


def big_document() -> Playbook:
    """Fifty roles in four tiers, each with another as its deputy: three hundred lines."""
    raw = harbour.harbour_document().model_dump(mode="json", by_alias=True, exclude_none=True)
    raw["tiers"] = {f"tier-{n}": {"starts": f"{n * 10} min"} for n in range(1, 5)}
    raw["levels"] = {"full": {"call": list(raw["tiers"])}}
    raw["decisions"], raw["tasks"], raw["check-ins"], raw["care"] = {}, {}, {}, {}
    template = raw["roles"]["mayor"]
    raw["roles"] = {
        f"role-{n}": {**template, "tier": f"tier-{n % 4 + 1}", "deputies": [f"role-{n ^ 1}"]}
        for n in range(50)
    }
    for words in raw["words"].values():
        words |= {f"tiers.tier-{n}.name": f"Tier {n}, lives and helpers" for n in range(1, 5)}
        words |= {f"roles.role-{n}.name": f"Harbour care lead {n}" for n in range(50)}
    return Playbook.model_validate(raw)


def crowd() -> Directory:
    """A hundred and fifty people, three to a role, with two numbers and an address each."""
    holders = {}
    for place in range(150):
        organisation = Organisation(name=f"Department of Harbour Affairs {place % 12}")
        person = Person(
            id=place + 1,
            key=str(place),
            name=f"Maximiliana Long {place}",
            organisation=organisation,
            language=LANGUAGES[place % 4] if place % 3 else "en",
        )
        for position, (kind, value) in enumerate(
            (
                (ContactKind.PHONE, f"+447700900{place:03d}"),
                (ContactKind.PHONE, f"+447700900{place + 200:03d}"),
                (ContactKind.EMAIL, f"maximiliana.long.{place}@harbour.example.org"),
            )
        ):
            person.contact_points.append(
                ContactPoint(kind=kind, value=value, position=position, label="")
            )
        holders.setdefault(f"role-{place // 3}", []).append(person)
    return Directory(holders, {}, {}, {})


@pytest.fixture(scope="module")
def crowded() -> Sheet:
    document = big_document()
    content = canonical_bytes(document)
    version = PlaybookVersion(
        id=1,
        playbook=PublishedPlaybook(key="harbour"),
        number=1,
        canonical=content,
        content_hash=content_hash(content),
        title="Harbour",
        activatable=True,
    )
    now = datetime.fromisoformat("2026-03-14T02:10:00+00:00")
    nothing: Any = None  # everything that would be asked of a database is given
    return make_sheet(nothing, version, "full", Settings(), now, directory=crowd())


def is_line(row: Any) -> bool:
    """Whether a table row is a role or a person, not the head that every page repeats."""
    return any(cell.tag == "td" or cell.get("scope") == "rowgroup" for cell in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hundred_and_fifty_people_fit_on_ten_pages_and_nothing_is_torn(
    crowded: Sheet, now: datetime, language: str
) -> None:
    weasyprint = load_weasyprint()
    assert crowded.people == 150
    html = page_of(crowded, language, Settings(), Imprint(now, "Cora Coordinator"))
    document = weasyprint.HTML(string=html).render(
        stylesheets=[weasyprint.CSS(string=STYLE.read_text())]
    )
    assert len(document.pages) <= 10
    found: dict[int, set[int]] = {}
    for number, page in enumerate(document.pages):
        body = [box for box in page._page_box.children[0].descendants() if box.element is not None]
        rows = [box.element for box in body if box.element_tag == "tr" and is_line(box.element)]
        for row in rows:
            found.setdefault(id(row), set()).add(number)
        if rows:
            assert "sheet-role-name" not in rows[-1].get("class", ""), "a role without its people"
        blocks = [b.element_tag for b in body if b.element_tag in ("h2", "h3", "tr", "p", "li")]
        assert blocks[-1] not in ("h2", "h3"), "a heading alone at the foot of a page"
    assert len(found) >= 50 + 150
    assert all(len(pages) == 1 for pages in found.values()), "a row was torn in two"


def test_it_takes_no_query_per_person(session, version, people, now) -> None:
    def queries() -> int:
        session.flush()
        session.expunge_all()  # as a request begins: nothing has been read yet
        found = session.get_one(PlaybookVersion, version.id)
        counted: list[str] = []
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *a: counted.append(a[2]))
        sheet_of(session, found, now)
        return len(counted)

    few = queries()
    for place in range(40):
        harbour.add_person(
            session,
            f"More {place}",
            phone=f"+447700900{200 + place}",
            roles={"mayor": place + 5},
            organisation=Organisation(name=f"Body {place}"),
        )
    assert session.scalars(select(RoleHolder)).all()
    assert queries() <= few
