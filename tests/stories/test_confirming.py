"""Who must confirm a change, who has, and how a silence about it climbs."""

from sqlalchemy import select

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import ChangeKind
from playbook.models import (
    Person,
    RoleCallState,
    Task,
    User,
)
from playbook.services.preparedness.publishing import publish
from playbook.services.response import acknowledging
from playbook.services.response.answer_links import answer
from tests.stories.changing import change, look, told
from tests.support.city import City
from tests.support.harbour import harbour_document


def test_a_correction_in_two_languages_is_read_as_it_was_written(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    city.phone("Paul").replies("1")
    city.phone("Dan").read = len(city.phone("Dan").texts())
    city.mailbox("Nour").read = len(city.mailbox("Nour").texts())
    texts = {"en": "Meet at the NORTH gate {link}.", "ar": "اللقاء عند البوابة الشمالية."}
    made = change(city, ChangeKind.CORRECTION, texts=texts)
    city.phone("Dan").receives("correction: Meet at the NORTH gate {link}.")  # her own braces
    city.mailbox("Nour").receives("تصحيح: اللقاء عند البوابة الشمالية.")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    rows = told(city, made)
    assert rows["Dan"].asks
    assert rows["Dan"].acknowledged_at is None
    city.phone("Dan").replies("1")
    assert told(city, made)["Dan"].acknowledged_via == "sms"
    assert told(city, made)["Nour"].acknowledged_at is None


def test_who_can_only_be_phoned_is_given_to_a_human_by_name(city: City) -> None:
    city.activate("full")
    with city.wiring.transaction() as session:
        maya = session.scalars(select(Person).where(Person.name == "Maya Mayor")).one()
        maya.contact_points = [c for c in maya.contact_points if c.kind == "phone"]
        maya.contact_points[0].gets_sms = False
    seen = look(city, ChangeKind.STAND_DOWN)
    assert (seen.to_phone, seen.beyond_reach) == (("Maya Mayor",), ())
    made = change(city, ChangeKind.STAND_DOWN)
    row = told(city, made)["Maya"]
    assert (row.by_phone, row.acknowledged_at) == (True, None)
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        acknowledging.told_by_hand(session, city.activation_id, row.id, user, city.now)
    row = told(city, made)["Maya"]
    assert (row.acknowledged_via, row.noted_by_name) == ("hand", "Cora Coordinator")


def test_an_answer_after_the_end_is_kept_as_late(city: City) -> None:
    city.activate("full")
    text = city.phone("Paul").receives("Police liaison")
    token = text[text.index("/a/") + 3 :].split()[0]
    made = change(city, ChangeKind.CORRECTION, texts={"en": "Come by bus."})
    city.phone("Paul").receives("Come by bus")
    change(city, ChangeKind.FALSE_ALARM)
    with city.wiring.transaction() as session:
        answer(session, token, Answer.JOINING, city.now, "http://city.example.org")
    rung = city.rung("police-liaison", "Paul")
    assert (rung.state, rung.late) == ("joining", True)
    assert told(city, made)["Paul"].acknowledged_via == "link"
    city.phone("Dora").replies("1")  # to nothing that runs any more: she has read it
    assert told(city, made)["Dora"].acknowledged_via == "sms"


def harbour_asks(city: City, kind: ChangeKind = ChangeKind.CORRECTION, **facts: object) -> int:
    """Make a change after twelve minutes, everything before it read."""
    city.fast_forward(minutes=12)
    made = change(city, kind, **(facts or {"texts": {"en": "Meet at the NORTH gate."}}))
    for device in (
        *(city.phone(name) for name in ("Dora", "Dan", "Maya", "Paul", "Petra", "Imam", "Nour")),
        *(city.mailbox(name) for name in ("Dora", "Dan", "Maya", "Paul", "Petra", "Nour")),
    ):
        device.read = len(device.texts())
    return made


def stop_texts(city: City, name: str) -> None:
    """Take the mailbox of somebody out of the directory, so that only texts reach them."""
    with city.wiring.transaction() as session:
        person = session.scalars(select(Person).where(Person.name.like(f"{name} %"))).one()
        for point in list(person.contact_points):
            if point.kind == "email":
                session.delete(point)


def test_who_does_not_confirm_is_told_on_the_next_channel_and_then_phoned(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    # Petra was asked two minutes ago, by SMS alone; ten minutes are hers, so the email leaves after five.
    assert told(city, made)["Petra"].channels == ["sms"]
    city.fast_forward(minutes=4)
    before = [t for t in city.mailbox("Petra").texts() if "NORTH gate" in t]
    assert before == []
    city.fast_forward(minutes=1)
    [mail] = [t for t in city.mailbox("Petra").texts() if "NORTH gate" in t]
    [text] = [t for t in city.phone("Petra").texts() if "NORTH gate" in t]
    assert mail[mail.index("/a/") :].split()[0] == text[text.index("/a/") :].split()[0]
    assert phone_calls(city, "Petra") == []
    city.fast_forward(minutes=3)
    [call] = phone_calls(city, "Petra")
    assert (call.done_at, call.role) == (None, "police-liaison")
    row = told(city, made)["Petra"]
    assert (row.by_phone, row.channels, row.climbed) == (True, ["sms", "email", "voice"], 2)
    assert row.next_due_at is None
    city.fast_forward(minutes=60)
    assert len([t for t in city.phone("Petra").texts() if "NORTH gate" in t]) == 1


def phone_calls(city: City, name: str) -> list[Task]:
    """The calls that tell somebody about a change."""
    with city.wiring.sessions() as session:
        return list(
            session.scalars(
                select(Task)
                .join(Person, Task.person_id == Person.id)
                .where(Person.name.like(f"{name} %"), Task.cause.like("told:%"))
            )
        )


def test_a_confirmation_ends_the_climb(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    city.phone("Petra").replies("1")
    city.fast_forward(minutes=60)
    assert told(city, made)["Petra"].acknowledged_via == "sms"
    assert [t for t in city.mailbox("Petra").texts() if "NORTH gate" in t] == []
    assert phone_calls(city, "Petra") == []


def test_told_by_phone_closes_the_call(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    city.fast_forward(minutes=9)
    row = told(city, made)["Petra"]
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        acknowledging.told_by_hand(session, city.activation_id, row.id, user, city.now)
    [call] = phone_calls(city, "Petra")
    assert (call.outcome, call.done_by_name) == ("done", "Cora Coordinator")


def test_a_late_confirmation_takes_the_call_off_the_list(city: City) -> None:
    city.activate("full")
    harbour_asks(city)
    city.fast_forward(minutes=9)
    city.phone("Petra").replies("1")
    [call] = phone_calls(city, "Petra")
    assert call.outcome == "not-needed"


def test_the_longest_minutes_of_a_person_count(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    # Thirty minutes are the press officer's; she was reached by email, so the SMS comes at half time.
    city.fast_forward(minutes=14)
    assert [t for t in city.phone("Nour").texts() if "NORTH gate" in t] == []
    city.fast_forward(minutes=1)
    assert len([t for t in city.phone("Nour").texts() if "NORTH gate" in t]) == 1
    assert told(city, made)["Nour"].climbed == 1


def test_where_no_other_channel_arrives_a_human_phones_at_half_time(city: City) -> None:
    city.activate("full")
    stop_texts(city, "Petra")
    harbour_asks(city)
    city.fast_forward(minutes=5)
    assert len(phone_calls(city, "Petra")) == 1


def test_what_asks_for_nothing_does_not_climb(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city, ChangeKind.LEVEL, level="watch")
    assert {row.next_due_at for row in told(city, made).values()} == {None}


def asking_false_alarm(city: City) -> None:
    """Publish a harbour playbook whose false alarm asks for a confirmation."""
    document = harbour_document()
    asking = document.messages["false-alarm"].model_copy(update={"acknowledge": True})
    changed = document.model_copy(update={"messages": {**document.messages, "false-alarm": asking}})
    with city.wiring.transaction() as session:
        city.version_id = publish(
            session, canonical_bytes(changed), changed, None, "Sample author", city.now
        ).id


def test_a_false_alarm_climbs_after_the_end(city: City) -> None:
    asking_false_alarm(city)
    city.activate("full")
    city.fast_forward(minutes=12)
    made = change(city, ChangeKind.FALSE_ALARM)
    city.fast_forward(minutes=5)
    assert [t for t in city.mailbox("Petra").texts() if "false alarm" in t] != []
    city.fast_forward(minutes=3)
    [call] = phone_calls(city, "Petra")
    assert call.done_at is None
    row = told(city, made)["Petra"]
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        acknowledging.told_by_hand(session, city.activation_id, row.id, user, city.now)
    assert phone_calls(city, "Petra")[0].outcome == "done"


def test_a_correction_is_not_climbed_once_it_is_over(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    change(city, ChangeKind.STAND_DOWN)
    city.fast_forward(minutes=60)
    assert {row.climbed for row in told(city, made).values()} == {0}
    assert phone_calls(city, "Petra") == []


def test_who_is_held_meanwhile_hears_nothing_more(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    with city.wiring.transaction() as session:
        petra = session.scalars(select(Person).where(Person.name == "Petra Police")).one()
        petra.held_at = city.now
    city.fast_forward(minutes=60)
    row = told(city, made)["Petra"]
    assert (row.climbed, row.next_due_at) == (0, None)


def test_an_outage_makes_people_late_and_skips_no_way(city: City) -> None:
    city.activate("full")
    made = harbour_asks(city)
    city.outage(minutes=120)
    city.run_ticks()
    assert told(city, made)["Petra"].channels == ["sms", "email", "voice"]
