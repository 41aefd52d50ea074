"""Verifier keys of signed notes, well formed."""

from __future__ import annotations

import base64
import hashlib


def vkey(name: str, kind: int = 1) -> str:
    """Return the verifier key of a name: Ed25519 (1) or a witness's cosignature (4)."""
    key = bytes([kind]) + hashlib.sha256(name.encode()).digest()
    digest = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    return f"{name}+{digest}+{base64.b64encode(key).decode()}"
