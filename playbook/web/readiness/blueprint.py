"""The blueprint that the readiness screens hang on, and what all of them need."""

from typing import Any

from flask import Blueprint

from playbook.errors import NotFound
from playbook.models import RoundKind
from playbook.web.readiness import wording

blueprint = Blueprint(
    "readiness", __name__, template_folder="templates", static_folder="static",
    static_url_path="/readiness/static",
)  # fmt: skip


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"wording": wording}


def kind_of(name: str) -> RoundKind:
    """Return the kind that an address names, or raise NotFound."""
    try:
        return RoundKind(name)
    except ValueError:
        raise NotFound("There is no such proof or drill.") from None
