"""The published inclusion and consistency proofs, each judged as they ask."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from log.merkle import verify_consistency, verify_inclusion
from tests.vectors.cases import published_folder

CASES = 98


def cases_below(folder: Path) -> dict[str, Any]:
    """Return every case of a folder by its path."""
    return {
        str(path.relative_to(folder)): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.json"))
    }


def hashes(encoded: list[str] | None) -> list[bytes]:
    """Return a proof; some cases have none."""
    return [base64.b64decode(one) for one in encoded or []]


def test_every_published_inclusion_proof_is_judged_as_the_vectors_ask() -> None:
    cases = cases_below(published_folder("merkle/inclusion"))
    assert len(cases) == CASES
    wrong = [
        name
        for name, case in cases.items()
        if verify_inclusion(
            leaf_hash=base64.b64decode(case["leafHash"]),
            index=case["leafIdx"],
            size=case["treeSize"],
            proof=hashes(case["proof"]),
            root=base64.b64decode(case["root"]),
        )
        is case["wantErr"]
    ]
    assert wrong == []


def test_every_published_consistency_proof_is_judged_as_the_vectors_ask() -> None:
    cases = cases_below(published_folder("merkle/consistency"))
    assert len(cases) == CASES
    wrong = [
        name
        for name, case in cases.items()
        if verify_consistency(
            old_size=case["size1"],
            old_root=base64.b64decode(case["root1"]),
            new_size=case["size2"],
            new_root=base64.b64decode(case["root2"]),
            proof=hashes(case["proof"]),
        )
        is case["wantErr"]
    ]
    assert wrong == []
