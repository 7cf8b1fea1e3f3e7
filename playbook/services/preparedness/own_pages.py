"""A person's own page: found by the secret in its address, without an account, until the secret is renewed."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import NotFound
from playbook.models import Person, User
from playbook.models.keyring import current_keyring
from playbook.services.preparedness.directory import log_person


def page_token(person: Person) -> str:
    """Return the secret of `person`'s page, and make sure that it opens it; the same until it is renewed."""
    token = current_keyring().link_token(f"person:{person.id}:{person.page_round}")
    digest = _digest(token)
    if person.page_token_digest != digest:
        person.page_token_digest = digest
    return token


def page_address(person: Person, public_url: str, page: str = "me") -> str:
    """Return the address of `person`'s page: "me" for their numbers, "duty" for their turns of duty."""
    return f"{public_url.rstrip('/')}/{page}/{page_token(person)}"


def person_by_token(session: Session, token: str) -> Person:
    """Return whose page a secret opens, or raise NotFound. Changes nothing."""
    person = session.scalar(select(Person).where(Person.page_token_digest == _digest(token)))
    if person is None or person.removed_at is not None:
        raise NotFound(
            "This link does not open anything any more. Ask the city for a new one, or call us."
        )
    return person


def renew_page(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Make every link to `person`'s page so far open nothing; the next one that is sent opens it again."""
    person.page_round += 1
    person.page_token_digest = None
    session.flush()
    log_person(session, "person.page-renewed", person, now=now, user=user)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
