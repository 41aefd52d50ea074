"""The files of report keys in the home folder: listed, written, put aside when revoked.

secrets/report/ID.pem           a key under the passphrase, and its certificates
secrets/report/revoked/ID.pem   one that is used no more
secrets/report/revoked.json     since when
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.certificates import certificate_pem
from keys.report_key import read_report_chain
from keys.seal import SealChain
from keys.seal_authority import BACKDATED
from registry.home import Home
from registry.store import make_folder, write_durably

_ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReportKey:
    """A report key in custody.

    Args:
        chain: its certificates.
        revoked_at: since when it is not to be used, or None.
    """

    chain: SealChain
    revoked_at: datetime | None

    @property
    def made_at(self) -> datetime:
        """When its certificate was made."""
        return self.chain.not_before + BACKDATED

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the certificate's SHA-256."""
        return self.chain.fingerprint[:_ID_DIGITS]


def write_report_key(home: Home, chain: SealChain, file: bytes) -> StoredReportKey:
    """Put a key in custody."""
    stored = StoredReportKey(chain=chain, revoked_at=None)
    make_folder(home.report_key_folder)
    write_durably(home.report_key_folder / f"{stored.key_id}.pem", file)
    publish_report_certificate(home)
    return stored


def publish_report_certificate(home: Home) -> None:
    """Publish the certificates of the key in use, and the fingerprints of those before it.

    Without a key in use nobody is offered a report.
    """
    every = read_report_keys(home)
    used = _used(every)
    _publish_former(home, every)
    if used is None:
        home.report_certificate_path.unlink(missing_ok=True)
        return
    pem = b"".join(certificate_pem(der) for der in used.chain.certificates)
    write_durably(home.report_certificate_path, pem, mode=0o644)


def ensure_former_keys_published(home: Home) -> None:
    """Publish the list of former keys where a home with report keys has none yet."""
    every = read_report_keys(home)
    if every and not home.former_report_keys_path.exists():
        _publish_former(home, every)


def _publish_former(home: Home, every: Sequence[StoredReportKey]) -> None:
    former = json.dumps({"keys": _former(every)}, indent=2).encode() + b"\n"
    write_durably(home.former_report_keys_path, former, mode=0o644)


def _used(every: Sequence[StoredReportKey]) -> StoredReportKey | None:
    return next((one for one in every if one.revoked_at is None), None)


def _former(every: Sequence[StoredReportKey]) -> list[dict[str, str | None]]:
    """Return the keys that are used no more, the newest first, each until the next was made."""
    used = _used(every)
    told: list[dict[str, str | None]] = []
    later: datetime | None = None
    for one in every:
        ends = [moment for moment in (later, one.revoked_at) if moment is not None]
        later = one.made_at
        if one is not used:
            told.append(
                {
                    "sha256": one.chain.fingerprint,
                    "from": one.made_at.isoformat(),
                    "to": min(ends, default=one.chain.not_after).isoformat(),
                    "revoked_at": None if one.revoked_at is None else one.revoked_at.isoformat(),
                }
            )
    return told


def read_report_keys(home: Home) -> list[StoredReportKey]:
    """Return every report key there is, the newest first."""
    since = _revoked(home)
    found = [
        StoredReportKey(chain=chain, revoked_at=since.get(chain.fingerprint[:_ID_DIGITS]))
        for path in home.report_key_folder.rglob("*.pem")
        for chain in [read_report_chain(path.read_bytes())]
    ]
    return sorted(found, key=lambda one: (one.chain.not_before, one.key_id), reverse=True)


def put_aside(home: Home, key_id: str, *, now: datetime) -> None:
    """Let a key not be used any more, from now on."""
    folder = home.report_key_folder
    revoked = {**_revoked(home), key_id: now}
    written = {name: since.isoformat() for name, since in revoked.items()}
    write_durably(folder / "revoked.json", json.dumps(written, indent=2).encode() + b"\n")
    make_folder(folder / "revoked")
    path = folder / f"{key_id}.pem"
    if path.exists():
        path.replace(folder / "revoked" / path.name)
    publish_report_certificate(home)


def _revoked(home: Home) -> dict[str, datetime]:
    try:
        told = json.loads((home.report_key_folder / "revoked.json").read_bytes())
    except FileNotFoundError:
        return {}
    return {name: datetime.fromisoformat(since) for name, since in told.items()}
