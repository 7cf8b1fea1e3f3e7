"""Can every time that is written down come true?"""

from collections.abc import Iterator

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.durations import FORESEEN_MOMENTS, Duration, Offset
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.parts import Adopted, Contact
from playbook.domain.preparedness.raw import Path, dotted, error
from playbook.domain.preparedness.shape import Shaped


def check_deadlines(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for every time that cannot be, or that means nothing."""
    for phase_id, phase in structure.phases.items():
        if phase.until is not None and phase.until <= phase.from_:
            yield _impossible(
                shaped,
                ("phases", phase_id, "until"),
                Sentence("The phase “{id}” ends before it begins.", id=phase_id),
            )
    for section in ("decisions", "tasks"):
        for entry_id, entry in getattr(structure, section).items():
            path: Path = (section, entry_id, "due")
            yield from _due(shaped, path, entry.due)
            yield from _due_in_phase(shaped, structure, path, entry.due, entry.phase)
            yield from _adopted(shaped, (section, entry_id, "adopted"), entry.due, entry.adopted)
    for role_id, role in structure.roles.items():
        yield from _waited_for(
            shaped, ("roles", role_id, "acknowledge-within"), role.acknowledge_within
        )
    for check_in_id, check_in in structure.check_ins.items():
        yield from _repeated(shaped, ("check-ins", check_in_id, "every"), check_in.every)
        yield from _due(shaped, ("check-ins", check_in_id, "until"), check_in.until)
    for programme_id, programme in structure.care.items():
        for contact_id, contact in programme.contacts.items():
            path = ("care", programme_id, "contacts", contact_id)
            yield from _contact(shaped, path, contact)


def _impossible(
    shaped: Shaped, path: Path, problem: Sentence, mend: Sentence | None = None
) -> Finding:
    mend = mend or Sentence("Correct one of the two times.")
    return error(shaped.at(path), path, problem, mend)


def _due(shaped: Shaped, path: Path, due: Offset | None) -> Iterator[Finding]:
    if due is None or due.direction == "after" or due.anchor in FORESEEN_MOMENTS:
        return
    yield _impossible(
        shaped,
        path,
        Sentence(
            "{path} lies before “{anchor}”, which nobody can foresee.",
            path=dotted(path),
            anchor=due.anchor,
        ),
        Sentence("Write “after”, or count from anniversary or hearing."),
    )


def _due_in_phase(
    shaped: Shaped, structure: Structure, path: Path, due: Offset | None, phase_id: str
) -> Iterator[Finding]:
    phase = structure.phases.get(phase_id)
    if phase is None or due is None or due.direction == "before":
        return
    if due.anchor in ("time-zero", "confirmation") and due.duration < phase.from_:
        yield _impossible(
            shaped,
            path,
            Sentence(
                "{path} is “{due}”, before its phase “{phase}” begins ({begins}).",
                path=dotted(path),
                due=str(due),
                phase=phase_id,
                begins=str(phase.from_),
            ),
            Sentence("Make it due later, or move it to an earlier phase."),
        )


def _adopted(
    shaped: Shaped, path: Path, due: Offset | None, adopted: Adopted | None
) -> Iterator[Finding]:
    if adopted is not None and due is None and (path[0], path[1]) not in shaped.damaged:
        yield _impossible(
            shaped,
            path,
            Sentence("{path} adopts a deadline, but none is written.", path=dotted(path)),
            Sentence("Add “due:”, or take “adopted:” out."),
        )


def _waited_for(shaped: Shaped, path: Path, wait: Duration) -> Iterator[Finding]:
    if not wait.is_fixed or wait.count == 0:
        yield _impossible(
            shaped,
            path,
            Sentence(
                "{path} is “{wait}”; nobody can be waited for so.",
                path=dotted(path),
                wait=str(wait),
            ),
            Sentence("Write minutes, hours, days or weeks, as in “10 min”."),
        )


def _repeated(shaped: Shaped, path: Path, every: Duration | None) -> Iterator[Finding]:
    if every is not None and every.count == 0:
        yield _impossible(
            shaped,
            path,
            Sentence("{path} is “{every}”, which never ends.", path=dotted(path), every=str(every)),
            Sentence("Write how much time lies between two of them, as in “12 h”."),
        )


def _contact(shaped: Shaped, path: Path, contact: Contact) -> Iterator[Finding]:
    yield from _repeated(shaped, (*path, "every"), contact.every)
    if contact.between is not None and contact.between[1] < contact.between[0]:
        yield _impossible(
            shaped,
            (*path, "between"),
            Sentence("{path} ends before it begins.", path=dotted((*path, "between"))),
        )
    if contact.until is not None and contact.every is None:
        yield _impossible(
            shaped,
            (*path, "until"),
            Sentence("{path} has an end, but is not repeated.", path=dotted(path)),
            Sentence("Take “until” out, or write “every”."),
        )
    if contact.until is not None and contact.every is not None and contact.until < contact.every:
        yield _impossible(
            shaped,
            (*path, "until"),
            Sentence("{path} ends before the first time.", path=dotted(path)),
        )
    if contact.kind == "screening" and contact.battery is None:
        yield _impossible(
            shaped,
            path,
            Sentence("{path} is a screening, but does not say which.", path=dotted(path)),
            Sentence("Add “battery:”."),
        )
