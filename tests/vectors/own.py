"""Our own vectors, re-made from fixed keys and a fixed clock.

`python -m tests.vectors.own` writes them anew; a change of format 1 then shows as a difference, and
is a fault: printed paper cannot be mended.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codes.documents import DocumentType
from codes.qr_symbol import make_symbol
from codes.qr_text import encode_qr_text
from codes.record import Record, commit, encode_record
from keys.algorithms import Algorithm
from keys.envelope import encode_envelope
from keys.signing import prepare, sign
from tests.codes.record_samples import make_record
from tests.keys.key_samples import fixed_key, make_document, public_entry
from tests.keys.trust_samples import published

DATA = Path(__file__).parent / "data"
URL_PREFIX = "https://yz.example.cn/#"
COMMITMENT = commit(bytes(range(16)), "12010119900307663X", bytes(range(32)))

# An SM2 signature is another each time.
REPEATABLE = (Algorithm.ES256, Algorithm.EDDSA)


def sample_records(key_id: int) -> dict[str, Record]:
    """Return records of every shape format 1 has."""
    return {
        "usual": make_record(key_id=key_id, commitment=COMMITMENT),
        "shortest": make_record(
            key_id=key_id, holder_name="A", day=1, print_serial=1, status_index=0
        ),
        "longest": make_record(
            key_id=key_id,
            holder_name="𫖯" * 40,
            specialty="𬭎" * 40,
            record_version=65_535,
            document_type=DocumentType.PASSPORT,
            number="Y999965999999241999999",
            day=366,
            print_serial=99_999_999,
            status_index=2**32 - 1,
        ),
        "minority": make_record(
            key_id=key_id, holder_name="阿卜杜热合曼·买买提", specialty="活动安全保卫", day=24
        ),
    }


def signed_vectors() -> list[dict[str, Any]]:
    """Return each sample record with its bytes in every form, for both repeatable algorithms."""
    vectors = []
    for algorithm in REPEATABLE:
        key = fixed_key(algorithm)
        for name, record in sample_records(key.public.key_id).items():
            envelope = sign(key, prepare(encode_record(record)))
            text = encode_qr_text(
                URL_PREFIX,
                algorithm=algorithm,
                payload=envelope.payload,
                signature=envelope.signature,
            )
            symbol = make_symbol(text)
            vectors.append(
                {
                    "name": f"{name} {algorithm.label}",
                    "number": str(record.number),
                    "holder_name": record.holder_name,
                    "issued_on": record.issued_on.isoformat(),
                    "jwk": key.public.as_dict(),
                    "record": envelope.payload.hex(),
                    "envelope": encode_envelope(envelope).hex(),
                    "qr_text": text,
                    "symbol": {
                        "version": symbol.version,
                        "mask": symbol.mask,
                        "bitmap": symbol.bitmap.hex(),
                    },
                }
            )
    return vectors


def made() -> dict[str, bytes]:
    """Return every vector file's content by its name."""
    entries = [public_entry(fixed_key(algorithm)) for algorithm in REPEATABLE]
    signed = json.dumps(signed_vectors(), ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
    return {"signed.json": signed, "keys.json": published(make_document(*entries))}


def main() -> None:
    """Write every vector file."""
    for name, content in made().items():
        (DATA / name).write_bytes(content)


if __name__ == "__main__":
    main()
