"""Awards to issue: any number of people who do not exist, the same on every run.

Names are drawn from the 3 755 everyday characters of GB 2312, with a few long and rare ones of the
bundled sample; photos are drawn portraits of about 20 KB, each file different.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image

from codes.certificate_number import CertificateNumber
from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.number import parse_number
from codes.occupations import Occupation, occupations
from codes.record import Record, commit
from issuer.sample_people import SamplePerson, sample_people
from issuer.sample_photos import draw_portrait
from templates.archival import Attachment
from templates.certificate import CertificateFace
from templates.labels import format_print_serial

BODY_NAME: Final = "天津市某某职业技能培训学校有限公司"
ISSUED_ON: Final = date(2026, 11, 23)
BODY_PREFIX: Final = "S000012000123"
URL_PREFIX: Final = "https://yz.example.cn/#"
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
)
_PORTRAITS: Final = 12
_QUALITY: Final = 97
_JFIF_END: Final = 20  # of the picture's start and its JFIF segment
_EVERYDAY: Final = tuple(
    bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFA)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What is known of one award before its record is signed."""

    number: CertificateNumber
    holder_name: str
    document_type: DocumentType
    document_number: str
    occupation: Occupation
    level: Level
    print_serial: int
    photo_jpeg: bytes
    salt: bytes
    data_key: bytes


def awards(start: int, count: int) -> Iterator[Award]:
    """Yield awards by their place, from 0; the same place gives the same award."""
    return map(_award, range(start, start + count))


def record_of(award: Award, key_id: int) -> Record:
    """Return what is signed for an award."""
    return Record(
        number=award.number,
        record_version=1,
        holder_name=award.holder_name,
        document_type=award.document_type,
        commitment=commit(
            award.salt, award.document_number, hashlib.sha256(award.photo_jpeg).digest()
        ),
        occupation=award.occupation.index,
        specialty=None,
        issued_on=ISSUED_ON,
        print_serial=award.print_serial,
        status_index=int.from_bytes(award.salt[:4]),
        key_id=key_id,
    )


def face_of(
    award: Award, qr_text: str, attachments: tuple[Attachment, ...] = ()
) -> CertificateFace:
    """Return everything the page of an award shows, and what travels inside."""
    return CertificateFace(
        body_name=BODY_NAME,
        holder_name=award.holder_name,
        document_type=award.document_type,
        document_number=award.document_number,
        occupation=award.occupation,
        specialty=None,
        level=award.level,
        number=award.number,
        issued_on=ISSUED_ON,
        print_serial_text=format_print_serial(ISSUED_ON.year, award.print_serial),
        qr_text=qr_text,
        photo_jpeg=award.photo_jpeg,
        attachments=attachments,
        sample=False,
    )


def _award(place: int) -> Award:
    chance = random.Random(place)
    people = _people()
    person = people[place % len(people)]
    # One in twenty keeps the sample's own name: ethnic, foreign or rare.
    invented = chance.choice(_SURNAMES) + "".join(
        chance.sample(_EVERYDAY, chance.choice((1, 2, 2)))
    )
    return Award(
        number=parse_number(f"{BODY_PREFIX}26{int(Level.THREE)}{place % 999_999 + 1:06d}"),
        holder_name=person.name if chance.random() < 0.05 else invented,
        document_type=person.document_type,
        document_number=person.document_number,
        occupation=chance.choice(_occupations()),
        level=Level.THREE,
        print_serial=place + 1,
        photo_jpeg=_photo(place),
        salt=chance.randbytes(16),
        data_key=chance.randbytes(32),
    )


@cache
def _people() -> tuple[SamplePerson, ...]:
    return sample_people()


@cache
def _occupations() -> tuple[Occupation, ...]:
    return tuple(one for one in occupations() if Level.THREE in one.levels)


def _photo(place: int) -> bytes:
    """Return a portrait as a file of its own: a comment in it says its place."""
    jpeg = _portrait(place % _PORTRAITS)
    comment = b"\xff\xfe\x00\x0a" + place.to_bytes(8)
    return jpeg[:_JFIF_END] + comment + jpeg[_JFIF_END:]


@cache
def _portrait(seed: int) -> bytes:
    sex = (Sex.MALE, Sex.FEMALE)[seed % 2]
    drawn = BytesIO(draw_portrait(seed=seed, sex=sex, birth_year=1965 + 3 * seed))
    output = BytesIO()
    with Image.open(drawn) as picture:
        picture.save(output, "JPEG", quality=_QUALITY)
    return output.getvalue()
