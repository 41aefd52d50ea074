"""Timestamps over a seal's signature: the request, and the check of what the authority answered.

Source: RFC 3161; RFC 5816. Pure: whoever asks sends the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from codes.wording import Text
from keys.certificates import is_self_signed, load_certificate, order_chain
from keys.errors import KeysError

# A token that says another time than ours would date the seal wrongly for ever.
TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampTrust:
    """The certificates an authority's tokens must lead to.

    Args:
        roots: self-signed ones.
        others: intermediates and the authority's own, where known.
    """

    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedToken:
    """A timestamp token that was checked.

    Args:
        token: the TimeStampToken, DER.
        at: the instant it states, aware UTC.
        chain: DER of the signer's certificates, from its own to a root.
    """

    token: bytes
    at: datetime
    chain: tuple[bytes, ...]


def trust_of(certificates: Sequence[bytes]) -> TimestampTrust:
    """Return the trust in these certificates (DER).

    Raises:
        KeysError: `certificate_damaged`; `timestamp_root_missing` where none is a root.
    """
    loaded = [load_certificate(der) for der in certificates]
    roots = tuple(one for one in loaded if is_self_signed(one))
    if not roots:
        raise KeysError(
            "timestamp_root_missing",
            Text(
                "时间戳机构的证书文件中没有根证书",
                "There is no root certificate among those of the timestamp authority",
            ),
        )
    return TimestampTrust(roots=roots, others=tuple(one for one in loaded if one not in roots))


def make_request(signature: bytes) -> TimeStampRequest:
    """Return the request for a timestamp over a signature; `as_bytes()` of it is sent.

    It asks for SHA-256, a nonce of the library's own randomness, and the certificates.
    """
    return TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build()


def check_response(
    request: TimeStampRequest, response: bytes, trust: TimestampTrust, *, now: datetime
) -> CheckedToken:
    """Return the token an authority answered with, once everything about it holds.

    Checked are the status, the nonce, the imprint, the signature, the chain of its signer at the
    instant it states, its right to sign timestamps, and that this instant is near ours.

    Args:
        request: what was sent.
        response: the TimeStampResp as received, untrusted.
        trust: the configured authority.
        now: aware UTC.

    Raises:
        KeysError: `timestamp_unreadable`; `timestamp_refused`; `timestamp_wrong`;
            `timestamp_clock`.
    """
    answer = _decode(response)
    _check_granted(answer)
    verifier = VerifierBuilder(
        nonce=request.nonce, roots=list(trust.roots), intermediates=list(trust.others)
    ).build()
    try:
        imprint = answer.tst_info.message_imprint
        if imprint.hash_algorithm != request.message_imprint.hash_algorithm:
            raise VerificationError("another hash algorithm")
        verifier.verify(answer, request.message_imprint.message)
        chain = _signer_chain(answer, trust)
    except (VerificationError, ValueError, KeysError) as error:
        raise KeysError(
            "timestamp_wrong",
            Text(
                "时间戳回复未通过检查：不是对本次请求的答复，或签名者不在所配置的机构之列",
                "The timestamp does not hold: it does not answer this request, or its signer is "
                "not the configured authority",
            ),
            evidence={"reason": str(error)},
        ) from error
    at = answer.tst_info.gen_time
    if abs(at - now) > TOLERANCE:
        raise KeysError(
            "timestamp_clock",
            Text(
                "时间戳与本机时钟相差超过 10 分钟，请校准本机时钟",
                "The timestamp and this machine's clock differ by more than 10 minutes; "
                "set the clock",
            ),
            evidence={"timestamp": at.isoformat(), "clock": now.isoformat()},
        )
    return CheckedToken(token=answer.time_stamp_token(), at=at, chain=chain)


def _decode(response: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(response)
    except ValueError as error:
        raise KeysError(
            "timestamp_unreadable",
            Text("时间戳机构的回复无法识别", "The timestamp authority's answer is not a timestamp"),
        ) from error


def _check_granted(answer: TimeStampResponse) -> None:
    if answer.status != 0:
        raise KeysError(
            "timestamp_refused",
            Text("时间戳机构拒绝了请求", "The timestamp authority refused the request"),
            evidence={"status": str(answer.status)},
        )


def _signer_chain(answer: TimeStampResponse, trust: TimestampTrust) -> tuple[bytes, ...]:
    """Return the way from the token's signer to a trusted root."""
    (signer,) = answer.signed_data.signer_infos
    embedded = [load_certificate(der) for der in answer.signed_data.certificates]
    known = [*trust.others, *trust.roots, *embedded]
    encoded = [one.public_bytes(Encoding.DER) for one in known]
    roots = {one.public_bytes(Encoding.DER) for one in trust.roots}
    for certificate, der in zip(known, encoded, strict=True):
        named = (certificate.issuer, certificate.serial_number)
        if named == (signer.issuer, signer.serial_number):
            chain = order_chain(der, encoded)
            if chain[-1] in roots:
                return chain
    raise VerificationError("no way from the signer to a root")
