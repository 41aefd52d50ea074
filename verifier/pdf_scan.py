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
_STREAM: Final = re.compile(
    rb"%[^\r\n]*"  # a comment, or a text in which another may stand: no stream begins in them
    rb"|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|[()]"
    rb"|/Length ([0-9]{1,9})[^<>()%]*>>\s*stream\r?\n",
    re.DOTALL,
)
_STREAM_ENDS: Final = re.compile(rb"\r?\n?endstream\s")
_ONCE: Final = (
    *(b"/Root", b"/Kids", b"/Resources", b"/Contents", b"/MediaBox", b"/Width", b"/Height"),
    *(b"/ColorSpace", b"/BitsPerComponent"),
)
_SIDE: Final = rb"[0-9]{1,5}(?:\.[0-9]{1,16})?"
_BOX: Final = re.compile(rb"/(?:Media|Crop)Box\s*\[\s*%b\s*\]" % rb"\s+".join([_SIDE] * 4))
_ONCE_IF_AT_ALL: Final = (b"/CropBox", b"/Rotate", b"/DecodeParms", b"/Info")
_TWICE: Final = (b"/Pages", b"/XObject", b"/Length")  # as a name and as a kind; of two streams
_RESTARTS: Final = re.compile(rb"\xff([\xd0-\xd7])")
_END: Final = b"\xff\xd9"
_OTHER_END: Final = b"\x55" * 64 + _END
_SMALL: Final = 8  # times smaller a picture is looked at to find out whether all of it is there
_NAMED_RGB: Final = [82, 71, 66]  # planes that are called so: some programs go by it, some do not
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
    """Return a file without its streams; None where one is not as long as it says.

    Comments and texts stay, for what is hidden in them is counted too; one that is not closed as
    usual leads to None.
    """
    words, kept, at = b"", 0, 0
    while found := _STREAM.search(data, at):
        at = found.end()
        if found[0] in (b"(", b")"):
            return None
        if found[1] is not None:
            after = _STREAM_ENDS.match(data, at + int(found[1]))
            if after is None:
                return None
            words, kept, at = words + data[kept:at], after.end(), after.end()
    return words + data[kept:]


def _says_all_once(words: bytes) -> bool:
    """Return whether no name stands twice: some programs believe the first, some the last."""
    once = all(_count(name, words) == 1 for name in _ONCE)
    twice = all(_count(name, words) == 2 for name in _TWICE)
    at_most = all(_count(name, words) <= 1 for name in _ONCE_IF_AT_ALL)
    boxes = _count(b"/MediaBox", words) + _count(b"/CropBox", words)
    plain = len(_BOX.findall(words)) == boxes and not _count(b"/Encrypt", words)
    return once and twice and at_most and plain and b"#" not in words


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
        usual = picture.format == "JPEG" and picture.mode == mode and sized and as_said
        layer = picture.layer  # type: ignore[attr-defined]  # a JPEG alone has it
        named = [one[0] for one in layer] == _NAMED_RGB
    return usual and not named and _is_wholly_there(image.encoded_data)


def _is_wholly_there(jpeg: bytes) -> bool:
    """Return whether all of a JPEG's dots are in it, so that no program makes up for any.

    What stands where its data end makes no difference then.
    """
    whole = jpeg.rstrip(b"\0\r\n")
    marks = [one[0] & 7 for one in _RESTARTS.findall(whole, whole.index(b"\xff\xda"))]
    if not whole.endswith(_END) or marks != [at % 8 for at in range(len(marks))]:
        return False
    return _seen_small(whole) == _seen_small(whole.removesuffix(_END) + _OTHER_END)


def _seen_small(jpeg: bytes) -> bytes:
    with Image.open(BytesIO(jpeg)) as picture:
        picture.draft(picture.mode, (picture.width // _SMALL, picture.height // _SMALL))
        return picture.tobytes()
