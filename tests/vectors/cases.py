"""The published vectors as plain cases, for Python's tests and for the browser's.

`python -m tests.vectors.cases` prints all signature cases as one JSON list, so that a page can be
given exactly what the server was given.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER_VARIABLE = "YANZHEN_VECTORS"
NONE_HERE = "none"  # said of a machine that has no published vectors, and means to go without
SIGNATURE_FILES = (
    "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json",
    "wycheproof/ecdsa_secp256r1_sha256_test.json",
    "wycheproof/ed25519_test.json",
    "ed25519/cctv.json",
)
# What engines differ on, and we refuse before asking one (keys/algorithms.py).
REFUSED_EDGES = frozenset(
    {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCase:
    """One signature and whether we accept it.

    Args:
        name: file and number.
        algorithm: COSE id, -7 or -8.
        jwk: the public key; it need not be one to trust.
        message_hex: what was signed.
        signature_hex: the signature, of any length.
        accepted: what the vectors, and where they leave it open our own rule, demand.
    """

    name: str
    algorithm: int
    jwk: dict[str, str]
    message_hex: str
    signature_hex: str
    accepted: bool


def vectors_folder(environ: Mapping[str, str]) -> Path:
    """Return where the published vectors are kept: beside the repository unless told otherwise."""
    told = environ.get(FOLDER_VARIABLE)
    return Path(told) if told else Path(__file__).parents[3] / "shared" / "vectors"


def published(name: str) -> Any:
    """Return a published vector file, read as JSON."""
    return json.loads(_present(name).read_text(encoding="utf-8"))


def published_text(name: str) -> str:
    """Return a published vector file as it stands."""
    return _present(name).read_text(encoding="utf-8")


def published_folder(name: str) -> Path:
    """Return a folder of published vectors."""
    return _present(name)


def _present(name: str) -> Path:
    """Return where a vector is, or skip the test; in CI its unannounced absence is a failure."""
    path = vectors_folder(os.environ) / name
    if not path.exists():
        meant = os.environ.get(FOLDER_VARIABLE) == NONE_HERE
        lack = f"published vectors {name} are not at {path.parent}; set {FOLDER_VARIABLE}"
        if os.environ.get("CI") == "true" and not meant:
            pytest.fail(lack)
        pytest.skip(f"did not run: {lack}")
    return path


def signature_cases(name: str) -> Iterator[SignatureCase]:
    """Yield the cases of one of `SIGNATURE_FILES`."""
    data = published(name)
    if name.startswith("ed25519/"):
        yield from _cctv_cases(name, data)
    else:
        yield from _wycheproof_cases(name, data)


def _wycheproof_cases(name: str, data: Any) -> Iterator[SignatureCase]:
    fixed_length = "p1363" in name or "ed25519" in name
    for group in data["testGroups"]:
        jwk, algorithm = _wycheproof_key(group["publicKey"])
        for test in group["tests"]:
            yield SignatureCase(
                name=f"{name}#{test['tcId']}",
                algorithm=algorithm,
                jwk=jwk,
                message_hex=test["msg"],
                signature_hex=test["sig"],
                # COSE knows only the fixed-length form: every DER signature is refused.
                accepted=fixed_length and test["result"] == "valid",
            )


def _wycheproof_key(key: Any) -> tuple[dict[str, str], int]:
    if key["type"] == "EcPublicKey":
        point = bytes.fromhex(key["uncompressed"])[1:]
        jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": _base64url(point[:32]),
            "y": _base64url(point[32:]),
        }
        return jwk, -7
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(bytes.fromhex(key["pk"]))}, -8


def _cctv_cases(name: str, data: Any) -> Iterator[SignatureCase]:
    for test in data:
        yield SignatureCase(
            name=f"{name}#{test['number']}",
            algorithm=-8,
            jwk={"kty": "OKP", "crv": "Ed25519", "x": _base64url(bytes.fromhex(test["key"]))},
            message_hex=test["msg"].encode("utf-8").hex(),
            signature_hex=test["sig"],
            accepted=REFUSED_EDGES.isdisjoint(test["flags"] or ()),
        )


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def main() -> None:
    """Print every signature case as one JSON list."""
    cases = [asdict(case) for name in SIGNATURE_FILES for case in signature_cases(name)]
    json.dump(cases, sys.stdout)


if __name__ == "__main__":
    main()
