"""What an incident's states, channels and reasons are called; what the time line says."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from playbook.domain.response.call_plan import Hole
from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.services.response.preview import LesserHoles, PreviewHole
from playbook.web.incidents.blueprint import blueprint, said
from playbook.web.languages import language_name, page_language, time_zone
from playbook.web.presentation import state

CHANNELS = {
    "sms": _l("SMS"),
    "email": _l("Email"),
    "voice": _l("Phone call by a human"),
    "web": _l("Website"),
    "press": _l("Press"),
    "letter": _l("Letter"),
}
#: Who carries a message.
PROVIDERS = {"simulator": _l("simulator"), "twilio": "Twilio", "smtp": "SMTP", "null": _l("nobody")}
#: A person on a ladder: the chip and its word.
RUNGS = {
    "waiting": ("waiting", _l("not asked yet")),
    "asked": ("calling", _l("asked, no answer yet")),
    "joining": ("joining", _l("joining")),
    "deputy": ("refused", _l("said: ask my deputy")),
    "unable": ("refused", _l("said: unable")),
    "silent": ("silent", _l("silent")),
    "unreachable": ("silent", _l("cannot be reached")),
    "skipped": ("skipped", _l("skipped by a human")),
    "stood-down": ("closed", _l("stood down, somebody else answered")),
}
#: What became of one message.
DELIVERIES = {
    "queued": ("queued", _l("waits to leave")),
    "sending": ("sending", _l("is leaving")),
    "unknown": ("unknown", _l("unknown, a human must find out")),
    "accepted": ("accepted", _l("handed over")),
    "sent": ("sent", _l("sent on")),
    "delivered": ("delivered", _l("arrived")),
    "undelivered": ("undelivered", _l("did not arrive")),
    "failed": ("failed", _l("failed")),
    "cancelled": ("cancelled", _l("not sent")),
    "expired": ("cancelled", _l("too late, not sent")),
    "human": ("calling", _l("given to a human")),
}
REASONS = {
    "no-contact": _l("no number or address"),
    "no-sms": _l("the number cannot get SMS"),
    "opted-out": _l("the person has stopped texts"),
    "held": _l("everything to this person is held"),
    "removed": _l("the person was removed from the directory"),
    "not-needed": _l("no longer needed"),
    "answered": _l("the person has answered"),
    "ended": _l("the incident ended"),
    "too-late": _l("it could not leave in time"),
    "sender-died": _l("the service stopped while it was leaving"),
    "resolved-by-hand": _l("said by a human"),
    "landline": _l("the number cannot get SMS"),
    "not-mobile": _l("the number cannot get SMS"),
}
ANSWERS = {
    "joining": _l("Joining"),
    "deputy": _l("Ask the deputy"),
    "unable": _l("Unable"),
}
VIA = {"sms": _l("by SMS"), "link": _l("by link"), "hand": _l("noted by hand")}
EVIDENCE = {
    "verified": _l("Stated in the source, as read."),
    "default": _l("A default of this project, not guidance."),
    "unconfirmed": _l("Widely cited, not confirmed."),
}
SETS = {
    "call-out": _l("calls"),
    "task": _l("starts the task"),
    "message": _l("asks for the message"),
    "decision": _l("brings up the decision"),
}
#: What leaves a role or a person uncalled.
SERIOUS = {
    Hole.NOBODY: _l("Nobody holds the role “%(role)s”."),
    Hole.UNREACHABLE: _l("%(name)s (%(role)s) cannot be reached on any channel."),
}


@blueprint.app_template_filter("term")
def term(key: object, table: str) -> str:
    """Say a stable word in the reader's language; one that we do not know as it is written."""
    return str(_TABLES[table].get(str(key), str(key).replace("-", " ")))


@blueprint.app_template_filter("listed")
def listed(things: Iterable[object]) -> str:
    """Return "SMS, Email, Letter" with the commas of the page's language."""
    return str(format_list([str(thing) for thing in things], style="unit", locale=page_language()))


