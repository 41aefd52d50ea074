"""Puts what API keys may do, the document of the API and its page into a public application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from registry.home import Home
from registry.public_database import public_database_url
from verifier.api.batches import JOBS_EXTENSION
from verifier.api.batches import blueprint as batches
from verifier.api.keyed import URL_EXTENSION
from verifier.api.openapi import blueprint as document
from verifier.bulk_jobs import EMPLOYER_LIMITS, BulkJobs
from verifier.site.api_page import blueprint as page


def add_keyed_api(app: Flask, home: Home, folder: Path, *, running: int) -> None:
    """Let an application answer employers' API keys.

    Args:
        folder: where results lie for a day; made when first needed.
        running: how many lists may be checked at once.
    """
    app.extensions[URL_EXTENSION] = public_database_url(home)
    jobs = BulkJobs(home.path, folder, running, limits=EMPLOYER_LIMITS)
    app.extensions[JOBS_EXTENSION] = jobs
    for part in (batches, document, page):
        app.register_blueprint(part)
    app.context_processor(lambda: {"api_page": True})
