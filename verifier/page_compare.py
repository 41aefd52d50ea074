"""Compares the picture of a PDF's page with that of the issued page, in the child process.

Both are drawn alike and laid on one another. Dark ink must stand where it stood: none beside it,
none gone, a hair's breadth allowed for another program's smoothing of edges. Paler changes are
told apart, for people stamp and watermark copies. A page is drawn as on a screen and as on paper,
because what can be switched off may show on one of the two only.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument, PdfPage
from pypdfium2.raw import FPDF_PRINTING, FPDFPage_GetAnnotCount

from templates.archival import PROOF_NAME, SECOND_RECORD_FILE
from verifier.attachments import read_attachment
from verifier.page_marks import doubtful_places
from verifier.page_places import Box, Overlay, lay_on, named_boxes, nearest_field
from verifier.page_portraits import portraits_differ
from verifier.page_strokes import Sheet, strokes_differ
from verifier.seal_reading import read_seal
from verifier.seal_states import PHOTO, SEAL, SWITCHED, SYMBOL, Change

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SCALE: Final = 2.0  # pixels a point: 144 an inch
MAX_PIXELS: Final = 16_000_000
_INK: Final = 90  # of 255: how much darker or lighter counts as another ink
_SAME_INK: Final = 24  # of 255: less is the same stroke, drawn by another program
_LEAST_INK: Final = 12  # pixels, a third of a square millimetre
_LEAST_DRAWN: Final = 1500  # pixels, where the symbol and the seal are drawn
_STILL: Final = 0.1  # pixels
_FARTHEST: Final = 2.0  # pixels that words may be off
_LIKE_PAPER: Final = 30  # of 255 from the paper around
_RED: Final = 48  # of 255: how much redder than green and blue the ink of a seal is
_NEAR: Final = 3  # pixels by which programs may draw a seal elsewhere
_LEAST_SEEN: Final = 0.05  # of a seal's red: less is no seal at all
_LEAST_KEPT: Final = 0.7  # of a seal's red that must be where it was, and of what is red now
_CELL: Final = 8  # pixels, 1.4 mm: over which pale changes are averaged
_PALE: Final = 16
_AROUND: Final = 9  # cells
_LEAST_CELLS: Final = 6  # in a value's box
_LEAST_IN_TILE: Final = 5
_TILE: Final = 48  # pixels, 8.5 mm: changes outside all boxes are told by such tiles
_EVEN: Final = 0.97  # of the pixels of a box that must be of one ink for it to be a cover
_EVEN_INK: Final = 12
_FILES: Final = {PROOF_NAME: 1 << 16, SECOND_RECORD_FILE: 1 << 16, "record.cose": 1 << 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What changed, pixel by pixel: dark ink added or gone, ink overlaid; and cell by cell."""

    dark: Mask
    overlaid: Mask
    pale: Mask


def compare_pages(data: bytes, issued: bytes, index: int = 0) -> dict[str, Any]:
    """Return where the page of a PDF looks other than the page that was issued.

    Args:
        data: the file; untrusted.
        issued: the file that was issued.
        index: of the page of `data`, counted from 0.

    Returns:
        {"compared": false}, or "changes": rows of place (a field, "photo", "symbol", "seal" or
        ""), near (a field or ""), change and box in millimetres from the upper left; "files":
        names of attached files that are not the issued ones; "pages": how many there are; and,
        where something is to be boxed, "shown": the page as a JPEG with numbered red boxes and
        dashes of amber, in base64; "size": width and height to which they refer; "boxes": rows of a
        named thing that differs and four corners, in the order of the numbers; "doubtful": four
        corners each of what is covered, or not on the issued page.
    """
    document, original = PdfDocument(data), PdfDocument(issued)
    try:
        for one in (document, original):
            if one.get_formtype():
                one.init_forms()
        page, genuine = document[index], original[0]
        overlay = lay_on(page, genuine)
        if overlay is None or _pixels(page, SCALE / overlay.scale) > MAX_PIXELS:
            return {"compared": False}
        boxes = named_boxes(genuine, SCALE)
        found: dict[tuple[str, str, Change], Box] = {}
        boxed: dict[str, Any] = {}
        printed = _draw(genuine, SCALE)
        twofold = _may_print_otherwise(page, data)
        for printing in (False, True) if twofold else (False,):
            laid = _laid(page, overlay, printed, printing=printing)
            shown = laid.pixels
            strokes = partial(strokes_differ, Sheet(page=genuine, scale=SCALE), laid.sheet)
            differences = list(_differences(printed, shown, boxes, strokes))
            if laid.beside:
                whole = (0, 0, printed.shape[1], printed.shape[0])
                differences.append(("", "", Change.MARKED, whole))
            for place, near, change, box in differences:
                found.setdefault((place, near, change), box)
            differing, doubtful = _differing(differences), doubtful_places(differences)
            if not boxed.get("boxes") and (differing or (doubtful and not boxed)):
                with suppress(Exception):  # what differs is told with or without its picture
                    boxed = _box(shown, differing, doubtful)
        changes = [[*key, [_millimetres(at) for at in box]] for key, box in found.items()]
        files = [name for name in _FILES if _is_other(document, original, name)]
        told = {"compared": True, "changes": changes, "files": files, "pages": len(document)}
        return told | boxed
    finally:
        document.close()
        original.close()


