"""How much a request may bring: little, but where a route says that it takes files.

Limits are set before anything of a body is read, and uploads stay in memory
(`templates.memory_request`): personal data never touch a disk in clear. A NUL, which no browser
sends and not every database keeps, is refused in addresses and fields alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, abort, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "upload_bytes"
FORM_BYTES: Final = 512 << 10
"""What any other form may bring."""

_MOST_PARTS: Final = 20_000  # a folder of photos, each of them a part


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """Let a route be sent files of so many bytes together."""

    def mark(view: View) -> View:
        setattr(view, _MARK, most_bytes)
        return view

    return mark


def limit_bodies(app: Flask) -> None:
    """Limit every request of an application; after its guard, before forms are read."""
    app.before_request(_limit)
    app.before_request(_refuse_nul)


def _limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes: int | None = getattr(view, _MARK, None)
    request.max_content_length = FORM_BYTES if most_bytes is None else most_bytes + FORM_BYTES
    if most_bytes is not None:
        request.max_form_parts = _MOST_PARTS


def _refuse_nul() -> None:
    in_fields = (one for _, one in (*request.args.items(True), *request.form.items(True)))
    if "\0" in request.path or any("\0" in one for one in in_fields):
        abort(400)
