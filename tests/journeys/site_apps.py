"""The public application as `wsgi` assembles it, around a verifier of the test's own."""

from __future__ import annotations

import importlib
from pathlib import Path

from flask import Flask

from templates.page_headers import add_headers
from verifier.api.views import blueprint as api
from verifier.service import Verifier
from verifier.site.batch import blueprint as batch
from verifier.site.link_page import blueprint as link_page
from verifier.site.register import blueprint as register
from verifier.site.scanner import blueprint as scanner
from verifier.site.views import blueprint as site


def make_app(verifier: Verifier) -> Flask:
    """Return the public pages and API over any verifier."""
    folder = Path(importlib.import_module("templates").__path__[0])
    app = Flask(
        "yanzhen", template_folder=str(folder / "pages"), static_folder=str(folder / "static")
    )
    app.extensions["yanzhen_verifier"] = verifier
    app.register_blueprint(api)
    app.register_blueprint(site)
    app.register_blueprint(batch)
    app.register_blueprint(scanner)
    app.register_blueprint(link_page)
    app.register_blueprint(register)
    add_headers(app)
    return app
