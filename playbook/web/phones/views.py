"""Views of the wall of phones."""

import random
import re
from io import BytesIO
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from markupsafe import Markup, escape

from playbook.queries.response.phones import newest_id, received_file, wall
from playbook.services.response import simulation
from playbook.web.database import session, transaction, wiring
from playbook.web.guards import COORDINATOR, allow

blueprint = Blueprint(
    "phones",
    __name__,
    url_prefix="/phones",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/phones",
)

PAGE_SIZE = 24
#: How many people one press of the demonstration button answers for.
DEMONSTRATION = 20

_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


@blueprint.app_template_filter("our_links")
def our_links(text: str) -> Markup:
    """Return `text` with links to this service made pressable, as a phone would; nothing else becomes one."""
    ours = urlsplit(wiring().settings.public_url).netloc
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        parts.append(escape(text[end : found.start()]))
        address = found.group()
        if urlsplit(address).netloc == ours:
            parts.append(
                Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
                    address, address
                )
            )
        else:
            parts.append(escape(address))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


@blueprint.get("/")
@allow(COORDINATOR)
def index() -> ResponseReturnValue:
    """Show the phones, the newest message on top; asked for by the page itself, only what changed."""
    find = request.args.get("find", "").strip()
    page = max(request.args.get("page", 1, type=int), 1)
    newest = newest_id(session())
    if request.headers.get("HX-Request") and request.args.get("seen", type=int) == newest:
        return "", 204
    devices, total = wall(session(), find=find, page=page, size=PAGE_SIZE)
    template = "phones/_wall.html" if request.headers.get("HX-Request") else "phones/index.html"
    return render_template(
        template,
        devices=devices,
        total=total,
        find=find,
        page=page,
        pages=max(-(-total // PAGE_SIZE), 1),
        newest=newest,
        demonstration=DEMONSTRATION,
    )


@blueprint.get("/<int:message_id>/file")
@allow(COORDINATOR)
def file(message_id: int) -> ResponseReturnValue:
    """Hand out the file that came with a simulated mail."""
    found = received_file(session(), message_id)
    return send_file(
        BytesIO(found.content),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.name,
    )


@blueprint.post("/<int:message_id>/reply")
@allow(COORDINATOR)
def reply(message_id: int) -> ResponseReturnValue:
    """Answer as the person whose phone this is."""
    with transaction() as current:
        simulation.write_from(
            current,
            message_id,
            request.form.get("body", ""),
            wiring().clock.now(),
            wiring().settings,
        )
    return redirect(url_for("phones.index", find=request.form.get("find") or None))


@blueprint.post("/answer-for-some")
@allow(COORDINATOR)
def answer_for_some() -> ResponseReturnValue:
    """Let some random people answer, for a demonstration."""
    with transaction() as current:
        answered = simulation.answer_for_some(
            current,
            DEMONSTRATION,
            wiring().clock.now(),
            wiring().settings,
            random.Random(),
        )
    flash(
        ngettext(
            "%(num)s simulated person has answered.",
            "%(num)s simulated people have answered.",
            answered,
        )
    )
    return redirect(url_for("phones.index"))
