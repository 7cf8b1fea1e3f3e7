"""Style sheets, scripts and icons over a bad network: small, and fetched once.

An address carries a digest of the file, so a browser keeps it until the file changes. What the build has compressed
is sent compressed.
"""

import mimetypes
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"


def set_up_static_files(app: Flask) -> None:
    """Serve the `static` folder with digests in its addresses."""
    folder = Path(app.static_folder or "")
    known: dict[str, tuple[int, str]] = {}

    def send(filename: str) -> Response:
        """Send one file, compressed where the build has made that and the browser takes it."""
        packed = filename + ".gz"
        if request.accept_encodings.best_match(["gzip"]) and (folder / packed).is_file():
            response = send_from_directory(
                folder, packed, mimetype=mimetypes.guess_type(filename)[0]
            )
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = send_from_directory(folder, filename)
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOREVER if "v" in request.args else ASK_EACH_TIME
        return response

    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" or "filename" not in values or "v" in values:
            return
        path = folder / values["filename"]
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return
        if known.get(values["filename"], (0, ""))[0] != changed:
            known[values["filename"]] = (changed, sha256(path.read_bytes()).hexdigest()[:12])
        values["v"] = known[values["filename"]][1]

    app.view_functions["static"] = send
    app.url_defaults(add_digest)
