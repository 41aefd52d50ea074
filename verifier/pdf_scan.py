"""Tells whether a PDF is one picture on one page and nothing besides; in the child process.

Programs differ in what they forgive in a page's drawing, so that one file can show two things. Of a
picture that is drawn by one command, written as every scanner writes it, they all show the same.

Source: ISO 32000-1, 7.3.7 (names of a dictionary), 8.9.5 (images), 7.7.3.3 (pages).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

_NUMBER: Final = rb"[0-9]{1,5}(?:\.[0-9]{1,8})?"
_DRAWING: Final = re.compile(
    rb"\s*q\s+(%b) 0 0 (%b) %b %b cm\s+/([A-Za-z][A-Za-z0-9_]*) Do\s+Q\s*"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER)
)
_LONGEST_DRAWING: Final = 400
_OF_PAGE: Final = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Contents", "/Rotate"}
)
_OF_IMAGE: Final = frozenset(
    {"/Type", "/Subtype", "/Name", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent"}
    | {"/Filter", "/DecodeParms", "/Length"}
)
_STREAM: Final = re.compile(rb"/Length ([0-9]{1,9})[^<>]*>>\s*stream\r?\n")
_STREAM_ENDS: Final = re.compile(rb"\r?\n?endstream\s")
_ONCE: Final = (
    *(b"/Root", b"/Kids", b"/Resources", b"/Contents", b"/MediaBox", b"/Width", b"/Height"),
    *(b"/ColorSpace", b"/BitsPerComponent"),
)
_ONCE_IF_AT_ALL: Final = (b"/CropBox", b"/Rotate", b"/DecodeParms", b"/Info")
_TWICE: Final = (b"/Pages", b"/XObject", b"/Length")  # as a name and as a kind; of two streams
_MODES: Final = {"/DeviceRGB": ("RGB", 1), "/DeviceGray": ("L", 0)}
"""Of each colour space: PIL's name for such a JPEG, and Adobe's for how its planes are mixed."""


def is_bare_scan(data: bytes) -> bool:
    """Return whether a PDF is one JPEG on one page, and whether all programs must show that.

    Args:
        data: the file; untrusted. Whatever is out of order makes it none.
    """
    words = _words(data)
    if words is None or not _says_all_once(words):
        return False
    try:
        return _is_bare(PdfFileReader(BytesIO(data), strict=False), words)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the reader leaks a dozen types on damaged files
        return False


def _words(data: bytes) -> bytes | None:
    """Return a file without its streams; None where one is not as long as it says."""
    words, at = b"", 0
    while found := _STREAM.search(data, at):
        after = _STREAM_ENDS.match(data, found.end() + int(found[1]))
        if after is None:
            return None
        words, at = words + data[at : found.end()], after.end()
    return words + data[at:]


def _says_all_once(words: bytes) -> bool:
    """Return whether no name stands twice: some programs believe the first, some the last."""
    once = all(_count(name, words) == 1 for name in _ONCE)
    twice = all(_count(name, words) == 2 for name in _TWICE)
    at_most = all(_count(name, words) <= 1 for name in _ONCE_IF_AT_ALL)
    return once and twice and at_most and b"#" not in words


def _count(name: bytes, words: bytes) -> int:
    return len(re.findall(re.escape(name) + rb"(?![A-Za-z0-9_])", words))


def _is_bare(reader: PdfFileReader, words: bytes) -> bool:
    pages = reader.root["/Pages"]
    if len(pages["/Kids"]) != 1 or not {*pages} <= {"/Type", "/Kids", "/Count"}:
        return False
    page = pages["/Kids"][0]
    resources, box = page["/Resources"], [float(side) for side in page["/MediaBox"]]
    plain = {*page} <= _OF_PAGE and {*resources} <= {"/XObject", "/ProcSet"}
    turned = int(page.get("/Rotate", 0)) % 90
    cut = "/CropBox" in page and [float(side) for side in page["/CropBox"]] != box
    content = page["/Contents"]
    if not plain or turned or cut or not _is_drawing(content, words):
        return False
    drawn = _DRAWING.fullmatch(content.data)
    if drawn is None or _count(b"/" + drawn[3], words) != 1:
        return False
    images = resources["/XObject"]
    return [*images] == ["/" + drawn[3].decode("ascii")] and _is_plain(images[next(iter(images))])


def _is_drawing(content: Any, words: bytes) -> bool:
    """Return whether a page's content is a short stream, packed in the one usual way or not."""
    packed = "/Filter" in content
    usual = {*content} <= {"/Length", "/Filter"} and content.get("/Filter") in (
        None,
        "/FlateDecode",
    )
    filters = _count(b"/Filter", words)  # the other is the image's
    return usual and filters == 1 + packed and len(content.encoded_data) <= _LONGEST_DRAWING


def _is_plain(image: Any) -> bool:
    """Return whether an image is a JPEG of the size and colours that its dictionary says."""
    if not {*image} <= _OF_IMAGE or image["/Subtype"] != "/Image":
        return False
    mode, mixed = _MODES[str(image["/ColorSpace"])]
    kinds = image["/Filter"]
    kinds = [str(one) for one in kinds] if isinstance(kinds, list) else [str(kinds)]
    if kinds != ["/DCTDecode"] or int(image["/BitsPerComponent"]) != 8:
        return False
    if image.get("/DecodeParms") not in (None, [None]):
        return False
    with Image.open(BytesIO(image.encoded_data)) as picture:
        sized = picture.size == (int(image["/Width"]), int(image["/Height"]))
        as_said = picture.info.get("adobe_transform", mixed) == mixed
        return picture.format == "JPEG" and picture.mode == mode and sized and as_said
