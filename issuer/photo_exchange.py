"""What the parent and the photo child say to each other, as types and as bytes.

A question is one picture, plain or as it lies packed in a ZIP; the answer is a judgement. Both
sides use the same two pairs of functions, so that neither guesses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import StrEnum

from issuer.photo_background import Tint
from issuer.photo_formats import PictureFormat

_HEAD = struct.Struct(">BII")  # packing, length unpacked, CRC-32


class Packing(StrEnum):
    """How a picture's bytes come."""

    PLAIN = "plain"
    STORED = "stored"
    DEFLATED = "deflated"


_PACKINGS = tuple(Packing)


class Verdict(StrEnum):
    """What the child process says about one picture: taken, or why not."""

    TAKEN = "taken"
    UNREADABLE = "photo_unreadable"
    DAMAGED = "photo_damaged"
    FORMAT = "photo_format"
    TOO_SMALL = "photo_too_small"
    TOO_LARGE = "photo_too_large"
    ANIMATED = "photo_animated"
    NOT_PORTRAIT = "photo_not_portrait"
    BACKGROUND = "photo_background"


class Remark(StrEnum):
    """What is worth knowing of a photo that was taken."""

    SMALL = "photo_small"
    GREY = "photo_grey"
    OFF_WHITE = "photo_off_white"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One picture to be judged.

    Args:
        packing: how `data` is packed.
        length: bytes when unpacked, as the archive says; 0 for plain.
        crc32: of the unpacked bytes, as the archive says; 0 for plain.
        data: the bytes as they lie in the file; untrusted.
    """

    packing: Packing = Packing.PLAIN
    length: int = 0
    crc32: int = 0
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of one picture.

    Args:
        verdict: taken, or why not.
        remarks: of a photo that was taken.
        tint: the ground's colour, where that is why not.
        format: what the file is, where that is why not.
        jpeg: the photo to print, empty where it was not taken.
    """

    verdict: Verdict
    remarks: tuple[Remark, ...] = ()
    tint: Tint | None = None
    format: PictureFormat | None = None
    jpeg: bytes = field(default=b"", repr=False)


def encode_question(question: Question) -> bytes:
    """Return the question as bytes for the child."""
    head = _HEAD.pack(_PACKINGS.index(question.packing), question.length, question.crc32)
    return head + question.data


def decode_question(data: bytes) -> Question:
    """Return the question that `encode_question` wrote.

    Raises:
        ValueError: it did not write this.
    """
    if len(data) < _HEAD.size or data[0] >= len(_PACKINGS):
        raise ValueError("not a question")
    packing, length, crc32 = _HEAD.unpack_from(data)
    return Question(packing=_PACKINGS[packing], length=length, crc32=crc32, data=data[_HEAD.size :])


def encode_judgement(judgement: Judgement) -> bytes:
    """Return the judgement as bytes for the parent: a line of words, then the JPEG."""
    words = [
        judgement.verdict.value,
        ",".join(remark.value for remark in judgement.remarks),
        "" if judgement.tint is None else judgement.tint.value,
        "" if judgement.format is None else judgement.format.value,
    ]
    return "\t".join(words).encode() + b"\n" + judgement.jpeg


def decode_judgement(data: bytes) -> Judgement:
    """Return the judgement that `encode_judgement` wrote.

    Raises:
        ValueError: it did not write this.
    """
    line, _, jpeg = data.partition(b"\n")
    verdict, remarks, tint, kind = line.decode().split("\t")
    return Judgement(
        verdict=Verdict(verdict),
        remarks=tuple(Remark(remark) for remark in remarks.split(",") if remark),
        tint=Tint(tint) if tint else None,
        format=PictureFormat(kind) if kind else None,
        jpeg=jpeg,
    )
