"""What kinds of place and communities are called."""

from flask_babel import lazy_gettext as _l

KINDS = {
    "mosque": _l("Mosque"),
    "synagogue": _l("Synagogue"),
    "church": _l("Church"),
    "temple": _l("Temple or gurdwara"),
    "community-centre": _l("Community or cultural centre"),
    "lgbtq-venue": _l("LGBTQ+ venue"),
    "school": _l("School"),
    "kindergarten": _l("Kindergarten"),
    "shelter": _l("Shelter or refugee housing"),
    "association": _l("Association"),
    "market": _l("Market"),
    "venue": _l("Theatre, club or stadium"),
    "public-office": _l("Public office"),
    "media-house": _l("Newspaper or broadcaster"),
    "other": _l("Another kind of place"),
}
COMMUNITIES = {
    "muslim": _l("Muslim"),
    "jewish": _l("Jewish"),
    "christian": _l("Christian"),
    "sikh": _l("Sikh"),
    "hindu": _l("Hindu"),
    "buddhist": _l("Buddhist"),
    "lgbtq": _l("LGBTQ+"),
    "roma": _l("Roma"),
    "black": _l("Black"),
    "asian": _l("Asian"),
    "arab": _l("Arab"),
    "migrants": _l("Migrants and refugees"),
    "women": _l("Women"),
    "disabled": _l("Disabled people"),
    "other": _l("Another community"),
}


def kind_name(kind: str) -> str:
    """Return what a kind of place is called."""
    return str(KINDS.get(kind, kind))


def community_name(community: str) -> str:
    """Return what a community is called; empty for none."""
    return str(COMMUNITIES.get(community, community))
