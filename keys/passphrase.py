"""The passphrase that opens private keys: where it comes from, and how guessing it is made dear."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from codes.wording import Text
from keys.errors import KeysError

ENVIRONMENT_NAME = "YANZHEN_PASSPHRASE"
MIN_NEW_CHARACTERS = 12
STRETCH_SALT_BYTES = 16

# About 60 ms and 32 MiB a guess on one core; part of the file format, so never changed in place.
_SCRYPT_N = 2**15
_SCRYPT_R = 8
_SCRYPT_P = 1

Prompt = Callable[[str], str]


def read_passphrase(
    environ: Mapping[str, str], prompt: Prompt | None = None, *, new: bool = False
) -> bytes:
    """Return the passphrase from `YANZHEN_PASSPHRASE`, else from the person at the keyboard.

    Args:
        environ: the process environment.
        prompt: shows a question and returns what was typed without echo; None where nobody sits.
        new: a passphrase is being chosen, so it is asked for twice and must be long enough.

    Raises:
        KeysError: `passphrase_missing`; `passphrase_mismatch`; `passphrase_too_short`.
    """
    passphrase = environ.get(ENVIRONMENT_NAME) or _ask(prompt, repeat=new)
    if new and len(passphrase) < MIN_NEW_CHARACTERS:
        raise KeysError(
            "passphrase_too_short",
            Text(
                f"口令至少需要 {MIN_NEW_CHARACTERS} 个字符",
                f"The passphrase needs at least {MIN_NEW_CHARACTERS} characters",
            ),
        )
    return passphrase.encode("utf-8")


@lru_cache(maxsize=8)
def own_salt(passphrase: bytes) -> bytes:
    """Return the 16 random bytes that this process seals with under a passphrase.

    What is sealed together has one salt, so that opening all of it costs one stretching and not one
    a file; a guess at the passphrase costs the same as before.
    """
    return secrets.token_bytes(STRETCH_SALT_BYTES)


@lru_cache(maxsize=32)
def stretch(passphrase: bytes, salt: bytes) -> bytes:
    """Return 32 bytes that cost each guess at the passphrase time and memory.

    Kept by the process, which keeps the passphrase as well.

    Source: RFC 7914; PKCS #8 files alone are written with 2048 cheap PBKDF2 rounds.
    """
    return Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase)


def _ask(prompt: Prompt | None, *, repeat: bool) -> str:
    """Return what the person typed, typed twice alike where it is new."""
    typed = prompt("私钥口令 / Passphrase: ") if prompt is not None else ""
    if not typed:
        raise KeysError(
            "passphrase_missing",
            Text(
                f"未提供私钥口令：请设置环境变量 {ENVIRONMENT_NAME} 或按提示输入",
                f"No passphrase: set {ENVIRONMENT_NAME} or type it when asked",
            ),
        )
    if repeat and prompt is not None and prompt("再次输入 / Repeat: ") != typed:
        raise KeysError(
            "passphrase_mismatch", Text("两次输入的口令不一致", "The two passphrases differ")
        )
    return typed
