"""The key of the status lists: it signs lists and nothing else. Only the issuer imports this."""

from __future__ import annotations

from typing import NoReturn

from codes.wording import Text
from keys.algorithms import Algorithm, PublicJwk
from keys.errors import KeysError
from keys.signing import PrivateKey, generate, open_private_key, raw_signature, seal_private_key
from keys.status_list import (
    ListForm,
    StatusList,
    cwt_message,
    join_cwt,
    join_jwt,
    jwt_message,
    key_name,
)


class StatusKey:
    """The private key of the status lists (EC P-256); it cannot be printed, copied or pickled."""

    __slots__ = ("_key", "public")

    public: PublicJwk

    def __init__(self, key: PrivateKey) -> None:
        if key.algorithm is not Algorithm.ES256:
            raise KeysError(
                "status_key_kind",
                Text("状态列表密钥应为 ES256", "The key of the status lists must be ES256"),
            )
        self._key = key
        self.public = key.public

    @property
    def name(self) -> str:
        """What lists call it."""
        return key_name(self.public)

    def __repr__(self) -> str:
        return f"<StatusKey {self.name[:16]}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied or pickled; seal it instead")


def generate_status_key() -> StatusKey:
    """Return a new key from the operating system's randomness."""
    return StatusKey(generate(Algorithm.ES256))


def seal_status_key(key: StatusKey, passphrase: bytes) -> bytes:
    """Return the key as an encrypted PEM file; raises as `seal_private_key` does."""
    return seal_private_key(key._key, passphrase)


def open_status_key(pem: bytes, passphrase: bytes) -> StatusKey:
    """Return the key in a sealed PEM file; raises as `open_private_key` does."""
    return StatusKey(open_private_key(pem, passphrase))


def sign_status_list(key: StatusKey, status_list: StatusList) -> dict[ListForm, bytes]:
    """Return the list in both its written forms, the same bytes every time (RFC 6979)."""
    message = jwt_message(status_list, key.name)
    protected, payload, to_be_signed = cwt_message(status_list, key.name)
    return {
        ListForm.JWT: join_jwt(message, raw_signature(key._key, message)),
        ListForm.CWT: join_cwt(protected, payload, raw_signature(key._key, to_be_signed)),
    }
