"""What no browser sends by itself: ids larger than any row's, and the NUL character.

Both would reach the database as an error of its own. They lead nowhere instead.
"""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

#: The largest id of a row: a signed 32-bit integer, as PostgreSQL stores it.
LARGEST_ID = 2**31 - 1

NUL = "\x00"


class RowId(IntegerConverter):
    """An id in an address; a larger number than any row can have is no page."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def set_up_addresses(app: Flask) -> None:
    """Refuse both before any view sees them; call it before areas are registered."""
    app.url_map.converters["int"] = RowId
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Answer 404 to a NUL in the address and 400 to one in what was typed."""
    if NUL in request.path:
        abort(404)
    values = (value for values in (request.args, request.form) for value in values.values())
    if any(NUL in value for value in values):
        abort(400)
