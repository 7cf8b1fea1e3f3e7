"""The playbook document: resolved, typed, unchanging; what the running service reads."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from playbook.domain.preparedness.fields import Id, Language, Line, Part, YesNo
from playbook.domain.preparedness.parts import (
    CareProgramme,
    Challenge,
    CheckIn,
    Contact,
    Decision,
    Languages,
    Lesson,
    Level,
    Message,
    Partner,
    Phase,
    Role,
    Source,
    Task,
    Tier,
    Translation,
)
from playbook.domain.preparedness.texts import MessageText, Text, UnknownText, languages_to_try
from playbook.domain.preparedness.words_ids import optional_words, required_words
from playbook.domain.text import tidy

#: The sections that are mappings of entries by id, in the order in which a person reads them.
SECTIONS = (
    "sources",
    "tiers",
    "phases",
    "levels",
    "partners",
    "roles",
    "decisions",
    "tasks",
    "messages",
    "challenges",
    "lessons",
    "check-ins",
    "care",
)

WordsOfLanguage = Mapping[str, Annotated[str, AfterValidator(tidy)]]


class Structure(Part):
    """What happens: everything in `playbook.yaml` but inheritance."""

    playbook: Id
    activatable: YesNo = True
    licence: Line | None = None
    languages: Languages
    sources: Mapping[Id, Source] = Field(default={})
    tiers: Mapping[Id, Tier] = Field(default={})
    phases: Mapping[Id, Phase] = Field(default={})
    levels: Mapping[Id, Level] = Field(default={})
    partners: Mapping[Id, Partner] = Field(default={})
    roles: Mapping[Id, Role] = Field(default={})
    decisions: Mapping[Id, Decision] = Field(default={})
    tasks: Mapping[Id, Task] = Field(default={})
    messages: Mapping[Id, Message] = Field(default={})
    challenges: Mapping[Id, Challenge] = Field(default={})
    lessons: Mapping[Id, Lesson] = Field(default={})
    check_ins: Mapping[Id, CheckIn] = Field(default={})
    care: Mapping[Id, CareProgramme] = Field(default={})

    @property
    def id(self) -> str:
        """The id that the document gives itself."""
        return self.playbook

    def phases_in_order(self) -> dict[str, Phase]:
        """Return the phases by when they begin."""
        return dict(sorted(self.phases.items(), key=lambda e: (e[1].from_.rough_minutes, e[0])))

    def tiers_in_order(self) -> dict[str, Tier]:
        """Return the tiers by when they start; tiers that start together, by id."""
        return dict(sorted(self.tiers.items(), key=lambda e: (e[1].starts.rough_minutes, e[0])))

    def levels_in_order(self) -> dict[str, Level]:
        """Return the levels from the one that calls the fewest roles to the one that calls the
        most.
        """
        return dict(
            sorted(self.levels.items(), key=lambda e: (len(self.roles_of_level(e[0])), e[0]))
        )

    def roles_of_level(self, level: str) -> dict[str, Role]:
        """Return the roles that a level calls, by when their tier starts, then by id. Raises
        KeyError.
        """
        called = [tier for tier in self.tiers_in_order() if tier in self.levels[level].call]
        return {
            role_id: role
            for tier in called
            for role_id, role in sorted(self.roles.items())
            if role.tier == tier
        }

    def roles_of_call_out(self, targets: tuple[str, ...]) -> dict[str, Role]:
        """Return the roles that a decision's call-out names, directly or by tier, in the order
        named, each once.
        """
        named: dict[str, Role] = {}
        for target in targets:
            if target in self.roles:
                named[target] = self.roles[target]
            named.update((i, role) for i, role in sorted(self.roles.items()) if role.tier == target)
        return named

    def deputy_roles(self, role: str) -> tuple[str, ...]:
        """Return who stands in for a role: its deputies in order, then theirs, each once; nobody for a
        role that only the directory knows.
        """
        found: dict[str, None] = {}
        waiting = list(self.roles[role].deputies) if role in self.roles else []
        while waiting:
            deputy = waiting.pop(0)
            if deputy not in found and deputy != role:
                found[deputy] = None
                waiting.extend(self.roles[deputy].deputies)
        return tuple(found)

    def decisions_in_order(self) -> dict[str, Decision]:
        """Return the decisions as a day goes: by phase, then by when they are due, then by number
        and id.
        """
        places = {phase: place for place, phase in enumerate(self.phases_in_order())}

        def place(entry: tuple[str, Decision]) -> tuple[int, float, str, str]:
            decision_id, decision = entry
            due = decision.due.rough_minutes if decision.due else float("inf")
            return places.get(decision.phase, len(places)), due, decision.number or "~", decision_id

        return dict(sorted(self.decisions.items(), key=place))

    def tasks_at_activation(self) -> dict[str, Task]:
        """Return the tasks that begin without a decision, by when they are due, then by id."""
        begun = ((i, task) for i, task in self.tasks.items() if task.begins == "at-activation")
        return dict(
            sorted(
                begun, key=lambda e: (e[1].due.rough_minutes if e[1].due else float("inf"), e[0])
            )
        )

    def contacts_in_order(self, programme: str) -> dict[str, Contact]:
        """Return the contacts of a care programme by when they are first due. Raises KeyError."""
        contacts = self.care[programme].contacts.items()
        return dict(sorted(contacts, key=lambda e: (e[1].first_due.rough_minutes, e[0])))


class Playbook(Structure):
    """A whole playbook: what happens, and the words for it in every language.

    `words` is language → words id → text; `translations` says per language what the words were made
    from and who has read them. A language without a read-by is "not yet read by a native speaker".
    """

    words: Mapping[Language, WordsOfLanguage]
    translations: Mapping[Language, Translation] = Field(default={})

    def text(self, key: str, language: str) -> Text:
        """Return a text by its words id ("decisions.vigil.title") in `language`, or in the source
        language.

        A text that the playbook may leave out and has left out is empty. Raises UnknownText for an
        id that no part of the playbook has.
        """
        for tried in languages_to_try(language, self.languages.source):
            text = self.words.get(tried, {}).get(key)
            if text:
                return Text(text, *self._standing(tried, language))
        if key not in required_words(self) | optional_words(self):
            raise UnknownText("This playbook has no text “{key}”.", key=key)
        return Text("", *self._standing(self.languages.source, language))

    def message_text(self, message: str, channel: str, language: str) -> MessageText:
        """Return a message for one channel: the channel's own text, else the default, else the
        source language's.

        Raises UnknownText if the message does not exist or has no text that fits the channel.
        """
        keys = (f"messages.{message}.{channel}", f"messages.{message}")
        for tried in languages_to_try(language, self.languages.source):
            words = self.words.get(tried, {})
            body = next((words[key] for key in keys if words.get(key)), None)
            if body is not None:
                subject = words.get(f"messages.{message}.subject") or None
                return MessageText(subject, body, *self._standing(tried, language))
        raise UnknownText(
            "The message “{message}” has no text for {channel}.", message=message, channel=channel
        )

    def _standing(self, found: str, asked: str) -> tuple[str, str | None, bool, bool]:
        """Return language, reader, is_fallback and is_translation of a text found in `found`."""
        translation = self.translations.get(found, Translation())
        reader = translation.read_by.name if translation.read_by else None
        is_fallback = found not in (asked, asked.split("-")[0])
        return found, reader, is_fallback, found != self.languages.source
