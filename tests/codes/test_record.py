"""The record has one encoding, and nothing else decodes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from typing import Any

import cbor2
import pytest

from codes.documents import DocumentType
from codes.number import parse_number
from codes.record import MAX_RECORD_BYTES, Record, RecordError, commit, decode_record, encode_record
from tests.codes.record_samples import make_record


def items_of(record: Record) -> list[Any]:
    """Return the twelve items of a record's encoding."""
    items: list[Any] = cbor2.loads(encode_record(record))
    return items


def refusal_of(data: bytes) -> str:
    """Return the code with which decoding refuses `data`."""
    with pytest.raises(RecordError) as caught:
        decode_record(data)
    return caught.value.code


def test_a_record_of_a_four_character_name_takes_at_most_61_bytes() -> None:
    assert len(encode_record(make_record())) == 61


def test_a_record_is_a_positional_array_in_the_published_order() -> None:
    record = make_record(specialty="安检", record_version=2, day=1)
    packed = encode_record(record)[3:13]
    assert items_of(record) == [
        1, packed, 2, "欧阳小明", 1, bytes(range(16)), 1, "安检", 1, 65_535, 0xFEDCBA98, 0xBEEF,
    ]  # fmt: skip


def test_decoding_returns_the_record_that_was_encoded() -> None:
    for record in (
        make_record(),
        make_record(specialty="活动安全", document_type=DocumentType.PASSPORT, holder_name="A"),
        make_record(day=365, print_serial=99_999_999, status_index=0, key_id=0),
        make_record(number="Y000112000123003999999", holder_name="𫖯" * 40, specialty="𬭎" * 40),
        make_record(number="S000012000123243000001", day=366),
    ):
        assert decode_record(encode_record(record)) == record


def test_the_longest_record_stays_within_the_limit() -> None:
    record = make_record(
        holder_name="𫖯" * 40,
        specialty="𬭎" * 40,
        record_version=65_535,
        print_serial=99_999_999,
        occupation=1,
    )
    assert len(encode_record(record)) <= MAX_RECORD_BYTES


@pytest.mark.parametrize("position", range(12))
def test_an_item_of_another_kind_is_refused(position: int) -> None:
    items = items_of(make_record())
    own = items[position]
    others = [True, False, 1.5, -1, 2**64 - 1, "", b"", [], {}, cbor2.CBORTag(2, b"\1")]
    for other in others if own is None else [None, *others]:
        items[position] = other
        assert refusal_of(cbor2.dumps(items, canonical=True)).startswith("record_")


@pytest.mark.parametrize(
    ("position", "item", "code"),
    [
        (0, 2, "record_format_unknown"),
        (0, 0, "record_damaged"),
        (2, 0, "record_field_invalid"),
        (2, 65_536, "record_field_invalid"),
        (4, 7, "record_field_invalid"),
        (5, bytes(15), "record_field_invalid"),
        (7, cbor2.undefined, "record_field_invalid"),
        (6, 60_000, "record_occupation_unknown"),
        (8, 0, "record_field_invalid"),
        (8, 366, "record_field_invalid"),
        (8, 367, "record_field_invalid"),
        (9, 0, "record_field_invalid"),
        (9, 100_000_000, "record_field_invalid"),
        (10, 2**32, "record_field_invalid"),
        (11, 65_536, "record_field_invalid"),
    ],
)
def test_a_value_out_of_range_is_named(position: int, item: object, code: str) -> None:
    items = items_of(make_record())
    items[position] = item
    assert refusal_of(cbor2.dumps(items, canonical=True)) == code