@blueprint.app_template_filter("rung_chip")
def rung_chip(name: str) -> Markup:
    """Show how a person on a ladder stands."""
    known, word = RUNGS.get(str(name), (str(name), str(name)))
    return state(known, word)


@blueprint.app_template_filter("delivery_chip")
def delivery_chip(name: str) -> Markup:
    """Show what became of a message."""
    known, word = DELIVERIES.get(str(name), (str(name), str(name)))
    return state(known, word)


_TABLES: dict[str, Mapping[Any, Any]] = {
    "channel": CHANNELS,
    "provider": PROVIDERS,
    "reason": REASONS,
    "answer": ANSWERS,
    "via": VIA,
    "evidence": EVIDENCE,
    "sets": SETS,
    "delivery": {name: word for name, (_chip, word) in DELIVERIES.items()},
}


def fill(sentence: str, **facts: object) -> Markup:
    """Fill a translated sentence; every fact is isolated, so that names of either direction stay whole."""
    bound = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in facts.items()}
    return escape(sentence) % bound


#: How an answer came, where a word is not enough.
_VIA_TELLERS: dict[str, Callable[[Happened], Markup]] = {}


def teach(kind: str, teller: Callable[[Happened, Words], Markup], left: Any) -> None:
    """Let the time line tell entries of `kind`; `left` is what is said once names and texts have been erased."""
    _TELLERS[kind], _KINDS[kind] = teller, left


def teach_via(via: str, teller: Callable[[Happened], Markup]) -> None:
    """Let `teller` say how an answer came that came by `via`."""
    _VIA_TELLERS[via] = teller


@blueprint.app_template_filter("told")
def told(entry: Happened, words: Words) -> Markup:
    """Return what happened as a sentence; an entry whose payload was erased says what is left."""
    teller = _TELLERS.get(entry.kind)
    if entry.erased or teller is None:
        known = _KINDS.get(entry.kind)
        return escape(known if known is not None else entry.kind)
    return teller(entry, words)


@blueprint.app_template_filter("hole_told")
def hole_told(hole: PreviewHole, words: Words) -> Markup:
    """Say who stays uncalled, and why."""
    return fill(str(SERIOUS[hole.hole]), name=hole.name, role=said(words.role(hole.role)))


@blueprint.app_template_filter("lesser_told")
def lesser_told(group: LesserHoles) -> Markup:
    """Say what is wrong with several people in the same way."""
    count = len(group.names)
    facts = {
        "channel": term(group.channel, "channel"),
        "language": language_name(group.language) if group.language else "",
    }
    open_ = {name: f"%({name})s" for name in facts}
    return fill(_lesser(group.hole, count, open_), **facts)


def _lesser(hole: Hole, count: int, facts: dict[str, str]) -> str:
    if hole is Hole.NO_CONTACT:
        sentence = ngettext(
            "%(num)d person has no number or address for this channel: %(channel)s.",
            "%(num)d people have no number or address for this channel: %(channel)s.",
            count,
            **facts,
        )
    elif hole is Hole.NO_SMS:
        sentence = ngettext(
            "%(num)d person has a number that cannot get SMS.",
            "%(num)d people have a number that cannot get SMS.",
            count,
        )
    elif hole is Hole.OPTED_OUT:
        sentence = ngettext(
            "%(num)d person has stopped messages on this channel: %(channel)s.",
            "%(num)d people have stopped messages on this channel: %(channel)s.",
            count,
            **facts,
        )
    elif hole is Hole.NO_TRANSLATION:
        sentence = ngettext(
            "%(num)d person will be called in %(language)s, for want of a translation.",
            "%(num)d people will be called in %(language)s, for want of a translation.",
            count,
            **facts,
        )
    elif hole is Hole.NOT_YET_READ:
        sentence = ngettext(
            "%(num)d person will read a text in %(language)s that no native speaker has read yet.",
            "%(num)d people will read a text in %(language)s that no native speaker has read yet.",
            count,
            **facts,
        )
    else:
        sentence = ngettext(
            "Everything to %(num)d person is held: nothing is sent.",
            "Everything to %(num)d people is held: nothing is sent.",
            count,
        )
    return str(sentence)


