"""The public log as files under /log/, as any other web server could serve them.

What never changes is cached for ever; the checkpoint is asked for anew each time. Only paths that a
log has are looked up, so nothing else of the folder can be asked for.

Source: https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from log.errors import LogError
from log.tiles import parse_tile_path
from registry.home import Home
from registry.log_reader import CHECKPOINT, VKEY

blueprint = Blueprint("log", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"


@blueprint.get(f"/log/{CHECKPOINT}")
def checkpoint() -> Response:
    """Return the latest signed checkpoint."""
    return _file(CHECKPOINT, mime_type=_TEXT, cache=_ASK_AGAIN)


@blueprint.get(f"/log/{VKEY}")
def vkey() -> Response:
    """Return the public key that checkpoints are signed with."""
    return _file(VKEY, mime_type=_TEXT, cache=_ASK_AGAIN)


@blueprint.get("/log/tile/<path:rest>")
def tile(rest: str) -> Response:
    """Return a tile of hashes or a bundle of entries."""
    try:
        path = parse_tile_path(f"tile/{rest}").path
    except LogError as error:
        raise NotFound from error
    return _file(path, mime_type=_BYTES, cache=_FOR_EVER)


def _file(name: str, *, mime_type: str, cache: str) -> Response:
    """Return a file of the log, or nothing where the asker has it already."""
    home = current_app.extensions["yanzhen_home"]
    assert isinstance(home, Home)
    data = _read(home.log_folder / name)
    response = Response(data, content_type=mime_type)
    response.headers["Cache-Control"] = cache
    response.headers["Access-Control-Allow-Origin"] = "*"  # public files, read by any auditor
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(hashlib.sha256(data).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound from error
