"""Keeps the authority's root keys as long as they lie in this home, and the root documents.

A new home has one root key of its own, sealed under the home's passphrase: fit for one person who
answers for everything. Where more than one should, the keys are made on machines that are off line,
and this folder ends up empty (docs/trust.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from codes.wording import Text
from issuer.errors import IssuerError
from keys.algorithms import Algorithm, PublicJwk
from keys.errors import KeysError
from keys.jws import Kind, SignedFile, key_name
from keys.root import (
    RootChain,
    RootDocument,
    SignedRoot,
    dump_root_document,
    dump_signed_root,
    parse_signed_root,
    walk_roots,
)
from keys.root_signing import RootKey, generate_root_key, open_root_key, seal_root_key, sign_file
from registry.errors import HomeError
from registry.home import Home
from registry.store import make_folder, write_durably
from registry.trust_file import root_pin

_PUBLIC_MODE = 0o644
_NAME_LENGTH = 16
_KEY_FILE_LENGTH = _NAME_LENGTH + len(".pem")


def ensure_root(
    home: Home, passphrase: bytes, *, now: datetime, algorithm: Algorithm = Algorithm.ES256
) -> str:
    """Give a home a root key of its own unless it has a root; return the pin.

    The sealed key is written before the root document, and the pin last, so that what is pinned
    can always sign.

    Raises:
        HomeError: the pin is gone though trust lists were published (`root_pin_gone`).
    """
    if home.root_pin_path.exists():
        return root_pin(home)
    if _root_path(home, 1).exists() and home.key_document_path.exists():
        raise HomeError(
            "root_pin_gone",
            Text(
                f"{home.root_pin_path} 缺失，而信任列表早已发布。请按建立时抄录的指纹恢复该文件",
                f"{home.root_pin_path} is gone though trust lists were published; restore it from "
                "the pin written down when the root was made",
            ),
        )
    key = generate_root_key(algorithm)
    for folder in (home.root_key_folder, home.root_folder):
        make_folder(folder)
    write_durably(home.root_key_folder / _key_file(key.public), seal_root_key(key, passphrase))
    root = sign_root(compose_root(None, (key.public,), threshold=1, now=now), (key,))
    write_durably(_root_path(home, 1), dump_signed_root(root), mode=_PUBLIC_MODE)
    write_durably(home.root_pin_path, root.pin.encode() + b"\n", mode=_PUBLIC_MODE)
    return root.pin


def has_root_keys(home: Home) -> bool:
    """Return whether any root key lies in this home."""
    return any(home.root_key_folder.glob("*.pem"))


def lacks_root_keys(home: Home, root: RootDocument) -> bool:
    """Return whether none of a root document's keys lies in this home.

    A sealed key does not say which it is; its file is named after it, unless it was brought here
    under another name: then it is not said to be lacking.
    """
    counting = {_key_file(key) for key in root.keys}
    here = {path.name for path in home.root_key_folder.glob("*.pem")}
    return not any(name in counting or len(name) != _KEY_FILE_LENGTH for name in here)


def holds_root_key(home: Home) -> bool:
    """Return whether a root key lies in this home that counts, or may: roots unread refuse none."""
    try:
        roots = read_roots(home)
    except KeysError:
        roots = ()
    return has_root_keys(home) and not (roots and lacks_root_keys(home, roots[-1].document))


def open_root_keys(home: Home, passphrase: bytes) -> tuple[RootKey, ...]:
    """Return the root keys that lie in this home; none where they were taken elsewhere.

    Raises:
        KeysError: the passphrase does not open one of them.
    """
    paths = sorted(home.root_key_folder.glob("*.pem"))
    return tuple(open_root_key(path.read_bytes(), passphrase) for path in paths)


def compose_root(
    former: RootDocument | None, keys: Sequence[PublicJwk], *, threshold: int, now: datetime
) -> SignedRoot:
    """Return the next root document, signed by nobody yet.

    Args:
        former: the one before it; None for the first.
        keys: all root keys from now on.
        threshold: how many of them must sign.
        now: aware.

    Raises:
        KeysError: `root_invalid`.
    """
    document = RootDocument(
        version=1 if former is None else former.version + 1,
        threshold=threshold,
        published_at=now.astimezone(UTC).replace(microsecond=0),
        keys=tuple(keys),
    )
    return SignedRoot(document=document, file=SignedFile(payload=dump_root_document(document)))


def sign_root(root: SignedRoot, signers: Sequence[RootKey]) -> SignedRoot:
    """Return a root document with the signatures of these keys added."""
    file = root.file
    for key in signers:
        file = sign_file(key, file, Kind.ROOT)
    return SignedRoot(document=root.document, file=file)


def read_roots(home: Home) -> tuple[SignedRoot, ...]:
    """Return the root documents of a home, from 1 to the last."""
    roots: list[SignedRoot] = []
    while (path := _root_path(home, len(roots) + 1)).exists():
        roots.append(parse_signed_root(path.read_bytes()))
    return tuple(roots)


def check_roots(home: Home, roots: Sequence[SignedRoot]) -> RootChain:
    """Return the chain of these root documents, which the home's pin must be in.

    Raises:
        KeysError: as `walk_roots`; `root_unknown`.
        HomeError: as `root_pin`.
    """
    pin = root_pin(home)
    chain = walk_roots(roots)
    if pin not in chain.pins:
        raise KeysError(
            "root_unknown",
            Text(
                "根文件不是本数据目录事先确认的根文件",
                "the root documents are not those this home has pinned",
            ),
        )
    return chain


def put_root(home: Home, root: SignedRoot) -> RootChain:
    """Add the next root document to those of a home, once enough of both sides signed it.

    Raises:
        KeysError: `trust_list_unsigned`.
        IssuerError: it is there already (`root_there`), or one before it is not (`root_skipped`).
    """
    roots = read_roots(home)
    last = len(roots)
    if root.document.version <= last:
        raise IssuerError(
            "root_there",
            Text(
                f"第 {root.document.version} 版根文件已经发布",
                f"root document {root.document.version} is published already",
            ),
        )
    if root.document.version > last + 1:
        raise IssuerError(
            "root_skipped",
            Text(
                f"现行根文件为第 {last} 版，不能越过下一版直接发布第 {root.document.version} 版",
                f"root document {last} is the last one; {root.document.version} does not follow it",
            ),
        )
    chain = check_roots(home, (*roots, root))
    path = _root_path(home, root.document.version)
    write_durably(path, dump_signed_root(root), mode=_PUBLIC_MODE)
    return chain


def _key_file(key: PublicJwk) -> str:
    return f"{key_name(key)[:_NAME_LENGTH]}.pem"


def _root_path(home: Home, version: int) -> Path:
    return home.root_folder / f"{version}.json"
