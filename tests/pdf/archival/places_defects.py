"""Planted defects of the table of places, in either form, and of object streams."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tests.pdf.archival.defects import Defect, swapped
from tests.pdf.archival.plain_writer import write_classic

_ROW: Final = 6
_EXACT: Final = "cross_reference_is_exact"


def _shifted(data: bytes) -> bytes:
    return re.sub(rb"(?<=\n)0000000015(?= 00000 n)", b"0000000016", data, count=1)


def _spaces_in_entries(data: bytes) -> bytes:
    head, table = data.rsplit(b"\nxref\n", 1)
    return head + b"\nxref\n" + table.replace(b" n \n", b" n\n ", 1)


def _classic_tail(data: bytes) -> bytes:
    """Append a revision that changes nothing, as an attacker or a careless tool would."""
    start = data.rindex(b"startxref")
    previous = int(data[start:].split()[1])
    trailer = data[data.rindex(b"trailer") : start]
    trailer = trailer.replace(b"/Size", b"/Prev %d /Size" % previous)
    return data + b"xref\n0 0\n" + trailer + b"startxref\n%d\n%%%%EOF\n" % len(data)


def _tail(data: bytes) -> bytes:
    """Append a revision that changes nothing, its table a stream."""
    start = data.rindex(b"startxref")
    begins = int(data[start:].split()[1])
    table = data[begins:start].replace(b"/W ", b"/Prev %d /W " % begins)
    return data + table + b"startxref\n%d\n%%%%EOF\n" % len(data)


def _hidden(data: bytes) -> bytes:
    """Put an object before the table that no row knows, all else made right."""
    start = data.rindex(b"startxref")
    begins = int(data[start:].split()[1])
    more = b"999 0 obj\n<< /Hidden true >>\nendobj\n"
    moved = begins + len(more)
    rows = _table(data)
    rows[-_ROW:] = b"\1" + moved.to_bytes(3, "big") + b"\0\0"
    table = _with_table(data, rows)[begins:start]
    return with_true_range(data[:begins] + more + table + b"startxref\n%d\n%%%%EOF\n" % moved)


def with_true_range(data: bytes) -> bytes:
    """Make the signature's ByteRange fit a file that became longer at its end."""
    found = re.search(rb"\[0 (\d+) (\d+) (\d+) *\]", data)
    if found is None:
        raise ValueError("the sample has no ByteRange")
    first, second = int(found[1]), int(found[2])
    numbers = b"[0 %d %d %d" % (first, second, len(data) - second)
    return data.replace(found[0], numbers.ljust(len(found[0]) - 1) + b"]")


def _span(data: bytes) -> tuple[int, int]:
    """Return where the rows of the table begin and end."""
    begin = data.index(b"stream\n", data.rindex(b"/Type /XRef")) + len(b"stream\n")
    return begin, data.index(b"\nendstream\nendobj\nstartxref", begin)


def _table(data: bytes) -> bytearray:
    begin, end = _span(data)
    return bytearray(data[begin:end])


def _with_table(data: bytes, rows: bytearray) -> bytes:
    begin, end = _span(data)
    return data[:begin] + bytes(rows) + data[end:]


def _packed(rows: bytearray) -> list[int]:
    """Return where the rows of packed objects begin."""
    return [at for at in range(0, len(rows), _ROW) if rows[at] == 2]


def _rows(name: str, change: Callable[[bytearray], object]) -> Defect:
    """Make a defect of a change in the rows of the table, which keeps its length."""

    def spoiled(data: bytes) -> bytes:
        rows = _table(data)
        change(rows)
        return _with_table(data, rows)

    return Defect(rule=_EXACT, name=name, in_bytes=spoiled)


def _one_byte_on(rows: bytearray) -> None:
    """Let the row of the first object that stands alone point one byte too far."""
    at = next(at for at in range(_ROW, len(rows), _ROW) if rows[at] == 1)
    rows[at + 3] += 1


def _two_in_exchange(rows: bytearray) -> None:
    one, other = _packed(rows)[-2:]
    rows[one : one + _ROW], rows[other : other + _ROW] = (
        rows[other : other + _ROW],
        rows[one : one + _ROW],
    )


def _in_no_object_stream(rows: bytearray) -> None:
    rows[_packed(rows)[-1] + 3] -= 2


def _forgotten(rows: bytearray) -> None:
    at = _packed(rows)[-1]
    rows[at : at + _ROW] = b"\0\0\0\0\0\0"


def _first_is_used_again(rows: bytearray) -> None:
    rows[4:6] = b"\0\0"


def _own_place_is_wrong(rows: bytearray) -> None:
    rows[-3] ^= 1


DEFECTS: Final = (
    Defect(rule=_EXACT, name="an_offset_is_wrong", in_bytes=_shifted, written=write_classic),
    Defect(
        rule=_EXACT, name="an_entry_is_short", in_bytes=_spaces_in_entries, written=write_classic
    ),
    Defect(
        rule="file_has_one_revision",
        name="a_classic_revision_follows",
        also=frozenset({"signature_covers_all", _EXACT}),
        in_bytes=_classic_tail,
        written=write_classic,
    ),
    Defect(
        rule="file_has_one_revision",
        name="a_revision_follows",
        also=frozenset({"signature_covers_all", _EXACT}),
        in_bytes=_tail,
    ),
    Defect(rule="objects_fill_the_file", name="an_object_is_hidden", in_bytes=_hidden),
    _rows("a_row_points_one_byte_on", _one_byte_on),
    _rows("two_rows_are_exchanged", _two_in_exchange),
    _rows("a_row_leads_into_no_object_stream", _in_no_object_stream),
    _rows("a_packed_object_is_forgotten", _forgotten),
    _rows("the_first_row_is_used_again", _first_is_used_again),
    _rows("the_table_mistakes_its_place", _own_place_is_wrong),
    swapped(_EXACT, "the_version_is_too_old_for_it", b"%PDF-1.7", b"%PDF-1.4"),
)
