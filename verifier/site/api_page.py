"""The page of the API for people: every address, what it takes and answers, from the document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request

from templates.page_language import page_language
from verifier.api.openapi import build_document
from verifier.report_desk import public_address
from verifier.service import Verifier

blueprint = Blueprint("api_page", __name__)
CLIENT_NAME: Final = "yanzhen_client.py"
_CLIENT: Final = Path(__file__).parents[1] / "client.py"


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
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    start = public_address(verifier, "")
    return render_template(
        "api.html",
        document=document,
        grouped=grouped,
        as_text=_as_text,
        base=start or request.host_url.rstrip("/"),
    )


@blueprint.get("/developers/client.py")
def client() -> Response:
    """Send the Python client of the API for lists, one file that needs nothing else."""
    answer = current_app.response_class(_CLIENT.read_bytes(), mimetype="text/x-python")
    answer.headers["Content-Disposition"] = f'attachment; filename="{CLIENT_NAME}"'
    return answer


def _as_text(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)
