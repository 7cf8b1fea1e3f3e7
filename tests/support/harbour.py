"""A small city and a small playbook, for stories: five roles, three tiers, English and Arabic.

| role | tier | minutes | channels | deputies |
|---|---|---|---|---|
| duty-officer | cell, at once | 10 | sms, email | mayor |
| mayor | cell, at once | 10 | sms, email | – |
| police-liaison | tier-1, at once | 10 | sms, email | – |
| mosque-council | tier-2, after 10 min | 30 | voice, sms | – |
| press-officer | tier-2, after 10 min | 30 | email, sms | – |
"""

from datetime import datetime

from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.models import (
    ContactKind,
    ContactPoint,
    Organisation,
    Person,
    PlaybookVersion,
    RoleHolder,
)
from playbook.models.keyring import current_keyring
from playbook.services.preparedness.publishing import publish

ROLES = {
    "duty-officer": ("cell", "10 min", ["sms", "email"], ["mayor"]),
    "mayor": ("cell", "10 min", ["sms", "email"], []),
    "police-liaison": ("tier-1", "10 min", ["sms", "email"], []),
    "mosque-council": ("tier-2", "30 min", ["voice", "sms"], []),
    "press-officer": ("tier-2", "30 min", ["email", "sms"], []),
}

NAMES = {
    "en": {
        "duty-officer": "Duty officer",
        "mayor": "Mayor",
        "police-liaison": "Police liaison",
        "mosque-council": "Mosque council",
        "press-officer": "Press officer",
    },
    "ar": {
        "duty-officer": "الضابط المناوب",
        "mayor": "العمدة",
        "police-liaison": "منسق الشرطة",
        "mosque-council": "مجلس المسجد",
        "press-officer": "المسؤول الصحفي",
    },
}

TEXTS = {
    "en": {
        "call-out": "{city} crisis cell: {level} activation, {role}. Join {join}. "
        "Reply 1 joining, 2 my deputy, 3 unable. No {number}. {link} Code {code}, {callback}",
        "stand-down": "{city} no {number}: {answered_by} has answered for {role}. Stand down. Code {code}",
        "deputy-answered": "{city} no {number}: {answered_by} has answered for {role}.",
        "answer-joining": "{city} no {number}: thank you, you are joining as {role}. {join}",
        "answer-deputy": "{city} no {number}: thank you, your deputy is being asked for {role}.",
        "answer-unable": "{city} no {number}: thank you, somebody else is being asked for {role}.",
        "answer-again": "{city} no {number}: {answered_by} has already answered for {role}.",
        "answer-late": "{city} no {number}: thank you. {answered_by} answered before for {role}.",
        "answer-which": "{city}: which one? Send for example 1 27.\n{list}",
        "answer-unknown": "{city} no {number}: a person will read this. Or call {callback}.",
        "false-alarm": "{city} no {number}: false alarm. You are not needed, {role}. {link} Code {code}, {callback}",
        "level-changed": "{city} no {number}: the level is now {level}. Code {code}, {callback}",
        "correction": "{city} no {number}, correction: {text} Confirm: {link} Code {code}, {callback}",
        "stand-down-all": "{city} no {number}: it is over. You are not needed any more. Code {code}, {callback}",
        "exercise-mark": "EXERCISE.",
    },
    "ar": {
        "call-out": "خلية أزمة {city}: تفعيل {level}، {role}. اتصل {join}. "
        "أجب 1 قادم، 2 نائبي، 3 لا أستطيع. رقم {number}. {link} رمز {code}، {callback}",
        "stand-down": "{city} رقم {number}: أجاب {answered_by} عن {role}. رمز {code}",
        "deputy-answered": "{city} رقم {number}: أجاب {answered_by} عن {role}.",
        "answer-joining": "{city} رقم {number}: شكرا، أنت قادم بصفة {role}. {join}",
        "answer-deputy": "{city} رقم {number}: شكرا، نسأل نائبك عن {role}.",
        "answer-unable": "{city} رقم {number}: شكرا، نسأل شخصا آخر عن {role}.",
        "answer-again": "{city} رقم {number}: أجاب {answered_by} عن {role}.",
        "answer-late": "{city} رقم {number}: شكرا. أجاب {answered_by} قبلك عن {role}.",
        "answer-which": "{city}: أي واحد؟ أرسل مثلا 1 27.\n{list}",
        "answer-unknown": "{city} رقم {number}: سيقرأ هذا شخص. أو اتصل {callback}.",
        "false-alarm": "{city} رقم {number}: إنذار كاذب. لا حاجة إليك، {role}. {link} رمز {code}، {callback}",
        "level-changed": "{city} رقم {number}: المستوى الآن {level}. رمز {code}، {callback}",
        "correction": "{city} رقم {number}، تصحيح: {text} أكّد: {link} رمز {code}، {callback}",
        "stand-down-all": "{city} رقم {number}: انتهى الأمر. لم نعد بحاجة إليك. رمز {code}، {callback}",
        "exercise-mark": "تمرين.",
    },
}

