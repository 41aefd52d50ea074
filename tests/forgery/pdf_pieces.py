"""PDF files, forged and untouched in turn, any of which can be made alone by its index.

Piece 2 k is forged, piece 2 k + 1 the same paper untouched and written the same way.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Final

import pikepdf

from templates.labels import Field
from tests.forgery import pdf_edits
from tests.forgery.invented import change_digit, invent_value, look_alike
from tests.forgery.papers import FORGED_FIELDS, NAMES, Paper
from tests.forgery.pdf_saving import AS_ISSUED, SAVINGS
from tests.forgery.pieces import PHOTO, UNTOUCHED, Piece, Right, right_field
from verifier.finding_codes import Code
from verifier.verdict import Outcome

_DIGIT_FIELDS: Final = (Field.NUMBER, Field.DOCUMENT_NUMBER, Field.ISSUED_ON)
_FIELDS: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(pdf_edits.DIGITS_ONLY, _DIGIT_FIELDS),
        pdf_edits.LYING_FONT: (Field.HOLDER_NAME, *_DIGIT_FIELDS),
    }
)
_PHOTO_LAID: Final = "photo: laid over"
_PHOTO_REPLACED: Final = "photo: object replaced"
_ATTACHMENTS: Final = "attachments swapped"
_LAYERS: Final = "layers"
_PRINTED: Final = frozenset({"printed to PDF again", "flattened"})
_SECOND_PAGE: Final = "page added"
AS_THEY_WERE: Final = "as issued"


def _kinds() -> tuple[tuple[str, Field | None], ...]:
    """Return every forgery with the field it changes, None where it is no printed value."""
    fields = [
        (f"{NAMES[field]}: {edit}", field)
        for edit in pdf_edits.EDITS
        for field in _FIELDS.get(edit, FORGED_FIELDS)
    ]
    others = (_PHOTO_LAID, _PHOTO_REPLACED, _ATTACHMENTS, _SECOND_PAGE)
    return (*fields, *((name, None) for name in others))


KINDS: Final = _kinds()


def pdf_piece(papers: Sequence[Paper], index: int, *, seed: int) -> Piece:
    """Return the piece of this index.

    Args:
        papers: of the office, at least two.
        index: even for a forged piece, odd for its control.
        seed: of all chance.
    """
    pair = index // 2
    turn, at = divmod(pair, len(KINDS))
    kind, field = KINDS[at]
    saving = list(SAVINGS)[(at + turn) % len(SAVINGS)]
    if saving in _PRINTED and (kind in {_ATTACHMENTS, _SECOND_PAGE} or kind.endswith(_LAYERS)):
        saving = "saved again"  # nothing of these is left on a printed page
    paper = random.Random(f"{seed} paper {pair}").choice(papers)
    name = f"pdf-{seed}-{index}"
    filename = f"{paper.number}.pdf"
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        if index % 2:
            untouched = saving in AS_ISSUED
            data = paper.pdf if untouched else SAVINGS[saving](target, paper.pdf)
            wear = AS_THEY_WERE if untouched else saving
            return Piece(
                name=name, forgery=UNTOUCHED, wear=wear, data=data, filename=filename, right=None
            )
        right = _forge(target, paper, papers, kind, field, random.Random(f"{seed} {pair}"))
        data = SAVINGS[saving](target, paper.pdf)
    return Piece(name=name, forgery=kind, wear=saving, data=data, filename=filename, right=right)


def _forge(
    target: pikepdf.Pdf,
    paper: Paper,
    papers: Sequence[Paper],
    kind: str,
    field: Field | None,
    chance: random.Random,
) -> Right:
    if field is not None:
        edit = kind.partition(": ")[2]
        value = invent_value(paper, field, chance)
        if edit in pdf_edits.DIGITS_ONLY:
            value = change_digit(paper, field, chance)
            while not set(value) <= pdf_edits.printed_characters(paper):
                value = change_digit(paper, field, chance)
        if edit == pdf_edits.LYING_FONT:
            value = look_alike(paper, field, chance)
        pdf_edits.EDITS[edit](target, paper, field, value)
        return right_field(field)
    match kind:
        case "photo: laid over":
            pdf_edits.overlay_photo(target, paper, chance)
            return right_field(PHOTO)
        case "photo: object replaced":
            pdf_edits.replace_photo(target, paper, chance)
            return right_field(PHOTO)
        case "attachments swapped":
            pdf_edits.swap_attachments(target, chance.choice([p for p in papers if p != paper]))
            return Right(
                outcomes=frozenset({Outcome.ALTERED, Outcome.INCONCLUSIVE}),
                codes=frozenset({Code.ATTACHED_OTHER, Code.FILE_NOT_IDENTICAL, Code.QR_CONFLICT}),
            )
        case _:
            name = invent_value(paper, Field.HOLDER_NAME, chance)
            pdf_edits.add_page(target, paper, Field.HOLDER_NAME, name)
            return Right(codes=frozenset({Code.PAGE_ADDED_DIFFERS}))
