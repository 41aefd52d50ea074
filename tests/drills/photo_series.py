"""Series of photographs of certificates, any one of which can be made alone by its index.

    python -m tests.drills.photo_series 17 --megapixels 2 --marked -o photo.jpg

writes the photograph of index 17 of the marked series, says what the page says and how it was
taken, and what the verifier's reader makes of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from codes.number import parse_number
from codes.qr_text import encode_qr_text
from codes.record import Record, encode_record
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.labels import format_print_serial
from tests.drills.drill import DEFAULT_SEED
from tests.drills.marks import Mark, spoil
from tests.drills.office import NOW, PREFIX, PUBLIC_URL, Person, people
from tests.drills.photographs import (
    CHAT_SIZE,
    THREE_MEGAPIXELS,
    TWO_MEGAPIXELS,
    photograph,
    prepare,
    sheet_for,
)
from tests.drills.sheets import Sheet, print_sheet
from tests.drills.shots import draw_shot
from verifier.document_child import read_picture

SIZES = {3: THREE_MEGAPIXELS, 2: TWO_MEGAPIXELS, 1: CHAT_SIZE}
PAGES = 32  # shares no factor with the kinds of marks, so that every page gets each of them
_MARKS = tuple(Mark)
_NAME_LENGTHS = range(2, 13)
_BODY = "演练职业技能评价中心（虚构）"
_CHARACTERS = "阿卜杜热合曼买提明玉王伟欧阳晓晨李静张磊赵敏陈洋刘芳周涛吴娟孙超胡霞"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Photographs alike in all but chance.

    Args:
        megapixels: 3, 2, or 1 for the 1.2 of a chat picture.
        marked: whether each symbol has a mark, of one kind after the other.
        seed: of all chance.
    """

    megapixels: int
    marked: bool
    seed: int

    @property
    def name(self) -> str:
        """As parts and facts are named."""
        return f"{'marked' if self.marked else 'clean'}, {self.megapixels} MP"

    def mark(self, index: int) -> Mark | None:
        """Return the mark on the symbol of this index."""
        return _MARKS[index % len(_MARKS)] if self.marked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One of a series.

    Args:
        index: in its series.
        jpeg: the file.
        text: of the symbol on the page.
        mark: on the symbol, or None.
        on_finder: whether the mark hits a finder pattern.
    """

    index: int
    jpeg: bytes
    text: str
    mark: Mark | None
    on_finder: bool


def make_faces(count: int, seed: int) -> list[CertificateFace]:
    """Return certificates of people with names of 2 to 12 characters, the same for the same seed.

    Their signatures are bytes of chance: no reader of symbols looks at them, and those of a body
    whose keys and salts are chance would never be the same again.

    Args:
        count: of certificates.
        seed: of people, names, records.
    """
    chance = np.random.default_rng(seed)
    return [_face(row, person, chance) for row, person in enumerate(islice(people(seed), count))]


def _face(row: int, person: Person, chance: np.random.Generator) -> CertificateFace:
    length = _NAME_LENGTHS[row % len(_NAME_LENGTHS)]
    name = "".join(chance.choice(list(_CHARACTERS), size=length))
    candidate = person.candidate(row)
    record = Record(
        number=parse_number(f"{PREFIX}{NOW:%y}{person.level.value}{row + 1:06d}"),
        record_version=1,
        holder_name=f"{name[:4]}·{name[5:]}" if length > 6 else name,
        document_type=candidate.document_type,
        commitment=chance.bytes(16),
        occupation=candidate.occupation.index,
        specialty=None,
        issued_on=NOW.date(),
        print_serial=int(chance.integers(1, 2**16)),
        status_index=int(chance.integers(2**32)),
        key_id=int(chance.integers(2**16)),
    )
    return CertificateFace(
        body_name=_BODY,
        holder_name=record.holder_name,
        document_type=record.document_type,
        document_number=person.document_number,
        occupation=candidate.occupation,
        specialty=None,
        level=person.level,
        number=record.number,
        issued_on=record.issued_on,
        print_serial_text=format_print_serial(record.number.year, record.print_serial),
        qr_text=encode_qr_text(
            f"{PUBLIC_URL}/q#",
            algorithm=-7,
            payload=encode_record(record),
            signature=chance.bytes(64),
        ),
        photo_jpeg=candidate.photo.jpeg,
        sample=True,
    )


def print_sheets(certificates: Sequence[CertificateFace]) -> Iterator[Sheet]:
    """Yield the pages of certificates as printed sheets."""
    printer = CertificatePrinter(FontChain(system_dirs=()))
    for face in certificates:
        yield print_sheet(printer.render(face).filled(b"")[0])


def photographs(series: Series, sheets: Iterator[Sheet], count: int) -> Iterator[Photograph]:
    """Yield the photographs of a series, page by page.

    Args:
        series: which.
        sheets: `PAGES` of them, or as many as there are photographs if these are fewer.
        count: of photographs.
    """
    for page, sheet in enumerate(sheets):
        yield from take(series, sheet, range(page, count, PAGES))


def take(series: Series, sheet: Sheet, indices: Iterable[int]) -> Iterator[Photograph]:
    """Yield the photographs of these indices, all of one sheet."""
    size = SIZES[series.megapixels]
    fine = sheet_for(sheet, size)
    clean = prepare(fine, size)
    for index in indices:
        mark, negative, on_finder = series.mark(index), clean, False
        if mark is not None:
            marked = spoil(fine, mark, np.random.default_rng([series.seed, index, 1]))
            negative, on_finder = prepare(marked.sheet, size), marked.on_finder
        yield Photograph(
            index=index,
            jpeg=photograph(negative, draw_shot(series.seed, index)),
            text=sheet.symbol.text,
            mark=mark,
            on_finder=on_finder,
        )


def main(arguments: Sequence[str]) -> int:
    """Write one photograph; return 0 if the verifier's reader reads it right."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.photo_series")
    parser.add_argument("index", type=int)
    parser.add_argument("--megapixels", type=int, choices=SIZES, default=3)
    parser.add_argument("--marked", action="store_true")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("-o", "--output", type=Path, default=Path("photo.jpg"))
    options = parser.parse_args(arguments)
    series = Series(megapixels=options.megapixels, marked=options.marked, seed=options.seed)
    certificates = make_faces(PAGES, options.seed)
    (sheet,) = print_sheets([certificates[options.index % PAGES]])
    (taken,) = take(series, sheet, [options.index])
    options.output.write_bytes(taken.jpeg)
    symbols = read_picture(taken.jpeg)["symbols"]
    print(f"symbol: {sheet.symbol}\nmark: {taken.mark}, on a finder: {taken.on_finder}")
    print(f"{draw_shot(series.seed, options.index)}\nread right: {symbols == [taken.text]}")
    return 0 if symbols == [taken.text] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
