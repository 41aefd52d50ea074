"""PKCS #11 tokens: cards, sticks and hardware security modules, whose keys do not leave them.

Needs the optional extra `hsm` (python-pkcs11), which is imported only when a token is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from codes.wording import Text
from keys.errors import KeysError


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


def load_pkcs11() -> Any:
    """Return the package that speaks to tokens.

    Raises:
        KeysError: `token_support_missing`.
    """
    try:
        return import_module("pkcs11")
    except ImportError as error:
        raise KeysError(
            "token_support_missing",
            Text(
                "未安装 PKCS#11 支持，请安装附加组件：pip install 'yanzhen[hsm]'",
                "PKCS #11 support is not installed: pip install 'yanzhen[hsm]'",
            ),
        ) from error


def open_session(address: TokenAddress, *, writing: bool = False) -> Any:
    """Return a session with a token, open for as long as it or a key of it is referred to.

    A forked process must open its own.

    Raises:
        KeysError: `token_support_missing`; `token_module_missing`; `token_missing`;
            `token_pin_wrong`; `token_failed`.
    """
    pkcs11 = load_pkcs11()
    library = _load(pkcs11, address.module)
    with naming_failures(address):
        token = library.get_token(token_label=address.token)
        try:
            return token.open(user_pin=address.pin, rw=writing)
        except pkcs11.exceptions.UserAlreadyLoggedIn:  # by this process, which is logged in once
            return token.open(rw=writing)


def find_private(address: TokenAddress, session: Any) -> Any:
    """Return the private key object; raises KeysError (`token_key_missing`, `token_failed`)."""
    pkcs11 = load_pkcs11()
    with naming_failures(address):
        return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=address.key)


@contextmanager
def naming_failures(address: TokenAddress) -> Iterator[None]:
    """Raise what a token refuses as a KeysError."""
    pkcs11 = load_pkcs11()
    try:
        yield
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


def guarded(sign: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return what signs as `sign` does, and names what the token refuses (`token_failed`)."""
    pkcs11 = load_pkcs11()

    def sign_guarded(message: bytes) -> bytes:
        try:
            return sign(message)
        except pkcs11.exceptions.PKCS11Error as error:
            raise _failed(error) from error

    return sign_guarded


def _failed(error: Exception) -> KeysError:
    return KeysError(
        "token_failed",
        Text(
            f"令牌未能完成操作（{type(error).__name__}）",
            f"The token did not do what was asked ({type(error).__name__})",
        ),
    )
