"""Who is told when it changes or is over: everybody who was called, once, where it can arrive."""

from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.response.call_plan import Contact, Holder, obstacle
from playbook.domain.response.changes import (
    Asking,
    Called,
    ChangeKind,
    added_role,
    let_go_roles,
    role_in_playbook,
    tellings,
    text_for,
)
from tests.support.harbour import harbour_document

ROLES = ("mayor", "duty-officer", "police-liaison", "press-officer")
CHANNELS = ("sms", "email", "voice")

contacts = st.builds(
    Contact, st.sampled_from(("phone", "email")), gets_sms=st.booleans(), opted_out=st.booleans()
)
holders = st.builds(
    Holder,
    st.integers(1, 8),
    st.just("Somebody"),
    st.just(""),
    st.sampled_from(("en", "ar")),
    st.lists(contacts, max_size=4).map(tuple),
    st.booleans(),
)
askings = st.builds(
    Asking,
    st.sampled_from(ROLES),
    st.sampled_from(("en", "ar")),
    st.lists(st.sampled_from(CHANNELS), unique=True, max_size=3).map(tuple),
)
everybody = st.lists(
    st.builds(Called, holders, st.lists(askings, max_size=3).map(tuple)),
    unique_by=lambda called: called.holder.person_id,
)
some_roles = st.frozensets(st.sampled_from(ROLES))


@given(st.sampled_from(ChangeKind), everybody, some_roles)
def test_everybody_who_was_called_is_told_once_and_nobody_else(
    kind: ChangeKind, called: list[Called], let_go: frozenset[str]
) -> None:
    told = [telling.person_id for telling in tellings(kind, called, let_go)]
    assert told == [c.holder.person_id for c in called if c.askings and not c.holder.held]


@given(st.sampled_from(ChangeKind), everybody)
def test_what_is_told_can_arrive_and_where_it_reached_them_if_it_still_can(
    kind: ChangeKind, called: list[Called]
) -> None:
    people = {c.holder.person_id: c for c in called}
    for telling in tellings(kind, called):
        person = people[telling.person_id]
        able = {c for c in CHANNELS if obstacle(person.holder, c) is None}
        reached = {c for asking in person.askings for c in asking.reached}
        written = able - {"voice"}
        assert set(telling.channels) <= able
        assert bool(telling.channels) == bool(able)
        assert len(set(telling.channels)) == len(telling.channels)
        if written & reached:
            assert set(telling.channels) == written & reached
        else:
            assert len(telling.channels) == min(1, len(able))
        assert ("voice" in telling.channels) == (bool(able) and not written)
        assert telling.language == person.askings[0].language


@given(everybody, some_roles, some_roles)
def test_of_a_level_those_let_go_hear_that_and_those_called_again_hear_the_call(
    called: list[Called], let_go: frozenset[str], again: frozenset[str]
) -> None:
    again -= let_go
    people = {c.holder.person_id: c for c in called if c.askings and not c.holder.held}
    told = {t.person_id: t for t in tellings(ChangeKind.LEVEL, called, let_go, again)}
    for person_id, person in people.items():
        roles = {asking.role for asking in person.askings}
        if roles <= let_go:
            assert told[person_id].message == ChangeKind.STAND_DOWN
        elif roles <= let_go | again:
            assert person_id not in told
        else:
            assert told[person_id].message == ChangeKind.LEVEL


def test_a_level_lets_go_only_what_a_level_had_called() -> None:
    document = harbour_document()
    gone = {"police-liaison", "mosque-council", "press-officer"}
    assert let_go_roles(document, "full", "watch") == gone
    assert let_go_roles(document, "watch", "full") == frozenset()


def test_own_words_fall_back_to_the_base_language_and_then_to_the_source() -> None:
    texts = {"en": "Bus.", "fr": "Le bus.", "ar": " "}
    assert text_for(texts, "fr-CA", "en") == ("Le bus.", "fr")
    assert text_for(texts, "ar", "en") == ("Bus.", "en")
    assert text_for({}, "ar", "en") == ("", "en")


def test_an_added_role_is_known_by_the_one_it_stands_for() -> None:
    assert role_in_playbook(added_role("press-officer", 12)) == "press-officer"
    assert role_in_playbook("press-officer") == "press-officer"
