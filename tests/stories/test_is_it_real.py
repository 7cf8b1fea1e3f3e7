"""Is it real? What partners, the desk and a hoaxer meet who ask."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.changes import ChangeKind
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    CheckCode,
    CodeCheck,
    LogEntry,
    Person,
    Rung,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.queries.response.codes import admitted, count_wrong_codes
from playbook.services.preparedness.publishing import publish
from playbook.services.response import changes, checking
from playbook.services.response.adding import add_person
from playbook.services.response.answer_links import find
from playbook.services.response.checking import Verdict
from playbook.services.response.context import token_digest
from tests.support.city import City
from tests.support.harbour import harbour_document


def code_in(text: str) -> str:
    """The six digits of a message."""
    found = re.search(r"(?<![\d+])\d{6}(?!\d)", text)
    assert found, text
    return found.group()


def user_of(city: City, session: Session) -> User:
    return session.get_one(User, city.user_id)


def on_the_page(city: City, typed: str) -> Verdict:
    with city.wiring.transaction() as session:
        return checking.check_on_page(session, typed, city.now)


def at_the_desk(city: City, typed: str) -> tuple[int, str] | None:
    """Read a code out to the desk; whose it is, by the id of the code and the name."""
    with city.wiring.transaction() as session:
        found = checking.check_at_desk(
            session, city.activation_id, typed, user_of(city, session), city.now
        )
        return (found.id, found.person.name) if found is not None else None


def let_in(city: City, code_id: int, *, again: bool = False) -> None:
    with city.wiring.transaction() as session:
        checking.admit(
            session, city.activation_id, code_id, user_of(city, session), city.now, again=again
        )


def wrong(city: City) -> int:
    with city.wiring.sessions() as session:
        return count_wrong_codes(session, city.activation_id, city.now)


def another_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def in_the_log(city: City, kind: str) -> int:
    with city.wiring.sessions() as session:
        return len(session.scalars(select(LogEntry).where(LogEntry.kind == kind)).all())


def change(city: City, kind: ChangeKind, **facts: object) -> None:
    wanted = changes.Change(f"{kind}-{city.now}", kind, **facts)  # type: ignore[arg-type]
    with city.wiring.transaction() as session:
        changes.make(
            session,
            city.activation_id,
            wanted,
            city.wiring.settings,
            user_of(city, session),
            city.now,
        )
    city.run_ticks()


def test_a_partner_checks_the_code_on_the_page_and_by_phone(city: City) -> None:
    city.activate("full")
    sent_at = city.now
    code = code_in(city.phone("Paul").receives("Police liaison"))
    city.fast_forward(minutes=1)
    assert on_the_page(city, f" {code[:3]} {code[3:]}") == Verdict(True, (sent_at,), False)
    found = at_the_desk(city, code)
    assert found is not None
    assert found[1] == "Paul Police"
    assert wrong(city) == 0
    assert in_the_log(city, "code.checked") == 1


def test_every_partner_has_a_code_of_their_own_and_keeps_it(city: City) -> None:
    city.activate("full")
    codes = {name: code_in(city.phone(name).receives()) for name in ("Dora", "Maya", "Paul")}
    assert len(set(codes.values())) == 3
    city.fast_forward(minutes=5)
    assert code_in(city.mailbox("Paul").receives("Police liaison")) == codes["Paul"]
    city.fast_forward(minutes=5)
    assert code_in(city.phone("Petra").receives("Police liaison")) not in codes.values()


def test_a_wrong_code_is_refused_and_counted_for_an_hour(city: City) -> None:
    city.activate("full")
    guess = another_than(code_in(city.phone("Paul").receives("Police liaison")))
    with city.wiring.transaction() as session:  # whoever's it were by chance
        session.execute(
            CheckCode.__table__.delete().where(
                CheckCode.code_index == current_keyring().blind_index(f"check-code:{guess}")
            )
        )
    assert on_the_page(city, guess) == Verdict(right=False)
    assert at_the_desk(city, guess) is None
    assert wrong(city) == 2
    assert in_the_log(city, "code.refused") == 1
    city.outage(minutes=61)
    assert wrong(city) == 0


def test_nothing_is_kept_about_who_asked_or_what_they_typed(city: City) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    on_the_page(city, code)
    with city.wiring.sessions() as session:
        [kept] = session.scalars(select(CodeCheck)).all()
        assert (kept.via, kept.right) == ("page", True)
        said = [str(entry.payload) for entry in session.scalars(select(LogEntry))]
    assert not [line for line in said if code in line]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345x", "١٢٣٤٥"])
def test_what_cannot_be_a_code_is_explained_and_not_counted(city: City, typed: str) -> None:
    city.activate("full")
    with pytest.raises(BadInput, match="six digits"):
        on_the_page(city, typed)
    assert wrong(city) == 0


def test_digits_of_another_script_are_digits(city: City) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert on_the_page(city, arabic).right


def test_a_code_that_no_message_has_carried_yet_is_not_confirmed(city: City) -> None:
    city.activate("full")
    with city.wiring.sessions() as session:
        petra = session.scalars(
            select(CheckCode).join(Person).where(Person.name == "Petra Police")
        ).one()
        code = petra.code
    assert not on_the_page(city, code).right
    city.fast_forward(minutes=10)
    city.phone("Petra").receives(code)
    assert on_the_page(city, code).right


def test_the_code_of_one_person_does_not_let_a_second_in_unseen(city: City) -> None:
    city.activate("full")
    found = at_the_desk(city, code_in(city.phone("Paul").receives("Police liaison")))
    assert found is not None
    let_in(city, found[0])
    with pytest.raises(Conflict, match="already"):
        let_in(city, found[0])
    let_in(city, found[0], again=True)
    with city.wiring.sessions() as session:
        assert [a.name for a in admitted(session, city.activation_id)] == ["Paul Police"]
    assert (in_the_log(city, "code.admitted"), in_the_log(city, "code.admitted-again")) == (1, 1)


def test_a_code_of_another_incident_lets_nobody_in_here(city: City) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    city.activate("full")
    found = at_the_desk(city, code)
    assert found is not None
    with pytest.raises(NotFound):
        let_in(city, found[0])


def test_what_calls_off_carries_the_code_that_called_out(city: City) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    callback = city.wiring.settings.call_back_number
    city.fast_forward(minutes=1)
    change(city, ChangeKind.CORRECTION, texts={"en": "Use the north gate."})
    city.phone("Paul").receives("north gate", code, callback)
    city.fast_forward(minutes=1)
    change(city, ChangeKind.FALSE_ALARM)
    city.phone("Paul").receives("false alarm", code, callback)
    assert len(on_the_page(city, code).sent) == 3


def test_after_the_end_a_code_is_known_for_thirty_days(city: City) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    found = at_the_desk(city, code)
    change(city, ChangeKind.STAND_DOWN)
    assert found is not None
    with pytest.raises(Conflict, match="ended"):
        let_in(city, found[0])
    city.clock.advance(timedelta(days=29, hours=23))
    assert on_the_page(city, code).right
    city.clock.advance(timedelta(hours=2))
    assert not on_the_page(city, code).right


def test_a_code_of_an_exercise_says_so(city: City) -> None:
    city.activate("full", kind=ActivationKind.EXERCISE)
    assert on_the_page(city, code_in(city.phone("Paul").receives("EXERCISE"))).exercise


def test_whoever_is_added_or_called_by_a_new_level_has_a_code(city: City) -> None:
    city.activate("watch")
    change(city, ChangeKind.LEVEL, level="full")
    assert on_the_page(city, code_in(city.phone("Paul").receives("Police liaison"))).right
    with city.wiring.transaction() as session:
        add_person(
            session,
            city.activation_id,
            name="Nour Press",
            phone="+447700900107",
            language="en",
            role="press-officer",
            settings=city.wiring.settings,
            user=user_of(city, session),
            now=city.now,
        )
    city.run_ticks()
    assert on_the_page(city, code_in(city.phone("Nour").receives("Press officer"))).right


def test_a_playbook_from_before_there_were_codes_sends_them_all_the_same(city: City) -> None:
    with city.wiring.transaction() as session:
        old = older(harbour_document())
        city.version_id = publish(
            session, canonical_bytes(old), old, None, "Sample author", city.now
        ).id
    city.activate("full")
    settings = city.wiring.settings
    text = city.phone("Paul").receives("Police liaison", settings.call_back_number, "Code ")
    assert on_the_page(city, code_in(text)).right
    city.fast_forward(minutes=5)
    mail = city.mailbox("Paul").receives(f"{settings.public_url}/check", settings.call_back_number)
    assert code_in(mail) == code_in(text)
    change(city, ChangeKind.FALSE_ALARM)  # a message that this version does not even have
    city.phone("Paul").receives("false alarm", code_in(text), settings.call_back_number)


def older(document: Playbook) -> Playbook:
    """The playbook as it was before codes: no word of them, and no message for a false alarm."""
    words = {
        language: {
            key: re.sub(r" ?(Code|رمز) \{code\}([,،] \{callback\})?", "", text)
            for key, text in texts.items()
            if not key.startswith("messages.false-alarm")
        }
        for language, texts in document.words.items()
    }
    assert not [text for texts in words.values() for text in texts.values() if "{code}" in text]
    messages = {m: message for m, message in document.messages.items() if m != "false-alarm"}
    return document.model_copy(update={"playbook": "older", "words": words, "messages": messages})


def test_what_was_sent_before_links_became_short_keeps_working(city: City) -> None:
    city.activate("full")
    link = re.search(r"/a/(\S+)", city.phone("Paul").receives("Police liaison"))
    assert link
    assert len(link.group(1)) == 12
    make_it_old(city)
    with city.wiring.sessions() as session, pytest.raises(NotFound):
        find(session, link.group(1), city.now, city.wiring.settings.public_url)
    change(city, ChangeKind.CORRECTION, texts={"en": "Use the north gate."})
    long = re.search(r"/a/(\S+)", city.phone("Paul").receives("north gate"))
    assert long
    assert len(long.group(1)) == 26
    with city.wiring.sessions() as session:
        _call_out, rung = find(session, long.group(1), city.now, city.wiring.settings.public_url)
        assert rung.person.name == "Paul Police"
    assert on_the_page(city, code_in(city.phone("Paul").texts()[-1])).right


def make_it_old(city: City) -> None:
    """Let the incident be one that began before links became short and people got codes."""
    with city.wiring.transaction() as session:
        key = session.get_one(Activation, city.activation_id).request_key
        for rung in session.scalars(select(Rung)).all():
            subject = f"{key}:{rung.role_call.role}:{rung.person_id}"
            digest = token_digest(current_keyring().link_token(subject))
            session.execute(update(Rung).where(Rung.id == rung.id).values(link_token_digest=digest))
        session.execute(CheckCode.__table__.delete())
