"""Keys from fixed secrets, and a ring that trusts them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from codes.levels import Level
from codes.record import Record, encode_record
from keys.algorithms import Algorithm
from keys.document import BodyEntry, Host, KeyDocument
from keys.envelope import Envelope
from keys.ring import PublicKey, Scope, Standing
from keys.signing import PrivateKey, open_private_key, prepare, sign
from tests.codes.record_samples import make_record
from tests.keys.sm2_arithmetic import sm2_pem

PREFIX = "S000012000123"
PASSPHRASE = b"correct horse battery staple"


@cache
def fixed_key(algorithm: Algorithm, label: str = "1") -> PrivateKey:
    """Return the same key for the same label, by way of a key file as another tool writes it."""
    secret = hashlib.sha256(f"yanzhen test key {algorithm.label} {label}".encode()).digest()
    if algorithm is Algorithm.SM2:
        return open_private_key(sm2_pem(int.from_bytes(secret) >> 1, PASSPHRASE), PASSPHRASE)
    handle = (
        ec.derive_private_key(int.from_bytes(secret) >> 1, ec.SECP256R1())
        if algorithm is Algorithm.ES256
        else ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    )
    pem = handle.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE),
    )
    return open_private_key(pem, PASSPHRASE)


def public_entry(
    key: PrivateKey,
    *,
    prefix: str = PREFIX,
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
    standing: Standing = Standing.ACTIVE,
) -> PublicKey:
    """Return the ring entry of a key."""
    return PublicKey(
        key_id=key.public.key_id,
        algorithm=key.algorithm,
        jwk=key.public,
        prefix=prefix,
        valid_from=valid_from,
        valid_to=valid_to,
        standing=standing,
    )


def signed(key: PrivateKey, *, holder_name: str = "欧阳小明") -> tuple[Record, Envelope]:
    """Return a record and its envelope, signed with `key`."""
    record = make_record(key_id=key.public.key_id, holder_name=holder_name)
    return record, sign(key, prepare(encode_record(record)))


def make_document(*keys: PublicKey) -> KeyDocument:
    """Return a key document of one body with the given keys."""
    scope = Scope(
        occupation=1,
        levels=(Level.THREE, Level.TWO),
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    return KeyDocument(
        version=7,
        demo=True,
        published_at=datetime(2026, 11, 23, 2, 49, 0, tzinfo=UTC),
        expires_at=datetime(2027, 5, 22, 2, 49, 0, tzinfo=UTC),
        hosts=(
            Host(host="old.example.cn", valid_from=date(2025, 1, 1), valid_to=date(2026, 5, 31)),
            Host(host="yz.example.cn", valid_from=date(2026, 6, 1), valid_to=None),
        ),
        bodies=(
            BodyEntry(prefix=PREFIX, name="津门示范职业技能评价中心", scopes=(scope,), keys=keys),
        ),
    )
