"""A mosque has been attacked: similar places are found and warned, each until somebody has confirmed."""

import re

import pytest
from sqlalchemy import select

from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import ChangeKind
from playbook.domain.response.site_calls import site_role
from playbook.errors import BadInput, Conflict
from playbook.models import (
    Announcement,
    AnnouncementPerson,
    LogEntry,
    Person,
    RoleCall,
    RoleCallState,
    Task,
    User,
)
from playbook.services.response import answer_links, changes
from playbook.services.response.answers import note_by_hand
from playbook.services.response.foreseeing import Change
from playbook.services.response.list_messages import WARNED_SITES
from tests.stories.test_it_changes import change, told
from tests.stories.test_it_changes import look as look_at
from tests.support.city import City
from tests.support.sites import ATTACKED, Contacts, add_sites, look, site_id, warn


@pytest.fixture
def contacts(city: City) -> Contacts:
    """The register is filled, and an incident has begun."""
    made = add_sites(city)
    city.activate("full")
    return made


def calls(city: City) -> dict[str, RoleCall]:
    """The calls of warned places, by contact role."""
    with city.wiring.sessions() as session:
        rows = session.scalars(select(RoleCall).where(RoleCall.site_id.is_not(None))).all()
        return {row.role.split("~")[0]: row for row in rows}


def phone_tasks(city: City) -> list[Task]:
    with city.wiring.sessions() as session:
        tasks = session.scalars(
            select(Task).where(Task.kind == "phone-call", Task.done_at.is_(None))
        ).all()
        return [task for task in tasks if "~s" in task.role]


def token_in(text: str) -> str:
    found = re.search(r"/a/(\S+)", text)
    assert found
    return found[1]


def test_similar_sites_of_a_mosque_are_warned_in_their_languages(
    city: City, contacts: Contacts
) -> None:
    seen = look(city)
    assert (seen.places, seen.contacts, seen.languages) == (3, 3, 3)
    assert [site.name for site in seen.spared] == [ATTACKED]
    warn(city)
    contacts["Amal"].receives("وقع أمر في المدينة", "أجيبوا 1", "+44 20 7946 0000")
    contacts["Samira"].receives("il s'est passé quelque chose", "Répondez 1")
    contacts["Zuzana"].receives("v meste sa niečo stalo", "Odpovedzte 1")
    contacts.nothing_else()  # neither the synagogue, nor a deputy, nor the place that was attacked
    assert set(calls(city)) == {"hill-mosque", "quay-room", "crescent-school"}


