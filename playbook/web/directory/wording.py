"""How the directory's terms are said in the reader's language."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from playbook.queries.preparedness.directory import PersonLine, Trouble
from playbook.services.preparedness.directory_import import ImportPlan
from playbook.services.preparedness.truth import Doubt

NO_FILE = _l("No file was chosen, or it is empty. Nothing was written.")
LARGE_FILE = _l("This file is larger than 2 MB. Split it and import its parts one after another.")
FIELDS = {
    "key": _l("Key"),
    "name": _l("Name"),
    "organisation": _l("Organisation"),
    "organisation_kind": _l("Kind of organisation"),
    "language": _l("Language"),
    "time_zone": _l("Time zone"),
    "roles": _l("Roles"),
    "phone": _l("Phones"),
    "email": _l("Email addresses"),
    "notes": _l("Notes"),
    "removed": _l("Removed from the directory"),
}
TROUBLES = {
    Trouble.NOBODY: _l("Nobody holds this role"),
    Trouble.HELD_ONLY: _l("Everybody who holds this role is held"),
    Trouble.ROTA_GAP: _l("Nobody on the rota in the coming 14 days"),
    Trouble.NO_CONTACT: _l("No phone and no address"),
    Trouble.STOPPED: _l("A number has stopped our messages"),
    Trouble.HELD: _l("Everything to this person is held"),
    Trouble.NO_SMS: _l("No number that gets text messages"),
    Trouble.SHARED: _l("One number for several people"),
}
MENDS = {
    Trouble.NOBODY: _l(
        "Give the role to somebody, or the call-out goes to its deputies' roles only."
    ),
    Trouble.HELD_ONLY: _l("Give the role to somebody else too, or lift a hold."),
    Trouble.ROTA_GAP: _l("Put somebody on the rota, or the next in line is called meanwhile."),
    Trouble.NO_CONTACT: _l("Add a phone or an address, or nobody can call this person out."),
    Trouble.STOPPED: _l(
        "Text messages do not arrive there. Call, write an email, or ask the person to text START."
    ),
    Trouble.HELD: _l("Nothing reaches this person until somebody lifts the hold."),
    Trouble.NO_SMS: _l(
        "Only a call or an email reaches this person. Add a mobile phone if there is one."
    ),
    Trouble.SHARED: _l("An answer from it cannot be told apart. Give each a number of their own."),
}
ICONS = {
    Trouble.NOBODY: "user-x",
    Trouble.HELD_ONLY: "hand-stop",
    Trouble.ROTA_GAP: "calendar",
    Trouble.NO_CONTACT: "phone",
    Trouble.STOPPED: "hand-stop",
    Trouble.HELD: "hand-stop",
    Trouble.NO_SMS: "message",
    Trouble.SHARED: "users",
}

DOUBTS = {
    Doubt.LEFT: _l("Say that they have left"),
    Doubt.DISOWNED: _l("No longer theirs, they say"),
    Doubt.BOUNCED: _l("Bounced"),
    Doubt.SILENT: _l("Silent in the last proofs"),
    Doubt.CORRECTED: _l("Corrected by themselves lately"),
    Doubt.UNPROVEN: _l("Never proven"),
    Doubt.SHARED: _l("Shared by several people"),
    Doubt.SINGLE: _l("People without a second way"),
}
DOUBT_MENDS = {
    Doubt.LEFT: _l("They are still called. Remove them, or ask them on the phone."),
    Doubt.DISOWNED: _l("Used only if nothing else is left. Ask for the new number."),
    Doubt.BOUNCED: _l(
        "The last message came back for good. Ask for the right number, or send the link to their page."
    ),
    Doubt.SILENT: _l("Nobody answered the last proof from it. Call, or send the link."),
    Doubt.CORRECTED: _l("They confirmed it on the new number. If it looks odd, call them."),
    Doubt.UNPROVEN: _l("Nothing has ever come back from it. A proof or an exercise proves it."),
    Doubt.SHARED: _l("An answer from it cannot be told apart. Ask each for a number of their own."),
    Doubt.SINGLE: _l("If this one way fails, nobody reaches them. Ask for a second one."),
}
DOUBT_ICONS = {
    Doubt.LEFT: "user-x",
    Doubt.DISOWNED: "x",
    Doubt.BOUNCED: "alert-triangle",
    Doubt.SILENT: "dots",
    Doubt.CORRECTED: "edit",
    Doubt.UNPROVEN: "question-mark",
    Doubt.SHARED: "users",
    Doubt.SINGLE: "phone",
}
#: Why the link to their page goes to somebody on no channel.
OBSTACLES = {
    "held": _l("Everything to this person is held."),
    "opted-out": _l("The number has stopped our messages, and there is no address."),
    "no-sms": _l("No number gets text messages, and there is no address."),
    "no-contact": _l("No phone and no address."),
}


def place(number: int) -> str:
    """Return what a place in a role's order means."""
    if number == 1:
        return str(_("holds it"))
    return str(_("deputy %(number)s", number=number - 1))


def reach(person: PersonLine) -> str:
    """Return how a person is reached, without any number."""
    if person.reach.nowhere:
        return str(_("no phone, no address"))
    return str(
        _(
            "%(phones)s, %(addresses)s",
            phones=ngettext("%(num)s phone", "%(num)s phones", person.reach.phones),
            addresses=ngettext("%(num)s address", "%(num)s addresses", person.reach.emails),
        )
    )


def people(number: int) -> str:
    """Return "3 people"."""
    return str(ngettext("%(num)s person", "%(num)s people", number))


def import_button(plan: ImportPlan) -> str:
    """Return what the button of an import does, in numbers."""
    if not plan.new and not plan.changed:
        return str(_("Write these changes"))
    new, changed, bad = len(plan.new), len(plan.changed), len(plan.bad_rows)
    if bad:
        words = _(
            "Add %(new)s, change %(changed)s, leave %(bad)s out", new=new, changed=changed, bad=bad
        )
    else:
        words = _("Add %(new)s, change %(changed)s", new=new, changed=changed)
    return str(words)


def imported(plan: ImportPlan) -> str:
    """Return what an import did."""
    words = _(
        "Imported: %(new)s added, %(changed)s changed, %(unchanged)s unchanged, %(bad)s left out.",
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=len(plan.unchanged),
        bad=len(plan.bad_rows),
    )
    return str(words)
