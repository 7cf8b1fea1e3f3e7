"""What the running service asks a playbook."""

import pytest
from pydantic import ValidationError

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import Role
from playbook.domain.preparedness.texts import (
    MissingFact,
    UnknownText,
    fill,
    has_stray_braces,
    placeholders_in,
)
from playbook.domain.preparedness.words_ids import required_words
from tests.domain.preparedness.written import small_city


@pytest.fixture(scope="module")
def city() -> Playbook:
    return small_city().playbook()


class TestTexts:
    def test_a_text_is_given_in_the_language_asked_for_with_its_reader(
        self, city: Playbook
    ) -> None:
        text = city.text("roles.mayor.name", "ar")
        assert (text.text, text.language, text.read_by) == ("رئيس البلدية", "ar", "Salma Haddad")
        assert not text.is_fallback
        assert not text.needs_reader

    def test_a_language_that_is_not_spoken_falls_back_to_the_source(self, city: Playbook) -> None:
        text = city.text("roles.mayor.name", "sk")
        assert (text.text, text.language, text.is_fallback) == ("Mayor", "en", True)
        assert not text.needs_reader, "the source is nobody's translation"

    def test_a_regional_language_is_served_by_its_base(self, city: Playbook) -> None:
        text = city.text("roles.mayor.name", "ar-LB")
        assert (text.language, text.is_fallback) == ("ar", False)

    def test_a_text_that_may_be_left_out_is_empty(self, city: Playbook) -> None:
        assert city.text("phases.first-day.gate", "ar").text == ""

    def test_no_known_id_ever_raises(self, city: Playbook) -> None:
        for key in required_words(city):
            assert city.text(key, "ar").text
            assert city.text(key, "xx").is_fallback

    def test_an_id_of_nothing_raises(self, city: Playbook) -> None:
        with pytest.raises(UnknownText, match=r"no text “roles\.priest\.name”"):
            city.text("roles.priest.name", "en")

    def test_without_a_named_reader_a_translation_says_so(self) -> None:
        written = small_city()
        del written.files["ar"]["read-by"]
        assert written.playbook().text("roles.mayor.name", "ar").needs_reader


class TestMessages:
    def test_the_text_of_the_channel_wins_over_the_default(self, city: Playbook) -> None:
        assert "CRISIS CELL" in city.message_text("call-out", "sms", "en").body
        assert "Answer here" in city.message_text("call-out", "email", "en").body

    def test_subject_and_body_are_of_one_language(self, city: Playbook) -> None:
        message = city.message_text("call-out", "email", "sk")
        assert message.subject == "{city}: {level}. Please answer for {role}"
        assert (message.language, message.is_fallback) == ("en", True)

    def test_a_message_without_subject_has_none(self, city: Playbook) -> None:
        assert city.message_text("answer-late", "sms", "ar").subject is None

    def test_a_message_that_does_not_exist_raises(self, city: Playbook) -> None:
        with pytest.raises(UnknownText):
            city.message_text("no-such-message", "sms", "en")

    def test_the_english_call_out_fits_one_sms(self, city: Playbook) -> None:
        facts = {
            "city": "Port Harmony", "level": "partial", "number": "27", "join": "0800555000",
            "link": "https://crisis.example.org/a/Xk29dLq0bT", "code": "482917",
            "callback": "+442079460000",
        }  # fmt: skip
        assert len(fill(city.message_text("call-out", "sms", "en").body, facts)) <= 160


class TestPlaceholders:
    def test_they_are_found_in_order_each_once(self) -> None:
        assert placeholders_in("{b} {a_1} {b} {B} {} {a-b} {{a}}") == ("b", "a_1", "a")

    def test_facts_are_put_in_as_they_are(self) -> None:
        assert fill("Call {number}.", {"number": "{city}", "city": "no"}) == "Call {city}."

    def test_all_missing_facts_are_named(self) -> None:
        with pytest.raises(MissingFact, match="number, place"):
            fill("{number} {city} {place}", {"city": "Port Harmony"})

    @pytest.mark.parametrize("text", ["{", "}", "{Help}", "{help number}", "{{a}}", "{}"])
    def test_stray_braces_are_noticed(self, text: str) -> None:
        assert has_stray_braces(text)

    @pytest.mark.parametrize("text", ["", "none", "{a}{b_2} text {c}"])
    def test_and_only_they_are(self, text: str) -> None:
        assert not has_stray_braces(text)


class TestOrder:
    def test_nothing_depends_on_the_order_of_writing(self, city: Playbook) -> None:
        assert list(city.phases_in_order()) == ["first-hour", "first-day", "first-weeks"]
        assert list(city.tiers_in_order()) == ["city-cell", "tier-1", "tier-2"]
        assert list(city.levels_in_order()) == ["watch", "partial", "full"]
        assert list(city.decisions_in_order()) == [
            "similar-sites", "who-speaks", "vigil", "tributes",
        ]  # fmt: skip
        assert list(city.contacts_in_order("survivors")) == [
            "first-contact", "first-screening", "screenings", "anniversary",
        ]  # fmt: skip

    def test_a_level_calls_tier_by_tier(self, city: Playbook) -> None:
        assert list(city.roles_of_level("watch")) == ["duty-officer", "mayor"]
        assert list(city.roles_of_level("full")) == [
            "duty-officer", "mayor", "hospital-liaison", "police-liaison", "community-contact",
        ]  # fmt: skip

    def test_a_deputy_alone_is_called_by_no_level(self, city: Playbook) -> None:
        assert "deputy-mayor" not in city.roles_of_level("full")

    def test_a_call_out_names_roles_or_tiers(self, city: Playbook) -> None:
        assert list(city.roles_of_call_out(("mayor", "tier-1", "mayor"))) == [
            "mayor", "hospital-liaison", "police-liaison",
        ]  # fmt: skip

    def test_tasks_at_activation_do_not_wait_for_a_decision(self, city: Playbook) -> None:
        assert list(city.tasks_at_activation()) == ["open-room"]

    def test_deputies_of_deputies_come_after_the_role_s_own(self) -> None:
        written = small_city()
        written.structure["roles"]["deputy-mayor"]["deputies"] = ["police-liaison", "duty-officer"]
        city = written.playbook()
        assert city.deputy_roles("mayor") == ("deputy-mayor", "duty-officer", "police-liaison")
        assert city.deputy_roles("police-liaison") == ()


def test_a_playbook_never_changes(city: Playbook) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        city.roles["mayor"].tier = "tier-2"  # type: ignore[misc]  # the test is that it fails


def test_a_part_is_made_by_the_names_of_the_code_too() -> None:
    role = Role(partner="police", acknowledge_within="5 min", channels=("sms",))  # type: ignore[arg-type]  # text is parsed
    assert str(role.acknowledge_within) == "5 min"
