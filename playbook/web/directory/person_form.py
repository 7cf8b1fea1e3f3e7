"""The form of one person: read without losing a letter, every mistake beside its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playbook.domain.preparedness.directory_cells import (
    BadCell,
    check_filled,
    check_notes,
    check_short,
    check_time_zone,
    one_line,
)
from playbook.models import ContactKind, ContactPoint, Person
from playbook.models.keyring import current_keyring
from playbook.services.preparedness.directory import PersonFacts
from playbook.services.preparedness.directory_checks import (
    check_email,
    check_language,
    check_phone,
)
from playbook.services.preparedness.directory_contacts import PointFacts
from playbook.web.directory.blueprint import in_words, region

#: At most so many of a kind; nobody is looked for at more numbers in an emergency.
MOST_POINTS = 9
#: What a person knows of a number: nothing, that text messages arrive, or that they do not.
SMS = {"": None, "yes": True, "no": False}


@dataclass
class PointField:
    """One line for a phone or an address; `sms` is "", "yes" or "no". A phone with a `script` is a switchboard."""

    value: str = ""
    label: str = ""
    sms: str = ""
    stopped: bool = False
    error: str = ""
    script: str = ""
    script_error: str = ""


@dataclass
class PersonForm:
    """What was typed about a person, and what is wrong with it, by field."""

    values: dict[str, str]
    phones: list[PointField]
    emails: list[PointField]
    #: A digest of the person as the form was opened, so that nobody's change is lost unseen.
    seen: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> bool:
        """Whether something cannot be used."""
        return bool(self.errors) or any(
            p.error or p.script_error for p in (*self.phones, *self.emails)
        )

    @property
    def facts(self) -> PersonFacts:
        """What the form says about the person; only after `check`."""
        organisation = self.values["organisation"]
        return PersonFacts(
            name=self.values["name"],
            key=self.values["key"],
            organisation_id=int(organisation) if organisation.isdigit() else None,
            language=self.values["language"],
            time_zone=self.values["time_zone"],
            notes=self.values["notes"],
        )

    def points(self, kind: ContactKind) -> list[PointFacts]:
        """What the form says about phones or addresses; empty lines are left out."""
        fields = self.phones if kind is ContactKind.PHONE else self.emails
        return [
            PointFacts(f.value, f.label, SMS.get(f.sms), f.script)
            for f in fields
            if one_line(f.value)
        ]

    def check(self) -> None:
        """Find everything that cannot be used."""
        checks: dict[str, Callable[[str], str]] = {
            "name": lambda text: check_filled("name", text),
            "key": lambda text: check_short("key", text),
            "language": lambda text: check_language(one_line(text)),
            "time_zone": lambda text: check_time_zone(one_line(text)),
            "notes": check_notes,
        }
        for name, check in checks.items():
            if error := _error(check, self.values[name]):
                self.errors[name] = error
        for phone in self.phones:
            if one_line(phone.value):
                phone.error = _error(lambda text: check_phone(text, region()), phone.value)
            phone.script_error = _error(check_notes, phone.script)
        for email in self.emails:
            if one_line(email.value):
                email.error = _error(check_email, email.value)

    def with_room(self) -> "PersonForm":
        """Return the form with an empty line for one more phone and one more address."""
        for fields in (self.phones, self.emails):
            if len(fields) < MOST_POINTS and (not fields or fields[-1].value):
                fields.append(PointField())
        return self


NAMES = ("name", "key", "organisation", "language", "time_zone", "notes")


def empty_form() -> PersonForm:
    """Return the form for somebody new."""
    return PersonForm(dict.fromkeys(NAMES, "") | {"language": "en"}, [], []).with_room()


def form_of(person: Person) -> PersonForm:
    """Return the form for somebody we know."""
    values = {
        "name": person.name,
        "key": person.key,
        "organisation": str(person.organisation_id or ""),
        "language": person.language,
        "time_zone": person.time_zone,
        "notes": person.notes or "",
    }
    return PersonForm(
        values,
        _fields(person, ContactKind.PHONE),
        _fields(person, ContactKind.EMAIL),
        digest_of(person),
    ).with_room()


def form_from(posted: Mapping[str, str]) -> PersonForm:
    """Return the form as it was posted."""
    return PersonForm(
        {name: posted.get(name, "") for name in NAMES},
        _posted(posted, "phone"),
        _posted(posted, "email"),
        posted.get("seen", ""),
    ).with_room()


def digest_of(person: Person) -> str:
    """Return a keyed digest of everything that the form shows of `person`."""
    points = [(c.kind, c.value, c.label, c.gets_sms, _script(c)) for c in person.contact_points]
    shown = [person.name, person.key, person.organisation_id, person.language, person.time_zone]
    return current_keyring().blind_index(repr([*shown, person.notes, points]))[:24]


def _fields(person: Person, kind: ContactKind) -> list[PointField]:
    return [
        PointField(
            c.value,
            c.label,
            "yes" if c.gets_sms else "no",
            c.opted_out_at is not None,
            script=_script(c),
        )
        for c in person.contact_points
        if c.kind == kind
    ]


def _script(point: ContactPoint) -> str:
    return (point.script or "") if point.is_switchboard else ""


def _posted(posted: Mapping[str, str], kind: str) -> list[PointField]:
    return [
        PointField(
            posted.get(f"{kind}-{n}", ""),
            posted.get(f"{kind}-{n}-label", ""),
            posted.get(f"{kind}-{n}-sms", ""),
            script=posted.get(f"{kind}-{n}-script", ""),
        )
        for n in range(MOST_POINTS)
        if f"{kind}-{n}" in posted
    ]


def _error(check: Callable[[str], str], text: str) -> str:
    try:
        check(text)
    except BadCell as bad:
        return f"{in_words(bad.problem)} {in_words(bad.mend)}"
    return ""