CHANNELS = {
    "call-out": ["sms", "email", "voice"],
    "stand-down": ["sms", "email"],
    "deputy-answered": ["sms", "email"],
    "exercise-mark": ["sms", "email", "voice"],
    "false-alarm": ["sms", "email"],
    "level-changed": ["sms", "email"],
    "correction": ["sms", "email"],
    "stand-down-all": ["sms", "email"],
}

CALL_OUTS = (
    "call-out",
    "stand-down",
    "false-alarm",
    "level-changed",
    "correction",
    "stand-down-all",
)


def harbour_document() -> Playbook:
    """Return the small playbook."""
    words = {language: _words(language) for language in ("en", "ar")}
    return Playbook.model_validate(
        {
            "playbook": "harbour",
            "languages": {"source": "en", "required": ["en", "ar"]},
            "tiers": {
                "cell": {"starts": "0 min"},
                "tier-1": {"starts": "0 min"},
                "tier-2": {"starts": "10 min"},
            },
            "phases": {"first-hour": {"from": "0 min", "until": "1 h"}},
            "levels": {
                "watch": {"call": ["cell"]},
                "full": {"call": ["cell", "tier-1", "tier-2"]},
            },
            "partners": {"city": {}},
            "roles": {
                role: {
                    "partner": "city",
                    "tier": tier,
                    "acknowledge-within": minutes,
                    "channels": channels,
                    "deputies": deputies,
                }
                for role, (tier, minutes, channels, deputies) in ROLES.items()
            },
            "decisions": {
                "similar-sites": {
                    "number": "04",
                    "phase": "first-hour",
                    "due": "60 min after time-zero",
                    "decides": ["police-liaison", "mayor"],
                    "options": {
                        "call-them": {
                            "starts": {
                                "tasks": ["patrol"],
                                "messages": ["holding-line"],
                                "warn-sites": "yes",
                            }
                        },
                        "wait": {},
                    },
                },
                "holding-line": {
                    "number": "05",
                    "phase": "first-hour",
                    "due": "30 min after time-zero",
                    "adopted": {"by": "Council", "on": "2026-01-15"},
                    "decides": ["mayor"],
                    "options": {"publish": {}, "wait": {}},
                },
            },
            "tasks": {
                "open-log": {
                    "role": "duty-officer",
                    "phase": "first-hour",
                    "begins": "at-activation",
                },
                "patrol": {
                    "role": "police-liaison",
                    "phase": "first-hour",
                    "begins": "by-decision",
                },
            },
            "messages": {
                **{
                    m: {
                        "kind": "call-out" if m in CALL_OUTS else "reply",
                        "audience": "partners",
                        "channels": CHANNELS.get(m, ["sms"]),
                        "approval": "none",
                        "acknowledge": m == "correction",
                    }
                    for m in TEXTS["en"]
                },
                "holding-line": {
                    "kind": "holding-line",
                    "audience": "public",
                    "channels": ["web"],
                    "approval": "none",
                },
            },
            "words": words,
        }
    )


