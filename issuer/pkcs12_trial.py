"""Refuses what is no PKCS #12 file, or takes for ever to open, before it is opened."""

from __future__ import annotations

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.pkcs12_child import LENGTH_OCTETS
from registry.child import Child, ChildFailed

# OpenSSL's 2 048 rounds take a millisecond, and ten million some seconds.
TRIAL_SECONDS = 15.0
_MEMORY_BYTES = 512 << 20


def check_pkcs12(file: bytes, password: bytes, *, seconds: float = TRIAL_SECONDS) -> None:
    """Refuse what must not be opened in the process that holds the passphrase.

    A wrong password or a damaged file passes: opening it says so at once.

    Args:
        file: untrusted.
        password: of the file.
        seconds: how long opening it may take.

    Raises:
        IssuerError: `pkcs12_is_pem`; `pkcs12_too_slow`.
    """
    if file.lstrip().startswith(b"-----BEGIN "):
        raise IssuerError(
            "pkcs12_is_pem",
            Text(
                "这是 PEM 文件，不是 PKCS#12 文件（.p12 或 .pfx）；"
                "可用 openssl pkcs12 -export 把私钥和证书合成一个文件",
                "this is a PEM file, not a PKCS #12 file (.p12 or .pfx); "
                "openssl pkcs12 -export packs key and certificates into one",
            ),
        )
    question = len(password).to_bytes(LENGTH_OCTETS) + password + file
    try:
        with Child("issuer.pkcs12_child", seconds=seconds, memory_bytes=_MEMORY_BYTES) as child:
            child.ask(question)
    except ChildFailed as error:
        raise IssuerError(
            "pkcs12_too_slow",
            Text(
                f"PKCS#12 文件在 {seconds:g} 秒内无法打开（口令迭代次数过多），未采用；"
                "请重新导出该文件",
                f"the PKCS #12 file does not open within {seconds:g} seconds (its password is "
                "hashed too many times); nothing was taken; export it again",
            ),
        ) from error
