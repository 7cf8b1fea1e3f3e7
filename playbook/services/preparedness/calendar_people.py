"""Who is meant by an entry of a calendar: by mail, else by the city's own key, else by the name in its summary."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.text import tidy
from playbook.models import ContactKind, ContactPoint, Person
from playbook.models.keyring import current_keyring


class Finder:
    """Everybody of the directory, read once; two people who cannot be told apart are nobody."""

    def __init__(self, session: Session, mails: Iterable[str]) -> None:
        people = session.scalars(select(Person).where(Person.removed_at.is_(None))).all()
        self._by_mail = _at_mails(session, people, set(mails))
        self._by_key = {_fold(person.key): person for person in people}
        self._by_name = _unique(people)
        longest_first = sorted(self._by_name, key=len, reverse=True)
        spelled = "|".join(re.escape(name) for name in longest_first)
        self._name = re.compile(rf"(?<!\w)(?:{spelled})(?!\w)") if spelled else None

    def people_of(self, summary: str, mails: Sequence[str]) -> list[Person]:
        """Return who is meant, in the order in which they stand there; empty if nobody is known."""
        by_mail = [self._by_mail[mail] for mail in mails if mail in self._by_mail]
        return list(dict.fromkeys(by_mail or self._keys(summary) or self._names(summary)))

    def _keys(self, summary: str) -> list[Person]:
        words = [_fold(summary), *re.split(r"[\s,;/|()]+", _fold(summary))]
        return [self._by_key[word] for word in words if word in self._by_key]

    def _names(self, summary: str) -> list[Person]:
        if self._name is None:
            return []
        return [self._by_name[name] for name in self._name.findall(_fold(summary))]


def _at_mails(session: Session, people: Iterable[Person], mails: set[str]) -> dict[str, Person]:
    ring = current_keyring()
    by_id = {person.id: person for person in people}
    asked = {ring.blind_index(mail): mail for mail in mails}
    points = session.execute(
        select(ContactPoint.value_index, ContactPoint.person_id).where(
            ContactPoint.kind == ContactKind.EMAIL, ContactPoint.value_index.in_(list(asked))
        )
    )
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for index, person_id in points:
        if person_id in by_id:
            owners[asked[index]].add(person_id)
    return {mail: by_id[ids.pop()] for mail, ids in owners.items() if len(ids) == 1}


def _unique(people: Iterable[Person]) -> dict[str, Person]:
    named: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        named[_fold(person.name)].append(person)
    return {name: same[0] for name, same in named.items() if name and len(same) == 1}


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", tidy(text)).casefold().split())
