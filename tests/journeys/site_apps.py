"""The public application as `wsgi` assembles it, around a key document and a register of ours."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from keys.document import KeyDocument
from verifier.service import Verifier
from verifier.site.headers import add_headers
from verifier.site.views import blueprint


def make_app(
    document_source: Callable[[], KeyDocument],
    clock: Callable[[], datetime],
    *,
    sessions: Callable[[], AbstractContextManager[Session]] | None = None,
    pepper: bytes = b"",
) -> Flask:
    """Return the public pages over any key document; without sessions the register is away."""
    folder = Path(importlib.import_module("templates").__path__[0])
    app = Flask(
        "yanzhen", template_folder=str(folder / "pages"), static_folder=str(folder / "static")
    )
    app.extensions["yanzhen_verifier"] = Verifier(document_source, sessions, pepper, clock)
    app.register_blueprint(blueprint)
    add_headers(app)
    return app
