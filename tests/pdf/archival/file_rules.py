"""Rules about the file as bytes: header, cross-reference, trailer, streams, limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Name, Stream, String

from tests.pdf.archival.archive import Archive, ToldElsewhere, rule
from tests.pdf.archival.content import content_holders
from tests.pdf.archival.places import Row, inspect_packed, object_streams, packed_text

_LONGEST_STRING: Final = 32767
_LONGEST_NAME: Final = 127
_DEEPEST_SAVE: Final = 28
_LARGEST_INTEGER: Final = 2**31 - 1
_LAST_KIND: Final = 2
_HEX: Final = re.compile(rb"(?<!<)<(?!<)([^<>]*)>(?!>)")


@rule("6.1.2")
def header_is_plain(archive: Archive) -> Iterator[str]:
    """`%PDF-1.n` at the very start, n from 0 to 7, ended by one end of line."""
    if not re.match(rb"%PDF-1\.[0-7](\r\n|\n|\r)", archive.data):
        yield f"file begins {archive.data[:12]!r}"


@rule("6.1.2")
def header_has_binary_comment(archive: Archive) -> Iterator[str]:
    """The second line is a comment of at least four bytes above 127."""
    if not re.match(rb"%PDF-1\..(?:\r\n|\n|\r)%[\x80-\xff]{4}", archive.data, re.DOTALL):
        yield "the second line is no comment of four high bytes"


@rule("6.1.3")
def nothing_follows_the_end(archive: Archive) -> Iterator[str]:
    """`%%EOF` and at most one end of line close the file."""
    if not re.search(rb"%%EOF(\r\n|\n|\r)?\Z", archive.data):
        yield f"file ends {archive.data[-12:]!r}"


@rule("6.1.3")
def file_is_not_encrypted(archive: Archive) -> Iterator[str]:
    """No Encrypt in the trailer."""
    if "/Encrypt" in archive.pdf.trailer:
        yield "the trailer has Encrypt"


@rule("6.1.3")
def file_has_identifier(archive: Archive) -> Iterator[str]:
    """ID in the trailer: two strings that are not empty."""
    identifier = archive.pdf.trailer.get("/ID")
    if identifier is None or [bool(bytes(part)) for part in identifier] != [True, True]:
        yield f"ID is {identifier!r}"


@rule("ours: one revision, for a seal over the whole file")
def file_has_one_revision(archive: Archive) -> Iterator[str]:
    """One table of places, be it classic with its trailer or a stream; one end; no Prev."""
    outside = _outside_streams(archive.data)
    for mark in (rb"\nstartxref", rb"%%EOF"):
        if (count := len(re.findall(mark, archive.data))) != 1:
            yield f"{mark!r} stands {count} times"
    trailers = len(re.findall(rb"\ntrailer", archive.data))
    tables = len(re.findall(rb"/Type\s*/XRef\b", outside))
    if trailers + tables != 1:
        yield f"{trailers} trailers and {tables} tables that are streams"
    if "/Prev" in archive.pdf.trailer:
        yield "the trailer has Prev"


@rule("6.1.4; ISO 32000-1, 7.5.4, 7.5.7, 7.5.8")
def cross_reference_is_exact(archive: Archive) -> Iterator[str]:
    """Each row leads to its object: at its first digit, or by its index in an object stream."""
    places = archive.places
    yield from _misplaced(archive)
    for row in places.rows:
        if row.kind > _LAST_KIND:
            yield f"row {row.number} is of kind {row.kind}"
    holders = object_streams(archive.pdf)
    placed = {row.number for row in places.placed}
    into = {number: [row for row in places.packed if row.place == number] for number in holders}
    for number, holder in holders.items():
        yield from inspect_packed(number, holder, into[number])
        if number not in placed:
            yield f"object stream {number} has no place of its own"
    for row in places.packed:
        if row.place not in holders:
            yield f"object {row.number} is said to be in {row.place}, which is no object stream"


@rule("ours: every byte of the file belongs to an object that the table knows")
def objects_fill_the_file(archive: Archive) -> Iterator[str]:
    """From the header to the table of places, one known object follows the other."""
    if next(iter(_misplaced(archive)), None) is not None:
        raise ToldElsewhere
    head = re.match(rb"%PDF-1\..(?:\r\n|\n|\r)(?:%[^\r\n]*(?:\r\n|\n|\r))?", archive.data)
    at = head.end() if head else 0
    for row in sorted(archive.places.placed, key=lambda row: row.place):
        if row.place != at:
            yield f"between {at} and {row.place} stands what the table does not know"
        at = _end_of(archive, row)
    if archive.places.stream is None:
        if at != archive.places.begins:
            yield f"the table does not begin at {at}"
    elif not re.fullmatch(rb"startxref\s[0-9]+\s%%EOF\s*", archive.data[at:]):
        yield f"behind the table stands {archive.data[at : at + 20]!r}"


@rule("6.1.9")
def objects_are_spaced(archive: Archive) -> Iterator[str]:
    """`n g obj` with one space each and ends of line around it and before `endobj`."""
    for row in archive.places.placed:
        at = row.place
        if not archive.data.startswith(b"%d " % row.number, at):
            continue  # cross_reference_is_exact tells of that
        if not re.match(rb"[0-9]+ [0-9]+ obj(\r\n|\n|\r)", archive.data[at : at + 40]):
            yield f"object {row.number} begins {archive.data[at : at + 20]!r}"
        end = archive.data.find(b"endobj", at)
        if archive.data[end - 1 : end] not in (b"\n", b"\r"):
            yield f"no end of line before endobj of {row.number}"
        if archive.data[end + 6 : end + 7] not in (b"\n", b"\r"):
            yield f"no end of line after endobj of {row.number}"


@rule("6.1.7.1")
def streams_have_true_lengths(archive: Archive) -> Iterator[str]:
    """`stream` + line feed, Length bytes, end of line, `endstream`; no external file."""
    for row in archive.places.placed:
        thing = archive.pdf.get_object(row.number, row.detail)
        if not isinstance(thing, Stream):
            continue
        if any(key in thing for key in ("/F", "/FFilter", "/FDecodeParms")):
            yield f"stream {row.number} names an external file"
        start = archive.data.find(b"stream", row.place) + 6
        start += 2 if archive.data[start : start + 2] == b"\r\n" else 1
        length = int(thing["/Length"])
        if not re.match(rb"(\r\n|\n|\r)endstream", archive.data[start + length :][:11]):
            yield f"stream {row.number}: endstream does not stand {length} bytes on"


@rule("6.1.7.2")
def filters_are_allowed(archive: Archive) -> Iterator[str]:
    """Neither LZWDecode nor Crypt, nor a filter no standard names."""
    allowed = {
        *("/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode"),
        *("/CCITTFaxDecode", "/JBIG2Decode", "/DCTDecode", "/JPXDecode"),
    }
    for thing in archive.objects:
        if isinstance(thing, Stream):
            named = thing.get("/Filter", ())
            for name in [named] if isinstance(named, Name) else list(named):
                if str(name) not in allowed:
                    yield f"object {thing.objgen[0]} uses {name}"


@rule("6.1.6")
def hexadecimal_strings_are_even(archive: Archive) -> Iterator[str]:
    """Hexadecimal strings outside streams, or packed in one, have an even number of digits."""
    packed = map(packed_text, object_streams(archive.pdf).values())
    outside = b"\n".join((_outside_streams(archive.data), *packed))
    found = 1
    while found:  # strings in parentheses, from the innermost outwards
        outside, found = re.subn(rb"\((?:\\.|[^()\\])*\)", b"", outside, flags=re.DOTALL)
    for digits in _HEX.findall(outside):
        plain = re.sub(rb"\s", b"", digits)
        if len(plain) % 2 or not re.fullmatch(rb"[0-9A-Fa-f]*", plain):
            yield f"<{digits[:24].decode('latin-1')}>"


@rule("6.1.13")
def values_keep_the_limits(archive: Archive) -> Iterator[str]:
    """Strings of at most 32 767 bytes, names of 127, integers of 31 bits."""
    for thing in archive.objects:
        for key in thing.keys():  # noqa: SIM118 not a mapping
            value = thing[key]
            for part in value if isinstance(value, pikepdf.Array) else (value,):
                if (breach := _beyond(key, part)) is not None:
                    yield f"{key} of object {thing.objgen[0]}: {breach}"


@rule("6.1.13; ISO 32000-1, 8.4.2")
def saves_are_balanced(archive: Archive) -> Iterator[str]:
    """q and Q pair up, at most 28 deep; so do BT and ET, marks and their ends."""
    for name, holder, _ in content_holders(archive.page):
        depth = {"q": 0, "BT": 0, "BMC": 0}
        for instruction in pikepdf.parse_content_stream(holder):
            operator = str(instruction.operator)
            opens = "BMC" if operator == "BDC" else operator
            closes = {"Q": "q", "ET": "BT", "EMC": "BMC"}.get(operator)
            if opens in depth:
                depth[opens] += 1
            elif closes is not None:
                depth[closes] -= 1
            if min(depth.values()) < 0 or depth["q"] > _DEEPEST_SAVE:
                yield f"{name}: {operator} at depth {depth}"
                break
        if any(depth.values()):
            yield f"{name} leaves open {depth}"


def _misplaced(archive: Archive) -> Iterator[str]:
    """Tell what is wrong with the table's form, and objects that are not where it says."""
    yield from archive.places.faults
    for row in archive.places.placed:
        if not archive.data.startswith(b"%d %d obj" % (row.number, row.detail), row.place):
            yield f"object {row.number} is not at {row.place}"


