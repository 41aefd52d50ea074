"""Steps 5 to 8 for a file: which certificate it shows, and whether it shows what was issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from codes.names import mask_name
from codes.wording import Text
from keys.document import KeyDocument
from log.errors import LogError
from log.notes import VerifierKey
from templates.labels import LABELS, Field
from verifier.asked import NOTHING_ELSE, Asked
from verifier.compare import (
    DocumentNumberCheck,
    Expected,
    compare_fields,
    expect,
    extra_texts,
    inspect_extra,
)
from verifier.conclusion import conclude_verdict
from verifier.decision import Standing, with_certificate
from verifier.file_claims import FileClaims
from verifier.file_kinds import FileKind
from verifier.finding_codes import UNFINISHED, Code
from verifier.findings import (
    REQUIRED_FOR_FILE,
    REQUIRED_FOR_PICTURE,
    find,
)
from verifier.life import find_pending
from verifier.logged import InLog, Stapled, check_stapled
from verifier.lookup import Reach
from verifier.pdf_examination import PdfEvidence
from verifier.picture import PictureReading
from verifier.picture_decision import inspect_picture
from verifier.seal_findings import inspect_page, inspect_pages, inspect_seal, settle_unclear
from verifier.second import inspect_second
from verifier.verdict import Finding, Verdict, format_instant, say_instant

_SHOWN = ("printed", "record")


def decide_file(
    claims: FileClaims,
    standing: Standing,
    check: DocumentNumberCheck,
    *,
    document: KeyDocument,
    now: datetime,
    asked: Asked = NOTHING_ELSE,
    stapled: tuple[Finding, ...] = (),
    picture: PictureReading | None = None,
    pdf: PdfEvidence | None = None,
) -> Verdict:
    """Return the verdict on a file.

    Args:
        standing: what is known of the record in its QR.
        check: what the register said to the printed document number.
        asked: what else was asked.
        stapled: what the proof in the file shows, where nothing else could be asked.
        picture: what a picture shows against the page as issued; None where it was not compared.
        pdf: what is known of a PDF beside what it prints; None for a picture.
    """
    as_picture = claims.kind is FileKind.PICTURE or picture is not None
    # Dot for dot, a scan differs in places: where it could not be compared, nothing is known of it.
    as_picture |= pdf is not None and (not pdf.laid or (claims.is_picture and pdf.page is not None))
    seen: tuple[Finding, ...] = ()
    if standing.genuine and as_picture:
        seen = _inspect_picture(picture, _records(standing), claims.notices)
        if claims.kind is FileKind.PDF and picture is not None:
            seen = settle_unclear(seen, None if pdf is None else pdf.page, _records(standing))
        if claims.kind is FileKind.PDF:
            fields, _ = _compare_text(claims, standing, check, document)
            seen = (*seen, *_accusing(fields, seen))
            seen = (*seen, *_inspect_frame(claims, standing, pdf, compared=picture is not None))
    elif standing.genuine:
        seen = _inspect_print(claims, standing, check, document, pdf)
    if standing.genuine:
        seen = (*seen, *_inspect_beside(claims, standing, document))
    beside = (*stapled, *standing.beside(asked))
    verdict = conclude_verdict(
        (*claims.notices, *standing.findings, *beside, *seen),
        required=REQUIRED_FOR_PICTURE if as_picture else REQUIRED_FOR_FILE,
        status=standing.status,
        logged=standing.log_proof,
        document=document,
        now=now,
    )
    if not standing.genuine:
        return verdict
    boxed = None if picture is None else picture.boxed
    by_dots = not as_picture or any(one.code == Code.PAGE_DIFFERS for one in seen)
    if (boxed is None or not boxed.boxes) and by_dots and pdf is not None and pdf.page is not None:
        boxed = pdf.page.boxed or boxed
    verdict = replace(verdict, boxed=boxed)
    return with_certificate(verdict, standing.printed(name_known=True))


def decide_unmarked(
    faults: tuple[Finding, ...],
    standing: Standing,
    picture: PictureReading | None,
    *,
    name_known: bool,
    document: KeyDocument,
    now: datetime,
    asked: Asked = NOTHING_ELSE,
) -> Verdict:
    """Return the verdict on a picture whose QR code tells nothing, by what is printed in it.

    Args:
        faults: what was amiss with its QR code, and whether the picture was not finished.
        standing: what is known of the record that its number and name lead to.
        name_known: the name in the picture is that on record, so it may be shown.
    """
    records = _records(standing)
    if not name_known:
        records[Field.HOLDER_NAME] = mask_name(records[Field.HOLDER_NAME])
    seen = _inspect_picture(picture, records, faults)
    known = (_on_record(one) for one in standing.findings)
    verdict = conclude_verdict(
        (*faults, find(Code.PICTURE_BY_PRINT), *known, *standing.beside(asked), *seen),
        required=REQUIRED_FOR_PICTURE,
        status=standing.status,
        logged=standing.log_proof,
        document=document,
        now=now,
    )
    if picture is not None and picture.boxed is not None:
        verdict = replace(verdict, boxed=picture.boxed)
    return with_certificate(verdict, standing.printed(name_known=name_known))


def _on_record(finding: Finding) -> Finding:
    """Return a finding on a record as it is told of a picture that carries no signature."""
    if finding.code != Code.SIGNATURE_GENUINE:
        return finding
    return find(Code.SIGNATURE_ON_RECORD, finding.evidence, finding.evidence)


def _inspect_picture(
    picture: PictureReading | None, records: Mapping[Field, str], said: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Return what a picture shows; nothing where what is `said` tells that it was not finished."""
    if picture is None and any(one.code in UNFINISHED for one in said):
        return ()
    return inspect_picture(picture, records)


