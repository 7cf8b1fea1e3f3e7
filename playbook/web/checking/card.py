"""The sender's contact card: a page, a file for the phone, a picture to scan; and sending it to a partner."""

import io

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.domain.preparedness.sender_card import SenderCard, is_number, vcard
from playbook.services.preparedness import directory
from playbook.services.preparedness.cards import send_card as send
from playbook.services.response.context import check_page
from playbook.web.checking.views import OFTEN, blueprint
from playbook.web.database import transaction, wiring
from playbook.web.guards import COORDINATOR, allow, public, signed_in_user
from playbook.web.languages import page_language
from playbook.web.limits import limiter
from playbook.web.presentation import now


@blueprint.get("/card")
@public
@limiter.limit(OFTEN)
def show_card() -> str:
    """Show who we are, to be saved or printed."""
    return render_template("checking/card.html", card=_card(), language=page_language())


@blueprint.get("/card.vcf")
@public
@limiter.limit(OFTEN)
def card_file() -> Response:
    """Give the card as a file that a phone takes into its contacts."""
    response = Response(vcard(_card()), mimetype="text/vcard")
    response.headers["Content-Disposition"] = 'attachment; filename="crisis-cell.vcf"'
    return response


@blueprint.get("/card.svg")
@public
@limiter.limit(OFTEN)
def card_picture() -> Response:
    """Give the card as a QR code; it holds the card itself, so that it can be scanned off paper without a network."""
    import segno

    picture = io.BytesIO()
    code = segno.make(vcard(_card()), error="m", micro=False)
    code.save(picture, kind="svg", scale=4, light="#fff", dark="#000", nl=False)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/directory/people/<int:person_id>/card")
@allow(COORDINATOR)
def send_card(person_id: int) -> ResponseReturnValue:
    """Send a partner the address of the card."""
    with transaction() as writing:
        person = directory.person_of(writing, person_id)
        name = person.name
        sent = send(writing, person, wiring().settings, signed_in_user(), now())
    if sent:
        flash(
            ngettext(
                "The card is on its way to %(name)s, in %(num)d message.",
                "The card is on its way to %(name)s, in %(num)d messages.",
                sent,
                name=name,
            ),
            "success",
        )
    else:
        flash(_("%(name)s was sent the card a moment ago. Nothing more was sent.", name=name))
    return redirect(url_for("directory.person", person_id=person_id), 303)


def _card() -> SenderCard:
    settings = wiring().settings
    number = settings.twilio_from_number if settings.sms_provider == "twilio" else ""
    return SenderCard(
        sender=settings.sender,
        organisation=_("%(city)s crisis cell", city=settings.city_name),
        texts=number if is_number(number) else "",
        call_back=settings.call_back_number,
        mail=settings.email_from,
        check=check_page(settings.public_url),
        note=_(
            "Every message with which we call people out has a code of six digits. Check it on our page, or call back."
        ),
    )
