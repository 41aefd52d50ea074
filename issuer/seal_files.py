"""The files of seals in the home folder: read, written durably, listed.

    secrets/seals/PREFIX-ID.json      a seal: certificates, where its key is, since when
    secrets/seals/PREFIX-ID.pem       its private key under the passphrase, unless in a token
    secrets/seals/authority.pem       key of the built-in authority under the passphrase, and its
                                      root certificate
    secrets/seals/timestamps.json     the timestamp authority, where one is used
    secrets/seals/crls/*.crl          lists of revoked certificates of other authorities

The private key is written before the file that names it, so that a listed seal has its key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.token_places import TokenPlace, place_as_dict, place_from_dict
from keys.errors import KeysError
from keys.seal import SealChain, parse_chain
from registry.home import Home
from registry.store import make_folder, write_durably

_ID_DIGITS = 16


class SealSource(Enum):
    """Where a seal's key and certificate came from."""

    BUILT_IN = "built_in"
    IMPORTED = "imported"
    TOKEN = "token"  # noqa: S105 - the name of a kind, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeal:
    """A seal in custody.

    Args:
        prefix: of the body, 13 characters.
        chain: its certificates.
        source: where it came from.
        created_at: when it was put here, aware UTC.
        revoked_at: since when it is not to be used, or None.
        token: where its key is, for SealSource.TOKEN only.
    """

    prefix: str
    chain: SealChain
    source: SealSource
    created_at: datetime
    revoked_at: datetime | None = None
    token: TokenPlace | None = None

    @property
    def seal_id(self) -> str:
        """The first 16 hex digits of the certificate's SHA-256."""
        return self.chain.fingerprint[:_ID_DIGITS]

    @property
    def name(self) -> str:
        """The stem of its files."""
        return f"{self.prefix}-{self.seal_id}"


def write_seal(home: Home, seal: StoredSeal, private_key: bytes | None) -> None:
    """Put a seal in custody.

    Args:
        home: the installation.
        seal: what it is.
        private_key: the sealed PEM file; None where the key is in a token or written already.
    """
    make_folder(home.seal_folder)
    if private_key is not None:
        write_durably(private_key_path(home, seal), private_key)
    document = {
        "format": 1,
        "prefix": seal.prefix,
        "source": seal.source.value,
        "created_at": seal.created_at.isoformat(),
        "revoked_at": seal.revoked_at.isoformat() if seal.revoked_at else None,
        "certificates": [base64.b64encode(der).decode() for der in seal.chain.certificates],
        "token": place_as_dict(seal.token) if seal.token else None,
    }
    write_durably(_record_path(home, seal), _dump(document))


def mark_revoked(home: Home, seal: StoredSeal, *, now: datetime) -> StoredSeal:
    """Let a seal in custody not be used any more."""
    revoked = replace(seal, revoked_at=now)
    write_seal(home, revoked, None)
    return revoked


def read_seals(home: Home, prefix: str | None = None) -> list[StoredSeal]:
    """Return the seals of a body, or of all, the newest first.

    Raises:
        IssuerError: a file does not read (`seal_file_damaged`).
    """
    pattern = f"{prefix or '*'}-*.json"
    found = [_read_seal(path) for path in sorted(home.seal_folder.glob(pattern))]
    return sorted(found, key=lambda seal: (seal.created_at, seal.seal_id), reverse=True)


def private_key_path(home: Home, seal: StoredSeal) -> Path:
    """Return where a seal's private key lies."""
    return home.seal_folder / f"{seal.name}.pem"


def authority_path(home: Home) -> Path:
    """Return where the built-in authority's private key and root certificate lie."""
    return home.seal_folder / "authority.pem"


def read_crls(home: Home) -> list[bytes]:
    """Return every list of revoked certificates at hand, the built-in authority's included."""
    paths = [home.seal_crl_path, *sorted((home.seal_folder / "crls").glob("*.crl"))]
    return [path.read_bytes() for path in paths if path.exists()]


def write_crl(home: Home, crl: bytes, *, issuer: bytes) -> None:
    """Keep a list of another authority, in place of its former one.

    Args:
        home: the installation.
        crl: DER, checked.
        issuer: the issuer's name, DER.
    """
    folder = home.seal_folder / "crls"
    make_folder(folder)
    write_durably(folder / f"{hashlib.sha256(issuer).hexdigest()[:_ID_DIGITS]}.crl", crl)


def _dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _read_seal(path: Path) -> StoredSeal:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != 1:
            raise ValueError("unknown format")
        revoked, token = document["revoked_at"], document["token"]
        return StoredSeal(
            prefix=document["prefix"],
            chain=parse_chain([base64.b64decode(text) for text in document["certificates"]]),
            source=SealSource(document["source"]),
            created_at=datetime.fromisoformat(document["created_at"]),
            revoked_at=datetime.fromisoformat(revoked) if revoked else None,
            token=place_from_dict(token) if token else None,
        )
    except (OSError, ValueError, KeyError, TypeError, KeysError) as error:
        raise IssuerError(
            "seal_file_damaged",
            Text(f"印章文件 {path.name} 无法读取", f"the seal's file {path.name} cannot be read"),
        ) from error


def _record_path(home: Home, seal: StoredSeal) -> Path:
    return home.seal_folder / f"{seal.name}.json"
