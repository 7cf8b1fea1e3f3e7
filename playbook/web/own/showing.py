"""How a number is shown to whoever holds the link: enough to know one's own, too little for anybody else."""

from markupsafe import Markup

from playbook.models import ContactKind

#: Digits of a phone that are shown.
SHOWN = 3


def masked(kind: ContactKind | str, value: str) -> Markup:
    """Return "… 104" for a phone, "d…@harbour.example.org" for an address; left to right in every language."""
    if kind == ContactKind.PHONE:
        text = f"… {value[-SHOWN:]}"
    else:
        name, _, domain = value.rpartition("@")
        text = f"{name[:1]}…@{domain}"
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)
