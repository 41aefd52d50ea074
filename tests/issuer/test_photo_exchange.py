"""What parent and children say to each other comes through whole, and nothing else does."""

from __future__ import annotations

import pytest

from issuer.archive_listing import (
    ArchiveEntry,
    ArchiveFault,
    Listing,
    decode_listing,
    encode_listing,
)
from issuer.photo_background import Tint
from issuer.photo_exchange import (
    Judgement,
    Packing,
    Question,
    Remark,
    Verdict,
    decode_judgement,
    decode_question,
    encode_judgement,
    encode_question,
)
from issuer.photo_formats import PictureFormat
from issuer.photo_wording import explain, remark_on


@pytest.mark.parametrize(
    "question",
    [
        Question(data=b""),
        Question(data=b"\n\t\0"),
        Question(packing=Packing.DEFLATED, length=2**32 - 1, crc32=2**32 - 1, data=b"x"),
        Question(packing=Packing.STORED, length=1, crc32=0, data=b"x"),
    ],
)
def test_a_question_comes_through(question: Question) -> None:
    assert decode_question(encode_question(question)) == question


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"\3" + bytes(8), b"\xff" * 20])
def test_what_is_no_question_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a question"):
        decode_question(data)


@pytest.mark.parametrize(
    "judgement",
    [
        Judgement(verdict=Verdict.TAKEN, jpeg=b"\xff\xd8\n\t"),
        Judgement(verdict=Verdict.TAKEN, remarks=tuple(Remark), jpeg=b"\n"),
        Judgement(verdict=Verdict.BACKGROUND, tint=Tint.BLUE),
        Judgement(verdict=Verdict.FORMAT, format=PictureFormat.OFFICE),
    ],
)
def test_a_judgement_comes_through(judgement: Judgement) -> None:
    assert decode_judgement(encode_judgement(judgement)) == judgement


def test_what_is_no_judgement_is_refused() -> None:
    for data in (b"", b"taken", b"fine\t\t\t\n", b"taken\tgood\t\t\n", b"taken\t\tpink\t\n"):
        with pytest.raises(ValueError, match=r"unpack|valid"):
            decode_judgement(data)


def test_a_listing_comes_through() -> None:
    entry = ArchiveEntry(
        name="二班\t\n\u0000😀.jpg",
        packing=Packing.DEFLATED,
        offset=2**40,
        packed=7,
        length=2**34,
        crc32=1,
    )
    for listing in (
        Listing(entries=(entry, entry)),
        Listing(fault=ArchiveFault.METHOD, detail="LZMA"),
    ):
        assert decode_listing(encode_listing(listing)) == listing


def test_every_verdict_tint_format_and_remark_has_its_words() -> None:
    refusals = [Judgement(verdict=verdict) for verdict in set(Verdict) - {Verdict.TAKEN}]
    refusals += [Judgement(verdict=Verdict.BACKGROUND, tint=tint) for tint in Tint]
    refusals += [Judgement(verdict=Verdict.FORMAT, format=kind) for kind in PictureFormat]
    for refusal in refusals:
        problem = explain(refusal)
        assert ("请" in problem.text.zh) or ("应为" in problem.text.zh), problem.code
    assert {explain(Judgement(verdict=one)).code for one in set(Verdict) - {Verdict.TAKEN}} == {
        *(one.value for one in set(Verdict) - {Verdict.TAKEN, Verdict.FORMAT}),
    }
    assert [remark_on(remark).code for remark in Remark] == [remark.value for remark in Remark]
