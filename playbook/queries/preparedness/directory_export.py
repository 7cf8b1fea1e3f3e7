"""The directory as the cells of a table, in the columns that an import reads."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from playbook.models import ContactKind, Person
from playbook.queries.preparedness.directory import Place, fold, places_by_person, whole_people


def export_people(session: Session) -> list[dict[str, str]]:
    """Return everybody, one row of cells per person, by name; numbers and notes are decrypted."""
    places = places_by_person(session)
    people = session.scalars(whole_people().where(Person.removed_at.is_(None)))
    rows = [_cells(person, places.get(person.id, ())) for person in people]
    return sorted(rows, key=lambda cells: (fold(cells["name"]), cells["key"]))


def _cells(person: Person, places: Iterable[Place]) -> dict[str, str]:
    cells = {
        "key": person.key,
        "name": person.name,
        "organisation": person.organisation.name if person.organisation else "",
        "organisation_kind": person.organisation.kind if person.organisation else "",
        "language": person.language,
        "time_zone": person.time_zone,
        "roles": "; ".join(f"{place.role}:{place.number}" for place in places),
        "notes": person.notes or "",
    }
    for kind in ContactKind:
        values = [c.value for c in person.contact_points if c.kind == kind]
        for number, value in enumerate(values, start=1):
            cells[f"{kind}_{number}" if number > 1 else str(kind)] = value
    return cells
