"""Hypothesis strategies for records and what is made of them."""

from __future__ import annotations

import calendar

from hypothesis import strategies as st

from codes.documents import DocumentType
from codes.record import MAX_TEXT_CHARACTERS, Record, RecordError
from tests.codes.record_samples import make_record


def _is_carried(text: str) -> bool:
    """Say whether a record can carry a text."""
    try:
        make_record(holder_name=text)
    except RecordError:
        return False
    return True


printed_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")),
    min_size=1,
    max_size=MAX_TEXT_CHARACTERS,
).filter(_is_carried)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Return any record format 1 can carry."""
    year = draw(st.integers(2000, 2099))
    serial = draw(st.integers(1, 999_999))
    level = draw(st.sampled_from("12345"))
    category = draw(st.sampled_from("SY"))
    return make_record(
        number=f"{category}000012000123{year % 100:02d}{level}{serial:06d}",
        holder_name=draw(printed_text),
        record_version=draw(st.integers(1, 65_535)),
        document_type=draw(st.sampled_from(list(DocumentType))),
        commitment=draw(st.binary(min_size=16, max_size=16)),
        specialty=draw(st.none() | printed_text),
        day=draw(st.integers(1, 366 if calendar.isleap(year) else 365)),
        print_serial=draw(st.integers(1, 99_999_999)),
        status_index=draw(st.integers(0, 2**32 - 1)),
        key_id=draw(st.integers(0, 65_535)),
    )
