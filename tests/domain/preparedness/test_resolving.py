"""A city builds on what others wrote, changes what is different, and takes out what it has not."""

from playbook.domain.preparedness.canonical import words_digest
from playbook.domain.preparedness.findings import Severity
from tests.domain.preparedness.written import child, small_city


def test_a_child_that_says_nothing_is_its_parent_under_another_name() -> None:
    parent = small_city()
    harbour = child().playbook(parent.raw())
    assert harbour.id == "harbour"
    assert harbour.model_copy(update={"playbook": "small-city"}) == parent.playbook()


def test_entries_are_added_and_replaced_whole() -> None:
    harbour = child(
        roles={
            "mayor": {"partner": "city-hall", "tier": "tier-1", "acknowledge-within": "20 min",
                      "channels": ["email"], "deputies": ["deputy-mayor"]},
            "harbour-master": {"partner": "city-hall", "tier": "tier-2",
                               "acknowledge-within": "30 min", "channels": ["sms"]},
        }
    )  # fmt: skip
    harbour.en["roles.harbour-master.name"] = "Harbour master"
    harbour.ar["roles.harbour-master.name"] = "مدير الميناء"
    playbook = harbour.translated().playbook(small_city().raw())
    assert playbook.roles["mayor"].under is None, "nothing of the replaced entry is left"
    assert playbook.roles["mayor"].tier == "tier-1"
    assert playbook.text("roles.mayor.name", "en").text == "Mayor", "its words are inherited"
    assert "harbour-master" in playbook.roles_of_level("full")
    assert playbook.roles["duty-officer"] == small_city().playbook().roles["duty-officer"]


def test_what_is_taken_out_takes_its_words_along() -> None:
    harbour = child(without={"lessons": ["moved-tributes"], "tasks": ["open-room"]})
    playbook = harbour.playbook(small_city().raw())
    assert not playbook.lessons
    assert not [
        key for key in playbook.words["ar"] if key.startswith(("lessons.", "tasks.open-room"))
    ]


def test_words_of_an_option_that_is_gone_are_dropped_without_a_word() -> None:
    """The child's `vigil` has one option less and needs nothing; the parent's words stay behind."""
    harbour = child(
        decisions={
            "similar-sites": {"phase": "first-hour", "decides": ["mayor"], "options": {"wait": {}}}
        }
    )
    playbook = harbour.playbook(small_city().raw())
    assert "decisions.similar-sites.options.call-them" not in playbook.words["en"]
    assert "needs.site-register" not in playbook.words["en"]
    assert "needs.confirmed-facts" in playbook.words["en"], "another decision needs it still"


def test_licence_and_languages_are_inherited_but_a_base_silences_nobody() -> None:
    parent = small_city()
    parent.structure["activatable"] = "no"
    playbook = child().playbook(parent.raw())
    assert playbook.licence == "CC0-1.0"
    assert playbook.languages.required == ("en", "ar")
    assert playbook.activatable


def test_a_finding_points_into_the_file_that_wrote_it() -> None:
    parent = small_city()
    parent.structure["roles"]["mayor"]["deputies"] = ["deputy-mayro"]
    harbour = child(
        roles={"duty-officer": {"partner": "city-hall", "tier": "no-such-tier",
                                "acknowledge-within": "5 min", "channels": ["sms"]}}
    )  # fmt: skip
    found = {(f.file, f.path) for f in harbour.findings(parent.raw("small-city/"))}
    assert found == {
        ("playbook.yaml", "roles.duty-officer.tier"),
        ("small-city/playbook.yaml", "roles.mayor.deputies"),
    }


def test_a_language_left_to_the_parent_is_one_finding_in_the_child_s_own_file() -> None:
    harbour = child(partners={"port": {}})
    harbour.say({f"partners.port.{field}": "…" for field in ("name", "needs", "gives")})
    del harbour.files["ar"]
    (found,) = harbour.findings(small_city().raw("small-city/"))
    assert found.file == "playbook.yaml"
    assert "there is no “words/ar.yaml” here" in found.problem


def test_what_is_removed_but_still_named_is_told() -> None:
    found = child(without={"roles": ["deputy-mayor"]}).findings(small_city().raw())
    assert {f.path for f in found} == {
        "roles.mayor.deputies",
        "tasks.write-statement.role",
        "messages.statement.approves",
    }