def _differing(differences: Sequence[tuple[str, str, Change, Box]]) -> Mapping[str, Box]:
    """Return the boxes of the named things that differ, as long as what now stands there."""
    boxes = {name: box for name, _, change, box in differences if change is Change.DIFFERS}
    for _, near, _, tile in sorted(differences, key=lambda one: one[3]):
        if near in boxes:
            left, top, right, bottom = boxes[near]
            if tile[0] <= right + _TILE // 2 and left <= tile[2] + _TILE // 2:
                boxes[near] = min(left, tile[0]), top, max(right, tile[2]), bottom
    return boxes


def _box(shown: Pixels, differing: Mapping[str, Box], doubtful: Sequence[Box]) -> dict[str, Any]:
    import cv2  # takes time and memory that few files need

    from verifier.picture_show import draw_boxes

    cv2.setNumThreads(1)  # each of the machine's would take memory of its own
    corners = {name: _corners(box) for name, box in differing.items()}
    amber = [_corners(box) for box in doubtful]
    jpeg = draw_boxes(shown, list(corners.values()), amber)
    return {
        "shown": base64.b64encode(jpeg).decode("ascii"),
        "size": [shown.shape[1], shown.shape[0]],
        "boxes": [[name, one] for name, one in corners.items()],
        "doubtful": amber,
    }


def _corners(box: Box) -> list[tuple[float, float]]:
    left, top, right, bottom = map(float, box)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _may_print_otherwise(page: PdfPage, data: bytes) -> bool:
    """Return whether a page may show one thing on a screen and another on paper."""
    held = read_seal(data)["held"]
    return held is None or bool(SWITCHED & set(held)) or FPDFPage_GetAnnotCount(page.raw) > 0


def _millimetres(pixels: int) -> float:
    return round(pixels / SCALE / 72 * 25.4, 1)


def _is_other(document: PdfDocument, original: PdfDocument, name: str) -> bool:
    attached = read_attachment(document, name, most_bytes=_FILES[name])
    return attached is not None and attached != read_attachment(
        original, name, most_bytes=_FILES[name]
    )


def _draw(page: PdfPage, scale: float, *, printing: bool = False) -> Pixels:
    drawn = page.render(scale=scale, extra_flags=FPDF_PRINTING if printing else 0)
    return np.asarray(drawn.to_pil().convert("RGB"))