def _outside_streams(data: bytes) -> bytes:
    """Return the file without the contents of its streams."""
    return re.sub(rb"stream\r?\n.*?endstream", b"", data, flags=re.DOTALL)


def _end_of(archive: Archive, row: Row) -> int:
    """Return the byte after an object's own end of line."""
    at = row.place
    thing = archive.pdf.get_object(row.number, row.detail)
    if isinstance(thing, Stream):
        at = archive.data.find(b"stream", at) + int(thing["/Length"])
    found = re.compile(rb"endobj(\r\n|\n|\r)").search(archive.data, at)
    return found.end() if found else len(archive.data)


def _beyond(key: str, value: Any) -> str | None:
    if len(key.encode()) - 1 > _LONGEST_NAME:
        return "its name is too long"
    if isinstance(value, String) and len(bytes(value)) > _LONGEST_STRING:
        return "a string too long"
    if isinstance(value, Name) and len(str(value).encode()) - 1 > _LONGEST_NAME:
        return "a name too long"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST_INTEGER:
        return "an integer too large"
    return None


RULES: Final = (
    header_is_plain,
    header_has_binary_comment,
    nothing_follows_the_end,
    file_is_not_encrypted,
    file_has_identifier,
    file_has_one_revision,
    cross_reference_is_exact,
    objects_fill_the_file,
    objects_are_spaced,
    streams_have_true_lengths,
    filters_are_allowed,
    hexadecimal_strings_are_even,
    values_keep_the_limits,
    saves_are_balanced,
)
