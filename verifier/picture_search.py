"""Step 4 for a picture without a readable QR code: looks up what it says, as if it were typed."""

from __future__ import annotations

from datetime import date

from keys.document import KeyDocument
from verifier.decision import NumberClaims, Standing, judge_row
from verifier.lookup import Register
from verifier.picture_claims import PictureClaims
from verifier.typed import normalise_document, read_holder, read_number
from verifier.verdict import Finding


def find_standing(
    claims: PictureClaims, register: Register, document: KeyDocument, today: date
) -> tuple[Standing, bool] | None:
    """Return the award that number and name, or number and document number, lead to.

    A picture tells no more than who types the same: a wrong name leads nowhere, as it does there.

    Returns:
        What is known of it, and whether the name was right; None where nothing opened.
    """
    number = None if claims.number is None else read_number(claims.number, today).number
    if number is None:
        return None
    if claims.name is not None:
        name = read_holder(claims.name, None, today).name
        answer = register.by_holder(number, name=name, document_number=None)
        standing = judge_row(
            NumberClaims(number=number, name=name), answer, document=document, today=today
        )
        if not isinstance(standing, Finding) and standing.genuine:
            return standing, True
    if claims.document_number is not None:
        wanted = normalise_document(claims.document_number, today)
        answer = register.by_holder(number, name=None, document_number=wanted)
        standing = judge_row(
            NumberClaims(number=number, name=None), answer, document=document, today=today
        )
        if not isinstance(standing, Finding) and standing.genuine:
            return standing, False
    return None
