"""What a register of places can say about a place: its kind and the community that it serves or belongs to.

Closed lists, so that somebody who may not read the register can still choose whom to warn. About places only.
"""

import re
from collections.abc import Mapping

#: Kind → how a place of it is called, as begins of words, in the languages of the starters.
KINDS: Mapping[str, tuple[str, ...]] = {
    "mosque": ("mosque", "masjid", "مسجد", "جامع", "mosquée", "mešit"),
    "synagogue": ("synagog", "كنيس", "synagóg"),
    "church": ("church", "chapel", "cathedral", "كنيسة", "église", "cathédrale", "kostol", "chrám"),
    "temple": ("temple", "mandir", "gurdwara", "معبد", "pagod"),
    "community-centre": ("community cent", "cultural cent", "مركز ثقاف", "centre culturel", "komunitn"),
    "lgbtq-venue": ("queer", "gay bar", "pride", "lgbt"),
    "school": ("school", "college", "مدرسة", "école", "lycée", "škol"),
    "kindergarten": ("kindergarten", "nursery", "روضة", "crèche", "maternelle", "škôlk"),
    "shelter": ("shelter", "refuge", "asylum", "ملجأ", "foyer", "útulok", "azyl"),
    "association": ("association", "council of", "جمعية", "združen"),
    "market": ("market", "bazaar", "سوق", "marché", "trhovisk", "tržnic"),
    "venue": ("concert", "theatre", "club", "stadium", "مسرح", "théâtre", "stade", "divadl", "štadión"),
    "public-office": ("city hall", "town hall", "بلدية", "mairie", "radnic"),
    "media-house": ("newspaper", "newsroom", "صحيفة", "rédaction", "redakci"),
    "other": (),
}  # fmt: skip
#: Community → the kinds of place that name it by themselves.
COMMUNITIES: Mapping[str, tuple[str, ...]] = {
    "muslim": ("mosque",),
    "jewish": ("synagogue",),
    "christian": ("church",),
    "sikh": (),
    "hindu": (),
    "buddhist": (),
    "lgbtq": ("lgbtq-venue",),
    "roma": (),
    "black": (),
    "asian": (),
    "arab": (),
    "migrants": ("shelter",),
    "women": (),
    "disabled": (),
    "other": (),
}


def kinds_named_in(text: str) -> tuple[str, ...]:
    """Return the kinds of place that `text` speaks of, in any of the starters' languages."""
    words = text.casefold()
    return tuple(
        kind
        for kind, begins in KINDS.items()
        if any(re.search(rf"(?<!\w)(?:ال)?{re.escape(begin)}", words) for begin in begins)
    )


def communities_of(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the communities that these kinds of place name by themselves."""
    return tuple(c for c, named in COMMUNITIES.items() if set(named) & set(kinds))


def same_name(text: str) -> str:
    """Return `text` as names are compared: without case, marks of punctuation and double blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def is_named(text: str, name: str, address: str) -> bool:
    """Whether `text`, as somebody typed it, means the place with this name and address.

    Errs on the side of yes: a place that is left out is shown and can be phoned; one that was attacked must not ring.
    """
    wanted = same_name(text)
    if len(wanted) < 4:
        return False
    return any(
        len(known) >= 4 and (known in wanted or wanted in known)
        for known in (same_name(name), same_name(address))
    )
