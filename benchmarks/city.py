"""A city of a thousand people: the size of a tree that a large city would call."""

from datetime import datetime

from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.models import PlaybookVersion
from playbook.services.preparedness.publishing import publish
from tests.support.harbour import add_person, harbour_document

ROLES = 200
PEOPLE_PER_ROLE = 5


def large_document(roles: int = ROLES) -> Playbook:
    """Return the small playbook with `roles` roles, all called at once."""
    small = harbour_document()
    words = {language: dict(texts) for language, texts in small.words.items()}
    pattern = small.roles["police-liaison"]
    added = {}
    for number in range(roles):
        role = f"partner-{number:03d}"
        added[role] = pattern
        for language in words:
            words[language][f"roles.{role}.name"] = f"Partner {number}"
    return small.model_copy(update={"roles": added | dict(small.roles), "words": words})


def publish_large(session: Session, now: datetime) -> PlaybookVersion:
    """Publish it."""
    document = large_document()
    return publish(session, canonical_bytes(document), document, None, "Benchmark", now)


def add_thousand(session: Session) -> int:
    """Add everybody who stands on its ladders; return how many there are."""
    for number in range(ROLES * PEOPLE_PER_ROLE):
        role, position = divmod(number, PEOPLE_PER_ROLE)
        add_person(
            session,
            f"Person {number:04d}",
            "ar" if number % 3 == 0 else "en",
            f"+4477009{number:05d}",
            f"person-{number:04d}@harbour.example.org",
            {f"partner-{role:03d}": position},
        )
    session.flush()
    return ROLES * PEOPLE_PER_ROLE
