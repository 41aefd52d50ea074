"""Independent readers of a sealed PDF: pyHanko, poppler's pdfsig and openssl."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tests.keys.seal_samples import need_openssl, openssl, pem_of
from tests.keys.sealed_pdf import covered_bytes, pdfsig
from tests.pdf.page_samples import need


def pyhanko_status(pdf: bytes, roots: Sequence[bytes], moment: datetime) -> PdfSignatureStatus:
    """Return pyHanko's judgement of the one seal of a PDF, as of a moment."""
    context = ValidationContext(trust_roots=_roots(roots), moment=moment, allow_fetching=False)
    (embedded,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return _judged(embedded, context)


def pyhanko_long_term_status(
    pdf: bytes, roots: Sequence[bytes], moment: datetime
) -> PdfSignatureStatus:
    """Return pyHanko's judgement off line, as of the timestamp's instant, from the DSS alone.

    Every certificate of seal and timestamp must have revocation data there.
    """
    reader = PdfFileReader(BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)
    context = store.as_validation_context(
        {
            "trust_roots": _roots(roots),
            "moment": moment,
            "allow_fetching": False,
            "revocation_mode": "require",
        }
    )
    (embedded,) = reader.embedded_signatures
    return _judged(embedded, context)


def _judged(embedded: EmbeddedPdfSignature, context: ValidationContext) -> PdfSignatureStatus:
    """Validate in a thread: pyHanko starts a loop of its own, and a browser test may run one."""
    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(
            validate_pdf_signature, embedded, context, ts_validation_context=context
        )
        status = judging.result()
    assert isinstance(status, PdfSignatureStatus)
    return status


def whole_and_valid(status: PdfSignatureStatus) -> bool:
    """Return whether the seal holds, is trusted, and covers the whole file."""
    return (
        status.bottom_line
        and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level is ModificationLevel.NONE
    )


def pdfsig_accepts(pdf: bytes, folder: Path) -> bool:
    """Return whether pdfsig calls the seal valid and the document wholly signed."""
    need(shutil.which("pdfsig") is not None, "pdfsig (package poppler-utils)")
    said = pdfsig(pdf, folder)
    return "Signature is Valid." in said and "Total document signed" in said


def openssl_accepts(pdf: bytes, cms: bytes, roots: Sequence[bytes], folder: Path) -> bool:
    """Return whether `openssl cms -verify` accepts the detached signature as CAdES."""
    need_openssl()
    (folder / "covered").write_bytes(covered_bytes(pdf))
    (folder / "seal.der").write_bytes(cms)
    (folder / "roots.pem").write_bytes(pem_of(*roots))
    said = openssl(
        folder, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "seal.der",
        "-content", "covered", "-CAfile", "roots.pem", "-out", "out", "-no_check_time",
        check=False,
    )  # fmt: skip
    return b"Verification successful" in said


def _roots(ders: Sequence[bytes]) -> list[Certificate]:
    return [one for der in ders for one in load_certs_from_pemder_data(der)]
