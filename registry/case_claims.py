"""What a suspect paper shows, as an officer's question says it, and how the register compares.

The police ask in fields, so that the software compares them and not the eye alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from codes.levels import Level
from codes.names import fold_name, normalise_name
from codes.wording import Text


class Shown(StrEnum):
    """What of a paper is asked about in a field of its own."""

    NAME = "name"
    LEVEL = "level"
    ISSUED_ON = "issued_on"

    @property
    def text(self) -> Text:
        """Its name in both languages."""
        return _SHOWN[self]


_SHOWN: Final = {
    Shown.NAME: Text("姓名", "Name"),
    Shown.LEVEL: Text("等级", "Level"),
    Shown.ISSUED_ON: Text("发证日期", "Date of issue"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a question says: in fields what the paper shows, and words besides; empty where none.

    Args:
        asker: unit, reference and telephone of who asks, as the body files it.
    """

    words: str = field(default="", repr=False)
    asker: str = ""
    name: str = field(default="", repr=False)
    level: Level | None = None
    issued_on: date | None = None

    @property
    def shown(self) -> dict[Shown, str]:
        """What is said in fields, as it is kept."""
        said = {
            Shown.NAME: self.name,
            Shown.LEVEL: "" if self.level is None else str(int(self.level)),
            Shown.ISSUED_ON: "" if self.issued_on is None else self.issued_on.isoformat(),
        }
        return {key: value for key, value in said.items() if value}

    @property
    def values(self) -> dict[Shown, Any]:
        """What is said in fields, as a page shows it."""
        said = {
            Shown.NAME: self.name,
            Shown.LEVEL: None if self.level is None else self.level.text,
            Shown.ISSUED_ON: self.issued_on,
        }
        return {key: value for key, value in said.items() if value}

    @property
    def lines(self) -> list[tuple[Text, Any]]:
        """What is said in fields, with its label, for a page."""
        return [(key.text, value) for key, value in self.values.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What the register says of a certificate; the name None where it cannot be read."""

    name: str | None = field(repr=False)
    level: Level
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedClaim:
    """One thing of a question beside the register.

    Args:
        asked: as the question says it; empty where it is in no field.
        agrees: None where that cannot be told.
        recorded: as the register has it; None of a name.
    """

    what: Shown
    asked: Any = field(repr=False)
    agrees: bool | None
    recorded: Level | date | None = None


def pack_claims(claims: Claims) -> bytes:
    """Return a question as it lies sealed."""
    told = {"words": claims.words, "asker": claims.asker}
    told |= {str(key): value for key, value in claims.shown.items()}
    return json.dumps(told, ensure_ascii=False).encode()


def unpack_claims(kept: str) -> Claims:
    """Undo `pack_claims`; what was kept before there were fields is words alone."""
    try:
        told = json.loads(kept)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "words" not in told:
        return Claims(words=kept)
    level, day = told.get(Shown.LEVEL), told.get(Shown.ISSUED_ON)
    return Claims(
        words=told["words"],
        asker=told.get("asker", ""),
        name=told.get(Shown.NAME, ""),
        level=Level(int(level)) if level else None,
        issued_on=date.fromisoformat(day) if day else None,
    )


def compare_claims(claims: Claims, record: OnRecord) -> list[ComparedClaim]:
    """Return what a question says beside the register; the name in any case.

    A name that is in no field is looked for in the words: where these do not have it, it cannot be
    told whether they name somebody else.
    """
    found = [
        ComparedClaim(what=Shown.NAME, asked=claims.name, agrees=_name_agrees(claims, record.name))
    ]
    beside: dict[Shown, Level | date] = {
        Shown.LEVEL: record.level,
        Shown.ISSUED_ON: record.issued_on,
    }
    said, shown = {Shown.LEVEL: claims.level, Shown.ISSUED_ON: claims.issued_on}, claims.values
    for what, recorded in beside.items():
        if what in shown:
            agrees = said[what] == recorded
            found.append(
                ComparedClaim(what=what, asked=shown[what], agrees=agrees, recorded=recorded)
            )
    return found


def _name_agrees(claims: Claims, name: str | None) -> bool | None:
    if name is None:
        return None
    if claims.name:
        return fold_name(normalise_name(claims.name).name) == fold_name(name)
    return fold_name(name) in fold_name(claims.words) or None