def _records(standing: Standing) -> dict[Field, str]:
    """Return what is on record for each field, the document number masked."""
    name = standing.body_name
    expected = expect(standing.record, body_names=frozenset({name}), body_name=name)
    masked = "" if standing.award is None else standing.award.document_masked
    return {**expected.values, Field.DOCUMENT_NUMBER: masked}


def page_on_record(standing: Standing) -> bool:
    """Return whether the public log has the file of the copy that carries the record."""
    return standing.logged is not None and standing.logged.file.state is InLog.PROVED


def inspect_stapled(claims: FileClaims, keys: Iterable[VerifierKey]) -> tuple[Finding, ...]:
    """Return what the proof that travels with a file shows, checked without any register.

    Args:
        claims: their record's signature is proven.
        keys: of the logs that are believed; none, where no log is known, and so nothing is shown.
    """
    known = list(keys)
    if claims.proof is None or not known:
        return ()
    shown = next(filter(None, (_stapled(claims, claims.proof, key) for key in known)), None)
    if shown is None:
        return (find(Code.PROOF_STAPLED_WRONG),)
    size = str(shown.size)
    return (
        find(
            Code.PROOF_STAPLED,
            {"size": size, "logged_at": say_instant(shown.logged_at)},
            {"size": size, "logged_at": format_instant(shown.logged_at)},
        ),
    )


def _stapled(claims: FileClaims, proof: str, key: VerifierKey) -> Stapled | None:
    payload = claims.scan.envelope.payload
    try:
        return check_stapled(proof.encode(), claims.scan.record, payload, key)
    except LogError:
        return None


def document_check(reach: Reach | None) -> DocumentNumberCheck:
    """Return what a look-up by the printed document number says; None when it was not made."""
    match reach:
        case Reach.OPENED:
            return DocumentNumberCheck.AGREES
        case Reach.ABSENT:
            return DocumentNumberCheck.DIFFERS
        case _:
            return DocumentNumberCheck.NOT_ASKED


def _inspect_print(
    claims: FileClaims,
    standing: Standing,
    check: DocumentNumberCheck,
    document: KeyDocument,
    pdf: PdfEvidence | None,
) -> tuple[Finding, ...]:
    """Return what the file prints against the record, and whether it is the one issued."""
    beside: list[Finding] = []
    if standing.copy is None or standing.copy.second != claims.second:
        beside = inspect_second(claims.second, claims.scan.envelope.payload, document)
    page = None if pdf is None else pdf.page
    identity = (*beside, *_inspect_identity(claims, standing, compared=page is not None))
    # Whatever a file prints that is byte for byte the one issued was printed then.
    identical = any(one.code == Code.FILE_IDENTICAL for one in identity)
    if identical and standing.award is not None and check is DocumentNumberCheck.NOT_ASKED:
        check = DocumentNumberCheck.AGREES  # who has the file has nothing to guess
    fields, expected = _compare_text(claims, standing, check, document)
    extra = () if identical else inspect_extra(extra_texts(claims.printed, expected))
    shown: tuple[Finding, ...] = ()
    if pdf is not None and page is not None:
        shown = inspect_page(page, fields, pdf.seal.held, _records(standing))
    sealed = _inspect_seal(pdf, standing, identical=identical)
    return (*fields, *extra, *identity, *shown, *sealed)


