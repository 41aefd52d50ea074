"""QR texts of the usual shapes, the same on every run."""

from __future__ import annotations

import hashlib
from datetime import date

from codes.documents import DocumentType
from codes.number import parse_number
from codes.qr_text import encode_qr_text
from codes.record import Record, encode_record

NAMES = {2: "王伟", 4: "欧阳小明", 12: "阿卜杜热合曼·买买提明玉"}
URL_PREFIXES = {
    23: "https://yz.example.cn/#",
    30: "https://yanzhen.example.cn/qr#",
    40: "https://yanzhen.example.gov.cn/zhengshu#",
}


def sample_payload(name: str) -> bytes:
    """Return the bytes of a record at the upper end of the usual size for a name of this length."""
    return encode_record(
        Record(
            number=parse_number("S000012000123263000001"),
            record_version=1,
            holder_name=name,
            document_type=DocumentType.RESIDENT_ID,
            commitment=hashlib.sha256(name.encode()).digest()[:16],
            occupation=1,
            specialty=None,
            issued_on=date(2026, 11, 23),
            print_serial=65_535,
            status_index=2**32 - 1,
            key_id=65_535,
        )
    )


def sample_text(name: str, url_prefix: str, *, variant: int = 0) -> str:
    """Return the QR text of such a record; variants differ in their (pretended) signature."""
    signature = hashlib.sha512(f"{name}{variant}".encode()).digest()
    return encode_qr_text(
        url_prefix, algorithm=-7, payload=sample_payload(name), signature=signature
    )
