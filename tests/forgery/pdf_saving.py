"""How an edited file is written: whole, or as a revision behind the bytes that were signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Final

import pikepdf
import pypdfium2

from tests.forgery.papers import draw_page

_PRINT_SCALE: Final = 0.97

Objects = Mapping[int, bytes]
"""The bodies of objects by number."""


def saved_again(target: pikepdf.Pdf, original: bytes) -> bytes:
    """The file as an editor saves it: whole and new."""
    return _whole(target)


def appended(target: pikepdf.Pdf, original: bytes) -> bytes:
    """The signed bytes, and behind them a revision with a cross-reference stream."""
    objects = changed_objects(target, original)
    number = max(*objects, _size(original) - 1) + 1
    body, offsets = _laid_out(original, objects)
    offsets[number] = len(body)
    entries, index = b"", []
    for one in sorted(offsets):
        index += [one, 1]
        entries += b"\x01" + offsets[one].to_bytes(4) + b"\0\0"
    head = (
        f"{number} 0 obj\n<</Type/XRef/W[1 4 2]/Index[{' '.join(map(str, index))}]"
        f"/Size {number + 1}{_trailer(original)}/Length {len(entries)}>>\nstream\n"
    )
    tail = f"\nendstream\nendobj\nstartxref\n{len(body)}\n%%EOF\n"
    return body + head.encode() + entries + tail.encode()


def appended_with_table(target: pikepdf.Pdf, original: bytes) -> bytes:
    """A revision with an old-fashioned cross-reference table behind a file of streams."""
    objects = changed_objects(target, original)
    body, offsets = _laid_out(original, objects)
    rows = "".join(f"{one} 1\n{offsets[one]:010d} 00000 n \n" for one in sorted(offsets))
    size = max(*objects, _size(original) - 1) + 1
    tail = f"xref\n{rows}trailer\n<</Size {size}{_trailer(original)}>>\n"
    return body + f"{tail}startxref\n{len(body)}\n%%EOF\n".encode()


def appended_without_table(target: pikepdf.Pdf, original: bytes) -> bytes:
    """Objects behind the signed bytes and a table that leads nowhere: readers look for objects."""
    body, _ = _laid_out(original, changed_objects(target, original))
    size = _size(original)
    return body + f"trailer\n<</Size {size}{_trailer(original)}>>\nstartxref\n7\n%%EOF\n".encode()


def printed(target: pikepdf.Pdf, original: bytes) -> bytes:
    """The edited page printed to PDF again: annotations become part of it, seals are gone."""
    document = pypdfium2.PdfDocument(_whole(target))
    try:
        document.init_forms()
        for page in document:
            page.flatten()
        output = BytesIO()
        document.save(output)
    finally:
        document.close()
    return _on_new_sheet(output.getvalue())


def flattened(target: pikepdf.Pdf, original: bytes) -> bytes:
    """A picture of the edited page in a PDF."""
    output = BytesIO()
    draw_page(_whole(target), 200).save(output, "PDF", resolution=200, quality=85)
    return output.getvalue()


Saving = Callable[[pikepdf.Pdf, bytes], bytes]

SAVINGS: Final[Mapping[str, Saving]] = MappingProxyType(
    {
        "saved again": saved_again,
        "revision appended": appended,
        "revision with a table": appended_with_table,
        "revision without a table": appended_without_table,
        "printed to PDF again": printed,
        "flattened": flattened,
    }
)
"""How edited files are written, by name."""

AS_ISSUED: Final = frozenset({name for name in SAVINGS if name.startswith("revision")})
"""The savings whose untouched control is the file as it was issued."""


def changed_objects(target: pikepdf.Pdf, original: bytes) -> dict[int, bytes]:
    """Return the objects of an edited file that are not in the original, or other there."""
    with pikepdf.open(BytesIO(original)) as before:
        changed = {}
        for number in range(1, len(target.objects) + 2):
            body = _body(target.get_object(number, 0))
            if body != _body(before.get_object(number, 0)):
                changed[number] = body
        return changed


def _body(one: pikepdf.Object | None) -> bytes:
    if one is None:
        return b"null"
    if not isinstance(one, pikepdf.Stream):
        return one.unparse(resolved=True)
    data = one.read_raw_bytes()
    words = {name: value for name, value in one.stream_dict.items() if name != "/Length"}
    head = pikepdf.Dictionary(words)
    head.Length = len(data)
    return head.unparse() + b"\nstream\n" + data + b"\nendstream"


def _laid_out(original: bytes, objects: Objects) -> tuple[bytes, dict[int, int]]:
    body, offsets = original.rstrip() + b"\n", {}
    for number in sorted(objects):
        offsets[number] = len(body)
        body += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    return body, offsets


def _trailer(original: bytes) -> str:
    root = re.findall(rb"/Root (\d+) 0 R", original)[-1].decode()
    start = re.findall(rb"startxref\s+(\d+)", original)[-1].decode()
    return f"/Root {root} 0 R/Prev {start}"


def _size(original: bytes) -> int:
    return int(re.findall(rb"/Size (\d+)", original)[-1])


def _on_new_sheet(pdf: bytes) -> bytes:
    """Return the first page a little smaller in a new file, as printing programs make it."""
    with pikepdf.new() as target, pikepdf.open(BytesIO(pdf)) as source:
        width, height = (float(side) for side in source.pages[0].mediabox[2:])
        sheet = target.add_blank_page(page_size=(width, height))
        form = target.copy_foreign(source.pages[0].as_form_xobject())
        x, y = (side * (1 - _PRINT_SCALE) / 2 for side in (width, height))
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=form))
        frame = f"{_PRINT_SCALE} 0 0 {_PRINT_SCALE} {x:.3f} {y:.3f}"
        sheet.Contents = target.make_stream(f"q {frame} cm /P Do Q".encode())
        return _whole(target)


def _whole(target: pikepdf.Pdf) -> bytes:
    output = BytesIO()
    target.save(output, deterministic_id=True)
    return output.getvalue()