@blueprint.app_template_filter("zone_name")
def zone_name(instant: datetime) -> str:
    """Return "CET", the name of the zone that times are shown in at `instant`."""
    return instant.astimezone(time_zone()).tzname() or ""


def _role(entry: Happened, words: Words) -> Markup:
    return said(words.role(str(entry.facts.get("role", ""))))


def _rung(sentence: Any) -> Callable[[Happened, Words], Markup]:
    def tell(entry: Happened, words: Words) -> Markup:
        return fill(str(sentence), name=entry.facts.get("name", ""), role=_role(entry, words))

    return tell


def _answer(sentence: Any) -> Callable[[Happened, Words], Markup]:
    def tell(entry: Happened, words: Words) -> Markup:
        text = fill(str(sentence), name=entry.facts.get("name", ""), role=_role(entry, words))
        via = term(entry.facts.get("via", ""), "via")
        if entry.facts.get("via") in _VIA_TELLERS:
            via = _VIA_TELLERS[entry.facts["via"]](entry)
        if entry.facts.get("late"):
            return fill(_("%(what)s (%(via)s, late)"), what=text, via=via)
        return fill(_("%(what)s (%(via)s)"), what=text, via=via)

    return tell


def _decision(entry: Happened, words: Words) -> Markup:
    decision = str(entry.facts.get("decision", ""))
    key = f"decisions.{decision}"
    title = said(words(f"{key}.title"))
    if entry.kind == "decision.reopened":
        return fill(_("Opened the decision “%(decision)s” again."), decision=title)
    option = said(words(f"{key}.options.{entry.facts.get('option', '')}"))
    by = entry.facts.get("by", "")
    sentence = (
        _("Decided “%(decision)s”: %(option)s. By %(name)s.")
        if entry.facts.get("foreseen", True)
        else _(
            "Decided “%(decision)s”: %(option)s. By %(name)s, on an authority that the playbook does not name."
        )
    )
    return fill(sentence, decision=title, option=option, name=by)


def _task(entry: Happened, words: Words) -> Markup:
    ref, cause = str(entry.facts.get("ref") or ""), str(entry.facts.get("cause") or "")
    if cause.startswith("task:"):
        title: object = said(words(f"tasks.{ref}.title"))
    elif cause.startswith("message:"):
        title = said(words(f"messages.{ref}.name"))
    else:
        title = _("Phone call")
    if entry.kind == "task.reopened":
        return fill(_("Took the tick back: %(task)s."), task=title)
    if entry.facts.get("outcome") == "not-needed":
        return fill(_("Not needed: %(task)s."), task=title)
    return fill(_("Done: %(task)s."), task=title)


def _confirmed(entry: Happened, words: Words) -> Markup:
    people = int(entry.facts.get("people", 0))
    level = said(words(f"levels.{entry.facts.get('level', '')}.name"))
    sentence = ngettext(
        "Activated at level %(level)s: %(num)d person on the ladders.",
        "Activated at level %(level)s: %(num)d people on the ladders.",
        people,
        level="%(level)s",
    )
    return fill(sentence, level=level)


def _level(entry: Happened, words: Words) -> Markup:
    level = said(words(f"levels.{entry.facts.get('after', '')}.name"))
    return fill(_("Changed the level to %(level)s and told everybody who was called."), level=level)


def _taken_over(entry: Happened, words: Words) -> Markup:
    role = said(words.role(str(entry.facts.get("what", ""))))
    return fill(_("Took over %(role)s: nobody further is called for it."), role=role)


def _resolved(entry: Happened, _words: Words) -> Markup:
    if entry.facts.get("arrived"):
        return escape(_("Found out that an unknown message had arrived."))
    return escape(_("Found out that an unknown message had not arrived."))


