"""The areas of the service as a menu. An area whose pages are not installed is not shown.

An area may expose `nav`, a list of items; one with the key of an item here takes its place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l

from playbook.queries.home import count_inbox
from playbook.web.database import session, wiring
from playbook.web.guards import OBSERVER, may


def always() -> bool:
    """Return True."""
    return True


def simulator_is_on() -> bool:
    """Return whether some message can end on a simulated phone or mailbox."""
    settings = wiring().settings
    providers = {settings.sms_provider, settings.email_provider}
    return "simulator" in providers or not settings.exercises_reach_real_phones


def inbox_count() -> int:
    """Return how many messages wait for a human to read them."""
    return count_inbox(session())


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu.

    `endpoints` are tried in order; the first that exists is the link. `also` names further blueprints that belong
    to the entry.
    """

    key: str
    label: Any
    icon: str
    endpoints: tuple[str, ...]
    order: int
    role: str = OBSERVER
    shown: Callable[[], bool] = always
    count: Callable[[], int] | None = None
    also: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Entry:
    """A menu entry as one person sees it now."""

    label: Any
    icon: str
    url: str
    current: bool
    count: int


STANDARD = (
    NavItem("home", _l("Home"), "home", ("home.index",), 10),
    NavItem(
        "incidents",
        _l("Incidents"),
        "alert-triangle",
        ("incidents.index", "board.index", "activations.index"),
        20,
        also=frozenset({"board", "activate", "activations", "callout", "report"}),
    ),
    NavItem("phones", _l("Phones"), "device-mobile", ("phones.index",), 30, shown=simulator_is_on),
    NavItem("inbox", _l("Inbox"), "inbox", ("inbox.index",), 40, count=inbox_count),
    NavItem("playbooks", _l("Playbooks"), "book-2", ("playbooks.index", "playbook.index"), 50),
    NavItem(
        "directory",
        _l("Directory"),
        "address-book",
        ("directory.index",),
        60,
        also=frozenset({"duty", "sites"}),
    ),
    NavItem("log", _l("Log"), "history", ("log.index",), 70),
)


def set_up_navigation(app: Flask, areas: Iterable[Any]) -> None:
    """Collect the menu: ours, and what areas bring."""
    items = {item.key: item for item in STANDARD}
    for area in areas:
        for item in getattr(area, "nav", ()):
            items[item.key] = item
    app.extensions["navigation"] = sorted(items.values(), key=lambda item: item.order)
    app.jinja_env.globals.update(navigation=entries, link=link)


def entries() -> list[Entry]:
    """Return the menu for the current user and page; empty when nobody is signed in."""
    if g.get("without_database"):
        return []
    found = []
    for item in current_app.extensions["navigation"]:
        url = next(filter(None, (link(endpoint) for endpoint in item.endpoints)), None)
        if url is None or not may(item.role) or not item.shown():
            continue
        count = item.count() if item.count else 0
        found.append(Entry(item.label, item.icon, url, _is_current(item), count))
    return found


def link(endpoint: str, **values: Any) -> str | None:
    """Return the address of `endpoint`, or None when that page is not installed."""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **values)


def _is_current(item: NavItem) -> bool:
    here = request.blueprint
    return here is not None and (
        here in item.also or any(here == endpoint.split(".")[0] for endpoint in item.endpoints)
    )
