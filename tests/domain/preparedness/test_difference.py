"""A difference between two versions reads as a difference in what people will do."""

from typing import Any

from hypothesis import given

from playbook.domain.preparedness.difference import Change, ChangeKind, difference
from tests.domain.preparedness.playbooks import playbooks
from tests.domain.preparedness.written import Written, small_city


def changes(city: Written) -> list[Change]:
    return difference(small_city().playbook(), city.translated().playbook())


@given(playbooks())
def test_a_playbook_does_not_differ_from_itself(playbook: Any) -> None:
    assert difference(playbook, playbook) == []


@given(playbooks(), playbooks())
def test_whatever_is_different_is_told_and_mirrored_the_other_way(old: Any, new: Any) -> None:
    told, back = difference(old, new), difference(new, old)
    assert bool(told) == (old != new)
    mirror = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    assert [
        (mirror.get(c.kind, c.kind), c.section, c.id, c.field, c.after, c.before) for c in told
    ] == [(c.kind, c.section, c.id, c.field, c.before, c.after) for c in back]
    assert all(change.sentence for change in told)


def test_a_deadline_that_moves_is_one_change() -> None:
    city = small_city()
    city.structure["decisions"]["similar-sites"]["due"] = "30 min after time-zero"
    (change,) = changes(city)
    assert change == Change(
        ChangeKind.CHANGED, "decisions", "similar-sites", "due",
        "45 min after time-zero", "30 min after time-zero",
    )  # fmt: skip
    assert change.sentence == (
        "decisions similar-sites: due was “45 min after time-zero” and is now “30 min after time-zero”."
    )


def test_another_order_of_deputies_is_a_change() -> None:
    city = small_city()
    city.structure["roles"]["mayor"]["deputies"].reverse()
    (change,) = changes(city)
    assert (change.field, change.before, change.after) == (
        "deputies", "deputy-mayor, duty-officer", "duty-officer, deputy-mayor",
    )  # fmt: skip


def test_a_new_decision_is_one_change_with_its_title() -> None:
    city = small_city()
    city.structure["decisions"]["schools"] = {
        "phase": "first-day", "decides": ["mayor"], "options": {"open": {}},
    }  # fmt: skip
    for field in ("title", "question", "pitfalls", "options.open"):
        city.say({f"decisions.schools.{field}": "Schools tomorrow"})
    (change,) = changes(city)
    assert change == Change(
        ChangeKind.ADDED, "decisions", "schools", None, None, "Schools tomorrow"
    )
    assert change.sentence == "decisions: “Schools tomorrow” (schools) is new."


def test_an_adopted_deadline_is_told_with_who_and_when() -> None:
    city = small_city()
    city.structure["decisions"]["tributes"]["adopted"] = {"by": "The council", "on": "2026-06-01"}
    assert [(c.field, c.before, c.after) for c in changes(city)] == [
        ("adopted.by", None, "The council"),
        ("adopted.on", None, "2026-06-01"),
    ]


def test_what_an_option_starts_is_told_by_its_path() -> None:
    city = small_city()
    city.structure["decisions"]["vigil"]["options"]["hold-one"]["starts"] = {"call-out": ["tier-2"]}
    (change,) = changes(city)
    assert (change.field, change.after) == ("options.hold-one.starts.call-out", "tier-2")


def test_another_text_is_told_per_language() -> None:
    city = small_city()
    city.ar["messages.statement"] = "{city} {help_number}"
    (change,) = changes(city)
    assert (change.section, change.id, change.field, change.language) == (
        "messages", "statement", "text", "ar",
    )  # fmt: skip


def test_a_native_reader_is_a_change_worth_telling() -> None:
    city = small_city()
    city.files["ar"]["read-by"]["name"] = "Yusuf Amin"
    (change,) = changes(city)
    assert (change.section, change.id, change.after) == ("translations", "ar", "Yusuf Amin")


def test_people_read_decisions_before_background() -> None:
    city = small_city()
    city.structure["lessons"]["moved-tributes"]["city"] = "Elsewhere"
    city.structure["decisions"]["vigil"]["due"] = "9 h after who-speaks"
    city.structure["levels"]["watch"]["call"] = ["city-cell", "tier-1"]
    assert [c.section for c in changes(city)] == ["levels", "decisions", "lessons"]
