"""Whether an award was uploaded to the national system, as it is sealed beside its public fields.

Both fields always have the same length, so that the size of what is sealed tells nobody anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

_UPLOADED_ON, _DUE = "uploaded_on", "upload_due"
_NO_DAY = " " * len("2026-11-22")


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalUpload:
    """What the body that issued an award has on record of its upload; days in Asia/Shanghai.

    Args:
        uploaded_on: when the national site took it, by its receipt; None without such a receipt.
        due: the last day for it; None where the body uploads elsewhere, or nothing was noted.
    """

    uploaded_on: date | None = None
    due: date | None = None


NOTHING_NOTED = NationalUpload()


def write_upload(upload: NationalUpload) -> dict[str, str]:
    """Return the fields that say it."""
    return {_UPLOADED_ON: _say(upload.uploaded_on), _DUE: _say(upload.due)}


def read_upload(fields: Mapping[str, str]) -> NationalUpload:
    """Undo `write_upload`; where the fields are missing nothing was noted.

    Raises:
        ValueError: a field is no day.
    """
    return NationalUpload(uploaded_on=_day(fields, _UPLOADED_ON), due=_day(fields, _DUE))


def _say(day: date | None) -> str:
    return _NO_DAY if day is None else day.isoformat()


def _day(fields: Mapping[str, str], name: str) -> date | None:
    said = fields.get(name, _NO_DAY)
    return None if said == _NO_DAY else date.fromisoformat(said)
