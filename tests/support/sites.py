"""Places of the harbour city that may be concerned when a similar one is attacked, and the people who are told.

| place | kind | community | told, in order |
|---|---|---|---|
| Harbour Street Mosque | mosque | muslim | Hadi (ar) |
| Hill Mosque | mosque | muslim | Amal (ar), then Bilal (en) |
| Quay Prayer Room | mosque | muslim | Samira (fr) |
| Crescent School | school | muslim | Zuzana (sk) |
| Lighthouse Synagogue | synagogue | jewish | Naomi (en) |
"""

from playbook.models import Site, User
from playbook.services.preparedness.role_lists import add_list
from playbook.services.preparedness.sites import SiteFacts, add_site
from playbook.services.response import site_warning
from playbook.services.response.site_warning import Warned, Wish
from tests.support import harbour
from tests.support.city import City, Phone

ATTACKED = "Harbour Street Mosque"
SITES = (
    SiteFacts(ATTACKED, "mosque", "muslim", "harbour-mosque", "14 Harbour Street"),
    SiteFacts("Hill Mosque", "mosque", "muslim", "hill-mosque", "3 Hill Lane", "Patrol at dusk"),
    SiteFacts("Quay Prayer Room", "mosque", "muslim", "quay-room", "9 Quay"),
    SiteFacts("Crescent School", "school", "muslim", "crescent-school", "22 Mill Road"),
    SiteFacts("Lighthouse Synagogue", "synagogue", "jewish", "lighthouse", "7 Lighthouse Row"),
)
CONTACTS = (
    ("Hadi Harbour", "ar", "+447700900181", {"harbour-mosque": 0}),
    ("Amal Hill", "ar", "+447700900182", {"hill-mosque": 0}),
    ("Bilal Hill", "en", "+447700900183", {"hill-mosque": 1}),
    ("Samira Quay", "fr", "+447700900184", {"quay-room": 0}),
    ("Zuzana Crescent", "sk", "+447700900185", {"crescent-school": 0}),
    ("Naomi Lighthouse", "en", "+447700900186", {"lighthouse": 0}),
    ("Ines Interpreter", "fr", "+447700900187", {"interpreters": 0}),
)


class Contacts:
    """The phones of those who are told, by first name."""

    def __init__(self, city: City) -> None:
        self._phones = {
            row[0].split()[0]: Phone(city, row[0].split()[0], row[2]) for row in CONTACTS
        }

    def __getitem__(self, first_name: str) -> Phone:
        return self._phones[first_name]

    def nothing_else(self) -> None:
        """Nobody has got anything that the story did not expect."""
        for phone in self._phones.values():
            phone.silent()


def add_sites(city: City) -> Contacts:
    """Fill the register, the directory with those who are told, and a list of interpreters."""
    with city.wiring.transaction() as session:
        for name, language, phone, roles in CONTACTS:
            harbour.add_person(session, name, language, phone, None, roles)
        for facts in SITES:
            add_site(session, facts, now=city.now, user=None)
        add_list(session, "Interpreters", ["interpreters"], now=city.now, user=None)
    return Contacts(city)


def wish(key: str = "", **facts: object) -> Wish:
    """Warn what is similar to a mosque, but for the one that was attacked."""
    usual = {"kinds": ("mosque",), "communities": ("muslim",), "attacked": ATTACKED}
    return Wish(key or "a-page-with-a-key", **(usual | facts))  # type: ignore[arg-type]


def warn(city: City, key: str = "", **facts: object) -> int:
    """Warn similar places and let the engine run; return the act's id."""
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        settings = city.wiring.settings
        wanted = wish(key, **facts)
        made = site_warning.warn(session, city.activation_id, wanted, settings, user, city.now).id
    city.run_ticks()
    return made


def look(city: City, **facts: object) -> Warned:
    """What warning would do."""
    with city.wiring.transaction() as session:
        call_out = city.call_out(session)
        return site_warning.foresee_warning(call_out, wish(**facts), city.wiring.settings)


def site_id(city: City, name: str) -> int:
    """The id of a place."""
    with city.wiring.sessions() as session:
        return next(s.id for s in session.query(Site) if s.name == name)
