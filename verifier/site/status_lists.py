"""The status lists under /status/: one address a list, as JWT or CWT, whichever is asked for.

A list is given out only where its signature is genuine and no later version of it was given before:
a file that someone put back is answered with 503, as one that is damaged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound, ServiceUnavailable

from keys.algorithms import PublicJwk
from keys.errors import KeysError
from keys.status_list import (
    CWT_TYPE,
    JWT_TYPE,
    ListForm,
    keys_by_name,
    read_status_list,
)
from registry.home import Home
from verifier.conclusion import local_day
from verifier.errors import KeyDocumentUnavailable, UsageError
from verifier.opening import utc_now
from verifier.service import Verifier
from verifier.status_source import VersionMemory

blueprint = Blueprint("status", __name__)

_TYPES = {ListForm.JWT: f"application/{JWT_TYPE}", ListForm.CWT: CWT_TYPE}


@blueprint.get("/status/<int:list_id>")
def status_list(list_id: int) -> Response:
    """Return a list, as the JWT unless the CWT is preferred."""
    best = request.accept_mimetypes.best_match(list(_TYPES.values()))
    form = ListForm.CWT if best == _TYPES[ListForm.CWT] else ListForm.JWT
    home = _home()
    try:
        token = (home.status_folder / f"{list_id}.{form}").read_bytes()
    except FileNotFoundError as error:
        raise NotFound from error
    ttl_seconds = _check(list_id, token, _keys())
    response = Response(token, content_type=_TYPES[form])
    response.headers["Vary"] = "Accept"
    return _shared(response, token, max_age_seconds=ttl_seconds)


def _check(list_id: int, token: bytes, keys: Mapping[str, PublicJwk]) -> int:
    """Return how long a list may be cached; refuse one that must not be given out."""
    try:
        found = read_status_list(token, keys)
    except KeysError as error:
        raise ServiceUnavailable from error
    memory: VersionMemory = current_app.extensions["yanzhen_status_memory"]
    if found.list_id != list_id:
        raise ServiceUnavailable
    try:
        highest = memory.raise_to(list_id, found.version)
    except UsageError as error:  # the memory is damaged: an older list could not be told
        raise ServiceUnavailable from error
    if highest > found.version:
        raise ServiceUnavailable
    return found.ttl_seconds


def _keys() -> Mapping[str, PublicJwk]:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    try:
        document = verifier.trust_list().document
    except KeyDocumentUnavailable as error:
        raise ServiceUnavailable from error
    return keys_by_name(document.status_keys, local_day(utc_now()))


def _shared(response: Response, data: bytes, *, max_age_seconds: int) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={max_age_seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"  # public files, read by any verifier
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(hashlib.sha256(data).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _home() -> Home:
    home = current_app.extensions["yanzhen_home"]
    assert isinstance(home, Home)
    return home
