"""The scanner: a page that can be installed, works off line, and is never led away by a code."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from itertools import product
from pathlib import Path

from flask import Blueprint, current_app, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from codes.wording import Language
from templates.page_display import View, asked_view
from templates.page_headers import NO_STORE, SCANNER_HEADERS
from templates.page_language import asked_language
from verifier.site import words
from verifier.site.pages import published_trust, shared_response
from verifier.site.tables import tables_json

blueprint = Blueprint("scanner", __name__)

_WORKER = "service_worker.js"
_ICONS = {"icon-192.png": "192x192", "icon-512.png": "512x512"}


@blueprint.get("/scan")
def page() -> AnyResponse:
    """Give the scanner; like the landing page it depends on nothing but its address."""
    language, view = asked_language(request), asked_view(request)
    page = _page(language or Language.ZH, view or View.STANDARD)
    answer = shared_response(page.encode(), "text/html; charset=utf-8")
    answer.headers.update(SCANNER_HEADERS)
    return answer


@blueprint.get("/sw.js")
def service_worker() -> AnyResponse:
    """Give the service worker: what it keeps, under a version that changes with any of it."""
    folder = Path(current_app.static_folder or "")
    shell = [*_pages(), *(url_for("static", filename=name) for name in _shell_files(folder))]
    pages = "".join(_page(language, view) for language, view in product(Language, View))
    version = hashlib.sha256(pages.encode() + tables_json() + _content(folder)).hexdigest()[:16]
    head = f"const SHELL = {json.dumps(shell)};\nconst VERSION = {json.dumps(version)};\n"
    script = (folder / _WORKER).read_text(encoding="utf-8")
    answer = shared_response((head + script).encode(), "text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = NO_STORE
    return answer


@blueprint.get("/manifest.webmanifest")
def manifest() -> AnyResponse:
    """Say how the scanner looks once it is installed."""
    language = asked_language(request) or Language.ZH
    chinese = language is Language.ZH
    document = {
        "name": "验真 · 扫码核验" if chinese else "Yanzhen · scan and check",
        "short_name": "验真" if chinese else "Yanzhen",
        "lang": "zh-CN" if chinese else "en",
        "start_url": url_for("scanner.page", lang=language.value),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f5f8",
        "theme_color": "#9c1c22",
        "icons": [
            {
                "src": url_for("static", filename=name),
                "sizes": sizes,
                "type": "image/png",
                "purpose": "any",
            }
            for name, sizes in _ICONS.items()
        ],
    }
    data = json.dumps(document, ensure_ascii=False).encode()
    return shared_response(data, "application/manifest+json")


def _page(language: Language, view: View) -> str:
    g.display = (language, view)
    trust = published_trust()
    return render_template(
        "scan.html",
        demo=False,
        root_pin="" if trust is None else trust.pin,
        not_proved=words.NOT_PROVED,
    )


def _pages() -> list[str]:
    """Return every address of the scanner that a switch, a script or the manifest leads to."""
    choices = product((None, *Language), (None, *View))
    return [url_for("scanner.page", lang=language, view=view) for language, view in choices]


@cache
def _shell_files(folder: Path) -> tuple[str, ...]:
    """Return the static files that the scanner needs; all of them are small but the reader."""
    found = (one for one in folder.rglob("*") if one.is_file() and one.name != _WORKER)
    return tuple(sorted(one.relative_to(folder).as_posix() for one in found))


@cache
def _content(folder: Path) -> bytes:
    """Return the hash of all static files, the worker's own text included."""
    files = (*_shell_files(folder), _WORKER)
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in files)).digest()