def test_no_warning_says_what_where_which_place_or_where_to_join(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    join = city.wiring.settings.join_point
    for name in ("Amal", "Samira", "Zuzana"):
        text = contacts[name].receives("/a/")
        for secret in (join, "mosque", "Mosque", "Hill", "Quay", "Crescent", "full activation"):
            assert secret not in text
        contacts[name].replies("1")
        assert join not in contacts[name].receives(str(city.wiring.settings.call_back_number)[-4:])


def test_a_received_warning_is_confirmed_and_the_ladder_rests(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    contacts["Amal"].receives("أجيبوا 1")
    contacts["Amal"].replies("1")
    contacts["Amal"].receives("نعلم الآن أنكم على علم")
    call = calls(city)["hill-mosque"]
    assert call.state == RoleCallState.ANSWERED
    city.fast_forward(minutes=60)
    contacts["Bilal"].silent()


def test_silence_climbs_to_the_deputy_and_then_a_human_owns_it(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    contacts["Amal"].receives("أجيبوا 1")
    city.fast_forward(minutes=10)
    contacts["Bilal"].receives("Please be careful")
    city.fast_forward(minutes=10)
    call = calls(city)["hill-mosque"]
    assert (call.state, call.owner_name) == (RoleCallState.OWNED, "Cora Coordinator")


def test_two_means_my_deputy_at_once(city: City, contacts: Contacts) -> None:
    warn(city)
    contacts["Amal"].receives("أجيبوا 1")
    contacts["Amal"].replies("2")
    contacts["Amal"].receives("نُعلم نائبكم الآن")
    contacts["Bilal"].receives("Please be careful")


def test_three_gives_a_human_the_call_at_once_and_the_ladder_climbs_too(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    contacts["Amal"].receives("أجيبوا 1")
    contacts["Amal"].replies("3")
    contacts["Amal"].receives("سيتصل بكم شخص")
    [task] = phone_tasks(city)
    assert task.due_at == city.now
    contacts["Bilal"].receives("Please be careful")
    contacts["Amal"].replies("3")  # impatient: still one call
    assert len(phone_tasks(city)) == 1
    contacts["Bilal"].replies("1")
    contacts["Bilal"].receives("thank you")
    assert len(phone_tasks(city)) == 1  # whoever asks to be called is called all the same
    amal = city.rung(site_role("hill-mosque", site_id(city, "Hill Mosque")), "Amal")
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        rung = session.get_one(type(amal), amal.id)
        note_by_hand(city.call_out(session), rung, Answer.JOINING, user, city.now)
    assert phone_tasks(city) == []


def test_a_second_run_warns_only_who_was_not_warned(city: City, contacts: Contacts) -> None:
    first = warn(city, "page-one-page-one", communities=())
    assert set(calls(city)) == {"hill-mosque", "quay-room"}
    assert warn(city, "page-one-page-one") == first  # an impatient finger
    assert len(calls(city)) == 2
    seen = look(city)
    assert (seen.places, seen.already) == (1, 2)
    warn(city, "page-two-page-two")
    assert len(calls(city)) == 3
    contacts["Amal"].receives("أجيبوا 1")
    contacts["Amal"].silent()
    with pytest.raises(BadInput):
        warn(city, "page-three-page-three")


def test_own_words_go_along_in_the_readers_language_or_the_playbooks(
    city: City, contacts: Contacts
) -> None:
    warn(city, texts={"en": "Keep the doors {shut} tonight.", "ar": "أغلقوا الأبواب الليلة."})
    contacts["Amal"].receives("أغلقوا الأبواب الليلة.")
    contacts["Samira"].receives("Keep the doors {shut} tonight.")
    city.fast_forward(minutes=10)
    contacts["Bilal"].receives("Keep the doors {shut} tonight.")


def test_what_cannot_be_is_refused(city: City, contacts: Contacts) -> None:
    for facts in (
        {"kinds": (), "communities": ()},
        {"kinds": ("pub",)},
        {"texts": {"ar": "نص"}},
        {"texts": {"en": "x" * 601}},
    ):
        with pytest.raises(BadInput):
            warn(city, **facts)
    change(city, ChangeKind.STAND_DOWN)
    with pytest.raises(Conflict):
        warn(city)
    with city.wiring.sessions() as session:
        kinds = session.scalars(select(Announcement.kind)).all()
        assert kinds == ["stand-down-all"]


def test_somebody_who_was_called_too_answers_each_by_itself(city: City, contacts: Contacts) -> None:
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        from playbook.models import RoleHolder

        paul.roles.append(RoleHolder(role="quay-room", position=0))
        samira = session.scalars(select(Person).where(Person.name == "Samira Quay")).one()
        samira.roles.clear()
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("you are joining")
    city.fast_forward(minutes=1)
    warn(city)
    city.phone("Paul").receives("Please be careful")  # a promise to come is no receipt of a warning
    city.phone("Paul").replies("3")
    city.phone("Paul").receives("a person will call you")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED  # he still comes
    assert [task.person_id for task in phone_tasks(city)] == [paul.id]


def test_by_link_a_place_says_the_same_and_sees_no_room_to_join(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    token = token_in(contacts["Samira"].receives("/a/"))
    with city.wiring.transaction() as session:
        call_out, rung = answer_links.find(session, token, city.now, "http://city.example.org")
        page = answer_links.invitation(call_out, rung, "fr")
        assert page.warning is not None
        heard = answer_links.answer(
            session, token, Answer.UNABLE, city.now, "http://city.example.org"
        )[2]
        assert heard.told == "site-call-you"
    assert len(phone_tasks(city)) == 1


def test_warned_places_hear_that_it_is_over_but_nothing_of_levels(
    city: City, contacts: Contacts
) -> None:
    warn(city)
    contacts["Samira"].receives("Répondez 1")
    before = set(look_at(city, ChangeKind.LEVEL, level="watch").tellings)
    with city.wiring.sessions() as session:
        samira = session.scalars(select(Person.id).where(Person.name == "Samira Quay")).one()
    assert samira not in {t.person_id for t in before}
    change(city, ChangeKind.CORRECTION, texts={"en": "Meet at the north gate."})
    contacts["Samira"].silent()
    change(city, ChangeKind.FALSE_ALARM)
    contacts["Samira"].receives("false alarm")


def test_the_log_names_no_place(city: City, contacts: Contacts) -> None:
    warn(city)
    contacts["Amal"].replies("3")
    with city.wiring.sessions() as session:
        payloads = " ".join(p for p in session.scalars(select(LogEntry.payload)) if p)
    for secret in ("Hill Mosque", "Quay Prayer Room", "Crescent School", ATTACKED, "9 Quay"):
        assert secret not in payloads


def tell(city: City, to: tuple[str, ...], key: str = "a list page", **facts: object) -> int:
    return change(city, ChangeKind.LIST_MESSAGE, key, to=to, **facts)


def test_a_list_reaches_who_was_never_called_and_their_link_and_digit_confirm_it(
    city: City, contacts: Contacts
) -> None:
    with city.wiring.sessions() as session:
        from playbook.services.preparedness.role_lists import all_lists

        [interpreters] = all_lists(session)
    target = f"list:{interpreters.id}"
    texts = {"en": "We need you at the centre at six."}
    seen = look_at(city, ChangeKind.LIST_MESSAGE, to=(target,), texts=texts)
    assert (seen.people, [n.fallback for n in seen.notices]) == (1, ["en"])
    made = tell(city, (target,), texts=texts, asks=True)
    text = contacts["Ines"].receives("We need you at the centre at six.", "Cellule de crise")
    token = token_in(text)
    with city.wiring.transaction() as session:
        notice = answer_links.find_notice(session, token, city.now, "http://city.example.org")
        assert [news.text for news in notice.news] == ["We need you at the centre at six."]
        answer_links.confirm_read(session, token, city.now, "http://city.example.org")
    assert told(city, made)["Ines"].acknowledged_via == "link"
    again = tell(city, (target,), "another page", texts={"en": "Bring your badge."}, asks=True)
    contacts["Ines"].receives("Bring your badge.")
    contacts["Ines"].replies("1")
    assert told(city, again)["Ines"].acknowledged_via == "sms"


def test_a_role_is_told_through_whoever_answered_for_it_else_whoever_holds_it(
    city: City, contacts: Contacts
) -> None:
    city.phone("Dora").replies("2")
    city.phone("Dan").replies("1")
    city.phone("Dan").read = len(city.phone("Dan").texts())
    city.phone("Nour").silent()  # her tier has not begun
    made = tell(city, ("role:duty-officer", "role:press-officer"), texts={"en": "Read this."})
    assert set(told(city, made)) == {"Dan", "Nour"}
    city.phone("Dan").receives("Read this.")
    city.phone("Nour").receives("Read this.", "خلية أزمة")
    assert not told(city, made)["Dan"].asks


def test_all_warned_places_can_be_told_something(city: City, contacts: Contacts) -> None:
    warn(city)
    for name in ("Amal", "Samira", "Zuzana"):
        contacts[name].read = 1
    contacts["Amal"].replies("1")
    contacts["Amal"].read = 2
    tell(city, (WARNED_SITES,), texts={"en": "Patrols stay until noon."})
    for name in ("Amal", "Samira", "Zuzana"):
        contacts[name].receives("Patrols stay until noon.")
    contacts["Bilal"].silent()


def test_a_list_without_people_is_named_and_gone_lists_are_refused(
    city: City, contacts: Contacts
) -> None:
    with city.wiring.transaction() as session:
        from playbook.services.preparedness.role_lists import add_list

        empty = add_list(session, "Empty", ["nobody-yet"], now=city.now, user=None).id
    texts = {"en": "Hello."}
    seen = look_at(city, ChangeKind.LIST_MESSAGE, to=(f"list:{empty}",), texts=texts)
    assert (seen.people, seen.nobody) == (0, ("nobody-yet",))
    for facts in (
        {"to": (), "texts": texts},
        {"to": ("list:999",), "texts": texts},
        {"to": ("role:nonsense",), "texts": texts},
        {"to": (WARNED_SITES,), "texts": {"ar": "نص"}},
    ):
        with pytest.raises(BadInput):
            change(city, ChangeKind.LIST_MESSAGE, "a bad page", **facts)
    with city.wiring.sessions() as session:
        assert session.scalars(select(AnnouncementPerson)).all() == []


def test_a_list_message_twice_by_an_impatient_finger_is_one(city: City, contacts: Contacts) -> None:
    wanted = Change("one page", ChangeKind.LIST_MESSAGE, texts={"en": "Once."}, to=("role:mayor",))
    for _ in range(2):
        with city.wiring.transaction() as session:
            user = session.get_one(User, city.user_id)
            settings = city.wiring.settings
            changes.make(session, city.activation_id, wanted, settings, user, city.now)
        city.run_ticks()
    city.phone("Maya").receives("Mayor")
    city.phone("Maya").receives("Once.")
    city.phone("Maya").silent()