class TestWithout:
    def test_a_misspelt_id_is_told_with_what_was_meant(self) -> None:
        (found,) = child(without={"lessons": ["moved-tribute"]}).findings(small_city().raw())
        assert "nothing inherited is called so" in found.problem
        assert found.mend == "Did you mean “moved-tributes”?"

    def test_a_misspelt_section_is_told_with_what_was_meant(self) -> None:
        (found,) = child(without={"leson": []}).findings(small_city().raw())
        assert (found.problem, found.mend) == (
            "There is no section “leson”.",
            "Did you mean “lessons”?",
        )

    def test_taking_out_and_writing_again_is_once_too_often(self) -> None:
        harbour = child(without={"partners": ["police"]}, partners={"police": {}})
        (found,) = harbour.findings(small_city().raw())
        assert "taken out and written again" in found.problem

    def test_who_builds_on_nothing_has_nothing_to_take_out(self) -> None:
        city = small_city()
        city.structure["without"] = {"lessons": ["moved-tributes"]}
        (found,) = city.findings()
        assert found.problem == "This builds on nothing, so it inherits nothing."

    def test_its_shape_is_checked(self) -> None:
        for without in ("lessons", {"lessons": "moved-tributes"}, {"lessons": [{"a": "b"}]}):
            (found,) = child(without=without).findings(small_city().raw())
            assert found.path.startswith("without")


class TestLineage:
    def test_a_missing_parent_is_one_finding(self) -> None:
        harbour = child()
        harbour.structure["builds-on"] = "smal-city"
        (found,) = harbour.findings(small_city().raw())
        assert found.problem == "This builds on “smal-city”, which does not exist."
        assert found.mend == "Did you mean “small-city”?"

    def test_a_circle_of_parents_is_told(self) -> None:
        parent = small_city()
        parent.structure["builds-on"] = "harbour"
        harbour = child()
        found = harbour.findings(parent.raw("small-city/"), harbour.raw())
        assert [f.problem for f in found] == [
            "This builds on “harbour”, which in the end builds on this."
        ]

    def test_a_playbook_cannot_build_on_itself(self) -> None:
        city = small_city()
        city.structure["builds-on"] = "small-city"
        (found,) = city.findings(city.raw())
        assert found.path == "builds-on"

    def test_a_grandchild_inherits_from_all(self) -> None:
        harbour = child(without={"lessons": ["moved-tributes"]})
        quay = child(partners={"port": {}})
        quay.structure |= {"playbook": "quay", "builds-on": "harbour"}
        quay.say({f"partners.port.{field}": "…" for field in ("name", "needs", "gives")})
        playbook = quay.translated().playbook(harbour.raw(), small_city().raw())
        assert "port" in playbook.partners
        assert "police" in playbook.partners
        assert not playbook.lessons


class TestTranslations:
    def test_a_rewritten_sentence_whose_translation_is_inherited_is_told(self) -> None:
        harbour = child()
        harbour.en["roles.mayor.name"] = "Lord mayor"
        playbook, (found,) = harbour.check(small_city().raw())
        assert found.severity is Severity.WARNING
        assert found.problem == (
            "“roles.mayor.name” is rewritten here, but “ar” still says what it said before."
        )
        assert playbook is not None
        assert playbook.translations["ar"].read_by is None, "what was read is not what is said now"

    def test_a_sentence_that_is_copied_unchanged_is_no_rewriting(self) -> None:
        harbour = child()
        harbour.en["roles.mayor.name"] = "Mayor"
        assert harbour.findings(small_city().raw()) == []

    def test_a_language_is_read_only_if_every_file_of_it_was(self) -> None:
        parent = small_city()
        harbour = child()
        harbour.en["phases.first-day.gate"] = "Leave this phase when families have a place."
        harbour.ar["phases.first-day.gate"] = "تنتهي المرحلة عندما يكون للعائلات مكان."
        harbour.translated()
        assert harbour.playbook(parent.raw()).translations["ar"].read_by is None
        harbour.files["ar"]["read-by"] = {"name": "Yusuf Amin", "on": "2026-07-01"}
        translation = harbour.playbook(parent.raw()).translations["ar"]
        assert translation.read_by is not None
        assert translation.read_by.name == "Yusuf Amin"

    def test_the_resolved_translation_quotes_the_resolved_source(self) -> None:
        harbour = child(without={"lessons": ["moved-tributes"]}).playbook(small_city().raw())
        assert harbour.translations["ar"].made_from == words_digest(harbour.words["en"])

    def test_an_outdated_translation_is_not_read(self) -> None:
        city = small_city()
        city.files["ar"]["made-from"] = "0123456789ab"
        playbook, _ = city.check()
        assert playbook is not None
        assert playbook.text("roles.mayor.name", "ar").needs_reader
