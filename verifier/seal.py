"""The seal of a PDF as the reading child tells of it: claims, not facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from verifier.boxed_picture import BoxedPicture
from verifier.picture import parse_boxed
from verifier.seal_states import Change, Coverage, Kind, SealState

_MAX_CERTIFICATES = 8
_MAX_CERTIFICATE_BYTES = 16 << 10
_MAX_CHANGES = 64
_Name = TypeVar("_Name", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReading:
    """What a PDF's seal claims to be.

    Args:
        held: what else the file holds that may show other things elsewhere; None where it could
            not be looked through.
        bare: the file is one picture on one page, which every program shows alike.
        intact: the bytes covered are those that were sealed, and the signature is the signer's.
        padded: the seal's own place holds more than it, or was written otherwise than ours are.
        revisions: how many the covered bytes have.
        covered: how many bytes of the file the seal speaks of, its own place included.
        appended: what follows them.
        certificates: DER, the signer's first; untrusted.
        sealed_at: as the seal says; aware.
    """

    state: SealState
    held: tuple[Kind, ...] | None = None
    bare: bool = False
    coverage: Coverage = Coverage.MISPLACED
    intact: bool = False
    padded: bool = False
    revisions: int = 0
    covered: int = 0
    appended: tuple[Kind, ...] = ()
    certificates: tuple[bytes, ...] = ()
    sealed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChange:
    """A place where a page looks other than the issued one.

    Args:
        place: a field, the photo, the symbol or the seal; empty elsewhere.
        near: the field whose row it stands in, or empty.
        box_mm: left, top, right, bottom on the issued page, in millimetres.
    """

    place: str
    near: str
    change: Change
    box_mm: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageComparison:
    """How a PDF's page looks beside the issued one.

    Args:
        other_files: names of attached files that are not those issued.
        pages: how many pages the file has.
        boxed: the page with boxes around what differs; None where nothing does.
    """

    changes: tuple[PageChange, ...]
    other_files: tuple[str, ...]
    pages: int
    boxed: BoxedPicture | None = None


UNREADABLE_SEAL = SealReading(state=SealState.UNREADABLE)


def parse_seal(value: object) -> SealReading:
    """Return what the child told of a seal; anything out of order is an unreadable seal."""
    if not isinstance(value, dict):
        return UNREADABLE_SEAL
    try:
        held = value["held"]
        state = SealState(value["state"])
        kinds = None if held is None else _names(Kind, held)
        if state is not SealState.ONE:
            return SealReading(state=state, held=kinds, bare=value.get("bare") is True)
        return SealReading(
            state=state,
            held=kinds,
            coverage=Coverage(value["coverage"]),
            intact=value["intact"] is True,
            padded=value["padded"] is not False,
            revisions=int(value["revisions"]),
            covered=int(value["covered"]),
            appended=_names(Kind, value["appended"]),
            certificates=tuple(map(_certificate, value["certificates"][:_MAX_CERTIFICATES])),
            sealed_at=_moment(value["sealed_at"]),
        )
    except (ValueError, TypeError, LookupError, OverflowError):
        return UNREADABLE_SEAL


def parse_comparison(value: object) -> PageComparison | None:
    """Return what the child told of two pages; None where they could not be compared."""
    match value:
        case {"compared": True, "changes": [*rows], "files": [*files], "pages": int() as pages}:
            try:
                changes = tuple(_change(row) for row in rows[:_MAX_CHANGES])
            except (ValueError, TypeError, LookupError, OverflowError):
                return None
            names = tuple(one for one in files if isinstance(one, str))
            return PageComparison(
                changes=changes, other_files=names, pages=pages, boxed=parse_boxed(value)
            )
        case _:
            return None


def _change(row: object) -> PageChange:
    match row:
        case [str() as place, str() as near, str() as change, [*box]]:
            left, top, right, bottom = map(_length, box)
            sides = (left, top, right, bottom)
            return PageChange(place=place, near=near, change=Change(change), box_mm=sides)
        case _:
            raise ValueError("no change of a page")


def _length(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError("no length")
    return float(value)


def _names(kind: type[_Name], values: Iterable[str]) -> tuple[_Name, ...]:
    return tuple(kind(value) for value in islice(values, len(kind)))


def _certificate(value: str) -> bytes:
    if len(value) > 2 * _MAX_CERTIFICATE_BYTES:
        raise ValueError("no certificate is that long")
    return bytes.fromhex(value)


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