_TELLERS: dict[str, Callable[[Happened, Words], Markup]] = {
    "activation.confirmed": _confirmed,
    "activation.ended": lambda e, _w: fill(
        _("Ended the incident. %(reason)s"), reason=e.facts.get("reason", "")
    ),
    "activation.handed-over": lambda e, _w: fill(
        _("Handed coordination over from %(before)s to %(after)s."),
        before=e.facts.get("from", ""),
        after=e.facts.get("to", ""),
    ),
    "change.level-changed": _level,
    "change.correction": lambda e, _w: fill(
        _("Corrected for everybody who was called: %(text)s"),
        text=" / ".join(dict(e.facts.get("texts") or {}).values()),
    ),
    "change.false-alarm": lambda _e, _w: escape(
        _("Told everybody who was called that it was a false alarm.")
    ),
    "change.stand-down-all": lambda _e, _w: escape(
        _("Told everybody who was called that it is over.")
    ),
    "change.acknowledged": lambda e, _w: fill(
        _("%(name)s has confirmed a change."), name=e.facts.get("name", "")
    ),
    "person.called-too": _rung(_l("Called %(name)s too, for %(role)s.")),
    "rung.opened": _rung(_l("Asked %(name)s for %(role)s.")),
    "rung.silent": _rung(_l("%(name)s was silent as %(role)s; the next in line is asked.")),
    "rung.unreachable": _rung(_l("%(name)s could not be reached for %(role)s.")),
    "rung.stood-down": _rung(_l("Stood %(name)s down for %(role)s: somebody else answered.")),
    "rung.skipped": lambda e, _w: fill(
        _("Skipped %(name)s; the next in line is asked."), name=e.facts.get("what", "")
    ),
    "role.owned": lambda e, w: fill(
        _("Nobody answered for %(role)s; %(name)s owns it now."),
        role=_role(e, w),
        name=e.facts.get("owner", ""),
    ),
    "role.taken-over": _taken_over,
    "answer.joining": _answer(_l("%(name)s is joining as %(role)s")),
    "answer.deputy": _answer(_l("%(name)s asks that the deputy stands in as %(role)s")),
    "answer.unable": _answer(_l("%(name)s is unable to be %(role)s")),
    "decision.taken": _decision,
    "decision.reopened": _decision,
    "task.done": _task,
    "task.reopened": _task,
    "delivery.resolved": _resolved,
}

#: What is left to say once names and texts have been erased.
_KINDS = {
    "activation.confirmed": _l("The playbook was activated."),
    "activation.ended": _l("The incident was ended."),
    "activation.handed-over": _l("Coordination was handed over."),
    "change.level-changed": _l("The level was changed."),
    "change.correction": _l("Everybody who was called got a correction."),
    "change.false-alarm": _l("Everybody who was called was told of a false alarm."),
    "change.stand-down-all": _l("Everybody who was called was stood down."),
    "change.acknowledged": _l("A person has confirmed a change."),
    "person.called-too": _l("A person was added and called."),
    "rung.opened": _l("A person was asked."),
    "rung.silent": _l("A person was silent; the next in line was asked."),
    "rung.unreachable": _l("A person could not be reached."),
    "rung.stood-down": _l("A person was stood down."),
    "rung.skipped": _l("A person was skipped."),
    "role.owned": _l("Nobody answered for a role; the coordinator owns it."),
    "role.taken-over": _l("A role was taken over."),
    "answer.joining": _l("A partner is joining."),
    "answer.deputy": _l("A partner asked for the deputy."),
    "answer.unable": _l("A partner is unable."),
    "decision.taken": _l("A decision was taken."),
    "decision.reopened": _l("A decision was opened again."),
    "task.done": _l("A task was ticked off."),
    "task.reopened": _l("A tick was taken back."),
    "delivery.resolved": _l("Somebody found out about an unknown message."),
    "inbound.read": _l("A text was read by a person."),
    "inbound.taken": _l("A text was taken by a person."),
    "inbound.done": _l("A text was dealt with."),
    "message.held": _l("A message was held back."),
}