def _words(language: str) -> dict[str, str]:
    names = NAMES[language]
    texts = TEXTS[language]
    words = {f"roles.{role}.name": name for role, name in names.items()}
    words |= {f"messages.{m}": text for m, text in texts.items()}
    words |= {f"messages.{m}.name": m for m in texts}
    words |= {
        f"messages.{m}.subject": texts["exercise-mark"][:0] + "{city} {number}"
        for m in (*CALL_OUTS, "deputy-answered")
    }
    return words | {
        "playbook.title": "Harbour",
        "playbook.summary": "A small playbook.",
        "tiers.cell.name": "City cell",
        "tiers.tier-1.name": "First",
        "tiers.tier-2.name": "Second",
        "phases.first-hour.name": "First hour",
        "levels.watch.name": "watch" if language == "en" else "مراقبة",
        "levels.watch.meaning": "The cell only.",
        "levels.full.name": "full" if language == "en" else "كامل",
        "levels.full.meaning": "Everybody.",
        "partners.city.name": "City",
        "partners.city.needs": "Status.",
        "partners.city.gives": "Decisions.",
        "decisions.similar-sites.title": "Similar sites",
        "decisions.similar-sites.question": "Which similar places must hear from us first?",
        "decisions.similar-sites.pitfalls": "They learn it from the news.",
        "decisions.similar-sites.options.call-them": "Call them",
        "decisions.similar-sites.options.wait": "Wait",
        "decisions.holding-line.title": "Holding line",
        "decisions.holding-line.question": "What do we say first?",
        "decisions.holding-line.pitfalls": "Silence fills with rumour.",
        "decisions.holding-line.options.publish": "Publish",
        "decisions.holding-line.options.wait": "Wait",
        "tasks.open-log.title": "Open the log",
        "tasks.patrol.title": "Ask for a patrol",
        "messages.holding-line": "We know what happened. Call {callback}.",
        "messages.holding-line.name": "Holding line",
    }


def publish_harbour(session: Session, now: datetime) -> PlaybookVersion:
    """Publish the small playbook."""
    document = harbour_document()
    return publish(session, canonical_bytes(document), document, None, "Sample author", now)


#: name, language, phone, email, roles with their position.
PEOPLE = (
    ("Dora Duty", "en", "+447700900101", "dora@harbour.example.org", {"duty-officer": 0}),
    ("Dan Deputy", "en", "+447700900102", "dan@harbour.example.org", {"duty-officer": 1}),
    ("Maya Mayor", "en", "+447700900103", "maya@harbour.example.org", {"mayor": 0}),
    ("Paul Police", "en", "+447700900104", "paul@harbour.example.org", {"police-liaison": 0}),
    ("Petra Police", "en", "+447700900105", "petra@harbour.example.org", {"police-liaison": 1}),
    ("Imam Idris", "ar", "+447700900106", "idris@harbour.example.org", {"mosque-council": 0}),
    ("Nour Press", "ar", "+447700900107", "nour@harbour.example.org", {"press-officer": 0}),
)


def add_person(
    session: Session,
    name: str,
    language: str = "en",
    phone: str | None = None,
    email: str | None = None,
    roles: dict[str, int] | None = None,
    organisation: Organisation | None = None,
) -> Person:
    """Add somebody to the directory."""
    ring = current_keyring()
    person = Person(
        key=name.lower().replace(" ", "-"), name=name, language=language, organisation=organisation
    )
    for kind, value in ((ContactKind.PHONE, phone), (ContactKind.EMAIL, email)):
        if value:
            person.contact_points.append(
                ContactPoint(
                    kind=kind, value=value, value_index=ring.blind_index(value), position=0
                )
            )
    for role, position in (roles or {}).items():
        person.roles.append(RoleHolder(role=role, position=position))
    session.add(person)
    return person


def add_people(session: Session) -> dict[str, Person]:
    """Add everybody of the small city, by first name in lower case."""
    city = Organisation(name="City of Harbour", kind="city")
    session.add(city)
    people = {
        name.split()[0].lower(): add_person(session, name, language, phone, email, roles, city)
        for name, language, phone, email, roles in PEOPLE
    }
    session.flush()
    return people
