"""Seals to test with: of the built-in authority, and of an authority that openssl plays."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keys.authority_key import open_authority_key
from keys.certificates import order_chain
from keys.seal import SealChain, build_cms, parse_chain
from keys.seal_authority import (
    SealAuthority,
    SealSubject,
    issue_seal_certificate,
    make_authority,
)
from keys.signing import SealKey, open_pkcs12, open_seal_key, seal_digest
from tests.conftest import NOW
from tests.keys.key_samples import PASSPHRASE
from tests.pdf.page_samples import need

BODY = SealSubject(
    name="津城样本职业技能评价中心（虚构）", credit_code="52120000MJ0012345X", demo=True
)

_USAGE = {
    "root": "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n",
    "leaf": "basicConstraints=critical,CA:false\n"
    "keyUsage=critical,digitalSignature,nonRepudiation\n",
    "encipher": "basicConstraints=critical,CA:false\nkeyUsage=critical,keyEncipherment\n",
    "tsa": "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=critical,timeStamping\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeal:
    """A key with its chain."""

    key: SealKey
    chain: SealChain

    def sign(self, digest: bytes) -> bytes:
        """Return the CMS over a digest."""
        return build_cms(self.chain, seal_digest(self.key, self.chain, digest))


def fixed_pem(label: str) -> bytes:
    """Return the same EC key for the same label, as an encrypted file of another tool."""
    secret = hashlib.sha256(f"yanzhen test seal {label}".encode()).digest()
    handle = ec.derive_private_key(int.from_bytes(secret) >> 1, ec.SECP256R1())
    return handle.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE),
    )


def fixed_authority(label: str = "root", *, now: datetime = NOW) -> SealAuthority:
    """Return the same authority for the same label."""
    key = open_authority_key(fixed_pem(label), PASSPHRASE)
    return make_authority(key, demo=True, mark=label, serial=1001, now=now)


def built_in_seal(
    authority: SealAuthority | None = None,
    *,
    subject: SealSubject = BODY,
    serial: int = 2002,
    now: datetime = NOW,
    crl_url: str | None = None,
) -> SampleSeal:
    """Return a seal of the built-in authority."""
    authority = authority or fixed_authority(now=now)
    key = open_seal_key(fixed_pem("seal"), PASSPHRASE)
    leaf = issue_seal_certificate(
        authority, key.public_key, subject, serial=serial, now=now, crl_url=crl_url
    )
    return SampleSeal(key=key, chain=parse_chain([leaf, authority.certificate]))


def need_openssl() -> None:
    """Skip the test where the openssl command is absent; in CI fail."""
    need(shutil.which("openssl") is not None, "openssl")


def pem_of(*certificates: bytes) -> bytes:
    """Return certificates as a PEM bundle."""
    return b"".join(
        x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
        for der in certificates
    )


def openssl(folder: Path, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
    """Run openssl in a folder and return what it wrote."""
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, input=stdin, capture_output=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.stdout + done.stderr if not check else done.stdout


def foreign_certificate(
    folder: Path,
    name: str,
    *,
    issuer: str | None,
    usage: str = "leaf",
    algorithm: str = "rsa:2048",
    days: int = 3650,
) -> None:
    """Let openssl make NAME.key and NAME.pem, issued by another name or by itself."""
    (folder / f"{name}.cnf").write_text(_USAGE[usage])
    curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "ec" else []
    openssl(
        folder, "req", "-new", "-newkey", algorithm, *curve, "-nodes", "-utf8",
        "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/C=CN/O=虚构单位/CN={name}",
    )  # fmt: skip
    by = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer else []
    own = [] if issuer else ["-signkey", f"{name}.key"]
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", *by, *own, "-days", str(days),
        "-extfile", f"{name}.cnf", "-out", f"{name}.pem", "-set_serial", str(len(name) + 4096),
    )  # fmt: skip


def foreign_chain(folder: Path, *, algorithm: str = "rsa:2048", usage: str = "leaf") -> None:
    """Let openssl make root, middle and leaf."""
    foreign_certificate(folder, "root", issuer=None, usage="root", algorithm=algorithm)
    foreign_certificate(folder, "middle", issuer="root", usage="root", algorithm=algorithm)
    foreign_certificate(folder, "leaf", issuer="middle", usage=usage, algorithm=algorithm)


def foreign_pkcs12(folder: Path, password: str, *, key: str = "leaf") -> bytes:
    """Let openssl pack the leaf, its key and its issuers."""
    (folder / "issuers.pem").write_bytes(
        (folder / "root.pem").read_bytes() + (folder / "middle.pem").read_bytes()
    )
    openssl(
        folder, "pkcs12", "-export", "-inkey", f"{key}.key", "-in", "leaf.pem",
        "-certfile", "issuers.pem", "-passout", f"pass:{password}", "-out", "leaf.p12",
    )  # fmt: skip
    return (folder / "leaf.p12").read_bytes()


def foreign_seal(folder: Path, *, algorithm: str = "rsa:2048") -> SampleSeal:
    """Return a seal imported from a PKCS #12 file that openssl made."""
    foreign_chain(folder, algorithm=algorithm)
    key, certificates = open_pkcs12(foreign_pkcs12(folder, "样本"), "样本".encode())
    leaf = next(one for one in certificates if parse_chain([one]).public_key == key.public_key)
    return SampleSeal(key=key, chain=parse_chain(order_chain(leaf, certificates)))