def _inspect_beside(
    claims: FileClaims, standing: Standing, document: KeyDocument
) -> tuple[Finding, ...]:
    """Return what pages without a code print of this certificate otherwise than the record."""
    expected, found = _expected(standing, document), []
    for at, printed in claims.beside.items():
        fields = compare_fields(
            printed.fields,
            expected,
            document_check=DocumentNumberCheck.NOT_ASKED,
            document_masked=None,
        )
        codes = {one.evidence["field"]: one.code for one in fields}
        if codes.get(Field.NUMBER) != Code.FIELD_AGREES:
            continue
        for one in fields:
            if one.code == Code.FIELD_DIFFERS:
                field, *shown = (one.evidence.get(name, "") for name in ("field", *_SHOWN))
                slots: dict[str, str | Text] = {"page": str(at + 1), "field": LABELS[Field(field)]}
                evidence = {"page": str(at + 1), **dict(zip(_SHOWN, shown, strict=True))}
                found.append(find(Code.PAGE_ADDED_DIFFERS, slots, evidence))
    return tuple(found)


def _expected(standing: Standing, document: KeyDocument) -> Expected:
    filed = document.body(standing.record.number.prefix)
    names = {standing.body_name} | (set() if filed is None else {filed.name})
    return expect(standing.record, body_names=frozenset(names), body_name=standing.body_name)


def _compare_text(
    claims: FileClaims, standing: Standing, check: DocumentNumberCheck, document: KeyDocument
) -> tuple[tuple[Finding, ...], Expected]:
    """Return what the words of a file come to field by field, and what was expected of them."""
    expected = _expected(standing, document)
    fields = compare_fields(
        claims.printed.fields,
        expected,
        document_check=check,
        document_masked=None if standing.award is None else standing.award.document_masked,
    )
    return fields, expected


def _accusing(fields: Iterable[Finding], seen: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return of what words come to only what differs: a picture is not vouched for by words."""
    said = {one.evidence["field"] for one in seen if one.code == Code.FIELD_DIFFERS}
    differing = (one for one in fields if one.code == Code.FIELD_DIFFERS)
    return tuple(one for one in differing if one.evidence["field"] not in said)


def _inspect_frame(
    claims: FileClaims, standing: Standing, pdf: PdfEvidence | None, *, compared: bool
) -> tuple[Finding, ...]:
    """Return what to say of a PDF around the page that was judged as a picture.

    Args:
        compared: it was judged; else what says that it was not must do.
    """
    alike = pdf is not None and pdf.seal.bare
    return (
        *((find(Code.FILE_SAVED_ANEW),) if compared and not alike else ()),
        *inspect_pages(claims.pages),
        *_inspect_seal(pdf, standing, identical=False),
    )


def _inspect_seal(
    pdf: PdfEvidence | None, standing: Standing, *, identical: bool
) -> tuple[Finding, ...]:
    if pdf is None:
        return (find(Code.SEAL_UNREADABLE),)
    return inspect_seal(pdf.seal, pdf.signer, identical=identical, body_name=standing.body_name)


def _inspect_identity(
    claims: FileClaims, standing: Standing, *, compared: bool
) -> tuple[Finding, ...]:
    """Return whether a PDF is byte for byte the one issued for this copy.

    Args:
        compared: its page was compared with the issued one, which the log must have then.
    """
    if standing.copy is None:
        return ()
    issued = standing.copy.pdf_sha256
    if issued is None:
        return (find(Code.FILE_NOT_ON_RECORD),)
    if issued != claims.sha256 and not compared:
        return (find(Code.FILE_NOT_IDENTICAL),)
    assert standing.logged is not None  # the copy is answered from only where its record is logged
    match standing.logged.file.state:
        case InLog.PROVED:
            return () if compared else (find(Code.FILE_IDENTICAL),)
        case InLog.MISSING:
            return (find(Code.FILE_NOT_IN_LOG),)
        case InLog.PENDING:
            return (find_pending(standing.copy),)
        case InLog.UNREADABLE | InLog.OLDER as unread:
            return (find(Code.LOG_OLDER if unread is InLog.OLDER else Code.LOG_UNREADABLE),)
        case InLog.NOT_LOOKED_FOR:
            raise AssertionError("a file is judged only where it was looked for")
        case unknown:
            assert_never(unknown)
