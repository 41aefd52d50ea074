"""The key that seals verification reports: a kind of its own, which signs nothing else.

Its file holds the key under the passphrase, and its chain of certificates.

Source: decision 0023.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys.certificates import certificate_pem, read_certificates
from keys.report_document import jws_input, protected_header, report_file
from keys.seal import SealChain, build_cms, check_pair, contents_bytes, parse_chain
from keys.seal_check import check_signed
from keys.signing import Kept, SealKey, open_seal_key, seal_digest, seal_private_key

_CERTIFICATE_MARK: Final = b"-----BEGIN CERTIFICATE-----"
_HALF: Final = 32


class ReportKey(Kept):
    """The verifier's report key, open: seals the PDF and signs the JSON of reports.

    Args:
        key: an EC P-256 key.
        chain: its certificates.
    """

    __slots__ = ("_key", "chain")

    chain: SealChain

    def __init__(self, key: SealKey, chain: SealChain) -> None:
        check_pair(chain, key.public_key)
        self._key = key
        self.chain = chain

    def __repr__(self) -> str:
        return f"<ReportKey {self.chain.fingerprint[:16]}>"

    @property
    def contents_bytes(self) -> int:
        """How many bytes the longest seal has."""
        return contents_bytes(self.chain, timestamped=False)

    def seal(self, digest: bytes) -> bytes:
        """Return the CMS for the PDF of a report whose covered bytes have this SHA-256."""
        signed = seal_digest(self._key, self.chain, digest)
        check_signed(self.chain, signed)
        return build_cms(self.chain, signed)

    def sign_json(self, content: Mapping[str, Any]) -> bytes:
        """Return the JSON file of a report."""
        protected = protected_header(self.chain)
        r, s = decode_dss_signature(self._key._sign(jws_input(protected, content)))
        return report_file(content, protected, r.to_bytes(_HALF) + s.to_bytes(_HALF))


def dump_report_key(key: SealKey, chain: SealChain, passphrase: bytes) -> bytes:
    """Return the file of a report key; the passphrase opens it."""
    certificates = b"".join(certificate_pem(der) for der in chain.certificates)
    return seal_private_key(key, passphrase) + certificates


def read_report_chain(file: bytes) -> SealChain:
    """Return the certificates of a report key's file, which need no passphrase.

    Raises:
        KeysError: as `read_certificates` and `parse_chain`.
    """
    _, mark, certificates = file.partition(_CERTIFICATE_MARK)
    return parse_chain(read_certificates(mark + certificates))


def open_report_key(file: bytes, passphrase: bytes) -> ReportKey:
    """Return the key of a file.

    Raises:
        KeysError: `passphrase_wrong`; the file is damaged, or key and certificate are no pair.
    """
    sealed, _, _ = file.partition(_CERTIFICATE_MARK)
    return ReportKey(open_seal_key(sealed, passphrase), read_report_chain(file))
