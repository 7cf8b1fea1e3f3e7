"""How the web application is put together: sign-in, guards, languages, headers, errors, areas."""

import importlib
import pkgutil
from types import ModuleType

from flask import Flask
from flask_wtf import CSRFProtect

import playbook.web
from playbook.web.addresses import set_up_addresses
from playbook.web.database import set_up_transactions
from playbook.web.errors import set_up_errors
from playbook.web.guards import set_up_guards
from playbook.web.headers import set_up_headers
from playbook.web.languages import set_up_languages
from playbook.web.limits import set_up_limits
from playbook.web.navigation import set_up_navigation
from playbook.web.presentation import set_up_presentation
from playbook.web.sign_in import set_up_sign_in
from playbook.web.static_files import set_up_static_files
from playbook.wiring import Wiring

csrf = CSRFProtect()


def set_up_web(app: Flask, wiring: Wiring) -> None:
    """Give `app` everything that a person meets."""
    app.extensions["playbook"] = wiring
    set_up_addresses(app)
    csrf.init_app(app)
    set_up_transactions(app)
    set_up_languages(app)
    set_up_sign_in(app, wiring.settings)
    set_up_guards(app)
    set_up_limits(app)
    set_up_static_files(app)
    set_up_headers(app)
    set_up_presentation(app)
    set_up_errors(app)
    found = areas()
    set_up_navigation(app, found)
    for area in found:
        app.register_blueprint(area.blueprint)
        for view in getattr(area, "csrf_exempt", ()):
            csrf.exempt(view)


def areas() -> list[ModuleType]:
    """Return every package of `playbook.web` that has a `blueprint`, by name."""
    found = []
    for info in sorted(pkgutil.iter_modules(playbook.web.__path__), key=lambda i: i.name):
        if info.ispkg:
            module = importlib.import_module(f"playbook.web.{info.name}")
            if hasattr(module, "blueprint"):
                found.append(module)
    return found
