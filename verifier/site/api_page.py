"""The page of the API for people: every address, what it takes and answers, from the document."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, current_app, render_template, request

from templates.page_language import page_language
from verifier.api.openapi import build_document

blueprint = Blueprint("api_page", __name__)


@blueprint.get("/developers")
def page() -> str:
    """Show the document of the API."""
    document = build_document(current_app, page_language(request))
    grouped = {
        tag["name"]: [
            (method.upper(), address, operation)
            for address, methods in document["paths"].items()
            for method, operation in methods.items()
            if tag["name"] in operation["tags"]
        ]
        for tag in document["tags"]
    }
    return render_template("api.html", document=document, grouped=grouped, as_text=_as_text)


def _as_text(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)
