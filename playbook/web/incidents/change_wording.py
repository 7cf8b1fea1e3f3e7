"""What a change is called, what it will do, and the number on its button."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from playbook.domain.response.changes import ChangeKind
from playbook.queries.response.announcements import AnnouncementView
from playbook.queries.response.words import Words
from playbook.services.response.foreseeing import Change, Foreseen
from playbook.web.incidents.blueprint import blueprint, said

TITLES = {
    "level": _l("Change the level"),
    "correction": _l("Correct something"),
    "false-alarm": _l("It was a false alarm"),
    "stand-down": _l("Stand everybody down"),
    "list": _l("Message a list"),
}
#: A change that has been announced.
ANNOUNCED = {
    ChangeKind.FALSE_ALARM: _l("It was a false alarm"),
    ChangeKind.CORRECTION: _l("A correction"),
    ChangeKind.STAND_DOWN: _l("Everybody was stood down"),
    ChangeKind.LIST_MESSAGE: _l("A message to lists and roles"),
    ChangeKind.SITE_WARNING: _l("Similar places were warned"),
}


@blueprint.app_template_filter("change_title")
def change_title(kind: str) -> str:
    """Return what a kind of change, as it stands in an address, is called."""
    return str(TITLES[kind])


@blueprint.app_template_filter("announced")
def announced(made: AnnouncementView) -> Markup:
    """Return what was announced."""
    if made.kind == ChangeKind.LEVEL:
        level = Markup("<bdi>{}</bdi>").format(said(made.level))
        return escape(_("The level became %(level)s", level="%(level)s")) % {"level": level}
    return escape(str(ANNOUNCED[ChangeKind(made.kind)]))


@blueprint.app_template_filter("will_happen")
def will_happen(seen: Foreseen, change: Change, words: Words) -> Markup:
    """Say in whole sentences whom a change tells what, in how many languages."""
    if not seen.people:
        return escape(_("Nobody is told anything."))
    level = words(f"levels.{change.level}.name") if change.level else None
    sentence = escape(_told(change.kind, seen.people)) % {
        "level": Markup("<bdi>{}</bdi>").format(said(level))
    }
    languages = ngettext(
        "They read it in %(num)d language.", "They read it in %(num)d languages.", seen.languages
    )
    return sentence + " " + escape(languages)


def _told(kind: ChangeKind, people: int) -> str:
    if kind is ChangeKind.FALSE_ALARM:
        sentence = ngettext(
            "%(num)d person is told that it was a false alarm, and the incident ends.",
            "%(num)d people are told that it was a false alarm, and the incident ends.",
            people,
        )
    elif kind is ChangeKind.STAND_DOWN:
        sentence = ngettext(
            "%(num)d person is told that it is over, and the incident ends.",
            "%(num)d people are told that it is over, and the incident ends.",
            people,
        )
    elif kind is ChangeKind.LEVEL:
        sentence = ngettext(
            "%(num)d person is told that the level is now %(level)s, or that they are not needed.",
            "%(num)d people are told that the level is now %(level)s, or that they are not needed.",
            people,
            level="%(level)s",
        )
    else:
        sentence = ngettext(
            "%(num)d person gets your words.", "%(num)d people get your words.", people
        )
    return str(sentence)


@blueprint.app_template_filter("change_button")
def change_button(seen: Foreseen, kind: str) -> str:
    """Say on the button what it does, in numbers."""
    if kind == "level":
        return str(_level_button(seen))
    if kind == "list":
        return str(ngettext("Send it to %(num)d person", "Send it to %(num)d people", seen.people))
    if kind == "correction":
        return str(
            ngettext("Correct it for %(num)d person", "Correct it for %(num)d people", seen.people)
        )
    if not seen.people:
        return str(_("End it; nobody has to be told"))
    if kind == "false-alarm":
        return str(
            ngettext(
                "Tell %(num)d person that it was a false alarm",
                "Tell %(num)d people that it was a false alarm",
                seen.people,
            )
        )
    return str(ngettext("Stand %(num)d person down", "Stand %(num)d people down", seen.people))


def _level_button(seen: Foreseen) -> str:
    if seen.begins:
        return str(
            ngettext(
                "Change the level and call %(num)d more role",
                "Change the level and call %(num)d more roles",
                len(seen.begins),
            )
        )
    return str(
        ngettext(
            "Change the level and tell %(num)d person",
            "Change the level and tell %(num)d people",
            seen.people,
        )
    )
