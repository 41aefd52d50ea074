"""What the parent and the archive child say to each other: a ZIP's pictures, or why not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum

from issuer.photo_exchange import Packing


class ArchiveFault(StrEnum):
    """Why a ZIP cannot be used at all."""

    OTHER_FORMAT = "other_format"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    METHOD = "method"
    NAMES = "names"
    TOO_MANY = "too_many"
    BOMB = "bomb"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveEntry:
    """One picture in a ZIP.

    Args:
        name: its file name without folders.
        packing: stored or deflated.
        offset: where its packed bytes begin in the archive.
        packed: how many they are.
        length: how many it has unpacked, as the archive says.
        crc32: of the unpacked bytes, as the archive says.
    """

    name: str = field(repr=False)
    packing: Packing
    offset: int
    packed: int
    length: int
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an archive holds.

    Args:
        fault: why it cannot be used, or None.
        detail: what format or method it is, where that is the fault; of our own words.
        entries: its pictures.
    """

    fault: ArchiveFault | None = None
    detail: str = ""
    entries: tuple[ArchiveEntry, ...] = ()


def encode_listing(listing: Listing) -> bytes:
    """Return the listing as bytes for the parent."""
    rows = [
        [one.name, one.packing.value, one.offset, one.packed, one.length, one.crc32]
        for one in listing.entries
    ]
    return json.dumps([listing.fault, listing.detail, rows]).encode()


def decode_listing(data: bytes) -> Listing:
    """Return the listing that `encode_listing` wrote.

    Raises:
        ValueError: it did not write this.
    """
    fault, detail, rows = json.loads(data)
    packings = {one.value: one for one in Packing}
    return Listing(
        fault=None if fault is None else ArchiveFault(fault),
        detail=detail,
        entries=tuple(
            ArchiveEntry(
                name=name,
                packing=packings[packing],
                offset=offset,
                packed=packed,
                length=length,
                crc32=crc32,
            )
            for name, packing, offset, packed, length, crc32 in rows
        ),
    )
