"""A seal's key that stays inside a PKCS #11 token: a card, a stick or a hardware security module.

Needs the optional extra `hsm` (python-pkcs11), which is imported only when a token is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from codes.wording import Text
from keys.errors import KeysError
from keys.seal import SealChain
from keys.seal_kinds import SealKind
from keys.signing import SealKey

_COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAddress:
    """Where a key is.

    Args:
        module: path of the vendor's PKCS #11 library.
        token: the token's label.
        key: the private key's label in it.
        pin: of the token's user.
    """

    module: str
    token: str
    key: str
    pin: str = field(repr=False)


def open_token_key(address: TokenAddress, chain: SealChain) -> SealKey:
    """Return the key of a chain whose private half is in a token.

    One session stays open for as long as the key is referred to; a forked process must open its
    own. That the key is the chain's is for the caller to find out, by a signature.

    Raises:
        KeysError: `token_support_missing` without python-pkcs11; `token_module_missing`;
            `token_missing`; `token_pin_wrong`; `token_key_missing`; `token_failed`.
    """
    try:
        pkcs11 = import_module("pkcs11")
    except ImportError as error:
        raise KeysError(
            "token_support_missing",
            Text(
                "未安装 PKCS#11 支持，请安装附加组件：pip install 'yanzhen[hsm]'",
                "PKCS #11 support is not installed: pip install 'yanzhen[hsm]'",
            ),
        ) from error
    private = _find(pkcs11, address)
    sign = _signer(pkcs11, private, chain.kind)
    return SealKey(sign, chain.public_key)


def _find(pkcs11: Any, address: TokenAddress) -> Any:
    """Return the private key object, in a session of its own."""
    library = _load(pkcs11, address.module)
    try:
        token = library.get_token(token_label=address.token)
        try:
            session = token.open(user_pin=address.pin)
        except pkcs11.exceptions.UserAlreadyLoggedIn:  # by this process, which is logged in once
            session = token.open()
        return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=address.key)
    except pkcs11.exceptions.NoSuchKey as error:
        raise KeysError(
            "token_key_missing",
            Text(
                f"令牌中没有名为“{address.key}”的私钥",
                f"The token holds no private key labelled “{address.key}”",
            ),
        ) from error
    except pkcs11.exceptions.NoSuchToken as error:
        raise KeysError(
            "token_missing",
            Text(
                f"没有找到名为“{address.token}”的令牌",
                f"There is no token labelled “{address.token}”",
            ),
        ) from error
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange) as error:
        raise KeysError(
            "token_pin_wrong", Text("令牌 PIN 码不正确", "The token's PIN is wrong")
        ) from error
    except pkcs11.exceptions.PKCS11Error as error:
        raise _failed(error) from error


def _load(pkcs11: Any, module: str) -> Any:
    try:
        return pkcs11.lib(module)
    except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
        raise KeysError(
            "token_module_missing",
            Text(
                f"无法载入 PKCS#11 库 {module}",
                f"The PKCS #11 library {module} cannot be loaded",
            ),
        ) from error


def _signer(pkcs11: Any, private: Any, kind: SealKind) -> Callable[[bytes], bytes]:
    """Return what signs in the token."""
    if kind is SealKind.RSA:

        def sign_rsa(message: bytes) -> bytes:
            return bytes(private.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))

        return _guarded(pkcs11, sign_rsa)

    def sign_curve(message: bytes) -> bytes:
        digest = hashlib.sha256(message).digest()
        pair = bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        r, s = pair[:_COORDINATE_BYTES], pair[_COORDINATE_BYTES:]
        return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))

    return _guarded(pkcs11, sign_curve)


def _guarded(pkcs11: Any, sign: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def guarded(message: bytes) -> bytes:
        try:
            return sign(message)
        except pkcs11.exceptions.PKCS11Error as error:
            raise _failed(error) from error

    return guarded


def _failed(error: Exception) -> KeysError:
    return KeysError(
        "token_failed",
        Text(
            f"令牌未能完成操作（{type(error).__name__}）",
            f"The token did not do what was asked ({type(error).__name__})",
        ),
    )
