"""What the starter playbooks hold: every decision, partner tier and kind of message that a city is promised."""

from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import yaml

from notifications.encoding import segment
from playbook.cli.seed import starters
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Finding
from playbook.domain.preparedness.parts import MessageKind
from playbook.domain.preparedness.proof import PROOF
from playbook.domain.preparedness.texts import placeholders_in
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.domain.text import in_order
from playbook.services.preparedness.playbook_files import load
from playbook.services.response.preview import SAMPLE_TOKEN
from playbook.settings import Settings
from tests.domain.preparedness.test_schema import SCHEMA, fits

BASE = "city-base"
FIVE = [
    "minority-venue",
    "place-of-worship",
    "school-attack",
    "street-attack",
    "threat-or-hate-wave",
]
LANGUAGES = {"en", "ar", "fr", "sk"}
FOLDERS = {folder.name: folder for folder in starters()}
#: A partner's answer link where one tries the service, and where a city really runs it.
TRIED = "http://localhost:8000/a/" + SAMPLE_TOKEN
REAL = "https://crisis.city.example.org/a/" + SAMPLE_TOKEN


@cache
def reading(name: str) -> tuple[Playbook, list[Finding]]:
    read = load(FOLDERS[name])
    assert read.playbook is not None, "\n".join(map(str, read.findings))
    return read.playbook, read.findings


def starter(name: str) -> Playbook:
    return reading(name)[0]


def test_there_are_five_and_the_base_they_share() -> None:
    assert sorted(FOLDERS) == sorted([BASE, *FIVE])
    assert {name for name in FOLDERS if starter(name).activatable} == set(FIVE)


@pytest.mark.parametrize("name", [BASE, *FIVE])
def test_the_check_finds_nothing_to_mend(name: str) -> None:
    assert reading(name)[1] == []


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in FOLDERS.values() for path in folder.rglob("*.yaml")),
    ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}/{path.name}",
)
def test_an_editor_that_checks_by_the_schema_agrees(path: Path) -> None:
    assert fits(yaml.load(path.read_text("utf-8"), yaml.BaseLoader), SCHEMA)


def test_the_base_holds_fifty_decisions_and_says_all_of_each() -> None:
    base = starter(BASE)
    numbers = [decision.number for decision in base.decisions.values()]
    assert sorted(map(str, numbers)) == [f"{n:02d}" for n in range(1, 51)]
    for name, decision in base.decisions.items():
        assert len(decision.options) >= 2, name
        assert decision.deputy, name
        assert decision.deputy not in decision.decides, name
        assert decision.needs, name
        for part in ("title", "question", "pitfalls"):
            assert base.text(f"decisions.{name}.{part}", "en").text, (name, part)
    undated = [name for name, decision in base.decisions.items() if decision.due is None]
    assert undated == ["death-notification"], "only what must come before any name has no hour"


@pytest.mark.parametrize("name", FIVE[:-1])
def test_after_an_attack_none_of_the_fifty_is_missing(name: str) -> None:
    numbers = {decision.number for decision in starter(name).decisions.values()}
    assert {f"{n:02d}" for n in range(1, 51)} <= numbers


def test_a_threat_without_casualties_starts_early_and_leaves_out_what_only_follows_deaths() -> None:
    threat = starter("threat-or-hate-wave")
    numbers = {decision.number: decision for decision in threat.decisions.values()}
    base = {decision.number: decision for decision in starter(BASE).decisions.values()}
    for number in ("04", "10", "24", "27"):
        assert numbers[number].due.rough_minutes < base[number].due.rough_minutes, number
    assert not {"08", "13", "29"} & set(numbers)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *((n, d) for n in ("place-of-worship", "minority-venue") for d in ("04", "27", "29")),
        ("school-attack", "19"),
        ("street-attack", "28"),
    ],
)
def test_each_kind_of_attack_brings_its_own_decisions_forward(name: str, number: str) -> None:
    (own,) = [d for d in starter(name).decisions.values() if d.number == number]
    (usual,) = [d for d in starter(BASE).decisions.values() if d.number == number]
    assert own.due.rough_minutes < usual.due.rough_minutes


@pytest.mark.parametrize("name", [BASE, *FIVE])
def test_no_hour_of_this_project_passes_for_a_city_s_own(name: str) -> None:
    playbook = starter(name)
    for entry in (*playbook.decisions.values(), *playbook.tasks.values()):
        assert entry.adopted is None
    for translation in playbook.translations.values():
        assert translation.read_by is None, "nobody is named who has not read it"


@pytest.mark.parametrize("name", FIVE)
def test_the_cell_and_four_tiers_of_partners_are_called(name: str) -> None:
    playbook = starter(name)
    tiers = {role.tier for role in playbook.roles_of_level("full").values()}
    assert tiers == {"city-cell", "tier-1", "tier-2", "tier-3", "tier-4"}
    partial = {role.tier for role in playbook.roles_of_level("partial").values()}
    assert partial == {"city-cell", "tier-1", "tier-2"}
    assert {role.tier for role in playbook.roles_of_level("watch").values()} == {"city-cell"}


def test_every_kind_of_message_is_there_in_full_in_four_languages() -> None:
    kinds = set(get_args(MessageKind))
    assert len(kinds - {"reply"}) == 14
    base = starter(BASE)
    assert {message.kind for message in base.messages.values()} == kinds
    for name in FOLDERS:
        playbook = starter(name)
        assert set(playbook.words) == LANGUAGES
        for message_id, message in playbook.messages.items():
            for channel in message.channels:
                texts = [
                    playbook.message_text(message_id, channel, language) for language in LANGUAGES
                ]
                assert {text.language for text in texts} == LANGUAGES, (name, message_id, channel)


#: As many messages as a call-out becomes in each language; what is not English or French costs 70 characters each.
PARTS = {"en": ("GSM-7", 1), "fr": ("GSM-7", 1), "ar": ("UCS-2", 2), "sk": ("UCS-2", 2)}


def call_out_text(playbook: Playbook, language: str, level: str, link: str) -> str:
    defaults = Settings.model_fields
    return playbook.message_text("call-out", "sms", language).body.format(
        city=defaults["city_name"].default,
        number="127",
        level=playbook.text(f"levels.{level}.name", language).text,
        link=link,
        callback=in_order(defaults["call_back_number"].default, language),
        code=SAMPLE_CODE,
    )


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("language", sorted(PARTS))
def test_the_call_out_is_short_in_every_language(name: str, language: str) -> None:
    playbook = starter(name)
    for level in playbook.levels:
        counted = segment(text := call_out_text(playbook, language, level, REAL))
        assert (counted.encoding, counted.segments) == PARTS[language], (counted.units, text)


@pytest.mark.parametrize("name", FIVE)
def test_an_english_exercise_is_one_text_message_too(name: str) -> None:
    playbook = starter(name)
    mark = playbook.message_text("exercise-mark", "sms", "en").body + " "
    for level in playbook.levels:
        counted = segment(mark + call_out_text(playbook, "en", level, TRIED))
        assert (counted.encoding, counted.segments) == ("GSM-7", 1), counted.units


@pytest.mark.parametrize("name", FIVE)
def test_whatever_calls_out_or_off_can_be_checked(name: str) -> None:
    playbook = starter(name)
    for message, facts in PROOF.items():
        if message not in playbook.messages:
            continue
        for channel in playbook.messages[message].channels:
            for language in LANGUAGES:
                body = playbook.message_text(message, channel, language).body
                assert set(facts) <= set(placeholders_in(body)), (message, channel, language)
