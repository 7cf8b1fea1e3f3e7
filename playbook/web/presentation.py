"""How facts look to a reader: times with their zone, phones, names, numbers, icons, states."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from flask import Flask, g, request, url_for
from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from notifications.phone import format_phone
from playbook.web.database import wiring
from playbook.web.durations import ago, ahead, length_of
from playbook.web.languages import direction, page_language, time_zone, user_setting

THEMES = ("light", "dark", "auto")

#: Left-to-right inside a right-to-left sentence, and the end of it.
LRI, PDI = "\u2066", "\u2069"


class State(NamedTuple):
    """How a state is told: never by colour alone."""

    icon: str
    word: Any
    tone: str


#: Tones: "good", "act" (red: a human must act now), "busy", "quiet", "doubt".
STATES = {
    "waiting": State("circle-dashed", _l("waiting"), "quiet"),
    "calling": State("phone-outgoing", _l("being called"), "busy"),
    "answered": State("check", _l("answered"), "good"),
    "joining": State("check", _l("joining"), "good"),
    "refused": State("x", _l("refused"), "quiet"),
    "silent": State("dots", _l("silent"), "doubt"),
    "owned": State("flag", _l("owned by a person"), "act"),
    "unknown": State("question-mark", _l("unknown"), "doubt"),
    "closed": State("minus", _l("closed"), "quiet"),
    "late": State("alarm", _l("late"), "act"),
    "due": State("clock", _l("due"), "busy"),
    "open": State("circle-dashed", _l("open"), "busy"),
    "done": State("check", _l("done"), "good"),
    "decided": State("gavel", _l("decided"), "good"),
    "not-needed": State("minus", _l("not needed"), "quiet"),
    "skipped": State("minus", _l("skipped"), "quiet"),
    "held": State("hand-stop", _l("held"), "doubt"),
    "opted-out": State("hand-stop", _l("has stopped messages"), "doubt"),
    "queued": State("hourglass", _l("queued"), "quiet"),
    "sending": State("send", _l("being sent"), "busy"),
    "accepted": State("send", _l("handed over"), "busy"),
    "sent": State("send", _l("sent"), "busy"),
    "delivered": State("check", _l("delivered"), "good"),
    "undelivered": State("x", _l("not delivered"), "doubt"),
    "failed": State("x", _l("failed"), "doubt"),
    "cancelled": State("minus", _l("cancelled"), "quiet"),
    "published": State("check", _l("published"), "good"),
    "draft": State("edit", _l("draft"), "quiet"),
}


ROLE_WORDS = {
    "administrator": _l("administrator"),
    "coordinator": _l("coordinator"),
    "observer": _l("observer"),
}


def set_up_presentation(app: Flask) -> None:
    """Register the filters and what every template may ask for."""
    app.jinja_env.filters.update(
        when=when,
        due=due,
        clock=clock,
        date=day,
        datetime=date_and_clock,
        duration=duration,
        isolate=isolate,
        phone=phone,
        number=number,
    )
    app.jinja_env.globals.update(icon=icon, state=state, now=now, role_word=role_word)
    app.context_processor(page_facts)


def page_facts() -> dict[str, Any]:
    """Return what the layouts need on every page."""
    settings = wiring().settings
    theme = request.cookies.get("theme", "auto")
    return {
        "city_name": settings.city_name,
        "help_number": settings.help_number,
        "call_back_number": settings.call_back_number,
        "theme": theme if theme in THEMES else "auto",
        "user_name": user_setting("name") or user_setting("email"),
    }


def now() -> datetime:
    """Return the instant of this request; the same however long the page takes."""
    if "now" not in g:
        g.now = wiring().clock.now()
    return g.now  # type: ignore[no-any-return]  # flask.g is untyped


def relative(instant: datetime, at: datetime | None = None) -> str:
    """Return "in 12 min" or "3 s ago": how far `instant` is from `at`, by default from now."""
    left = instant - (at or now())
    return ahead(left) if left > timedelta(0) else ago(-left)


def duration(length: timedelta) -> str:
    """Return "12 min", "3 h": a length of time without direction."""
    return length_of(abs(length))


def plain_clock(instant: datetime) -> str:
    """Return "21:52 CET" in the reader's zone; in right-to-left text kept from being mirrored."""
    local = instant.astimezone(time_zone())
    text = f"{local:%H:%M} {local.tzname()}"
    return f"{LRI}{text}{PDI}" if direction() == "rtl" else text


def date_locale() -> Locale:
    """Return whose habits dates follow: English as the city's own country writes it."""
    language = page_language()
    if language != "en":
        return Locale.parse(language)
    try:
        return Locale("en", wiring().settings.city_region)
    except UnknownLocaleError:
        return Locale("en", "GB")


