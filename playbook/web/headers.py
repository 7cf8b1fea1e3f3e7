"""What every answer tells the browser: what may run, what may be kept, what may be told to others."""

from flask import Flask, Response, request

from playbook.web.database import wiring

#: Everything from here, nothing inline. `data:` is for the picture of a sign-in code and the framework's form marks.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
TWO_YEARS = 2 * 365 * 24 * 3600


def set_up_headers(app: Flask) -> None:
    """Put our headers on every answer."""
    secure = wiring_settings_secure(app)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        # Our addresses can hold a partner's token.
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if secure:
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains"
            )
        if not is_static() or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response


def wiring_settings_secure(app: Flask) -> bool:
    """Return whether the service is reached over https."""
    with app.app_context():
        return wiring().settings.public_url.startswith("https:")


def is_static() -> bool:
    """Return whether this request is for a file that is the same for everybody."""
    endpoint = request.endpoint or ""
    return endpoint == "static" or endpoint.endswith(".static")
