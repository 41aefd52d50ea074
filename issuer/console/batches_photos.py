"""The photos of a batch on the screen: each beside its name, which are missing, which refused."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.uploads import takes_files
from codes.wording import Text
from issuer.batch_checks import check_soon
from issuer.batch_photo_list import list_photos
from issuer.batch_photos import MAX_UPLOAD_BYTES, HandedIn, drop_photos, take_in
from issuer.console.batches_forms import Trouble
from issuer.console.batches_room import (
    DESK,
    blueprint,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_sheets import PAGE_ROWS, page_number
from issuer.errors import IssuerError
from issuer.kept_photos import read_photo
from registry.batch_models import BatchDraft
from registry.session import reading

_NONE = Text("请选择照片或照片的 ZIP 压缩包", "choose photos, or a ZIP of photos")
_NO_PICTURE = Text(
    "所选文件中没有照片；请选择 .jpg、.png 或 .zip 文件",
    "there is no photo among these files; choose .jpg, .png or .zip files",
)


@blueprint.get("/<int:draft_id>/photos")
@allow(*DESK)
def photos(draft_id: int) -> str:
    """Show what is known of the photos of a batch."""
    return _page(the_draft(the_room(), draft_id), ())


def _page(draft: BatchDraft, troubles: tuple[Trouble, ...]) -> str:
    room = the_room()
    found = list_photos(room, draft)
    number, pages = page_number(len(found.matched))
    note_reading(room, "batch.photos", draft, str(number))
    return page(
        room,
        draft,
        "batch_photos.html",
        found=found,
        shown=found.matched[(number - 1) * PAGE_ROWS : number * PAGE_ROWS],
        number=number,
        pages=pages,
        troubles=troubles,
        unticked=any(one.text is UNTICKED for one in troubles),
        most_megabytes=MAX_UPLOAD_BYTES >> 20,
    )


@blueprint.get("/<int:draft_id>/photos/<int:photo_id>.jpg")
@allow(*DESK)
def photo(draft_id: int, photo_id: int) -> Response:
    """Return one photo as it will be printed; that it is looked at was noted with the page."""
    room = the_room()
    draft = the_draft(room, draft_id)
    with reading(room.desks) as session:
        content = read_photo(room, session, draft, photo_id)
    if content is None:
        abort(404)
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/<int:draft_id>/photos")
@allow(Role.BODY_CLERK)
@takes_files(MAX_UPLOAD_BYTES)
def add_photos(draft_id: int) -> Response | tuple[str, int]:
    """Take photos in, single ones or a ZIP; one of the same name takes an earlier one's place."""
    room = the_room()
    draft = the_draft(room, draft_id)
    files = [
        HandedIn(name=file.filename, data=file.read())
        for file in request.files.getlist("photos")
        if file.filename
    ]
    try:
        taken = take_in(room, own_prefix(), draft_id, files)
    except IssuerError as error:
        if not error.code.startswith("photos_zip"):
            raise
        return _page(draft, (Trouble(field="photos", text=error.text),)), 422
    if not taken.pictures:
        text = _NO_PICTURE if files else _NONE
        return _page(draft, (Trouble(field="photos", text=text),)), 422
    note_reading(room, "batch.photos_taken_in", draft, str(taken.pictures))
    check_soon(room, own_prefix(), draft_id)
    say_done(Text(f"已收到照片 {taken.pictures} 张", f"Photos taken in: {taken.pictures}"))
    return redirect(url_for("batches.photos", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/photos/drop")
@allow(Role.BODY_CLERK)
def remove_photos(draft_id: int) -> Response | tuple[str, int]:
    """Take every photo out of the batch, once that was confirmed."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _page(draft, (Trouble(field=SURE, text=UNTICKED),)), 422
    drop_photos(room, own_prefix(), draft_id)
    note_reading(room, "batch.photos_dropped", draft)
    check_soon(room, own_prefix(), draft_id)
    say_done(Text("照片已全部移除", "Every photo was taken out"))
    return redirect(url_for("batches.photos", draft_id=draft_id), 303)