def plain_date(moment: datetime | date) -> str:
    """Return "Sat, 14 Mar", with the year when it is not this one."""
    here = now().astimezone(time_zone()).date()
    local = moment.astimezone(time_zone()).date() if isinstance(moment, datetime) else moment
    locale = date_locale()
    skeleton = locale.datetime_skeletons["MMMEd" if local.year == here.year else "yMMMEd"]
    return str(format_date(local, str(skeleton.pattern), locale=locale))


def plain_moment(instant: datetime) -> str:
    """Return "21:52 CET" for today, "Sat, 14 Mar, 21:52 CET" for another day."""
    zone = time_zone()
    if instant.astimezone(zone).date() == now().astimezone(zone).date():
        return plain_clock(instant)
    return str(gettext("%(date)s, %(clock)s", date=plain_date(instant), clock=plain_clock(instant)))


def tag(instant: datetime, text: str, css: str = "") -> Markup:
    """Wrap `text` so that programs can read the instant too."""
    attributes = Markup(' class="{}"').format(css) if css else Markup()
    return Markup('<time datetime="{}"{}>{}</time>').format(
        instant.isoformat(timespec="seconds"), attributes, text
    )


def when(instant: datetime | None, at: datetime | None = None) -> Markup:
    """Show "12 min ago (21:52 CET)"; nothing for None."""
    if instant is None:
        return Markup()
    text = gettext(
        "%(relative)s (%(moment)s)", relative=relative(instant, at), moment=plain_moment(instant)
    )
    return tag(instant, text)


def due(instant: datetime | None, adopted: bool, at: datetime | None = None) -> Markup:
    """Show a deadline: "due in 12 min (21:52 CET)", "late by 4 min (21:52 CET)".

    One that the city has not adopted is a reminder and never late, however long ago it was.
    """
    if instant is None:
        return Markup()
    left = instant - (at or now())
    facts = {
        "relative": relative(instant, at),
        "length": duration(left),
        "moment": plain_moment(instant),
    }
    if not adopted:
        return tag(instant, gettext("reminder: %(relative)s (%(moment)s)", **facts), "reminder")
    if left >= timedelta(0):
        return tag(instant, gettext("due %(relative)s (%(moment)s)", **facts), "due")
    return tag(instant, gettext("late by %(length)s (%(moment)s)", **facts), "late")


def clock(instant: datetime | None) -> Markup:
    """Show "21:52 CET"."""
    return Markup() if instant is None else tag(instant, plain_clock(instant))


def day(moment: datetime | date | None) -> Markup:
    """Show "Sat, 14 Mar"."""
    if moment is None:
        return Markup()
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), plain_date(moment))


def date_and_clock(instant: datetime | None) -> Markup:
    """Show "Sat, 14 Mar, 21:52 CET", today or not."""
    if instant is None:
        return Markup()
    text = gettext("%(date)s, %(clock)s", date=plain_date(instant), clock=plain_clock(instant))
    return tag(instant, text)


def isolate(text: object) -> Markup:
    """Keep a name of either direction from mixing up the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def phone(value: str | None, link: bool = True) -> Markup:
    """Show a number in its usual groups, left to right, and let a tap call it."""
    if not value:
        return Markup()
    text = Markup('<bdi dir="ltr" class="phone">{}</bdi>').format(format_phone(value))
    if not link:
        return text
    digits = "".join(c for c in value if c in "+0123456789")
    return Markup('<a href="tel:{}">{}</a>').format(digits, text)


def number(value: int | float) -> str:
    """Show a number with the reader's separators."""
    return str(format_decimal(value))


def icon(name: str, label: object = None, css: str = "") -> Markup:
    """Draw an icon of the one set; without a label it is an ornament and is not read out."""
    # A board draws the same few icons a thousand times.
    drawn: dict[tuple[str, str, str], Markup] = g.setdefault("icons", {})
    key = (name, str(label or ""), css)
    if key not in drawn:
        drawn[key] = _draw(name, label, css)
    return drawn[key]


def _draw(name: str, label: object, css: str) -> Markup:
    source = url_for("static", filename="vendor/icons.svg")
    told = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    return Markup('<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>').format(
        f" {css}" if css else "", told, source, name
    )


def state(name: str, word: object = None) -> Markup:
    """Show a state as icon, word and colour; one that we do not know is shown as its own word."""
    known = STATES.get(str(name), State("circle-dotted", str(name), "quiet"))
    return Markup('<span class="state state-{}">{}{}</span>').format(
        known.tone, icon(known.icon), escape(word if word is not None else known.word)
    )


def role_word(name: str) -> Any:
    """Return what a role is called."""
    return ROLE_WORDS.get(name, name)
