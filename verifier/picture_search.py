"""Step 4 by print: what a page or a picture says is looked up as if it were typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keys.document import KeyDocument
from templates.labels import Field
from verifier.decision import NumberClaims, Standing, judge_row
from verifier.file_claims import FileClaims
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.lookup import Answer, Reach, Register
from verifier.picture_claims import PictureClaims
from verifier.readers import Readers
from verifier.typed import MAX_TYPED_CHARACTERS, normalise_document, read_holder, read_number
from verifier.verdict import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundByPrint:
    """The award that the print of a picture leads to.

    Args:
        answer: what the register said.
        standing: what is known of it.
        name_known: whether the name in the picture is that on record.
    """

    answer: Answer
    standing: Standing
    name_known: bool


def find_standing(
    claims: PictureClaims, register: Register, document: KeyDocument, today: date
) -> FoundByPrint | tuple[Finding, ...]:
    """Return the award that number and name, or number and document number, lead to.

    A picture tells no more than who types the same: a wrong name leads nowhere, as it does there.

    Returns:
        What was found; else what is to be said of it, nothing where nothing was looked up.
    """
    number = None if claims.number is None else read_number(claims.number, today).number
    if number is None:
        return ()
    facts: list[tuple[str | None, str | None]] = []
    if claims.name is not None:
        facts.append((read_holder(claims.name, None, today).name, None))
    if claims.document_number is not None:
        facts.append((None, normalise_document(claims.document_number, today)))
    missed = False
    for name, document_number in facts:
        answer = register.by_holder(
            number, name=name, document_number=document_number, with_files=True
        )
        wanted = NumberClaims(number=number, name=name)
        standing = judge_row(wanted, answer, document=document, today=today)
        if isinstance(standing, Finding):
            missed |= standing.code == Code.NOT_FOUND
        elif standing.genuine:
            return FoundByPrint(answer=answer, standing=standing, name_known=name is not None)
    return (find(Code.PRINT_NOT_FOUND),) if missed else ()


def find_other(
    readers: Readers,
    data: bytes,
    claims: FileClaims,
    register: Register,
    document: KeyDocument,
    today: date,
) -> FileClaims:
    """Return the claims of a QR code, noting whether the print of its picture is another's.

    It is noted that it is, or that the print was looked up and not found, or that the code lies
    beside the page that is printed; else nothing.

    Args:
        data: the uploaded bytes; untrusted.
        claims: of the code.
    """
    said, number = readers.read_print(data), claims.scan.record.number
    printed = None if said.number is None else read_number(said.number, today).number
    if printed is None or printed == number:
        return claims
    found = find_standing(said, register, document, today)
    if not isinstance(found, FoundByPrint):
        return claims.noting(*found)
    on_page = readers.has_code_on(data, claims.page, found.standing)
    if not on_page:
        return claims if on_page is None else claims.noting(find(Code.PICTURE_OTHER_PAPERS))
    numbers = {"printed": str(printed), "number": str(number)}
    return claims.noting(find(Code.QR_OF_ANOTHER, numbers, numbers))


def reach_by_document(claims: FileClaims, register: Register, today: date) -> Reach | None:
    """Return what asking for the record by the printed document number leads to.

    None where no number is printed that can be asked for.
    """
    field = claims.printed.fields.get(Field.DOCUMENT_NUMBER)
    if field is None or not field.readings or not field.is_plain:
        return None
    reach = None
    for printed in field.readings:
        if not printed.strip() or len(printed) > MAX_TYPED_CHARACTERS:
            continue
        number = normalise_document(printed, today)
        reach = register.by_holder(
            claims.scan.record.number, name=None, document_number=number
        ).reach
        if reach is not Reach.ABSENT:
            break
    return reach
