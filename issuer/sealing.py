"""Opens a body's seal for a run, and seals documents with it: a digest in, a CMS out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.seal_custody import pin_context, usable_seal
from issuer.seal_files import StoredSeal, private_key_path, read_crls, read_seals
from issuer.seal_root import refresh_crl
from issuer.timestamping import TimestampAuthority, read_timestamps
from issuer.token_places import address_of
from keys.seal import (
    SealChain,
    build_cms,
    check_pair,
    check_usable,
    contents_bytes,
)
from keys.seal_check import check_signed
from keys.signing import SealKey, open_seal_key, seal_digest
from keys.token_key import open_token_key
from keys.validation_material import ValidationMaterial, gather_material
from registry.home import Home


class SealLevel(Enum):
    """The PAdES baseline level a seal reaches."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A body's seal, open.

    Args:
        seal_id: names it in custody.
        chain: its certificates.
        key: its private half.
        timestamps: who stamps each signature, or None.
        material: what goes into a document's DSS before it is sealed.
        clock: returns now, aware UTC.
    """

    seal_id: str
    chain: SealChain
    key: SealKey
    timestamps: TimestampAuthority | None
    material: ValidationMaterial
    clock: Callable[[], datetime]

    @property
    def signer_name(self) -> str:
        """What a PDF's /Name says."""
        return self.chain.signer_name

    @property
    def level(self) -> SealLevel:
        """The level of every seal made with it, given that the DSS holds `material`."""
        if self.timestamps is None:
            return SealLevel.B_B
        return SealLevel.B_LT if self.material.complete else SealLevel.B_T

    @property
    def contents_bytes(self) -> int:
        """How many bytes /Contents reserves; hexadecimal takes twice as many."""
        if self.timestamps is None:
            return contents_bytes(self.chain, timestamped=False)
        return contents_bytes(self.chain, timestamped=True, token_bytes=self.timestamps.token_bytes)

    def sign(self, digest: bytes) -> bytes:
        """Return the CMS (DER) for /Contents, at most `contents_bytes` long.

        Args:
            digest: SHA-256 of the bytes that /ByteRange covers.

        Raises:
            IssuerError, KeysError: no timestamp could be had, or the token refused.
        """
        signed = seal_digest(self.key, self.chain, digest)
        if self.timestamps is None:
            return build_cms(self.chain, signed)
        stamped = self.timestamps.stamp(signed.signature, now=self.clock())
        return build_cms(self.chain, signed, stamped.token)


def open_seal(home: Home, prefix: str, passphrase: bytes, *, clock: Callable[[], datetime]) -> Seal:
    """Open the newest seal of a body that can be used now.

    Args:
        home: the installation.
        prefix: of the body, 13 characters.
        passphrase: opens the key.
        clock: returns now, aware UTC; a PDF's /M must not be before the certificate's first
            instant.

    Raises:
        IssuerError: `no_seal`; `seal_key_file_missing`; a file is damaged.
        KeysError: `seal_expired`, `seal_not_yet_valid` or `seal_revoked` where none is usable;
            `seal_key_usage`; `seal_key_mismatch`; `passphrase_wrong`; the token's errors.
    """
    now = clock()
    stored = _choose(read_seals(home, prefix), prefix, now)
    key = _open_key(home, stored, passphrase)
    check_signed(stored.chain, seal_digest(key, stored.chain, bytes(32)))
    refresh_crl(home, passphrase, now=now)
    timestamps = read_timestamps(home)
    chains = [stored.chain.certificates, *([timestamps.chain] if timestamps else [])]
    return Seal(
        seal_id=stored.seal_id,
        chain=stored.chain,
        key=key,
        timestamps=timestamps,
        material=gather_material(chains, read_crls(home), now=now),
        clock=clock,
    )


def _choose(seals: Sequence[StoredSeal], prefix: str, now: datetime) -> StoredSeal:
    """Return the seal to use; raises for the newest one's fault where none is usable."""
    kept = [seal for seal in seals if seal.revoked_at is None]
    if not kept:
        raise IssuerError(
            "no_seal",
            Text(
                f"机构 {prefix} 没有印章，请运行 yanzhen seal new --body {prefix}",
                f"body {prefix} has no seal; run yanzhen seal new --body {prefix}",
            ),
        )
    chosen = usable_seal(kept, now) or kept[0]
    check_usable(chosen.chain, now)
    return chosen


def _open_key(home: Home, stored: StoredSeal, passphrase: bytes) -> SealKey:
    if stored.token is not None:
        vault = home.vault(passphrase)
        address = address_of(stored.token, vault, pin_context(stored.prefix))
        return open_token_key(address, stored.chain)
    path = private_key_path(home, stored)
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise IssuerError(
            "seal_key_file_missing",
            Text(f"印章私钥文件 {path.name} 缺失", f"the seal's key file {path.name} is missing"),
        ) from error
    key = open_seal_key(pem, passphrase)
    check_pair(stored.chain, key.public_key)
    return key
