"""Each mistake is told once, where it is, with the way to mend it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from playbook.domain.preparedness.checking import check
from playbook.domain.preparedness.findings import Severity
from tests.domain.preparedness.written import Shelf, Written, small_city

Spoil = Callable[[Written], object]


def the_only_finding(spoil: Spoil) -> tuple[str, str, str, str, str]:
    """Return severity, file, path, problem and mend of the one finding that a spoilt city has."""
    city = small_city()
    spoil(city)
    playbook, findings = city.check()
    assert len(findings) == 1, "\n".join(map(str, findings))
    (found,) = findings
    assert (playbook is None) == (found.severity is Severity.ERROR)
    assert found.line >= 1
    return found.severity, found.file, found.path, found.problem, found.mend


def test_the_small_city_has_nothing_to_mend() -> None:
    playbook, findings = small_city().check()
    assert findings == []
    assert playbook is not None


def roles(city: Written) -> dict:
    return city.structure["roles"]


def decisions(city: Written) -> dict:
    return city.structure["decisions"]


def messages(city: Written) -> dict:
    return city.structure["messages"]


MISTAKES: list[tuple[Spoil, str, str, str]] = [
    # shape
    (lambda c: roles(c)["mayor"].update(chanels=["sms"]), "roles.mayor.chanels",
     "roles.mayor has no “chanels”.", "Did you mean “channels”?"),
    (lambda c: roles(c)["mayor"].pop("partner"), "roles.mayor",
     "roles.mayor does not say “partner”.", "Add “partner:”."),
    (lambda c: roles(c)["mayor"].update(channels=["sms", "emial"]), "roles.mayor.channels",
     "roles.mayor.channels cannot be “emial”.", "Did you mean “email”? It can be one of these: sms, email, voice."),
    (lambda c: roles(c)["mayor"].update(channels="sms"), "roles.mayor.channels",
     "roles.mayor.channels should be a list.", "Put it in square brackets: “[sms]”."),
    (lambda c: roles(c)["mayor"].update(channels=[]), "roles.mayor.channels",
     "roles.mayor.channels is empty.", "Write at least one."),
    (lambda c: roles(c)["mayor"].update({"acknowledge-within": "ten minutes"}),
     "roles.mayor.acknowledge-within", "“ten minutes” is not a length of time", "Correct"),
    (lambda c: roles(c)["mayor"].update(partner=["city-hall"]), "roles.mayor.partner",
     "roles.mayor.partner should be one text.", "same line"),
    (lambda c: decisions(c)["vigil"].update(due="soon"), "decisions.vigil.due",
     "“soon” is not a deadline", "Correct decisions.vigil.due."),
    (lambda c: decisions(c)["who-speaks"]["adopted"].update(on="1 May 2026"),
     "decisions.who-speaks.adopted.on", "“1 May 2026” in decisions.who-speaks.adopted.on is not a date.",
     "2026-05-01"),
    (lambda c: c.structure.update(activatable="maybe"), "activatable",
     "activatable is neither yes nor no.", "“yes” or “no”"),
    (lambda c: c.structure["partners"].update(police=""), "partners.police",
     "partners.police should hold keys with values.", "write {} after the colon"),
    (lambda c: c.structure["care"]["survivors"]["contacts"]["first-contact"].update(at=["1 mo"]),
     "care.survivors.contacts.first-contact", "when in exactly one way", "Choose one"),
    (lambda c: c.structure["lessons"]["moved-tributes"].update(year="last year"),
     "lessons.moved-tributes.year", "“last year” in lessons.moved-tributes.year is not written", "four digits"),
    # names that name nothing
    (lambda c: decisions(c)["similar-sites"]["decides"].__setitem__(0, "polcie"),
     "decisions.similar-sites.decides",
     "decisions.similar-sites.decides names the role “polcie”, which does not exist.",
     "Did you mean “police-liaison”?"),
    (lambda c: decisions(c)["vigil"].update(phase="first-dya"), "decisions.vigil.phase",
     "names the phase “first-dya”", "“first-day”"),
    (lambda c: decisions(c)["vigil"].update(deputy="mayro"), "decisions.vigil.deputy",
     "names the role “mayro”", "“mayor”"),
    (lambda c: decisions(c)["vigil"].update(due="2 h after who-speak"), "decisions.vigil.due",
     "counts from “who-speak”, which is neither a decision nor a known moment", "“who-speaks”"),
    (lambda c: decisions(c)["vigil"]["options"]["hold-one"].update(opens=["tribute"]),
     "decisions.vigil.options.hold-one.opens", "names the decision “tribute”", "“tributes”"),
    (lambda c: decisions(c)["similar-sites"]["options"]["call-them"]["starts"].update(
        {"call-out": ["tier-9"]}), "decisions.similar-sites.options.call-them.starts.call-out",
     "names the role or tier “tier-9”", "“tier-1”"),
    (lambda c: decisions(c)["who-speaks"]["options"]["mayor-speaks"]["starts"].update(
        messages=["statment"]), "decisions.who-speaks.options.mayor-speaks.starts.messages",
     "names the message “statment”", "“statement”"),
    (lambda c: decisions(c)["tributes"]["evidence"].update(source="tribute-report"),
     "decisions.tributes.evidence.source", "names the source “tribute-report”", "“tributes-report”"),
    (lambda c: roles(c)["mayor"].update(partner="townhall"), "roles.mayor.partner",
     "names the partner “townhall”", "“city-hall”"),
    (lambda c: roles(c)["mayor"].update(deputies=["vice"]), "roles.mayor.deputies",
     "names the role “vice”", "What exists: community-contact, deputy-mayor"),
    (lambda c: roles(c)["community-contact"].update(tier="tier-3"), "roles.community-contact.tier",
     "names the tier “tier-3”", "“tier-1”"),
    (lambda c: c.structure["levels"]["full"]["call"].append("tier-4"), "levels.full.call",
     "names the tier “tier-4”", "Did you mean"),
    (lambda c: c.structure["tasks"]["open-room"].update(role="officer"), "tasks.open-room.role",
     "names the role “officer”", "“duty-officer”"),
    (lambda c: c.structure["check-ins"]["staff-welfare"].update(ask=["staff-lead"]),
     "check-ins.staff-welfare.ask", "names the role “staff-lead”", ""),
    (lambda c: c.structure["challenges"]["rumours"].update(decisions=["who-speak"]),
     "challenges.rumours.decisions", "names the decision “who-speak”", "“who-speaks”"),
    (lambda c: messages(c)["statement"].update(approves=["mayor", "press-office"]),
     "messages.statement.approves", "names the role “press-office”", ""),
    # circles
    (lambda c: roles(c)["duty-officer"].update(under="community-contact"), "roles.community-contact.under",
     "under each other in a circle: community-contact → mayor → duty-officer → community-contact.",
     "Take one of the steps out."),
    (lambda c: roles(c)["deputy-mayor"].update(deputies=["mayor"]), "roles.deputy-mayor.deputies",
     "so that silence never ends: deputy-mayor → mayor → deputy-mayor", "Take one"),
    (lambda c: decisions(c)["tributes"]["options"]["keep"].update(opens=["vigil"]),
     "decisions.tributes.options", "open each other in a circle: tributes → vigil → tributes", "Take one"),
    (lambda c: decisions(c)["who-speaks"].update(due="1 h after vigil"), "decisions.vigil.due",
     "due after each other in a circle", "Take one"),
    (lambda c: roles(c)["mayor"].update(under="mayor"), "roles.mayor.under", "mayor → mayor", "Take one"),
    # times
    (lambda c: decisions(c)["tributes"].update(due="1 h after time-zero"), "decisions.tributes.due",
     "before its phase “first-weeks” begins (1 d)", "Make it due later"),
    (lambda c: c.structure["phases"]["first-day"].update(until="30 min"), "phases.first-day.until",
     "The phase “first-day” ends before it begins.", "Correct one"),
    (lambda c: decisions(c)["vigil"].update(due="1 h before time-zero"), "decisions.vigil.due",
     "lies before “time-zero”, which nobody can foresee", "Write “after”"),
    (lambda c: decisions(c)["who-speaks"].pop("due"), "decisions.who-speaks.adopted",
     "adopts a deadline, but none is written", "Add “due:”"),
    (lambda c: roles(c)["mayor"].update({"acknowledge-within": "1 mo"}), "roles.mayor.acknowledge-within",
     "nobody can be waited for so", "10 min"),
    (lambda c: c.structure["check-ins"]["staff-welfare"].update(every="0 h"),
     "check-ins.staff-welfare.every", "never ends", "12 h"),
    (lambda c: c.structure["care"]["survivors"]["contacts"]["first-screening"].update(
        between=["6 w", "4 w"]), "care.survivors.contacts.first-screening.between",
     "ends before it begins", "Correct one"),
    (lambda c: c.structure["care"]["survivors"]["contacts"]["screenings"].pop("battery"),
     "care.survivors.contacts.screenings", "does not say which", "battery"),
    # sense
    (lambda c: decisions(c)["similar-sites"].update(number="01"), "decisions.similar-sites.number",
     "“similar-sites” has the number 01, which “who-speaks” has already.", "number of its own"),
    (lambda c: decisions(c)["tributes"]["evidence"].pop("source"), "decisions.tributes.evidence.mark",
     "marked as verified, but names no source", "Add “source:”"),
    (lambda c: messages(c)["statement"].pop("approves"), "messages.statement.approval",
     "needs approval, but nobody may approve it", "approves"),
    (lambda c: c.structure["tasks"]["open-room"].update(begins="by-decision"), "tasks.open-room.begins",
     "waits for a decision, but no option starts it", "starts: tasks:"),
    (lambda c: c.structure["levels"]["watch"].update(call=[]), "levels.watch",
     "The level “watch” calls nobody.", "call"),
    # what the call-out cannot do without
    (lambda c: messages(c)["answer-late"].update(kind="staff"), "messages.answer-late.kind",
     "its kind is fixed", "kind: reply"),
    (lambda c: messages(c)["answer-late"].update(channels=["voice"]), "messages.answer-late.channels",
     "sends “answer-late” by sms too", "[sms]"),
    # words
    (lambda c: c.en.pop("decisions.vigil.pitfalls"), "decisions.vigil.pitfalls",
     "“decisions.vigil.pitfalls” is missing in “en”.", "Add"),
    (lambda c: c.ar.pop("decisions.vigil.pitfalls"), "decisions.vigil.pitfalls",
     "is missing in “ar”", "Add"),
    (lambda c: c.ar.pop("messages.statement"), "messages.statement", "is missing in “ar”", "Add"),
    (lambda c: c.ar.pop("messages.holding-line.subject"), "messages.holding-line.subject",
     "“holding-line” goes out by email, but has no subject in “ar”.", "Add"),
    (lambda c: c.ar.__setitem__("decisions.vigil.pitfals", c.ar.pop("decisions.vigil.pitfalls")),
     "decisions.vigil.pitfals", "belongs to nothing", "Did you mean “decisions.vigil.pitfalls”?"),
    (lambda c: c.ar.update({"roles.priest.name": "كاهن"}), "roles.priest.name", "belongs to nothing", ""),
    (lambda c: c.ar.update({"messages.statement.sms": "نص"}), "messages.statement.sms",
     "“statement” is not sent by sms, but has a text for it.", "add the channel"),
    (lambda c: c.ar.update({"roles.mayor.name": "  "}), "roles.mayor.name", "has no text", "Write the text"),
    (lambda c: c.files["ar"].update({"read-by": {"name": "Salma Haddad"}}), "read-by",
     "read-by does not say “on”.", "Add"),
    (lambda c: c.files.pop("ar"), "languages.required", "“ar” is required, but there is no", "Add the file"),
    # placeholders
    (lambda c: c.ar.update({"messages.statement": "تحزن {city}. {helpnumber}"}), "messages.statement",
     "Nothing fills {helpnumber} in “messages.statement”.", "Did you mean “help_number”?"),
    (lambda c: c.ar.update({"messages.statement": "تحزن {city}."}), "messages.statement",
     "has {city}; the text that it translates has {city}, {help_number}", "same placeholders"),
    (lambda c: c.ar.update({"roles.mayor.name": "{city}"}), "roles.mayor.name",
     "has braces, but nothing is filled into it", "Only texts of messages"),
    (lambda c: c.ar.update({"messages.statement": "{city} {help_number} {Help}"}), "messages.statement",
     "has a brace that belongs to no placeholder", "{help_number}"),
    (lambda c: c.ar.update({"messages.exercise-mark": "تمرين {city}"}), "messages.exercise-mark",
     "Nothing fills {city}", "Take it out"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "path", "problem", "mend"), MISTAKES)
def test_a_mistake_is_told_once(spoil: Spoil, path: str, problem: str, mend: str) -> None:
    severity, _, found_path, found_problem, found_mend = the_only_finding(spoil)
    assert severity is Severity.ERROR
    assert found_path == path
    assert problem in found_problem
    assert mend in found_mend


WARNINGS: list[tuple[Spoil, str, str, str]] = [
    (lambda c: c.files["ar"].update({"made-from": "0123456789ab"}), "words/ar.yaml", "made-from",
     "“words/en.yaml” has changed since this was translated."),
    (lambda c: c.files["ar"].pop("made-from"), "words/ar.yaml", "made-from",
     "This does not say which text of “words/en.yaml” it was made from."),
    (lambda c: messages(c)["statement"]["placeholders"].update(opening="time"), "playbook.yaml",
     "messages.statement.placeholders.opening", "no text of the message uses it"),
    (lambda c: messages(c)["holding-line"]["placeholders"].update(place="place"), "playbook.yaml",
     "messages.holding-line.placeholders.place", "The service fills in “place” by itself."),
    (lambda c: roles(c)["police-liaison"].pop("tier"), "playbook.yaml", "roles.police-liaison",
     "Nobody ever asks “police-liaison”."),
    (lambda c: c.files.update(de={"language": "de", "words": {"roles.mayor.name": "Bürgermeisterin"}}),
     "words/de.yaml", "language", "The playbook does not offer “de”, so this file is not used."),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "file", "path", "problem"), WARNINGS)
def test_a_warning_does_not_keep_a_playbook_from_being_published(
    spoil: Spoil, file: str, path: str, problem: str
) -> None:
    severity, found_file, found_path, found_problem, _ = the_only_finding(spoil)
    assert severity is Severity.WARNING
    assert (found_file, found_path) == (file, path)
    assert problem in found_problem


def test_an_engine_message_that_is_missing_is_named_with_what_it_needs() -> None:
    city = small_city()
    del messages(city)["answer-which"]
    for words in (city.en, city.ar):
        del words["messages.answer-which"], words["messages.answer-which.name"]
    (found,) = city.translated().findings()
    assert found.problem == "The message “answer-which” is missing; the call-out sends it."
    assert "kind reply; sms" in found.mend


def test_a_playbook_is_called_as_its_folder_is() -> None:
    city = small_city()
    raw = replace(city.raw(), folder="large-city")
    (found,) = check(raw, Shelf())[1]
    assert found.problem == "The playbook is called “small-city”, but its folder “large-city”."


def test_a_base_needs_no_call_out_messages() -> None:
    city = small_city()
    city.structure["activatable"] = "no"
    city.structure["messages"] = {}
    for words in (city.en, city.ar):
        for key in [key for key in words if key.startswith("messages.")]:
            del words[key]
    city.structure["decisions"]["who-speaks"]["options"]["mayor-speaks"]["starts"].pop("messages")
    assert city.translated().findings() == []


def test_nobody_is_there_to_fill_gaps_of_what_the_service_sends_by_itself() -> None:
    city = small_city()
    messages(city)["answer-late"]["placeholders"] = {"reason": "text"}
    errors = [f for f in city.findings() if f.severity is Severity.ERROR]
    assert [f.problem for f in errors] == [
        "“answer-late” is sent by itself; nobody is there to fill in “reason”."
    ]


def test_what_is_missing_in_the_source_is_not_missed_again_in_each_translation() -> None:
    city = small_city()
    del city.en["roles.mayor.name"], city.ar["roles.mayor.name"]
    problems = [f.problem for f in city.translated().findings()]
    assert problems == ["“roles.mayor.name” is missing in “en”."]


def test_one_text_per_channel_may_stand_for_the_default() -> None:
    city = small_city()
    for words in (city.en, city.ar):
        text = words.pop("messages.statement")
        words |= {"messages.statement.web": text, "messages.statement.press": text}
    assert city.translated().findings() == []
    del city.ar["messages.statement.press"]
    assert [f.path for f in city.findings()] == ["messages.statement.press"]


def test_an_offered_language_may_have_gaps() -> None:
    city = small_city()
    city.structure["languages"]["offered"] = ["fr"]
    city.files["fr"] = {"language": "fr", "words": {"roles.mayor.name": "Maire"}}
    city.files["fr"]["made-from"] = city.files["ar"]["made-from"]
    playbook = city.playbook()
    assert playbook.text("roles.mayor.name", "fr").text == "Maire"
    assert playbook.text("roles.deputy-mayor.name", "fr").is_fallback


def test_a_role_and_a_tier_of_the_same_id_cannot_be_called() -> None:
    city = small_city()
    city.structure["roles"]["tier-2"] = dict(city.structure["roles"]["police-liaison"])
    city.say({"roles.tier-2.name": "Tier two"})
    (found,) = city.translated().findings()
    assert found.problem == "“tier-2” is the id of a role and of a tier."


def test_many_mistakes_are_told_at_once_and_in_reading_order() -> None:
    city = small_city()
    city.structure["phases"]["first-day"]["until"] = "sometime"
    roles(city)["mayor"]["deputies"] = ["nobody-at-all"]
    decisions(city)["vigil"]["options"]["hold-one"]["opens"] = ["nothing-at-all"]
    del city.ar["roles.mayor.name"]
    findings = city.findings()
    assert [f.path for f in findings] == [
        "phases.first-day.until",
        "roles.mayor.deputies",
        "decisions.vigil.options.hold-one.opens",
        "roles.mayor.name",
    ]
    assert [f.file for f in findings] == ["playbook.yaml"] * 3 + ["words/ar.yaml"]
    lines = [f.line for f in findings[:3]]
    assert lines == sorted(lines)


def test_what_is_left_out_as_unreadable_is_not_missed_elsewhere() -> None:
    """One broken entry that ten others name gives one finding, not eleven."""
    city = small_city()
    roles(city)["mayor"] = "somebody"
    (found,) = city.findings()
    assert found.path == "roles.mayor"


def test_items_after_an_unreadable_one_are_still_found_on_their_own_line() -> None:
    city = small_city()
    roles(city)["mayor"]["deputies"] = ["Deputy Mayor", "duty-officer", "nobody-at-all"]
    raw = city.raw()
    below = {("roles", "mayor", "deputies", place): 500 + place for place in range(3)}
    structure = replace(raw.structure, lines={**raw.structure.lines, **below})
    found = {(f.line, f.path) for f in check(replace(raw, structure=structure), Shelf())[1]}
    assert found == {(500, "roles.mayor.deputies"), (502, "roles.mayor.deputies")}


@pytest.mark.parametrize("tree", ["text", ["list"], {}, {"playbook": "x"}, {"desicions": {}}])
def test_whatever_is_written_gives_findings_and_never_an_exception(tree: object) -> None:
    raw = small_city().raw()
    spoilt = replace(raw, structure=replace(raw.structure, tree=tree))
    playbook, findings = check(spoilt, Shelf())
    assert playbook is None
    assert findings
    assert len(findings) < 10