def test_packed_bytes_that_are_no_number_are_refused() -> None:
    items = items_of(make_record())
    for packed in (bytes(10), bytes([255]) * 10, items[1][:9], items[1] + b"\0"):
        items[1] = packed
        assert refusal_of(cbor2.dumps(items, canonical=True)) == "record_field_invalid"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " 张三",
        "张三 ",
        "张三\u3000",
        "张\n三",
        "张\u200b三",
        "张\u202e三",
        "张\u2028三",
        "张\ufeff三",
        "张\u0000",
        "\x7f",
        "张" * 41,
        "\ud800",
    ],
)
def test_text_that_prints_as_something_else_is_refused(name: str) -> None:
    for field in ("holder_name", "specialty"):
        with pytest.raises(RecordError) as caught:
            make_record(**{field: name})  # type: ignore[arg-type]
        assert caught.value.evidence == {"field": field}


def test_every_other_way_to_write_the_same_facts_is_refused() -> None:
    data = encode_record(make_record())
    items = items_of(make_record())
    others = {
        "a long head": b"\x98\x0c" + data[1:],
        "a long integer": data[:1] + b"\x18\x01" + data[2:],
        "an open-ended array": b"\x9f" + data[1:] + b"\xff",
        "an open-ended name": data.replace(b"\x6c\xe6", b"\x7f\x6c\xe6").replace(
            b"\x01\x50", b"\xff\x01\x50"
        ),
        "a tag": b"\xd8\x3d" + data,
        "a byte after the end": data + b"\0",
        "a byte before the beginning": b"\0" + data,
        "an item more": cbor2.dumps([*items, None], canonical=True),
        "an item less": cbor2.dumps(items[:-1], canonical=True),
        "a map": cbor2.dumps(dict(enumerate(items)), canonical=True),
        "nothing": b"",
        "half": data[:30],
        "too much": data + bytes(MAX_RECORD_BYTES),
    }
    for what, other in others.items():
        assert other != data, what
        assert refusal_of(other) == "record_damaged", what


def test_a_deeply_nested_or_huge_claim_is_refused_cheaply() -> None:
    for data in (b"\x81" * 400, b"\xc1" * 400, b"\x9b" + b"\x7f" * 8, b"\x5b" + b"\x7f" * 8):
        assert refusal_of(data) == "record_damaged"


def test_the_day_of_issue_lies_in_the_year_of_the_number() -> None:
    with pytest.raises(RecordError) as caught:
        Record(
            number=parse_number("S000012000123263000001"),
            record_version=1,
            holder_name="张三",
            document_type=DocumentType.RESIDENT_ID,
            commitment=bytes(16),
            occupation=1,
            specialty=None,
            issued_on=date(2025, 12, 31),
            print_serial=1,
            status_index=0,
            key_id=0,
        )
    assert caught.value.evidence == {"field": "issued_on"}


def test_an_error_never_repeats_the_name() -> None:
    items = items_of(make_record(holder_name="独孤求败"))
    items[8] = 400
    with pytest.raises(RecordError) as caught:
        decode_record(cbor2.dumps(items, canonical=True))
    assert "独孤求败" not in str(caught.value) + caught.value.text.zh + repr(caught.value.evidence)


def test_a_commitment_is_a_truncated_hmac_over_number_and_photo() -> None:
    salt, photo = bytes(range(16)), hashlib.sha256(b"photo").digest()
    message = b"\x82\x72" + b"12010119900307663X" + b"\x58\x20" + photo
    expected = hmac.digest(salt, message, "sha256")[:16]
    assert commit(salt, "12010119900307663X", photo) == expected


def test_a_commitment_depends_on_each_of_its_inputs() -> None:
    photo = bytes(32)
    made = {
        commit(bytes(16), "A", photo),
        commit(bytes(15) + b"\1", "A", photo),
        commit(bytes(16), "B", photo),
        commit(bytes(16), "A", bytes(31) + b"\1"),
    }
    assert len(made) == 4


def test_a_commitment_under_a_short_salt_is_a_slip_of_the_program() -> None:
    with pytest.raises(ValueError, match="16-byte salt"):
        commit(bytes(15), "A", bytes(32))
    with pytest.raises(ValueError, match="16-byte salt"):
        commit(bytes(16), "A", bytes(31))
