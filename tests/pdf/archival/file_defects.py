"""Planted defects of the file as bytes and of its metadata."""

from __future__ import annotations

import re
import zlib
from typing import Final

from pikepdf import Name, Pdf, String

from tests.pdf.archival.defects import Defect, content, objects, packet, paint, record, swapped
from tests.pdf.archival.places_defects import with_true_range
from tests.pdf.archival.plain_writer import write
from tests.pdf.archival.sample import sample_pdf


def _ends_wrong(data: bytes) -> bytes:
    return with_true_range(data + b"\n\n")


@objects("filters_are_allowed")
def a_stream_is_lzw(pdf: Pdf) -> None:
    pdf.Root.Unused = pdf.make_stream(b"")
    pdf.Root.Unused.write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)


@objects("streams_have_true_lengths")
def a_stream_is_outside(pdf: Pdf) -> None:
    record(pdf).EF.F.FFilter = Name.FlateDecode


@objects("values_keep_the_limits")
def a_string_is_too_long(pdf: Pdf) -> None:
    pdf.Root.Unused = String("x" * 32768)


@objects("values_keep_the_limits")
def a_name_is_too_long(pdf: Pdf) -> None:
    pdf.Root.Unused = Name("/" + "x" * 128)


@objects("saves_are_balanced")
def a_state_is_left_open(pdf: Pdf) -> None:
    paint(pdf, "q 0 0 m 1 1 l S")


@objects("saves_are_balanced")
def states_are_too_deep(pdf: Pdf) -> None:
    paint(pdf, "q " * 28 + "0 0 m 1 1 l S " + "Q " * 28)


@objects("metadata_stream_is_plain")
def the_packet_is_compressed(pdf: Pdf) -> None:
    text = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata.write(zlib.compress(text), filter=Name.FlateDecode)


@objects("metadata_stream_is_plain")
def there_is_no_packet(pdf: Pdf) -> None:
    del pdf.Root.Metadata


@objects("information_agrees")
def the_title_differs(pdf: Pdf) -> None:
    pdf.trailer.Info.Title = String("另一标题")


@objects("information_agrees")
def the_date_differs(pdf: Pdf) -> None:
    pdf.trailer.Info.CreationDate = String("D:20261123000000Z")


@objects("information_agrees")
def the_date_has_no_zone(pdf: Pdf) -> None:
    pdf.trailer.Info.CreationDate = String("D:20261123000000")


DEFECTS: Final = (
    Defect(
        rule="header_is_plain",
        name="the_version_is_2",
        in_bytes=lambda data: data.replace(b"%PDF-1.7", b"%PDF-1.9", 1),
    ),
    swapped("header_has_binary_comment", "the_comment_is_plain", b"%\xe2\xe3\xcf\xd3", b"%abcd"),
    Defect(rule="nothing_follows_the_end", name="lines_follow_the_end", in_bytes=_ends_wrong),
    Defect(
        rule="file_has_identifier",
        name="there_is_no_identifier",
        in_bytes=lambda data: re.sub(
            rb"/ID \[<.*?>\]", lambda found: b" " * len(found[0]), data, count=1
        ),
    ),
    swapped("objects_are_spaced", "an_object_begins_with_a_space", b"1 0 obj\n", b"1 0 obj "),
    Defect(
        rule="hexadecimal_strings_are_even",
        name="a_digit_is_missing",
        in_bytes=lambda data: re.sub(rb"/ID \[<.", rb"/ID [< ", data),
    ),
    swapped("hexadecimal_strings_are_even", "a_packed_digit_is_missing", b"<feff", b"<fef "),
    a_stream_is_lzw,
    a_stream_is_outside,
    a_string_is_too_long,
    a_name_is_too_long,
    a_state_is_left_open,
    states_are_too_deep,
    the_packet_is_compressed,
    there_is_no_packet,
    packet("packet_is_wrapped", "the_mark_is_missing", "\ufeff", ""),
    packet("packet_is_wrapped", "the_end_is_missing", '<?xpacket end="w"?>', ""),
    packet("packet_is_well_formed", "an_end_tag_is_wrong", "</rdf:RDF>", "</rdf:RDX>"),
    packet("conformance_is_claimed", "the_part_is_2", "part>3", "part>2"),
    packet("conformance_is_claimed", "the_level_is_b", "mance>A", "mance>B"),
    packet("accessibility_is_claimed", "ua_is_2", "<pdfuaid:part>1", "<pdfuaid:part>2"),
    packet("extensions_are_described", "ua_is_undescribed", "name>part", "name>amd"),
    packet(
        "extensions_are_described",
        "a_property_is_unknown",
        "<dc:format>",
        "<y:z xmlns:y='urn:example'>1</y:z><dc:format>",
    ),
    packet("title_is_told", "the_title_is_of_no_language", "x-default", "zh-CN"),
    packet("language_is_told", "the_language_is_another", "<rdf:li>zh-CN", "<rdf:li>en"),
    the_title_differs,
    the_date_differs,
    the_date_has_no_zone,
    content("operators_are_known", "an_operator_is_unknown", "0 g 60", "0 g xx 60"),
)


def unsealed_sample() -> bytes:
    """Return the sample before it is sealed: the field is there, its value is not."""
    pdf = sample_pdf()
    for thing in pdf.pages[0].obj.Annots:
        del thing["/V"]
    return write(pdf)