def _pixels(page: PdfPage, scale: float) -> float:
    width, height = page.get_size()
    return float(width * height * scale**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """A page drawn as it lies on the issued one, and whether it has ink around that."""

    pixels: Pixels
    sheet: Sheet
    beside: bool


def _laid(page: PdfPage, overlay: Overlay, printed: Pixels, *, printing: bool = False) -> _Laid:
    """Lay a page on the issued one.

    Words say where it lies to a fifth of a millimetre, the pictures themselves the rest.
    """
    scale = SCALE / overlay.scale
    drawn = _draw(page, scale, printing=printing)
    if overlay.is_plain and drawn.shape == printed.shape:
        sheet = Sheet(page=page, scale=scale, printing=printing)
        return _Laid(pixels=drawn, sheet=sheet, beside=False)
    right, down = (side * scale for side in (overlay.right, overlay.down))
    beside = _has_ink_around(drawn, (round(right), round(down)), printed)
    moved = _moved(drawn, right, down, printed)
    more_right, more_down = _rest(printed, moved)
    if max(abs(more_right), abs(more_down)) >= _STILL:
        right, down = right + more_right, down + more_down
        moved = _moved(drawn, right, down, printed)
    sheet = Sheet(page=page, scale=scale, right=right, down=down, printing=printing)
    return _Laid(pixels=moved, sheet=sheet, beside=beside)


def _has_ink_around(drawn: Pixels, at: tuple[int, int], printed: Pixels) -> bool:
    """Return whether a sheet shows more than the paper it is of, where the page does not lie."""
    height, width = printed.shape[:2]
    around = np.ones(drawn.shape[:2], np.bool_)
    left, top, edge = *at, 2 * _NEAR
    _cut(around, (left - edge, top - edge, left + width + edge, top + height + edge))[:] = False
    inks = drawn.min(axis=2)[around].astype(np.int16)
    return inks.size > 0 and int((np.abs(inks - np.median(inks)) > _LIKE_PAPER).sum()) >= _LEAST_INK


def _moved(drawn: Pixels, right: float, down: float, printed: Pixels) -> Pixels:
    size = (printed.shape[1], printed.shape[0])
    frame = (1, 0, right, 0, 1, down)
    affine, smooth = Image.Transform.AFFINE, Image.Resampling.BICUBIC
    white = (255, 255, 255)
    return np.asarray(
        Image.fromarray(drawn).transform(size, affine, frame, smooth, fillcolor=white)
    )


def _rest(printed: Pixels, shown: Pixels) -> tuple[float, float]:
    """Return how many pixels right and down one picture still lies from the other.

    One step of the method of Lucas and Kanade, on the whole of both, half as large.
    """
    was, now = (_halved(one) for one in (printed, shown))
    down, right = np.gradient(now)
    both = np.array(
        [[(right * right).sum(), (right * down).sum()], [(right * down).sum(), (down * down).sum()]]
    )
    wanted = np.array([(right * (was - now)).sum(), (down * (was - now)).sum()])
    if np.linalg.det(both) < 1:
        return 0.0, 0.0
    found = np.clip(2 * np.linalg.solve(both, wanted), -_FARTHEST, _FARTHEST)
    return float(found[0]), float(found[1])


def _halved(pixels: Pixels) -> NDArray[np.float32]:
    height, width = (side // 2 for side in pixels.shape[:2])
    grey = pixels[: 2 * height, : 2 * width].mean(axis=2, dtype=np.float32)
    halved: NDArray[np.float32] = grey.reshape(height, 2, width, 2).mean(axis=(1, 3))
    return halved


def _differences(
    printed: Pixels, shown: Pixels, boxes: Mapping[str, Box], strokes_of: Callable[[Box], bool]
) -> Iterator[tuple[str, str, Change, Box]]:
    changes = _changes(printed, shown)
    for name, box in boxes.items():
        if name == PHOTO:
            if portraits_differ(_cut(printed, box), _cut(shown, box)):
                yield name, "", Change.DIFFERS, box
        elif name == SEAL and (seal := _seal_change(_cut(printed, box), _cut(shown, box))):
            yield name, "", seal, box
        else:
            change = _change_in(changes, shown, box, name)
            if change is not Change.COVERED and name not in (SEAL, SYMBOL):
                closer = _needs_closer_look(changes, printed, shown, box)
                change = Change.DIFFERS if closer and strokes_of(box) else change
            if change is not None:
                yield name, "", change, box
    for box in boxes.values():
        for mask in (changes.dark, changes.overlaid):
            _cut(mask, box)[:] = False
        left, top, right, bottom = _cells(box)
        _cut(changes.pale, (left - 1, top - 1, right + 1, bottom + 1))[:] = False
    yield from _elsewhere(changes, boxes)


def _changes(printed: Pixels, shown: Pixels) -> _Changes:
    """Return what of the page changed.

    Ink is told by its brightest colour, so that red and blue stamps do not count as dark.
    """
    was, now = printed.max(axis=2), shown.max(axis=2)
    added = _least_around(was).astype(np.int16) - now > _INK
    gone = _least_around(now).astype(np.int16) - was > _INK
    paper = 255 - _least_around(_least_around(255 - was)).astype(np.int16)
    like_paper = now >= paper - _LIKE_PAPER
    dark, overlaid = added | (gone & like_paper), gone & ~like_paper
    return _Changes(dark=dark, overlaid=overlaid, pale=_pale_changes(printed, shown))


def _pale_changes(printed: Pixels, shown: Pixels) -> Mask:
    """Return the cells whose colour changed otherwise than that of the page around them.

    Hairlines of the pattern come out darker or paler as a whole, by the program that draws them.
    """
    changed = np.clip((_averaged(shown) - _averaged(printed)) / 2 + 128, 0, 255).astype(np.uint8)
    around = np.asarray(Image.fromarray(changed).filter(ImageFilter.MedianFilter(_AROUND)))
    pale: Mask = np.abs(changed.astype(np.int16) - around).max(axis=2) * 2 > _PALE
    return pale


def _change_in(changes: _Changes, shown: Pixels, box: Box, name: str) -> Change | None:
    if name in (SEAL, SYMBOL):
        # Programs that print a page again leave its seal out, and draw the modules of its symbol
        # a little smaller or larger; what the symbol says is read elsewhere.
        changed = int(_cut(changes.dark | changes.overlaid, box).sum())
        return Change.MARKED if changed >= _LEAST_DRAWN else None
    if int(_cut(changes.dark, box).sum()) >= _LEAST_INK:
        return Change.COVERED if _is_even(_cut(shown, box)) else Change.DIFFERS
    if int(_cut(changes.overlaid, box).sum()) >= _LEAST_INK:
        return Change.COVERED if _is_even(_cut(shown, box)) else Change.MARKED
    marked = int(_cut(changes.pale, _cells(box)).sum()) >= _LEAST_CELLS
    return Change.MARKED if marked else None


def _needs_closer_look(changes: _Changes, printed: Pixels, shown: Pixels, box: Box) -> bool:
    """Return whether a value is drawn a little otherwise, with nothing laid over it."""
    was, now = _cut(printed, box).astype(np.int16), _cut(shown, box)
    alike = bool((np.abs(was - now) <= _SAME_INK).all())
    return not alike and int(_cut(changes.overlaid, box).sum()) < _LEAST_INK


def _seal_change(printed: Pixels, shown: Pixels) -> Change | None:
    """Return whether a seal is another, or none at all; None where it is the one issued."""
    was, now = _red(printed), _red(shown)
    if was.sum() < _LEAST_DRAWN:
        return None
    if now.sum() < _LEAST_SEEN * was.sum():
        return Change.ABSENT
    kept, known = (was & _spread(now)).sum() / was.sum(), (now & _spread(was)).sum() / now.sum()
    return Change.DIFFERS if min(kept, known) < _LEAST_KEPT else None


def _red(pixels: Pixels) -> Mask:
    red, green, blue = np.moveaxis(pixels.astype(np.int16), 2, 0)
    redder: Mask = red - np.maximum(green, blue) > _RED
    return redder


def _spread(mask: Mask) -> Mask:
    wide = Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(2 * _NEAR + 1))
    return np.asarray(wide) > 0


def _elsewhere(
    changes: _Changes, boxes: Mapping[str, Box]
) -> Iterator[tuple[str, str, Change, Box]]:
    height, width = changes.dark.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            tile = (left, top, min(left + _TILE, width), min(top + _TILE, height))
            ink = int(_cut(changes.dark, tile).sum() + _cut(changes.overlaid, tile).sum())
            pale = int(_cut(changes.pale, _cells(tile)).sum())
            if ink >= _LEAST_INK or pale >= _LEAST_IN_TILE:
                yield "", nearest_field(boxes, tile) or "", Change.MARKED, tile


def _is_even(pixels: Pixels) -> bool:
    """Return whether a box is of one ink all over, as where a patch hides what was printed."""
    grey = pixels.mean(axis=2)
    return bool((np.abs(grey - np.median(grey)) <= _EVEN_INK).mean() >= _EVEN)


def _least_around(grey: Pixels) -> Pixels:
    """Return the darkest of each pixel and its eight neighbours."""
    across = np.pad(grey, 1, mode="edge")
    across = np.minimum(np.minimum(across[:, :-2], across[:, 1:-1]), across[:, 2:])
    least: Pixels = np.minimum(np.minimum(across[:-2], across[1:-1]), across[2:])
    return least


def _averaged(pixels: Pixels) -> NDArray[np.float32]:
    height, width = (side // _CELL * _CELL for side in pixels.shape[:2])
    cells = pixels[:height, :width].reshape(height // _CELL, _CELL, width // _CELL, _CELL, 3)
    averaged: NDArray[np.float32] = cells.mean(axis=(1, 3), dtype=np.float32)
    return averaged


def _cells(box: Box) -> Box:
    left, top, right, bottom = box
    return left // _CELL, top // _CELL, -(-right // _CELL), -(-bottom // _CELL)


def _cut(pixels: NDArray[Any], box: Box) -> NDArray[Any]:
    left, top, right, bottom = box
    return pixels[max(top, 0) : bottom, max(left, 0) : right]
